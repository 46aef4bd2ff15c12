"""Recordings over their life in a pack, as the commands do it, and found ones in `stray check`."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
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
    told = run_stray("pack", "add-audio", "audio", *PACK, "--register", "register.csv", cwd=folder)
    assert told.returncode == 0, told.stderr
    assert "3 recordings added, 0 replaced, 0 were there, 1 unreadable" in told.stderr
    assert "broken.wav: truncated" in told.stderr
    assert "1 files are no recordings" in told.stderr
    return folder


def test_a_recording_goes_in_is_found_and_goes_out(folder: Path) -> None:
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


def test_a_recogniser_without_its_model_is_refused(folder: Path) -> None:
    told = run_stray("check", "audio", *PACK, "--speech", "a:b", "no-such-folder", cwd=folder)
    assert (told.returncode, "no such folder" in told.stderr) == (2, True)
    told = run_stray("text", "audio/broken.wav", "--speech", "rm -rf", ".", cwd=folder)
    assert (told.returncode, "MODULE:FUNCTION" in told.stderr) == (2, True)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


SCOPE = """
organisation = "Example Hospital"
contact = "security@example.org"
[authority]
who = "J. Example"
reference = "IG-1"
expires = 2099-12-31
[pack]
path = "pack"
key = "pack.key"
[network]
private_addresses = ["127.0.0.1"]
[[site]]
url = "{url}"
kind = "open_directory"
tier = "own"
authority = "IG-1"
"""


def test_a_sweep_fetches_sound_where_recordings_are_known_and_finds_one(folder: Path, tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    (left / "waltz.wav").write_bytes(as_wav(made_speech(1, 40)))
    (left / "other.wav").write_bytes(as_wav(made_speech(60, 20)))
    shutil.copytree(folder / "pack", tmp_path / "pack")
    shutil.copy2(folder / "pack.key", tmp_path)
    with served(left) as url:
        (tmp_path / "scope.toml").write_text(SCOPE.format(url=url))
        before = run_stray("sweep", "scope.toml", cwd=tmp_path)
        assert before.returncode == 23, before.stderr  # found one; the words of the other were not read
    listed = run_stray("findings", "list", "--format", "json", "--reveal", cwd=tmp_path)
    (found,) = map(json.loads, listed.stdout.splitlines())
    assert found["url"].endswith("waltz.wav")
    assert found["verdict"] == "known_letter"
