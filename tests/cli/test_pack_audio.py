"""Recordings over their life in a pack, as the commands do it, and found ones in `stray check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo_range.letters import House, letter
from demo_range.speech import as_wav, made_speech
from tests.cli.conftest import run_stray

PACK = ("--pack", "pack", "--key", "pack.key")
SECRET = "MrsSecret"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audio")
    (folder / "letters").mkdir()
    (folder / "audio" / "day1").mkdir(parents=True)
    for number in range(5):
        (folder / "letters" / f"{number}.txt").write_text(letter(House.PLAIN, number, 5).text)
    for number in range(3):
        (folder / "audio" / "day1" / f"{SECRET}{number}.wav").write_bytes(as_wav(made_speech(number, 40)))
    (folder / "audio" / "notes.txt").write_text("no recording")
    (folder / "audio" / "broken.wav").write_bytes(as_wav(made_speech(9, 40))[:200])
    (folder / "register.csv").write_text(f"letter_id,file\nD17,day1/{SECRET}0.wav\n")
    assert run_stray("pack", "build", "letters", *PACK, cwd=folder).returncode == 0
    return folder


def test_a_recording_goes_in_is_found_and_goes_out(folder: Path) -> None:
    told = run_stray("pack", "add-audio", "audio", *PACK, "--register", "register.csv", cwd=folder)
    assert told.returncode == 0, told.stderr
    assert "3 recordings added, 0 replaced, 0 were there, 1 unreadable" in told.stderr
    assert "broken.wav: truncated" in told.stderr
    assert "1 files are no recordings" in told.stderr
    assert SECRET in (folder / "pack.key.letters.csv").read_text()

    again = run_stray("pack", "add-audio", "audio", *PACK, "--register", "register.csv", cwd=folder)
    assert "0 recordings added, 0 replaced, 3 were there" in again.stderr

    inspected = json.loads(run_stray("pack", "inspect", *PACK, "--format", "json", cwd=folder).stdout)
    assert (inspected["recordings"], inspected["format_version"]) == (3, 4)
    assert inspected["recorded_seconds"] == pytest.approx(120, abs=3)
    assert "3 recordings" in run_stray("pack", "verify", *PACK, cwd=folder).stderr
    assert run_stray("pack", "audit", *PACK, cwd=folder).returncode == 0

    (folder / "found").mkdir()
    (folder / "found" / "x.wav").write_bytes(as_wav(made_speech(0, 40)[8000 * 10 : 8000 * 30] * 0.2))
    (folder / "found" / "y.wav").write_bytes(as_wav(made_speech(50, 20)))
    checked = run_stray("check", "found", *PACK, "--format", "json", cwd=folder)
    assert checked.returncode in {22, 23}, checked.stderr
    known, other = sorted(map(json.loads, checked.stdout.splitlines()), key=lambda each: str(each["target"]))
    assert (known["verdict"], known["letters"][0]["letter_id"]) == ("known_letter", "D17")
    assert known["letters"][0]["heard"] is True
    assert known["letters"][0]["spans"][0]["doc"][1] in range(18, 23)
    assert "s of recording D17" in known["reasons"][0]
    assert known["skipped"] == []
    assert other["letters"] == []
    assert other["skipped"][0]["detail"] == "a recording: its words were not read"

    erased = run_stray("pack", "erase", "D17", *PACK, cwd=folder)
    assert "0 erased, 1 recordings erased" in erased.stderr
    gone = run_stray("check", "found/x.wav", *PACK, "--format", "json", cwd=folder)
    assert json.loads(gone.stdout)["letters"] == []
