"""What the matcher said of a case, in numbers; and the counts and bounds that tables are made of."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.matching.cases import Case
from matchers.matcher import Matcher
from matchers.verdicts import Judgement, Piece, Verdict

# A rare event that was never seen in n trials has a rate below 3 / n with 95 % confidence.
RULE_OF_THREE = 3
# Standard errors of a one-sided bound with 95 % confidence.
_ONE_SIDED = 1.645
# False positives are allowed at this rate in the second ranking figure.
ONE_IN = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer for one case.

    Attributes:
        row: the case's name.
        verdict: of the document.
        allowed: is it one that the document may have?
        held: letters that the document holds.
        known: of these, found as `known_letter`.
        named: of these, found at all.
        wrong: letters called known that the document does not hold.
        evidence: of each letter that the document holds, 0 where it was not found.
        stray_evidence: the most of any letter that it does not hold.
    """

    row: str
    verdict: Verdict
    allowed: bool
    held: int
    known: int
    named: int
    wrong: int
    evidence: tuple[float, ...]
    stray_evidence: float


def outcome(matcher: Matcher, case: Case) -> Outcome:
    """Match a case and compare."""
    pieces = [Piece(f"#page={number}", text) for number, text in enumerate(case.pages, 1)]
    return compared(case, matcher.match(pieces, case.partial))


def compared(case: Case, judgement: Judgement) -> Outcome:
    """A judgement beside what the case holds."""
    evidence = {match.letter_id: match.evidence for match in judgement.letters}
    known = {match.letter_id for match in judgement.letters if match.verdict is Verdict.KNOWN_LETTER}
    held = set(case.holds)
    strays = set(evidence) - held - set(case.also)
    return Outcome(
        row=case.name,
        verdict=judgement.verdict,
        allowed=judgement.verdict in case.verdicts,
        held=len(held),
        known=len(known & held),
        named=len(held & set(evidence)),
        wrong=len(known & strays),
        evidence=tuple(evidence.get(letter_id, 0.0) for letter_id in case.holds),
        stray_evidence=max((evidence[letter_id] for letter_id in strays), default=0.0),
    )


@dataclass(frozen=True, slots=True)
class RowFigures:
    """One row of a table, over all of its cases.

    Attributes:
        documents: cases.
        letters: that they hold.
        known: share of the letters found as `known_letter`; None where they hold none.
        at_least: lower bound of that share with 95 % confidence.
        ranked: share whose evidence is above that of every negative.
        ranked_in: share whose evidence is above that of all but one in a thousand negatives.
        wrong: documents in which a letter is called known that is not there.
        allowed: share of documents with a verdict that they may have.
        verdicts: documents by verdict.
    """

    documents: int
    letters: int
    known: float | None
    at_least: float | None
    ranked: float | None
    ranked_in: float | None
    wrong: int
    allowed: float
    verdicts: dict[str, int]


def row_figures(outcomes: Sequence[Outcome], zero: float, one_in: float) -> RowFigures:
    """Figures of one row; `zero` and `one_in` are the thresholds of evidence that the negatives set."""
    letters = sum(one.held for one in outcomes)
    known = sum(one.known for one in outcomes)
    evidence = [value for one in outcomes for value in one.evidence]
    return RowFigures(
        documents=len(outcomes),
        letters=letters,
        known=known / letters if letters else None,
        at_least=lower_bound(known, letters) if letters else None,
        ranked=sum(value > zero for value in evidence) / letters if letters else None,
        ranked_in=sum(value > one_in for value in evidence) / letters if letters else None,
        wrong=sum(one.wrong > 0 for one in outcomes),
        allowed=sum(one.allowed for one in outcomes) / len(outcomes),
        verdicts=dict(sorted(Counter(str(one.verdict) for one in outcomes).items())),
    )


def thresholds(negatives: Iterable[Outcome]) -> tuple[float, float]:
    """Evidence that no negative passes, and that one in a thousand passes."""
    ordered = sorted((one.stray_evidence for one in negatives), reverse=True)
    return (ordered[0], ordered[len(ordered) // ONE_IN]) if ordered else (0.0, 0.0)


def lower_bound(count: int, of: int) -> float:
    """Least share that goes with `count` in `of`, 95 % confidence: Wilson's, the rule of three where none is missed."""
    if count == of:
        return max(0.0, 1 - RULE_OF_THREE / of)
    share, square = count / of, _ONE_SIDED**2
    centre = share + square / (2 * of)
    spread = _ONE_SIDED * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, (centre - spread) / (1 + square / of))


def upper_bound(count: int, of: int) -> float:
    """Greatest share that goes with `count` in `of`, 95 % confidence."""
    return 1 - lower_bound(of - count, of)
