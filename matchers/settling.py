"""What registered identifiers near a letter's text change about its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matchers.anchors import AnchorFinding, settles
from matchers.scoring import LetterScore
from matchers.thresholds import Thresholds
from matchers.verdicts import AnchorState, Verdict

# Rare symbols that a shared passage must have to be known by its patient's identifiers: 40 words. The head of a new
# letter to the same patient, with name, address and numbers, has up to 150.
SETTLED_EVIDENCE = 200
# Rate of character errors from which an identifier in conflict, beside others that agree or alone, was misread.
MISREAD_LOSS = 0.02


@dataclass(frozen=True, slots=True)
class Settled:
    """A verdict with the identifiers heard.

    Attributes:
        verdict: after them.
        states: of each registered kind.
        reason: in words; empty where they changed nothing and say nothing.
    """

    verdict: Verdict
    states: Mapping[str, AnchorState]
    reason: str


def settled(
    verdict: Verdict, score: LetterScore, by_passage: bool, states: Mapping[str, AnchorState], thresholds: Thresholds
) -> Settled:
    """Hear the identifiers.

    Args:
        verdict: by the text.
        score: of the text.
        by_passage: the letter is known by a passage only, which clinicians may use again for another patient.
        states: of each registered kind, near the text.
        thresholds: of the pack.
    """
    agree = AnchorState.AGREE in states.values()
    alone = list(states.values()).count(AnchorState.CONFLICT) == 1
    if score.loss >= MISREAD_LOSS and (agree or alone):
        misread = {kind: AnchorState.ABSENT for kind, state in states.items() if state is AnchorState.CONFLICT}
        states = {**states, **misread}
    finding = settles(states)
    if finding is AnchorFinding.SAME_PERSON:
        enough = score.evidence >= SETTLED_EVIDENCE
        raised = Verdict.KNOWN_LETTER if enough else verdict
        return Settled(raised, states, "registered identifiers of its patient stand with it")
    conflict = AnchorState.CONFLICT in states.values()
    weak = conflict and not agree and score.strength < thresholds.unlearned
    if verdict is Verdict.KNOWN_LETTER and (weak or (by_passage and finding is AnchorFinding.OTHER_PERSON)):
        used = "identifiers of another person stand with it, so the passage may have been used again"
        return Settled(Verdict.SHARED_PASSAGE, states, used)
    return Settled(verdict, states, "identifiers of another person stand with it" if conflict and not agree else "")
