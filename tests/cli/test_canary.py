"""Canary letters from the command's side: made, planted, found, missed, copied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.estate import Estate, estate


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """An estate with a pack of three letters and a canary letter at its place."""
    with estate(tmp_path_factory.mktemp("canary")) as made:
        letters = made.folder / "letters"
        letters.mkdir()
        for number in range(3):
            words = " ".join(f"word{number}{place * 7919 % 1000}" for place in range(150))
            (letters / f"{number}.txt").write_text(f"Letter {number}\n{words}\n")
        built = made.stray("pack", "build", letters, "--pack", "pack", "--key", "pack.key")
        assert built.returncode == 0, built.stderr
        folder = made.www / "Typed"
        folder.mkdir()
        for number in range(30):
            (folder / f"{number}.txt").write_text(f"nothing of note {number}")
        yield made


def make(made: Estate, name: str) -> dict[str, str]:
    done = made.stray(
        "canary", "make", name, "--pack", "pack", "--key", "pack.key", "--contact", "security@example.org",
        "--url", f"{made.start}Typed/{name}", "--label", f"label {name}", "--format", "json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, str] = json.loads(done.stdout)
    return told


def entry(made: dict[str, str]) -> str:
    return "\n".join(["[[canary]]", *(f'{name} = "{made[name]}"' for name in ("url", "letter", "label"))])


def test_a_canary_is_made_planted_found_missed_and_told_where_it_was_copied(planted: Estate) -> None:
    made = {name: make(planted, name) for name in ("ref.txt", "ref.docx", "ref.pdf", "ref.html")}
    assert len({each["letter"] for each in made.values()}) == 4
    planted.scope("\n".join(entry(each) for each in made.values()))
    for name in made:
        shutil.copy(planted.folder / name, planted.www / "Typed" / name)
    code, told, said = planted.sweep()
    assert code == 0, said
    assert [each["outcome"] for each in told["canaries"]] == ["found"] * 4
    assert not told["broken"]
    assert "canary letters: all 4 found" in said
    listed = planted.stray("findings", "list")
    assert "no findings" in listed.stdout, "a planted canary is no incident"
    shown = planted.stray("findings", "list", "--all", "--format", "json").stdout.splitlines()
    assert {json.loads(line)["canary"] for line in shown} == {"planted"}

    (planted.www / "Typed" / "ref.pdf").unlink()
    (planted.www / "ref.docx").write_bytes((planted.folder / "ref.docx").read_bytes())
    code, told, said = planted.sweep()
    assert code == 23, said
    assert told["broken"]
    assert [each["label"] for each in told["canaries"] if each["outcome"] == "missing"] == ["label ref.pdf"]
    lines = [line for line in said.splitlines() if line.startswith(("BROKEN", "CANARY ELSEWHERE", "NOT SEEN"))]
    assert lines[0].startswith("BROKEN: 1 of 4 canary letters not found")
    assert "label ref.docx" in said
    assert "canary letters not found" in lines[-1]
    assert "Typed/ref" not in said, "no place is told"
    assert told["findings"]["new"] == 1


def test_sync_keeps_canary_letters(planted: Estate) -> None:
    before = make(planted, "kept.txt")
    done = planted.stray("pack", "sync", "letters", "--pack", "pack", "--key", "pack.key")
    assert done.returncode == 0, done.stderr
    assert "0 erased" in done.stderr
    checked = planted.stray("check", "kept.txt", "--pack", "pack", "--key", "pack.key", "--format", "json")
    assert before["letter"] in checked.stdout


@pytest.mark.parametrize("name", ["letter.doc", "letter", "kept.txt.exe"])
def test_only_formats_that_can_be_written(planted: Estate, name: str) -> None:
    done = planted.stray("canary", "make", name, "--pack", "pack", "--key", "pack.key", "--contact", "x@example.org")
    assert done.returncode == 2
    assert ".docx" in done.stderr
    assert not (planted.folder / name).exists()


@pytest.mark.parametrize(
    ("url", "more", "said"),
    [
        ("https://elsewhere.example/a.txt", 'letter = "L"', "lies in no target"),
        ("{start}a.txt", "", "give the id of its letter"),
        ("{start}a.txt", 'letter = "L"\nsha256 = "' + "0" * 64 + '"', "give the id of its letter"),
        ("{start}a.txt", 'sha256 = "zz"', "canary[1].sha256"),
    ],
)
def test_a_canary_that_no_sweep_could_find_is_refused(planted: Estate, url: str, more: str, said: str) -> None:
    planted.scope(f'[[canary]]\nurl = "{url.format(start=planted.start)}"\n{more}')
    shown = planted.stray("scope", "show")
    assert shown.returncode == 2
    assert said in shown.stderr
    assert Path(url).name not in shown.stderr or "elsewhere" in url
