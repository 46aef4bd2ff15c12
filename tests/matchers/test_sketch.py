from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demo_range.letters import House, letter
from matchers.errors import SketchError
from matchers.keys import PackKey
from matchers.pack import Pack, open_pack
from matchers.pack_build import Letter, build_pack
from matchers.pack_life import rotate_key
from matchers.sketch import MOST_SHINGLES, ONE_IN, SPARSEST, Sketcher
from matchers.verdicts import Piece
from tests.matchers.conftest import letters_of

DIGEST = "ab" * 32


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("packs") / "pack"
    build_pack([Letter(f"L{n}", text) for n, text in enumerate(letters_of([House.IVF], 3))], folder, KEY)
    return open_pack(folder, KEY)


KEY = PackKey(b"k" * 32)


def long_text(symbols: int) -> str:
    drawn = np.random.default_rng(1).integers(0, 26, symbols)
    return "".join(chr(ord("a") + number) for number in drawn)


def test_what_was_sealed_is_opened_again_and_holds_no_text(pack: Pack) -> None:
    text = letter(House.IVF, 50, 1).text
    sketcher = Sketcher(pack)
    sketch = sketcher.sketched([Piece("", text)], partial=True)
    sealed = sketcher.sealed(sketch, DIGEST)
    opened = sketcher.opened(sealed, DIGEST)
    assert (opened.places == sketch.places).all()
    assert (opened.hashes == sketch.hashes).all()
    assert (opened.symbols, opened.one_in, opened.is_partial) == (sketch.symbols, ONE_IN, True)
    assert sketch.symbols / ONE_IN / 2 < len(sketch.places) < 2 * sketch.symbols / ONE_IN
    assert len(sealed) < 200 + 0.6 * sketch.symbols
    assert not any(word.encode() in sealed.lower() for word in text.lower().split() if len(word) > 3)


def test_sealed_twice_it_looks_different(pack: Pack) -> None:
    sketcher = Sketcher(pack)
    sketch = sketcher.sketched([Piece("", "the same words again and again " * 20)])
    assert sketcher.sealed(sketch, DIGEST)[:40] != sketcher.sealed(sketch, DIGEST)[:40]


def test_another_document_or_a_changed_byte_is_told(pack: Pack) -> None:
    sketcher = Sketcher(pack)
    sealed = sketcher.sealed(sketcher.sketched([Piece("", "word " * 100)]), DIGEST)
    with pytest.raises(SketchError):
        sketcher.opened(sealed, "cd" * 32)
    for place in (0, 20, len(sealed) - 1):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(SketchError):
            sketcher.opened(bytes(altered), DIGEST)
    with pytest.raises(SketchError):
        sketcher.opened(b"", DIGEST)


def test_another_key_and_a_rotated_one_open_nothing(pack: Pack, tmp_path: Path) -> None:
    texts = letters_of([House.IVF], 3)
    folder = tmp_path / "pack"
    build_pack([Letter(f"L{n}", text) for n, text in enumerate(texts)], folder, KEY)
    before = Sketcher(open_pack(folder, KEY))
    assert before.space == Sketcher(pack).space, "built again under the same key, sketches can be used"
    sealed = before.sealed(before.sketched([Piece("", texts[0])]), DIGEST)
    new = PackKey(b"n" * 32)
    rotate_key(folder, KEY, new)
    after = Sketcher(open_pack(folder, new))
    assert after.space != before.space
    with pytest.raises(SketchError):
        after.opened(sealed, DIGEST)


def test_without_text_it_is_empty(pack: Pack) -> None:
    sketcher = Sketcher(pack)
    for pieces in ([], [Piece("", "")], [Piece("", "short")]):
        sketch = sketcher.opened(sketcher.sealed(sketcher.sketched(pieces), DIGEST), DIGEST)
        assert (len(sketch.places), sketch.is_too_long) == (0, False)


def test_a_long_document_is_sampled_more_sparsely_and_a_longer_one_not_at_all(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchers.sketch.MOST_SHINGLES", 200)
    monkeypatch.setattr("matchers.sketch.PART_POINTS", 1_000)
    sketcher = Sketcher(pack)
    sparse = sketcher.sketched([Piece("", long_text(6_000))])
    assert ONE_IN < sparse.one_in <= SPARSEST
    assert 50 < len(sparse.places) <= 200
    assert sketcher.opened(sketcher.sealed(sparse, DIGEST), DIGEST).one_in == sparse.one_in
    none = sketcher.sketched([Piece("", long_text(40_000))])
    assert none.is_too_long
    assert sketcher.opened(sketcher.sealed(none, DIGEST), DIGEST).is_too_long
    assert MOST_SHINGLES > 200


def test_the_file_inside_that_a_place_is_of(pack: Pack) -> None:
    sketcher = Sketcher(pack)
    pieces = [Piece("", "a" * 30), Piece("!/one.txt", "b" * 30), Piece("!/two.txt", "c" * 30)]
    sketch = sketcher.sketched(pieces, file_of=lambda path: path)
    again = sketcher.opened(sketcher.sealed(sketch, DIGEST), DIGEST)
    assert [again.file_at(symbol) for symbol in (0, 29, 30, 65, 89)] == [
        "", "", "!/one.txt", "!/two.txt", "!/two.txt",
    ]  # fmt: skip


def test_parts_leave_out_no_more_than_what_runs_across(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    text = long_text(20_000)
    whole = Sketcher(pack).sketched([Piece("", text)])
    monkeypatch.setattr("matchers.sketch.PART_POINTS", 1_000)
    parts = Sketcher(pack).sketched([Piece("", text)])
    assert set(parts.places.tolist()) <= set(whole.places.tolist())
    assert len(whole.places) - len(parts.places) < 40
