"""What the matcher answers: verdicts, spans, and reasons in words that hold no letter text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from matchers.sensitivity import Category


class Verdict(StrEnum):
    """What a document is to the pack, strongest first."""

    KNOWN_LETTER = "known_letter"
    SHARED_PASSAGE = "shared_passage"
    SAME_TEMPLATE = "same_template"
    TEMPLATE_ONLY = "template_only"
    UNDETERMINED = "undetermined"
    CLEAR = "clear"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return _RANKS[self]


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


def strongest(verdicts: Iterable[Verdict], otherwise: Verdict = Verdict.CLEAR) -> Verdict:
    """The strongest of some verdicts; `otherwise` where there are none."""
    return min(verdicts, key=lambda verdict: verdict.rank, default=otherwise)


class AnchorState(StrEnum):
    """What a registered identifier of the letter says about the document."""

    AGREE = "agree"
    CONFLICT = "conflict"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """One part of a document's text, such as a page or an attachment, and where it lies in the document."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """The same text in both: code points from start up to, not including, end.

    Attributes:
        piece: path of the piece that `doc` counts in.
        doc: range in the piece's text.
        letter: range in the letter's text, as the pack was built from it.
    """

    piece: str
    doc: tuple[int, int]
    letter: tuple[int, int]


@dataclass(frozen=True, slots=True)
class LetterMatch:
    """One letter of the pack that a document holds something of.

    Attributes:
        letter_id: the opaque id that the letter was given.
        verdict: `known_letter` or `shared_passage`.
        containment: share of the letter that lies in the spans, 0 to 1.
        coverage: share of the document that lies in the spans, 0 to 1.
        evidence: symbols of the letter found in the document that few other letters have, counted once each.
        anchors: registered identifiers by kind; empty where none were registered.
        spans: ordered by their place in the document.
        false_per_million: documents of a million, of other patients on the same templates, that come so far by chance;
            an upper bound of 95 %. None where the letter is not known, or is known by its identifiers.
        heard: it is a recording: evidence and spans count seconds.
        reasons: why, as the judgement says of this letter.
        categories: what of special protection the document speaks of where the letter's text is, and what the register
            says of the letter.
        people: keyed ids of the people whom the register says the letter is about; empty where it says nothing.
    """

    letter_id: str
    verdict: Verdict
    containment: float
    coverage: float
    evidence: float
    anchors: Mapping[str, AnchorState] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    false_per_million: float | None = None
    heard: bool = False
    reasons: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    people: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one document: its verdict, every letter found, strongest first, and why.

    `categories` are those of a document of ours that no letter of the pack explains.
    """

    verdict: Verdict
    letters: tuple[LetterMatch, ...]
    reasons: tuple[str, ...]
    categories: tuple[Category, ...] = ()


def joined(one: Judgement, other: Judgement) -> Judgement:
    """Two answers for one document, of its text and of its recordings, as one."""
    letters = sorted((*one.letters, *other.letters), key=lambda letter: letter.verdict.rank)
    return Judgement(
        strongest((one.verdict, other.verdict)),
        tuple(letters),
        other.reasons + one.reasons if other.letters else one.reasons + other.reasons,
        one.categories or other.categories,
    )
