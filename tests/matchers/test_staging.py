"""Letters that wait for a build: whole or not there, sealed, and found again by the next build."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from matchers import staging
from matchers.hashed_letter import HashedLetter, Letter, LetterHasher
from matchers.keyring import Keyring
from matchers.keys import PackKey
from matchers.pack_format import PackParameters
from matchers.staging import StagedLetters, staged_folder

RING = Keyring.of(PackKey(bytes(range(32))))
TEXTS = ["Dear Mrs Example, it was good to see you on 12 April 2015.", "", "Żółć i 1234567 razy więcej słów", "ab"]


def hashed(texts: list[str] = TEXTS) -> list[HashedLetter]:
    letters = [Letter(f"Ł{n}", text, mark=n.to_bytes(8, "big")) for n, text in enumerate(texts)]
    return LetterHasher(RING, PackParameters()).hashed(letters)


def same(one: HashedLetter, other: HashedLetter) -> bool:
    arrays = ("tokens", "shapes", "numbers", "places", "shingles")
    plain = ("letter_id", "mark", "content", "symbols", "anchors")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and all(
        getattr(one, name) == getattr(other, name) for name in plain
    )


def ids(staged: StagedLetters) -> list[str]:
    return [staged.letter(number).letter_id for number in range(len(staged.marks))]


def test_letters_come_back_in_the_same_process_and_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "LETTERS_A_BATCH", 3)
    letters = hashed()
    staged = StagedLetters(tmp_path / "staged", RING)
    staged.add(letters[:3])
    staged.add(letters[3:])
    staged.flush()
    assert staged.chosen.tolist() == [0, 1, 2, 3]
    assert list(staged.chosen_ids()) == [(letter.letter_id, letter.mark) for letter in letters]
    for held in (staged, StagedLetters(tmp_path / "staged", RING)):
        for number, letter in enumerate(letters):
            assert same(held.letter(number), letter)
            assert held.tokens(number).tolist() == letter.tokens.tolist()
            assert held.numbers(number).tolist() == letter.numbers.tolist()
            assert held.shingles(number).tolist() == letter.shingles.tolist()
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "staged").iterdir()} == {0o600}
    staged.remove()
    assert not (tmp_path / "staged").exists()


def test_nothing_of_a_letter_lies_open(tmp_path: Path) -> None:
    letters = hashed()
    staged = StagedLetters(tmp_path / "staged", RING)
    staged.add(letters)
    staged.flush()
    lying = b"".join(path.read_bytes() for path in (tmp_path / "staged").iterdir())
    for letter in letters:
        assert letter.letter_id.encode() not in lying
        assert letter.mark not in lying
        for word in (*letter.tokens, *letter.shingles):
            assert word.tobytes() not in lying


def test_what_was_cut_or_changed_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "LETTERS_A_BATCH", 1)
    staged = StagedLetters(tmp_path / "staged", RING)
    for letter in hashed():
        staged.add([letter])
    paths = sorted((tmp_path / "staged").iterdir())
    paths[0].write_bytes(paths[0].read_bytes()[:-8])
    paths[1].write_bytes(b"cut")
    paths[2].rename(paths[2].with_suffix(".part"))
    again = StagedLetters(tmp_path / "staged", RING)
    assert ids(again) == ["Ł3"]
    assert len(list((tmp_path / "staged").iterdir())) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from matchers import staging
from tests.matchers.test_staging import RING, hashed
staging.LETTERS_A_BATCH = 1
staged = staging.StagedLetters(Path(sys.argv[1]), RING)
staged.add(hashed()[:1])
staging.sync_folder = os.fsync = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
staged.add(hashed()[2:3])
"""


def test_killed_while_it_writes_it_keeps_what_was_written(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "staged")],
        check=False, cwd=root, env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert ids(StagedLetters(tmp_path / "staged", RING)) == ["Ł0"]


def test_another_key_root_or_parameter_waits_elsewhere(tmp_path: Path) -> None:
    other = PackKey(b"o" * 32)
    rings = [RING, Keyring.of(other), RING.rotated(other), Keyring.of(other).rotated(PackKey(b"p" * 32))]
    folders = {staged_folder(tmp_path, ring, PackParameters()) for ring in rings}
    folders.add(staged_folder(tmp_path, RING, PackParameters(window=6)))
    assert len(folders) == 5


def test_letters_of_an_earlier_run_are_chosen_by_id_and_mark(tmp_path: Path) -> None:
    first = StagedLetters(tmp_path / "staged", RING)
    first.add(hashed())
    first.flush()
    assert first.can_be_resumed()
    again = StagedLetters(tmp_path / "staged", RING)
    assert len(again.chosen) == 0
    assert again.resume("Ł2", (2).to_bytes(8, "big"))
    assert not again.resume("Ł2", (3).to_bytes(8, "big"))
    assert not again.resume("Ł0", bytes(8)), "zeros are no mark"
    again.add(hashed(["another"]))
    again.flush()
    assert again.chosen.tolist() == [2, 4]
    assert [letter_id for letter_id, _ in again.chosen_ids()] == ["Ł2", "Ł0"]


def test_who_only_reads_leaves_what_others_are_writing(tmp_path: Path) -> None:
    StagedLetters(tmp_path / "staged", RING)
    half = tmp_path / "staged" / "00000001.part"
    half.write_bytes(b"half")
    StagedLetters(tmp_path / "staged", RING, only_read=True)
    assert half.exists()
