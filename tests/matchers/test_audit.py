"""The attacks on a pack find nothing in a sound one, and find what is wrong in others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demo_range.letters import House
from matchers.audit import Observation, audit_pack
from matchers.keys import PackKey
from matchers.pack import Pack, open_pack
from matchers.pack_build import Letter, build_pack
from tests.matchers.conftest import letters_of

KEY = PackKey(bytes(range(32)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = letters_of([House.IVF, House.PLAIN], 10)
    build_pack([Letter(f"letter-{n}", text) for n, text in enumerate(texts)], tmp_path / "pack", KEY)
    return tmp_path / "pack"


def audited(pack: Pack, folder: Path) -> dict[str, Observation]:
    return {seen.name: seen for seen in audit_pack(pack, folder)}


def test_a_sound_pack_gives_no_alarm_and_every_attack_says_something(folder: Path) -> None:
    seen = audited(open_pack(folder, KEY), folder)
    assert [one.words for one in seen.values() if one.is_alarm] == []
    assert {"unevenness_token_hashes", "unevenness_table_values", "words_of_other_letters_sealed"} < seen.keys()
    assert 0 < seen["passages_told_by_1"].value < 1
    assert seen["core_days_nhs_number_anchors"].value > 0.1
    assert seen["core_days_date_of_birth_anchors"].value < 0.1


def test_what_others_can_read_and_what_does_not_belong_there_is_told(folder: Path) -> None:
    pack = open_pack(folder, KEY)
    (folder / "notes.txt").write_text("letter-3 and letter-11")
    (folder / "notes.txt").chmod(0o644)
    seen = audited(pack, folder)
    assert {name for name, one in seen.items() if one.is_alarm} == {
        "readable_by_others", "foreign_files", "ids_in_clear",
    }  # fmt: skip


def test_words_that_lie_open_are_told(folder: Path) -> None:
    pack = open_pack(folder, KEY)
    path = next(folder.glob("arrays-*/token_hashes.bin"))
    path.write_bytes(b"".join(pack.letter(0).tokens().astype("<u2").tobytes() for _ in range(20)))
    pack._arrays["token_hashes"] = np.fromfile(path, dtype="<u2")
    seen = audited(pack, folder)
    assert {"unevenness_token_hashes", "repeated_words"} <= {name for name, one in seen.items() if one.is_alarm}


def test_a_pack_of_one_letter_shows_its_size(tmp_path: Path) -> None:
    build_pack([Letter("letter-0", letters_of([House.IVF], 1)[0])], tmp_path / "pack", KEY)
    assert audited(open_pack(tmp_path / "pack", KEY), tmp_path / "pack")["one_letter"].is_alarm
