"""Text to symbols: letters and digits of any script, folded, each with the offset of the code point it came from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given

Offsets = NDArray[np.int32]

_BLOCK_BITS = 8
_BLOCK = 1 << _BLOCK_BITS
_CODE_POINTS = 0x110000

# One symbol for characters that optical recognition takes for one another. Only digits are folded into letters and i
# into l, so different numbers stay different.
_CONFUSED = str.maketrans("0158i\u0131łøđ", "olsblllod")
# Two symbols that are read as one, after the folding above (so `ci` counts as `cl`): `rn` as `m`, `cl` as `d`.
_R, _N, _M, _C, _L, _D = (np.uint32(ord(letter)) for letter in "rnmcld")
_ZERO_WIDTH = "Cf"

# What a table entry holds of a code point: where its symbols begin (23 bits), how many (5), and four marks. An entry
# of 0 was not learned yet.
_LEARNED, _SEPARATES, _NUMERIC, _ALONE = np.uint32(1), np.uint32(2), np.uint32(4), np.uint32(8)
_COUNT_SHIFT, _START_SHIFT = np.uint32(4), np.uint32(9)
_COUNT_MASK = np.uint32(0x1F)

# Scripts that put no space between words: each symbol is a token of its own there.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x109F),  # Tibetan, Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # ideographs, extension A
    (0x4E00, 0x9FFF),  # ideographs
    (0x20000, 0x323AF),  # ideographs, further extensions
)


@dataclass(frozen=True, slots=True, repr=False)
class Normalised:
    """What a text says, without how it is set.

    Attributes:
        symbols: folded code points, never 0.
        offsets: for each symbol the code point of the text that it came from; does not decrease.
        begins_token: for each symbol, whether a word begins with it.
        numeric: for each symbol, whether it came from a digit.
    """

    symbols: NDArray[np.uint32]
    offsets: Offsets
    begins_token: NDArray[np.bool_]
    numeric: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.symbols)


class _Folding:
    """The fold of every code point, computed a block of 256 at a time when a text first needs it."""

    def __init__(self) -> None:
        self._runs: list[int] = []
        self._learning = Lock()
        self.entries = np.zeros(_CODE_POINTS, dtype=np.uint32)
        self.flat = np.zeros(0, dtype=np.uint32)

    def learn(self, points: NDArray[np.uint32]) -> None:
        """Make the tables hold every code point of a text."""
        blocks = np.unique(points >> _BLOCK_BITS)
        with self._learning:
            missing = blocks[self.entries[blocks << _BLOCK_BITS] == 0]
            learned = (missing[:, np.newaxis] * _BLOCK + np.arange(_BLOCK)).ravel().tolist()
            entries = [self._entry(point) for point in learned]
            self.flat = np.array(self._runs, dtype=np.uint32)
            self.entries[learned] = entries  # last: another thread may read what an entry says as soon as it is there

    def _entry(self, point: int) -> int:
        character = chr(point)
        folded = _folded(character)
        start = len(self._runs)
        self._runs.extend(map(ord, folded))
        category = unicodedata.category(character)
        marks = _LEARNED
        if not folded and category[0] != "M" and category != _ZERO_WIDTH:
            marks |= _SEPARATES
        if category == "Nd":
            marks |= _NUMERIC
        if any(first <= point <= last for first, last in _UNSPACED):
            marks |= _ALONE
        return start << int(_START_SHIFT) | len(folded) << int(_COUNT_SHIFT) | int(marks)


def _folded(character: str) -> str:
    """Compatibility decomposition without marks, case folded: what a code point gives does not hang on its neighbours.

    NFKC alone would keep accents, which recognition and re-typing lose.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = [_digit(part) for part in plain if unicodedata.category(part)[0] in "LN"]
    return "".join(kept).translate(_CONFUSED)


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


_FOLDING = _Folding()


def normalise(text: str) -> Normalised:
    """Fold a text. Linear in its length; the longest expansion of one code point is 18 symbols."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    count = _symbol_count(points, _FOLDING.entries)
    if count < 0:
        _FOLDING.learn(points)
        count = _symbol_count(points, _FOLDING.entries)
    words, marks = np.empty((2, count), dtype=np.uint32), np.empty((2, count), dtype=np.bool_)
    kept = _fold(points, _FOLDING.entries, _FOLDING.flat, words, marks)
    return Normalised(words[0, :kept], words[1, :kept].view(np.int32), marks[0, :kept], marks[1, :kept])


@compiled(NUMBER, (given("u4"), given("u4")))
def _symbol_count(points: NDArray[np.uint32], entries: NDArray[np.uint32]) -> int | np.int64:
    """Symbols that a text folds to before pairs are folded; -1 if there is a code point that was not learned yet."""
    total, learned = np.uint32(0), _LEARNED
    for point in points:
        learned &= entries[point]
        total += entries[point] >> _COUNT_SHIFT & _COUNT_MASK
    return np.int64(total) if learned else -1


@compiled(NUMBER, (given("u4"), given("u4"), given("u4"), filled("u4", 2), filled("?", 2)))
def _fold(
    points: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    flat: NDArray[np.uint32],
    words: NDArray[np.uint32],
    marks: NDArray[np.bool_],
) -> int:
    """Fill in symbols and offsets, which begin a token and which are numeric; returns how many symbols are left.

    The first symbol of a pair that is read as one keeps its place.
    """
    kept, last, before, apart = 0, np.uint32(0), np.uint32(0), True
    for index in range(len(points)):
        entry = entries[points[index]]
        apart |= entry & _SEPARATES != 0
        start = entry >> _START_SHIFT
        for place in range(start, start + (entry >> _COUNT_SHIFT & _COUNT_MASK)):
            symbol = flat[place]
            if last == _R and symbol == _N:
                words[0, kept - 1] = _M
            elif last == _C and symbol == _L:
                words[0, kept - 1] = _D
            else:
                words[0, kept], words[1, kept] = symbol, index
                marks[0, kept] = apart or (entry | before) & _ALONE != 0
                marks[1, kept] = entry & _NUMERIC != 0
                kept += 1
            last, before, apart = symbol, entry, False
    return kept
