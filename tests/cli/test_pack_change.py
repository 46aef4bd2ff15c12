"""A pack over its life, as the commands do it. Whether letters are found is looked up in the pack itself."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.errors import EXPECTED
from cli.pack import pack
from demo_range.letters import House, letter
from matchers.keys import load_key
from matchers.pack import open_pack
from tests.cli.conftest import run_stray, started_stray

Stray = Callable[..., "Told"]

PACK = ("--pack", "pack", "--key", "pack.key")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "letters").mkdir()
    rows = ["letter_id,file,surname,forename,date_of_birth"]
    for number in range(6):
        (tmp_path / "letters" / f"{number}.txt").write_text(letter(House.PLAIN, number, 5).text)
        rows.append(f"L-{number},{number}.txt,Example,Ada{number},0{number + 1}/02/1970")
    (tmp_path / "r.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


@dataclass(frozen=True)
class Told:
    stdout: str
    stderr: str


@pytest.fixture
def stray(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Stray:
    """The command in this process, which starts in no time; what it ends with is tested elsewhere."""
    monkeypatch.chdir(folder)

    def run(*arguments: str, fails: bool = False) -> Told:
        capsys.readouterr()
        error = ""
        try:
            pack.main(list(arguments), prog_name="stray pack", standalone_mode=False)
        except EXPECTED as caught:
            error = str(caught)
        captured = capsys.readouterr()
        assert bool(error) == fails, error or captured.err
        return Told(captured.out, captured.err + error)

    return run


def build(stray: Stray) -> None:
    stray("build", "letters", *PACK, "--register", "r.csv")


def ids(folder: Path, pack: str = "pack", key: str = "pack.key") -> set[str]:
    opened = open_pack(folder / pack, load_key(folder / key))
    return {opened.letter(number).letter_id for number in range(opened.letters)}


def sync(stray: Stray, *more: str, fails: bool = False) -> str:
    return stray("sync", "letters", *PACK, "--register", "r.csv", *more, fails=fails).stderr


def test_a_nightly_sync(folder: Path, stray: Stray) -> None:
    build(stray)
    before = (folder / "pack" / "pack.json").read_bytes()
    assert "0 added, 0 replaced, 0 erased, 6 unchanged, 0 unreadable; nothing was changed" in sync(stray)
    assert (folder / "pack" / "pack.json").read_bytes() == before
    letters = folder / "letters"
    (letters / "0.txt").write_text((letters / "0.txt").read_text() + "\nAddendum: none.")
    (letters / "1.txt").unlink()
    (letters / "2.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (letters / "7.txt").write_text(letter(House.PLAIN, 7, 5).text)
    register = (folder / "r.csv").read_text().replace("Ada3", "Adele") + "L-7,7.txt,Example,Ada7,08/02/1970\n"
    (folder / "r.csv").write_text(register)
    told = sync(stray)
    assert "1 added, 2 replaced, 1 erased, 2 unchanged, 1 unreadable" in told
    assert "2.txt" in told
    assert "unreadable" in told
    assert ids(folder) == {"L-0", "L-2", "L-3", "L-4", "L-5", "L-7"}
    told = sync(stray)
    assert "0 added, 0 replaced, 0 erased, 5 unchanged, 1 unreadable; nothing was changed" in told
    stray("verify", *PACK)


def test_a_share_that_is_not_mounted_changes_nothing(folder: Path, stray: Stray) -> None:
    build(stray)
    (folder / "letters").rename(folder / "away")
    assert "no such file or folder" in sync(stray, fails=True)
    (folder / "letters").mkdir()
    assert "no files in" in sync(stray, fails=True)
    for number in range(4):
        (folder / "letters" / f"{number}.txt").write_text((folder / "away" / f"{number}.txt").read_text())
    told = sync(stray, fails=True)
    assert "2 of 6 letters" in told
    assert "--allow-erase 34" in told
    assert len(ids(folder)) == 6
    assert "2 erased" in sync(stray, "--allow-erase", "34")


def test_letters_are_added_once_and_replaced_by_sync_only(folder: Path, stray: Stray) -> None:
    build(stray)
    (folder / "more").mkdir()
    (folder / "more" / "9.txt").write_text(letter(House.IVF, 9, 5).text)
    assert "1 added, 0 were there, 0 unreadable" in stray("add", "more", *PACK).stderr
    assert "0 added, 1 were there, 0 unreadable; nothing" in stray("add", "more", *PACK).stderr
    (folder / "more" / "9.txt").write_text("another text altogether, and long enough")
    assert "`stray pack sync` replaces letters" in stray("add", "more", *PACK, fails=True).stderr
    assert len(ids(folder)) == 7


def test_an_erased_letter_is_gone_from_pack_and_mapping(folder: Path, stray: Stray) -> None:
    stray("build", "letters", *PACK)
    mapping = folder / "pack.key.letters.csv"
    first = mapping.read_text().splitlines()[1].split(",")[0]
    assert "1 of 1 ids are not in the pack" in stray("erase", "nobody", *PACK, fails=True).stderr
    told = stray("erase", first, *PACK)
    assert "1 erased; 5 letters" in told.stderr
    assert first not in mapping.read_text()
    assert first not in ids(folder)
    inspected = json.loads(stray("inspect", *PACK, "--format", "json").stdout)
    assert (inspected["letters"], inspected["erased_since_built"]) == (5, 1)


def test_a_new_key(folder: Path, stray: Stray) -> None:
    stray("build", "letters", *PACK)
    told = stray("rotate", *PACK, "--new-key", "new.key")
    assert "pack.key opens it no more" in told.stderr
    assert "another key" in stray("inspect", *PACK, fails=True).stderr
    new = ("--pack", "pack", "--key", "new.key")
    inspected = json.loads(stray("inspect", *new, "--format", "json").stdout)
    assert (inspected["letters"], inspected["key_rotations"]) == (6, 1)
    assert (folder / "new.key.letters.csv").read_text() == (folder / "pack.key.letters.csv").read_text()
    assert "6 unchanged" in stray("sync", "letters", *new).stderr, "ids and marks stay what they were"
    assert "name another file" in stray("rotate", *new, "--new-key", "new.key", fails=True).stderr


def test_two_packs_of_one_key(folder: Path, stray: Stray) -> None:
    build(stray)
    (folder / "more").mkdir()
    for number in range(20, 23):
        (folder / "more" / f"{number}.txt").write_text(letter(House.IVF, number, 5).text)
    stray("build", "more", "--pack", "pack2", "--key", "pack.key")
    told = stray("merge", "--from", "pack2", *PACK)
    assert "3 letters taken from pack2; 9 letters" in told.stderr
    assert "0 letters taken from pack2; nothing was changed" in stray("merge", "--from", "pack2", *PACK).stderr
    assert ids(folder) >= ids(folder, "pack2")


def test_inspect_says_in_words_what_a_small_pack_means(folder: Path, stray: Stray) -> None:
    stray("build", "letters", *PACK)
    told = stray("inspect", *PACK)
    assert "6 letters are few" in told.stderr
    assert "no identifiers are registered" in told.stderr
    build(stray)
    inspected = json.loads(stray("inspect", *PACK, "--format", "json").stdout)
    assert inspected["anchors"] == {"date_of_birth": 6, "name": 6}
    assert inspected["calibrated"] is False


def test_an_audit(folder: Path, stray: Stray) -> None:
    build(stray)
    told = stray("audit", *PACK)
    assert "Who has the pack alone:" in told.stdout
    assert "\n!" not in told.stdout
    seen = [json.loads(line) for line in stray("audit", *PACK, "--format", "json").stdout.splitlines()]
    assert {"unevenness_token_hashes", "core_days_nhs_number_anchors"} <= {one["name"] for one in seen}
    (folder / "pack").chmod(0o755)
    assert "should not be" in stray("audit", *PACK, fails=True).stderr


def test_a_damaged_pack_is_told(folder: Path, stray: Stray) -> None:
    build(stray)
    path = next((folder / "pack").glob("arrays-*/token_shapes.bin"))
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert "its content has changed; restore" in stray("verify", *PACK, fails=True).stderr


def test_values_that_can_not_be_read_are_told_by_line_and_column(folder: Path, stray: Stray) -> None:
    text = (folder / "r.csv").read_text().replace("03/02/1970", "the third of Example")
    (folder / "r.csv").write_text(text)
    told = stray("build", "letters", *PACK, "--register", "r.csv").stderr
    assert "r.csv line 4: date_of_birth can not be read as one; it is left out" in told
    assert "third" not in told


@pytest.mark.slow
def test_a_killed_build_is_taken_up_where_it_was(folder: Path) -> None:
    """2,000 letters are a batch; the build is killed when the first is on disk."""
    for number in range(2200):
        (folder / "letters" / f"{number}.txt").write_text(f"Letter {number} to nobody, of no consequence. " * 3)
    with started_stray("pack", "build", "letters", *PACK, cwd=folder) as running:
        while not list((folder / "pack").glob("staged-*/*.batch")):
            assert running.poll() is None, "it ended before it was killed"
            time.sleep(0.01)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    told = run_stray("pack", "build", "letters", *PACK, cwd=folder).stderr
    assert "2,048 letters had been read by a run that was cut short" in told or "2,000 letters had been read" in told
    assert len(ids(folder)) == 2200
