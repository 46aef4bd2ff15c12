"""One document against one pack: which letters it holds, and what it is if it holds none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from matchers.anchors import AnchorFinding, DocumentIdentifiers, Stretcher, compare, compare_letter, settles
from matchers.contacts import Contact
from matchers.deciding import reason
from matchers.pack import Pack
from matchers.part_matching import Found, PartMatching
from matchers.parts import OVERLAP_POINTS, part_of, part_ranges
from matchers.people import RegisteredCategories, people_of
from matchers.rest import decide_rest
from matchers.scoring import union_length
from matchers.sensitivity import MOST_LETTER_TEXT, Category, categories_in
from matchers.settling import Settled, settled
from matchers.surrounding_text import ranges_of, texts_by_letter
from matchers.thresholds import MILLION
from matchers.verdicts import Judgement, LetterMatch, Piece, Span, Verdict, strongest

# Rows of the index that one part may have, and the code points from which a part with more is cut smaller: a row takes
# 100 bytes while it is looked at.
MOST_ROWS = 4_000_000
LEAST_PART_POINTS = 4 * OVERLAP_POINTS
# Symbols of text below which a document that holds something rare of a letter, too little for a verdict, is one for a
# person to look at: about 60 words.
SHORT_TEXT = 300
# From here on expectations are told without decimals.
_WHOLE_FROM = 10


@dataclass(frozen=True, slots=True, repr=False)
class _Judged:
    """What a part of a document holds.

    Attributes:
        letters: found in it.
        symbols: of its text.
        rest: verdict and reason where there is no letter.
        left: letters of which little was found, and which were not compared word by word.
    """

    letters: list[Found]
    symbols: int
    rest: tuple[Verdict, str]
    left: int


class Matcher:
    """Compares documents with one pack. Holds no state between documents."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._stretcher = Stretcher(pack.keyring.root)
        self._categories = RegisteredCategories(self._stretcher)

    @property
    def pack(self) -> Pack:
        """The pack that documents are compared with."""
        return self._pack

    def match(self, pieces: Sequence[Piece], partial: bool = False) -> Judgement:
        """Judge a document by the text of its pieces.

        Args:
            pieces: in reading order; a letter may run from one piece to the next.
            partial: the text is known to be incomplete, so finding nothing says nothing.
        """
        parts = [self._judged(matching, partial) for matching in self._parts(pieces)]
        found = [one for part in parts for one in part.letters]
        left = sum(part.left for part in parts)
        if not found:
            return _without_letters([part.rest for part in parts], left, pieces)
        identifiers = DocumentIdentifiers(pieces, self._stretcher)
        size = parts[0].symbols if len(parts) == 1 else None
        points = sum(len(piece.text) for piece in pieces)
        groups = list(_by_letter(found))
        around = _texts_by_letter(pieces, groups)
        told = [
            self._told(group, identifiers, points, size, texts) for group, texts in zip(groups, around, strict=True)
        ]
        told.sort(key=lambda one: (one[0].verdict.rank, -one[0].evidence, one[0].letter_id))
        letters = tuple(match for match, _ in told)
        reasons = (*(why for _, why in told), *_not_compared(left))
        return Judgement(strongest(one.verdict for one in letters), letters, reasons)

    def contacts(self, pieces: Sequence[Piece]) -> list[Contact]:
        """What a document has of letters, and how strongly that might make each known: what calibration counts."""
        return [contact for matching in self._parts(pieces) for contact in matching.contacts()]

    def is_about(self, pieces: Sequence[Piece], letters: Iterable[int]) -> bool:
        """Do registered identifiers say that a document is about the patient of one of these letters of the pack?"""
        document = DocumentIdentifiers(pieces, self._stretcher)
        found = (compare(self._pack.letter(one).anchors(), document, document.everywhere()) for one in letters)
        return any(settles(one.states) is AnchorFinding.SAME_PERSON for one in found)

    def _parts(self, pieces: Sequence[Piece]) -> Iterator[PartMatching]:
        ranges = list(part_ranges(sum(len(piece.text) for piece in pieces)))
        while ranges:
            start, end = ranges.pop(0)
            matching = PartMatching(self._pack, part_of(pieces, start, end))
            if matching.rows > MOST_ROWS and end - start > LEAST_PART_POINTS:
                half = (end - start + OVERLAP_POINTS) // 2 + 1
                ranges[:0] = [(start + low, start + high) for low, high in part_ranges(end - start, half)]
            else:
                yield matching

    @staticmethod
    def _judged(matching: PartMatching, partial: bool) -> _Judged:
        letters = matching.letters()
        symbols = matching.document.symbols
        if letters:
            return _Judged(letters, symbols, (Verdict.CLEAR, ""), matching.left)
        verdict, why = decide_rest(matching.document, matching.part.pieces, matching.template, partial)
        weak = verdict in {Verdict.CLEAR, Verdict.TEMPLATE_ONLY} and 0 < symbols < SHORT_TEXT
        if weak and matching.holds_rare():
            verdict, why = Verdict.UNDETERMINED, f"{why}; too short to tell whose it is, and a few words of it are rare"
        return _Judged([], symbols, (verdict, why), matching.left)

    def _told(
        self,
        group: list[Found],
        identifiers: DocumentIdentifiers,
        points: int,
        size: int | None,
        texts: Iterable[str],
    ) -> tuple[LetterMatch, str]:
        """A letter's match and reason, from what was found of it in one part or several, and the text around it."""
        best = min(group, key=lambda one: (one.verdict.rank, -one.score.strength))
        spans = tuple(dict.fromkeys(span for one in group for span in one.spans))
        registered = best.letter.anchors()
        anchors = compare_letter(registered, identifiers, spans)
        by_passage = all(one.by_passage for one in group)
        heard = settled(best.verdict, best.score, by_passage, anchors.states, self._pack.thresholds)
        length = union_length([own for one in group for own in one.letter_ranges])
        covered = _share(spans, points) if size is None else union_length(best.doc_ranges) / size
        match = LetterMatch(
            letter_id=best.letter.letter_id,
            verdict=heard.verdict,
            containment=length / best.letter.sizes.symbols,
            coverage=covered,
            evidence=float(best.score.evidence),
            anchors=heard.states,
            spans=spans,
            false_per_million=_expected(group) if heard.verdict is best.verdict is Verdict.KNOWN_LETTER else None,
        )
        why = [
            reason(best.score, heard.verdict, best.around, len(spans)),
            *_by_chance(match.false_per_million),
            *_beside(heard, anchors.cut, group),
        ]
        said = f"letter {match.letter_id}: {', '.join(why)}"
        categories = {*categories_in(texts, MOST_LETTER_TEXT), *self._categories.of(registered)}
        meaning = replace(
            match,
            reasons=(said,),
            categories=tuple(category for category in Category if category in categories),
            people=people_of(registered, match.letter_id),
        )
        return meaning, said


def _by_letter(found: Iterable[Found]) -> Iterable[list[Found]]:
    groups: dict[str, list[Found]] = {}
    for one in found:
        groups.setdefault(one.letter.letter_id, []).append(one)
    return groups.values()


def _share(spans: Sequence[Span], points: int) -> float:
    """The share of a document's code points, of which there are so many, that lie in spans."""
    of_piece: dict[str, list[tuple[int, int]]] = {}
    for span in spans:
        of_piece.setdefault(span.piece, []).append(span.doc)
    return sum(map(union_length, of_piece.values())) / max(1, points)


def _expected(group: Iterable[Found]) -> float | None:
    """The least that one of its places gives: no more documents come to all of them."""
    return min((one.false_per_million for one in group if one.false_per_million is not None), default=None)


def _by_chance(per_million: float | None) -> Iterator[str]:
    if per_million is not None and per_million < MILLION:
        yield f"so much is expected by chance in at most {_number(per_million)} of a million other patients' documents"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= _WHOLE_FROM else f"{value:.2g}"


def _beside(heard: Settled, cut: frozenset[str], group: list[Found]) -> Iterator[str]:
    """What else a person should know: what identifiers say, and what was not looked at."""
    if heard.reason:
        yield heard.reason
    if cut:
        yield f"not looked for everywhere: {', '.join(sorted(cut))}"
    if left := sum(one.left for one in group):
        yield f"and {left} more places that were not compared word by word"


def _not_compared(left: int) -> Iterator[str]:
    """That a bound was reached, if it was."""
    if left:
        yield f"{left} more letters, of which less was found, were not compared word by word"


def _texts_by_letter(pieces: Sequence[Piece], groups: Sequence[Sequence[Found]]) -> list[list[str]]:
    """For each letter the document's text that belongs to it."""
    return texts_by_letter(pieces, [ranges_of(span for one in group for span in one.spans) for group in groups])


def _without_letters(rests: Sequence[tuple[Verdict, str]], left: int, pieces: Sequence[Piece]) -> Judgement:
    """A document without letters: its strongest part tells; a part with little text tells nothing where others do."""
    telling = [rest for rest in rests if rest[0] is not Verdict.UNDETERMINED] or rests
    verdict, why = min(telling, key=lambda rest: rest[0].rank)
    categories = categories_in(piece.text for piece in pieces) if verdict is Verdict.SAME_TEMPLATE else ()
    return Judgement(verdict, (), (why, *_not_compared(left)), categories)
