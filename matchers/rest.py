"""A document in which no letter was found: is it the organisation's template, and does a person's data stand on it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.document_text import DocumentText
from matchers.person_marks import MarkKind, marks_in
from matchers.template_text import RUN_SYMBOLS, TemplateText
from matchers.verdicts import Piece, Verdict

# Symbols of text below which nothing can be said: about 20 words.
LEAST_TEXT = 100

# Template text: the share of a document that runs of it must be; or symbols (60 words) whatever the share.
TEMPLATE_SHARE = 0.2
TEMPLATE_SYMBOLS_ANYWHERE = 300
# Symbols that one run must have where no noise breaks runs: 14 words. Stock phrases of the trade are mostly shorter. A
# document that has no more than such a run quotes the template: only a mark that is enough alone makes it a letter.
LONGEST_RUN = 70
# Noise breaks runs. So also: symbols of the window that is looked at, the share of it that template shingles must
# cover, symbols in such windows and their share of the document. At 10 % character error they cover 0.42 of template
# text.
WINDOW = 200
WINDOW_SHARE = 0.15
NOISY_SYMBOLS = 200
NOISY_SHARE = 0.12
# Noise is told from stock phrases of the trade by where template text breaks off: phrases between words (0.63 of the
# edges at the start of a word), noise anywhere (0.28 at 2 to 10 % character error). Fewest stretches that show it.
NOISY_EDGES = 0.45
FEWEST_STRETCHES = 4
# From this share of symbols that begin a word on, a script has no spaces, and edges say nothing. A symbol says as much
# as several letters of a script where words are longer (English: this share), three at most.
UNSPACED_SHARE = 0.5
LATIN_SHARE = 0.22
MOST_WEIGHT = 3.0

# Symbols on either side of template text in which marks belong to it: a page.
REACH = 3000
# Symbols of a mark that no template shingle may cover; the template's own telephone is covered whole. Noise uncovers
# what is near a wrong character, so there all but a few must be fresh.
FRESH_SYMBOLS = 1
NOISY_FRESH_SYMBOLS = 2

# Points that each kind of mark gives, once. A salutation is a person; dates and names of staff stand on leaflets too,
# so all kinds of one point together give no more than SLIGHT_MOST.
_POINTS: Mapping[MarkKind, int] = {
    MarkKind.BORN: 5,
    MarkKind.NUMBER: 5,
    MarkKind.REGISTER_NUMBER: 5,
    MarkKind.PATIENT: 5,
    MarkKind.SALUTATION: 5,
    MarkKind.ADDRESSEE: 3,
    MarkKind.PERSON_OF_AGE: 3,
    MarkKind.NAME: 3,
    MarkKind.OLD_DATE: 2,
    MarkKind.REFERENCE: 2,
    MarkKind.DOCTOR: 1,
    MarkKind.LONG_NUMBER: 2,
    MarkKind.AGE: 1,
    MarkKind.TITLED_NAME: 1,
    MarkKind.DATE: 1,
}
SLIGHT_MOST = 2
ENOUGH_POINTS = 5
# Points for dates, and for gaps of a few words with numbers in the midst of template text, from so many on. A form on
# which only a date was filled in has three such gaps at most.
MANY_DATES = 4
MANY_DATES_POINTS = 2
FILLINGS = 4
FILLINGS_POINTS = 3
MANY_FILLINGS = 6
# Measured values, and words of what one person did or had, from which text tells of a patient; and the points it gives.
STORY_MEASURES = 3
STORY_TELLING = 3
STORY_POINTS = 5
# Phrases of a patient's course, and what they give; and fields that are blank or masked, which beside measured values
# show a letter made nameless.
COURSE_PHRASES = 2
COURSE_POINTS = 3
BLANK_FIELDS = 3
NAMELESS_POINTS = 3
# The same for measured values without such words (other languages), some and many.
MEASURES = 2
MEASURES_POINTS = 2
MANY_MEASURES = 4
MANY_MEASURES_POINTS = 3


@dataclass(frozen=True, slots=True, repr=False)
class _Extent:
    """How much of a document is template text, if noise broke it, if it is a quote only, and what is in its reach."""

    share: float
    noisy: bool
    quote: bool
    near: list[tuple[int, int]]


def decide_rest(
    document: DocumentText, pieces: Sequence[Piece], template: TemplateText, partial: bool
) -> tuple[Verdict, str]:
    """The verdict, and its reason, for a document in which no letter was found.

    Args:
        document: made of the pieces.
        pieces: the text that marks of a person are looked for in, where there is template text.
        template: of the document.
        partial: the text is known to be incomplete.
    """
    if extent := _template_extent(document, template):
        return _of_template(document, pieces, template, (extent, partial))
    if partial:
        return Verdict.UNDETERMINED, "nothing found in the part of the document that could be read"
    if document.symbols < LEAST_TEXT:
        few = f"{document.symbols} letters and digits, fewer than {LEAST_TEXT}"
        return Verdict.UNDETERMINED, f"too little text: {few}"
    return Verdict.CLEAR, "no letter of the pack, and not its wording"


def _of_template(
    document: DocumentText, pieces: Sequence[Piece], template: TemplateText, where: tuple[_Extent, bool]
) -> tuple[Verdict, str]:
    extent, partial = where
    share = f"{extent.share:.0%} of the text is wording that letters of the pack share"
    kinds = _fresh_kinds(document, pieces, template, extent)
    fillings = 0 if extent.noisy else template.fillings(_numbers(document))
    if _enough(kinds, fillings, extent):
        return Verdict.SAME_TEMPLATE, f"{share}; with it {_listed(kinds, fillings)}, of no letter in the pack"
    if partial:
        return Verdict.UNDETERMINED, f"{share}; only a part of the document could be read"
    return Verdict.TEMPLATE_ONLY, f"{share}; no person's data stands with it"


def _numbers(document: DocumentText) -> NDArray[np.bool_]:
    """Where a number of two digits or more begins; a wrong character within a word or a blank may be one digit."""
    digit, begins = document.text.numeric, document.text.begins_token
    return digit & begins & np.append(digit[1:] & ~begins[1:], np.zeros(1, dtype=np.bool_))[: len(digit)]


def _template_extent(document: DocumentText, template: TemplateText) -> _Extent | None:
    """Where the template is; None where there is too little of it to speak of."""
    total = document.symbols
    covered = int(template.covered.sum())
    begins = document.text.begins_token
    starting = float(begins.mean()) if total else 0.0
    unspaced = starting >= UNSPACED_SHARE
    weight = min(MOST_WEIGHT, max(1.0, starting / LATIN_SHARE))
    if covered * weight < LONGEST_RUN * WINDOW_SHARE:
        return None
    noisy = not unspaced and _broken_by_noise(template.covered, begins)
    runs = template.symbols * weight
    starts, ends = template.starts, template.ends
    # Of a document of a few sentences less is a fifth.
    least = min(LONGEST_RUN, max(RUN_SYMBOLS, int(TEMPLATE_SHARE * total)))
    many = runs >= least and template.symbols >= TEMPLATE_SHARE * total
    quote = not many and runs < TEMPLATE_SYMBOLS_ANYWHERE
    if quote and (noisy or unspaced):
        dense = _dense_windows(template.covered, int(WINDOW / weight))
        symbols = int((dense[1] - dense[0]).sum())
        if symbols * weight >= NOISY_SYMBOLS and symbols >= NOISY_SHARE * total:
            (starts, ends), quote = dense, False
    if template.longest * weight < least and (quote or not (noisy or unspaced)):
        return None
    return _Extent(int((ends - starts).sum()) / total, noisy, quote, _widened(starts, ends, total))


def _broken_by_noise(covered: NDArray[np.bool_], begins: NDArray[np.bool_]) -> bool:
    """Does template text break off within words more often than between them?"""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], covered, [False])).astype(np.int8)))
    inner = edges[(edges > 0) & (edges < len(covered))]
    return len(edges) >= FEWEST_STRETCHES * 2 and float(begins[inner].mean()) < NOISY_EDGES


def _dense_windows(covered: NDArray[np.bool_], window: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and ends of the parts in which template shingles cover enough of every window."""
    window = min(window, len(covered))
    counts = np.concatenate(([0], np.cumsum(covered)))
    dense = np.flatnonzero(counts[window:] - counts[:-window] >= WINDOW_SHARE * window)
    if not len(dense):
        return dense, dense
    apart = np.flatnonzero(np.diff(dense) > window)
    return dense[np.concatenate(([0], apart + 1))], dense[np.append(apart, len(dense) - 1)] + window


def _widened(starts: NDArray[np.int64], ends: NDArray[np.int64], total: int) -> list[tuple[int, int]]:
    """The ranges with what lies within reach, joined where they meet."""
    low, high = np.maximum(starts - REACH, 0), np.minimum(ends + REACH, total)
    apart = np.flatnonzero(low[1:] > high[:-1])
    first, last = np.concatenate(([0], apart + 1)), np.append(apart, len(high) - 1)
    return list(zip(low[first].tolist(), high[last].tolist(), strict=True))


def _fresh_kinds(
    document: DocumentText, pieces: Sequence[Piece], template: TemplateText, extent: _Extent
) -> dict[MarkKind, int]:
    """How many marks of each kind stand near template text and are not part of it, up to the first that is enough."""
    counts = np.concatenate(([0], np.cumsum(~template.covered)))
    kinds: dict[MarkKind, int] = {}
    fresh = NOISY_FRESH_SYMBOLS if extent.noisy else FRESH_SYMBOLS
    for number, piece in enumerate(pieces):
        first, last = document.piece_starts[number : number + 2].tolist()
        offsets = document.text.offsets[first:last]
        for low, high in _within(extent.near, first, last):
            start, end = int(offsets[low - first]), int(offsets[high - first - 1]) + 1
            for mark in marks_in(piece.text[start:end], extent.noisy):
                # Numbers of another size would have all offsets converted, once for each mark.
                ends = np.array((start + mark.start, start + mark.end), dtype=offsets.dtype)
                at = first + np.searchsorted(offsets, ends)
                if counts[at[1]] - counts[at[0]] >= min(fresh, at[1] - at[0]) or mark.kind is MarkKind.BLANK:
                    kinds[mark.kind] = kinds.get(mark.kind, 0) + 1
                    if _POINTS.get(mark.kind, 0) >= ENOUGH_POINTS:
                        return kinds
    return kinds


def _within(ranges: list[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    cut = ((max(low, first), min(high, last)) for low, high in ranges)
    return [(low, high) for low, high in cut if low < high]


def _points(kinds: Mapping[MarkKind, int]) -> int:
    points = [_POINTS.get(kind, 0) for kind in kinds]
    slight = min(SLIGHT_MOST, points.count(1))
    dates = MANY_DATES_POINTS if kinds.get(MarkKind.DATE, 0) >= MANY_DATES else 0
    return sum(one for one in points if one > 1) + slight + dates + _story_points(kinds)


def _enough(kinds: Mapping[MarkKind, int], fillings: int, extent: _Extent) -> bool:
    """Do these marks make template text a letter to a person?"""
    if extent.quote:
        return any(_POINTS.get(kind, 0) >= ENOUGH_POINTS for kind in kinds)
    return _points(kinds) + _filling_points(fillings) >= ENOUGH_POINTS


def _filling_points(fillings: int) -> int:
    if fillings >= MANY_FILLINGS:
        return ENOUGH_POINTS
    return FILLINGS_POINTS if fillings >= FILLINGS else 0


def _story_points(kinds: Mapping[MarkKind, int]) -> int:
    """A letter whose names and numbers are masked still tells of a patient."""
    measures = kinds.get(MarkKind.MEASURE, 0)
    if measures >= STORY_MEASURES and kinds.get(MarkKind.TELLING, 0) >= STORY_TELLING:
        return STORY_POINTS
    points = COURSE_POINTS if kinds.get(MarkKind.COURSE, 0) >= COURSE_PHRASES else 0
    if measures >= MEASURES:
        points += MANY_MEASURES_POINTS if measures >= MANY_MEASURES else MEASURES_POINTS
        points += NAMELESS_POINTS if kinds.get(MarkKind.BLANK, 0) >= BLANK_FIELDS else 0
    return points


def _listed(kinds: Mapping[MarkKind, int], fillings: int) -> str:
    """The weightiest three, in words; numbers filled in where there are no marks to speak of."""
    telling = [kind for kind in kinds if kind is not MarkKind.BLANK]
    ordered = sorted(telling, key=lambda kind: (-_POINTS.get(kind, 0), list(MarkKind).index(kind)))
    filled = [f"numbers filled in at {fillings} places"] if fillings >= FILLINGS else []
    return ", ".join([*ordered, *filled][:3] if _points(kinds) >= ENOUGH_POINTS else [*filled, *ordered][:3])
