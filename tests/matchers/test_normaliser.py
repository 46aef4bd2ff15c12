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

UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x0F00, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0x20000, 0x323AF),
)
PAIRS = {"rn": "m", "cl": "d"}


def shown(text: Normalised) -> str:
    return "".join(map(chr, text.symbols.tolist()))


@given(st.text())
def test_offsets_are_places_in_the_text_and_do_not_decrease(text: str) -> None:
    result = normalise(text)
    assert len(result.symbols) == len(result.offsets) == len(result.begins_token) == len(result.numeric)
    assert (np.diff(result.offsets) >= 0).all()
    assert all(0 <= offset < len(text) for offset in result.offsets)
    assert 0 not in result.symbols


def plain_normalise(text: str) -> list[tuple[str, int, bool, bool]]:
    """Symbol, offset, whether a word begins and whether it is a digit, as the numpy version had it, said plainly."""
    symbols: list[tuple[str, int, int, bool, bool]] = []
    separators = 0
    for offset, character in enumerate(text):
        category = unicodedata.category(character)
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        letters = [part for part in plain if unicodedata.category(part)[0] in "LN"]
        digits = [str(unicodedata.decimal(part, part)) for part in letters]
        folded = "".join(digits).translate(str.maketrans("0158i\u0131łøđ", "olsblllod"))
        separators += not folded and category[0] != "M" and category != "Cf"
        alone = any(low <= ord(character) <= high for low, high in UNSPACED)
        symbols += [(symbol, offset, separators, alone, category == "Nd") for symbol in folded]
    kept: list[tuple[str, int, bool, bool]] = []
    for at, (symbol, offset, separator, alone, digit) in enumerate(symbols):
        before = symbols[at - 1] if at else ("", 0, -1, False, False)
        if before[0] + symbol in PAIRS:
            kept[-1] = (PAIRS[before[0] + symbol], *kept[-1][1:])
        else:
            kept.append((symbol, offset, separator != before[2] or alone or before[3], digit))
    return kept


@given(st.one_of(st.text(), st.text(alphabet="rncl1iI RN\u00ad東แ5é.٣ﬁ㎝\u0301-\n\ud800")))
def test_the_compiled_pass_does_what_is_said_plainly(text: str) -> None:
    result = normalise(text)
    columns = result.offsets.tolist(), result.begins_token.tolist(), result.numeric.tolist()
    assert list(zip(shown(result), *columns, strict=True)) == plain_normalise(text)


@pytest.mark.slow
def test_so_it_does_for_all_of_unicode() -> None:
    for start in range(0, 0x110000, 0x4000):
        text = "".join(map(chr, range(start, start + 0x4000, 7)))
        assert list(shown(normalise(text))) == [symbol for symbol, *_ in plain_normalise(text)]


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
