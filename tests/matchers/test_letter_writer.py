"""Classes of words and kept shingles, as the pack in the making sees them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matchers.keys import PackKey
from matchers.letter_writer import symbols_in_runs
from matchers.normaliser import normalise
from matchers.pack import Pack, open_pack
from matchers.pack_build import Letter, build_pack
from matchers.rewriting import MOST_PLACES
from matchers.token_shapes import TokenClass

FRAME = "Thank you for referring this patient to the clinic where they were seen {} and we talked about the way ahead."


def build(folder: Path, key: PackKey, texts: Sequence[str]) -> Pack:
    build_pack([Letter(f"L{number}", text) for number, text in enumerate(texts)], folder, key)
    return open_pack(folder, key)


def classes(pack: Pack, letter: int) -> list[TokenClass]:
    return [TokenClass(value) for value in pack.letter(letter).shapes().classes]


def test_words_have_the_class_of_the_passage_they_stand_in(tmp_path: Path, key: PackKey) -> None:
    texts = [FRAME.format(word) for word in ("yesterday", "tomorrow", "alone", "together")]
    pack = build(tmp_path / "pack", key, [*texts, "Quite another letter, of which nobody else has a single line."])
    own = classes(pack, 0)
    assert own[13] is TokenClass.UNIQUE
    assert {*own[:13], *own[14:]} == {TokenClass.TEMPLATE}
    assert set(classes(pack, 4)) == {TokenClass.UNIQUE}
    assert pack.letter(0).sizes.shared_share > 0.5
    assert pack.letter(4).sizes.shared_share == 0.0


def test_what_two_letters_share_is_few(tmp_path: Path, key: PackKey) -> None:
    pack = build(tmp_path / "pack", key, [FRAME.format("yesterday"), FRAME.format("tomorrow")])
    assert classes(pack, 1).count(TokenClass.FEW) == len(classes(pack, 1)) - 1
    assert pack.template_shingles == 0


def test_a_letter_that_repeats_itself_does_not_flood_the_index(tmp_path: Path, key: PackKey) -> None:
    pack = build(tmp_path / "pack", key, ["The same sentence over and over again. " * 500])
    hashes = pack.shingles_of(normalise("The same sentence over and over again. " * 2))
    assert pack.shingles <= MOST_PLACES * len(set(hashes.tolist()))


def test_symbols_in_runs() -> None:
    marks = np.array([1, 1, 1, 0, 1, 1, 0, 1], dtype=np.bool_)
    assert symbols_in_runs(marks, 2) == 5
    assert symbols_in_runs(marks, 4) == 0
