from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from demo_range.letters import House
from matchers.audit import audit_pack
from matchers.errors import PackBuildError, PackDamagedError
from matchers.keys import PackKey
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.pack_life import Change, change_pack, merge_packs, rotate_key, set_thresholds
from matchers.sound_life import add_recordings
from matchers.sound_matcher import RecordingMatcher
from matchers.sound_store import Recording
from matchers.verifying import verify_pack
from tests.matchers.conftest import letters_of, pack_files
from tests.matchers.sounds import heard, recording, speech

KEY, NEW = PackKey(bytes(range(32))), PackKey(b"n" * 32)
LETTERS = [Letter(f"L{n}", text) for n, text in enumerate(letters_of((House.IVF,), 3))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build_pack(LETTERS, tmp_path / "pack", KEY)
    add_recordings(tmp_path / "pack", KEY, [recording(f"D{seed}", speech(seed, 30)) for seed in (1, 2, 3)])
    return tmp_path / "pack"


def ids(folder: Path, key: PackKey = KEY) -> set[str]:
    stored = open_pack(folder, key).recordings
    return {stored.recording_id(number) for number in range(len(stored))} if stored else set()


def known(folder: Path, seed: int, key: PackKey = KEY) -> list[str]:
    judgement = RecordingMatcher(open_pack(folder, key)).match([heard(speech(seed, 30))])
    return [match.letter_id for match in judgement.letters]


def test_recordings_raise_the_version_and_without_them_it_is_the_old_one(folder: Path) -> None:
    assert json.loads((folder / "pack.json").read_text())["format_version"] == 4
    change_pack(folder, KEY, Change(erase=["D1", "D2", "D3"]))
    content = json.loads((folder / "pack.json").read_text())
    assert content["format_version"] == 3
    assert "sounds" not in content
    assert not list(folder.glob("sounds-*"))


def test_added_ones_are_known_and_an_id_that_is_there_is_replaced(folder: Path) -> None:
    done = add_recordings(folder, KEY, [recording("D4", speech(4, 30)), recording("D1", speech(5, 30))])
    assert (done.added, done.replaced, done.recordings) == (1, 1, 4)
    assert known(folder, 4) == ["D4"]
    assert known(folder, 5) == ["D1"]
    assert known(folder, 1) == []
    assert len(list(folder.glob("sounds-*"))) == 1


def test_adding_none_changes_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in pack_files(folder)}
    assert add_recordings(folder, KEY, []).recordings == 3
    assert {path: path.read_bytes() for path in pack_files(folder)} == before


def test_an_id_twice_changes_nothing(folder: Path) -> None:
    with pytest.raises(PackBuildError, match="two recordings"):
        add_recordings(folder, KEY, [recording("D9", speech(4, 30)), recording("D9", speech(5, 30))])
    assert ids(folder) == {"D1", "D2", "D3"}


def test_recordings_outlive_every_change_of_letters(folder: Path) -> None:
    text = letters_of((House.PLAIN,), 1)[0]
    change_pack(folder, KEY, Change([Letter("L9", text)], erase=["L0"]))
    set_thresholds(folder, KEY, None)
    assert ids(folder) == {"D1", "D2", "D3"}
    build_pack(LETTERS, folder, KEY)
    assert known(folder, 2) == ["D2"]
    verify_pack(open_pack(folder, KEY), folder)


def test_letters_and_recordings_are_erased_together(folder: Path) -> None:
    done = change_pack(folder, KEY, Change(erase=["L0", "D2"]))
    assert (done.erased, done.unheard) == (1, 1)
    assert ids(folder) == {"D1", "D3"}
    assert open_pack(folder, KEY).letters == 2
    assert known(folder, 2) == []


def test_what_is_neither_is_refused(folder: Path) -> None:
    with pytest.raises(PackBuildError, match="1 of 2 ids"):
        change_pack(folder, KEY, Change(erase=["D2", "D7"]))
    assert ids(folder) == {"D1", "D2", "D3"}


def test_rotation_seals_them_under_the_new_key(folder: Path) -> None:
    rotate_key(folder, KEY, NEW)
    assert known(folder, 3, NEW) == ["D3"]
    verify_pack(open_pack(folder, NEW), folder)


def test_merging_takes_those_of_the_other_pack(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    build_pack(LETTERS, other, KEY)
    add_recordings(other, KEY, [recording("D1", speech(1, 30)), recording("D7", speech(7, 30))])
    assert merge_packs(folder, other, KEY).heard == 1
    assert ids(folder) == {"D1", "D2", "D3", "D7"}
    add_recordings(other, KEY, [recording("D2", speech(8, 30))])
    with pytest.raises(PackBuildError, match="1 recordings are in both packs"):
        merge_packs(folder, other, KEY)


def test_no_frame_and_no_id_lies_open_and_two_of_the_same_differ(folder: Path, tmp_path: Path) -> None:
    frames = recording("D1", speech(1, 30)).frames
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"D1" not in content or path.suffix != ".bin" or len(content) > 1000
            for at in range(10, 400, 25):
                assert frames[at : at + 2].tobytes() not in content or not frames[at : at + 2].all()
    twin = tmp_path / "twin"
    build_pack(LETTERS, twin, KEY)
    add_recordings(twin, KEY, [Recording(f"D{seed}", bytes(16), np.asarray(frames)) for seed in (1, 2)])
    mine = np.fromfile(next(twin.glob("sounds-*/sound_frames.bin")), dtype="<u4")
    assert (mine[: len(frames)] == mine[len(frames) :]).mean() < 0.01
    index = np.fromfile(next(twin.glob("sounds-*/sound_index.bin")), dtype="<u8")
    assert len(np.unique(index)) == len(index)


def test_the_audit_looks_at_them_and_finds_nothing_strange(folder: Path) -> None:
    seen = {each.name: each for each in audit_pack(open_pack(folder, KEY), folder)}
    assert seen["recordings"].value == 3
    assert not seen["foreign_files"].is_alarm
    assert not seen["unevenness_sound_frames"].is_alarm
    assert not seen["unevenness_sound_index"].is_alarm


def test_a_damaged_file_is_told(folder: Path) -> None:
    path = next(folder.glob("sounds-*/sound_sizes.bin"))
    content = bytearray(path.read_bytes())
    content[0] ^= 255
    path.write_bytes(bytes(content))
    with pytest.raises(PackDamagedError):
        open_pack(folder, KEY)
