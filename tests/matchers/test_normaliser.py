"""What the normaliser folds, what it keeps, and that every symbol knows its place."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.normaliser import Normalised, normalise


def shown(text: Normalised) -> str:
    return "".join(map(chr, text.symbols.tolist()))


@given(st.text())
def test_offsets_are_places_in_the_text_and_do_not_decrease(text: str) -> None:
    result = normalise(text)
    assert len(result.symbols) == len(result.offsets) == len(result.begins_token) == len(result.numeric)
    assert (np.diff(result.offsets) >= 0).all()
    assert all(0 <= offset < len(text) for offset in result.offsets)
    assert 0 not in result.symbols


@given(st.text())
def test_a_symbol_comes_from_the_character_at_its_offset(text: str) -> None:
    result = normalise(text)
    for symbol, offset in zip(shown(result), result.offsets.tolist(), strict=True):
        alone = shown(normalise(text[offset]))
        # `rn` and `cl` become one symbol, which stands at the first of the two.
        assert symbol in alone or (symbol in "md" and alone[-1] in "rc")


@given(st.text(), st.text())
def test_what_a_character_gives_does_not_hang_on_text_far_away(left: str, right: str) -> None:
    apart = shown(normalise(left)), shown(normalise(right))
    assert shown(normalise(left + "q" + right)) == f"{apart[0]}q{apart[1]}"


@given(st.text())
def test_composed_and_decomposed_text_are_the_same(text: str) -> None:
    assert shown(normalise(unicodedata.normalize("NFC", text))) == shown(normalise(unicodedata.normalize("NFD", text)))


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_space_and_punctuation_do_not_count(text: str) -> None:
    assert shown(normalise(" ".join(text))) == shown(normalise("\n-".join(text)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Modern CLINIC", "modem dinic"),
        ("l0st in 15 days", "lost ln l5 days"),
        ("ﬁnal eﬀect", "final effect"),
        ("naïve café", "naive cafe"),
        ("Łódź, Ørsted", "Lodz Orsted"),
        ("fertil\u00adity", "fertility"),
        ("hyphen-\nated", "hyphenated"),
        ("Straße", "STRASSE"),
        ("१२ अगस्त", "12 अगस्त"),
        ("２０２４年", "2024年"),
    ],
)
def test_equal_when_read_or_typed_another_way(one: str, other: str) -> None:
    assert shown(normalise(one)) == shown(normalise(other))


def test_different_numbers_stay_different() -> None:
    assert len({shown(normalise(str(number))) for number in range(1000, 3000)}) == 2000


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("one two-three\nfour's", ["one", "two", "three", "four", "s"]),
        ("東京 病院", ["東", "京", "病", "院"]),
        ("soft\u00adhyphen", ["softhyphen"]),
        ("هذا نص", ["هذا", "نص"]),
    ],
)
def test_tokens_begin_where_words_do(text: str, tokens: list[str]) -> None:
    result = normalise(text)
    begins = [*np.flatnonzero(result.begins_token).tolist(), len(result)]
    found = [shown(result)[start:end] for start, end in pairwise(begins)]
    assert found == [shown(normalise(token)) for token in tokens]


def test_digits_are_known_as_such() -> None:
    result = normalise("a1 b٢ iO")
    assert result.numeric.tolist() == [False, True, False, True, False, False]


def test_empty_and_lone_surrogates() -> None:
    assert len(normalise("")) == 0
    assert shown(normalise("a\ud800b")) == "ab"


def test_threads_may_share_the_tables() -> None:
    texts = ["".join(map(chr, range(start, start + 3000))) for start in range(0x3400, 0x9000, 3000)] * 4
    with ThreadPoolExecutor(8) as pool:
        together = [shown(result) for result in pool.map(normalise, texts)]
    assert together == [shown(normalise(text)) for text in texts]
