from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from demo_range.letters import House, letter
from matchers.letter_forms import FORMS
from matchers.thresholds import Level
from tests.cli.conftest import run_stray

PACK = ("--pack", "pack", "--key", "pack.key")
KNOWN, OTHERS = 40, 110
FIRST_OTHER = 600
HOUSES = (House.IVF, House.PRSB)


def leave(folder: Path, count: int, first: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"mrs-quill-{first + number}.txt").write_text(letter(HOUSES[number % 2], first + number // 2, 3).text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("calibrate")
    leave(made / "letters", KNOWN, 0)
    leave(made / "others", OTHERS, FIRST_OTHER)
    (made / "web").mkdir()
    for number in range(3):
        (made / "web" / f"{number}.txt").write_text(f"Our clinic is open on day {number}. Bring a friend. " * 40)
    assert run_stray("pack", "build", "letters", *PACK, cwd=made).returncode == 0
    return made


def inspected(folder: Path) -> dict[str, object]:
    told = run_stray("pack", "inspect", *PACK, "--format", "json", cwd=folder)
    fields: dict[str, object] = json.loads(told.stdout)
    return fields


def calibrated(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_stray("pack", "calibrate", *arguments, *PACK, cwd=folder)


def test_thresholds_are_chosen_written_and_put_back(folder: Path) -> None:
    before = inspected(folder)
    assert before["calibrated"] is False
    told = calibrated(
        folder, "letters", "others", "--background", "web", "--expect", "50", "--plot", "c.svg", "--format", "json"
    )
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["written"] is True
    assert answer["letters"]["own"] == KNOWN
    assert answer["letters"]["background"] == 3
    assert answer["letters"]["others"] + sum(map(len, answer["letters"]["left_out"].values())) == OTHERS
    chosen = [one for one in answer["levels"].values() if one["answer"] == "calibrated"]
    assert chosen
    assert all(one["expected_per_million"] <= 50 / len(Level) for one in chosen)
    assert "0 of 3 background texts hold a letter" in told.stderr
    after = inspected(folder)
    assert after["calibrated"] is True
    assert after["thresholds"] == {name: one["threshold"] for name, one in answer["levels"].items()}
    whole = [row["known"][FORMS[0].name] for row in answer["curve"]]
    assert whole[0] == 1.0
    assert all(set(row["known"]) == {form.name for form in FORMS} for row in answer["curve"])
    assert ElementTree.parse(folder / "c.svg").getroot().tag.endswith("svg")  # noqa: S314 - our own
    assert "quill" not in (told.stdout + told.stderr + (folder / "c.svg").read_text()).lower()
    undone = calibrated(folder, "--undo")
    assert undone.returncode == 0, undone.stderr
    assert inspected(folder)["thresholds"] == before["thresholds"]


@pytest.mark.slow
def test_a_dry_run_changes_nothing_and_shows_both_tables(folder: Path) -> None:
    before = (folder / "pack" / "pack.json").read_bytes()
    told = calibrated(folder, "letters", "others", "--dry-run", "--plot", "c.png")
    assert told.returncode == 0, told.stderr
    assert (folder / "pack" / "pack.json").read_bytes() == before
    assert "its thresholds stay as they were" in told.stderr
    assert "letters that are not in the pack, for at most 1 false matches" in told.stdout
    assert all(level in told.stdout for level in Level)
    assert all(form.name in told.stdout for form in FORMS)
    assert (folder / "c.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_letters_held_back_are_tried_against_a_pack_without_them(folder: Path) -> None:
    before = (folder / "pack" / "pack.json").read_bytes()
    told = calibrated(folder, "letters", "--hold-back", "25", "--format", "json")
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["letters"]["others"] == KNOWN // 4
    assert answer["letters"]["own"] == KNOWN - KNOWN // 4
    assert answer["growth"] == pytest.approx(4 / 3)
    assert {one["answer"] for one in answer["levels"].values()} == {"kept"}
    assert "would be enough" in told.stderr
    assert (folder / "pack" / "pack.json").read_bytes() == before


def test_another_folders_letter_of_the_same_name_is_not_the_packs(folder: Path) -> None:
    other = folder / "same-names"
    leave(other, 2, FIRST_OTHER + OTHERS)
    (other / f"mrs-quill-{FIRST_OTHER + OTHERS}.txt").rename(other / "mrs-quill-0.txt")
    told = calibrated(folder, "same-names", "--dry-run", "--format", "json")
    assert told.returncode == 0, told.stderr
    letters = json.loads(told.stdout)["letters"]
    assert (letters["own"], letters["others"], len(letters["left_out"]["changed"])) == (0, 1, 1)
    assert "have an id of the pack and another text there" in told.stderr


def test_what_can_not_be_done_is_refused(folder: Path) -> None:
    for arguments, said in (
        (("letters",), "all 40 letters are in the pack"),
        ((), "name the letters to calibrate on"),
        (("letters", "others", "--plot", "c.pdf"), "a plot is drawn as .svg or .png"),
        (("letters", "--hold-back", "1"), "nothing to calibrate on"),
        (("nowhere",), "no such file"),
    ):
        told = calibrated(folder, *arguments)
        assert told.returncode == 2, told.stderr
        assert said in told.stderr
        assert "Traceback" not in told.stderr


def test_without_matplotlib_a_plot_is_refused_before_any_work(folder: Path) -> None:
    hidden = "import sys; sys.modules['matplotlib'] = None; from cli.main import main; main()"
    command = [sys.executable, "-c", hidden, "pack", "calibrate", "letters", *PACK, "--hold-back", "25"]
    told = subprocess.run([*command, "--plot", "no.svg"], cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "--plot needs matplotlib" in told.stderr
    assert not (folder / "no.svg").exists()
    table = subprocess.run([*command, "--dry-run"], cwd=folder, capture_output=True, text=True, check=False)
    assert table.returncode == 0, table.stderr
    assert "30 letters of the pack" in table.stdout
