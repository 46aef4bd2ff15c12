"""Text to symbols: letters and digits of any script, folded, each with the offset of the code point it came from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

# Raised with every change that gives a text other symbols or other tokens: packs made before can not be compared.
NORMALISER_VERSION = 1

Offsets = NDArray[np.int64]

_BLOCK_BITS = 8
_BLOCK = 1 << _BLOCK_BITS
_CODE_POINTS = 0x110000

# One symbol for characters that optical recognition takes for one another. Only digits are folded into letters and i
# into l, so different numbers stay different.
_CONFUSED = str.maketrans("0158i\u0131łøđ", "olsblllod")
# Two symbols that are read as one, after the folding above (so `ci` counts as `cl`).
_CONFUSED_PAIRS = (("r", "n", "m"), ("c", "l", "d"))
_ZERO_WIDTH = "Cf"

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
        self._known = np.zeros(_CODE_POINTS >> _BLOCK_BITS, dtype=np.bool_)
        self._runs: list[int] = []
        self._learning = Lock()
        self.counts = np.zeros(_CODE_POINTS, dtype=np.uint8)
        self.starts = np.zeros(_CODE_POINTS, dtype=np.int64)
        self.separates = np.zeros(_CODE_POINTS, dtype=np.bool_)
        self.numeric = np.zeros(_CODE_POINTS, dtype=np.bool_)
        self.alone = np.zeros(_CODE_POINTS, dtype=np.bool_)
        self.flat = np.zeros(0, dtype=np.uint32)
        for first, last in _UNSPACED:
            self.alone[first : last + 1] = True

    def learn(self, points: NDArray[np.uint32]) -> None:
        """Make the tables hold every code point of a text."""
        blocks = np.unique(points >> _BLOCK_BITS)
        if self._known[blocks].all():
            return
        with self._learning:
            missing = blocks[~self._known[blocks]]
            for point in (missing[:, np.newaxis] * _BLOCK + np.arange(_BLOCK)).ravel().tolist():
                self._learn_point(point)
            self.flat = np.array(self._runs, dtype=np.uint32)
            self._known[missing] = True  # last: another thread may read as soon as a block is known

    def _learn_point(self, point: int) -> None:
        character = chr(point)
        folded = _folded(character)
        self.starts[point] = len(self._runs)
        self.counts[point] = len(folded)
        self._runs.extend(map(ord, folded))
        category = unicodedata.category(character)
        self.numeric[point] = category == "Nd"
        self.separates[point] = not folded and category[0] != "M" and category != _ZERO_WIDTH


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
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32, copy=False)
    _FOLDING.learn(points)
    counts = _FOLDING.counts[points]
    source = np.repeat(np.arange(len(points)), counts)
    of_symbol = points[source]
    within = np.arange(len(source)) - np.repeat(np.cumsum(counts, dtype=np.int64) - counts, counts)
    symbols = _FOLDING.flat[_FOLDING.starts[of_symbol] + within]
    separators = np.cumsum(_FOLDING.separates[points])[source]
    begins = np.ones(len(symbols), dtype=np.bool_)
    if len(symbols):
        alone = _FOLDING.alone[of_symbol]
        begins[1:] = (separators[1:] != separators[:-1]) | alone[1:] | alone[:-1]
    return _paired(symbols, source, begins, _FOLDING.numeric[of_symbol])


def _paired(
    symbols: NDArray[np.uint32], source: Offsets, begins: NDArray[np.bool_], numeric: NDArray[np.bool_]
) -> Normalised:
    """Fold the pairs that are read as one symbol; the pair's first symbol keeps its place."""
    dropped = np.zeros(len(symbols), dtype=np.bool_)
    folded = symbols.copy()
    for first, second, single in _CONFUSED_PAIRS:
        at = np.flatnonzero((symbols[:-1] == ord(first)) & (symbols[1:] == ord(second)))
        folded[at] = ord(single)
        dropped[at + 1] = True
    kept = ~dropped
    return Normalised(folded[kept], source[kept], begins[kept], numeric[kept])
