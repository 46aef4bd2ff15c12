"""A new letter that is a copy of a stored one, told without the stored one's text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from demo_range.letters import House
from matchers.copies import MOST_VARIANTS
from matchers.hashed_letter import Letter, LetterHasher
from matchers.keys import PackKey
from matchers.known_copies import KnownCopies
from matchers.pack import Pack, open_pack
from matchers.pack_build import build_pack
from tests.matchers.conftest import letters_of

KEY = PackKey(bytes(range(32)))


def packed(folder: Path, texts: Sequence[str]) -> Pack:
    build_pack([Letter(f"L{n}", text) for n, text in enumerate(texts)], folder / "pack", KEY)
    return open_pack(folder / "pack", KEY)


def copies(pack: Pack, text: str, gone: Sequence[int] = ()) -> list[int]:
    letter = LetterHasher(pack.keyring, pack.parameters).hashed([Letter("new", text)])[0]
    kept = np.ones(pack.letters, dtype=np.bool_)
    kept[list(gone)] = False
    return KnownCopies(pack, kept).of(letter, pack.look_up(letter.shingles).postings)


@pytest.mark.parametrize("house", list(House))
def test_a_copy_is_told_and_no_other_patients_letter(tmp_path: Path, house: House) -> None:
    texts = letters_of([house], 12)
    pack = packed(tmp_path, texts[:8])
    for number, text in enumerate(texts):
        assert copies(pack, text) == ([number] if number < 8 else [])
        assert copies(pack, f"{text}\nCopies to Dr Vale and the patient") == ([number] if number < 8 else [])


def test_another_number_or_another_patient_at_the_head_is_no_copy(tmp_path: Path) -> None:
    text = letters_of([House.IVF], 1)[0]
    pack = packed(tmp_path, [text])
    assert copies(pack, text) == [0]
    words = text.split()
    assert copies(pack, " ".join(["Another", "Person", *words[2:]])) == []
    assert copies(pack, f"{text} Telephone 020 7946 0123") == []
    assert copies(pack, " ".join(words[: len(words) // 2])) == []


def test_a_letter_that_goes_is_nobodys_original(tmp_path: Path) -> None:
    texts = letters_of([House.PLAIN], 3)
    assert copies(packed(tmp_path, texts), texts[1], gone=[1]) == []


def test_what_is_there_in_too_many_wordings_is_a_form(tmp_path: Path) -> None:
    text = letters_of([House.PLAIN], 1)[0]
    names = ("Vale", "Mere", "Dene", "Holt", "Beck", "Firth", "Tarn", "Moor", "Fell", "Croft")
    few = packed(tmp_path / "few", [f"{text} {name}" for name in names[: MOST_VARIANTS - 1]])
    assert len(copies(few, text)) == MOST_VARIANTS - 1
    many = packed(tmp_path / "many", [f"{text} {name}" for name in names[:MOST_VARIANTS]])
    assert copies(many, text) == []
