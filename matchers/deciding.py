"""From numbers to verdicts, with the reasons in words. Every threshold of the matcher that is a judgement is here.

Set on dictated clinical texts on letter templates (500 known, 310 independent others) and on generated letters of six
templates (240 known, 480 others); `python -m benchmarks.matching` shows what they give.
"""

from __future__ import annotations

from dataclasses import dataclass

from matchers.scoring import LetterScore
from matchers.thresholds import DEFAULT_THRESHOLDS, Rule, Thresholds
from matchers.verdicts import Verdict

# Share of a letter from which it is there. At 20 % character error one letter in twenty loses a quarter at its ends,
# and of pages in another order one that is all template is not found; so less from this rate on, and where words of
# nearly all tenths are there without a hole.
WHOLE = 0.75
NOISY_WHOLE = 0.5
NOISY_LOSS = 0.12
UNBROKEN_SPREAD = 0.9
# Tenths of the letter in which its words must be found where there are holes: a stock paragraph may hold most of a
# letter's words, but not here and there.
WHOLE_SPREAD = 0.6
# Share of a document's part from which that is nothing but the passage, and rare symbols that the passage must have.
# What other patients' texts share with a letter and stands alone has 78 at most, 30 words of a letter 115.
EXPLAINED = 0.75
EXPLAINED_EVIDENCE = 80
# A whole letter whose names and numbers are masked or replaced: share of its distinctive words that is found. Another
# patient's letter on the same template has 0.43 of them at most.
MASKED_WORDS = 0.5
# Share of words in holes that a passage may have. Another patient's letter has 0.07 or more, an excerpt none, or a
# common phrase beyond its end.
PASSAGE_HOLES = 0.1
# Template text, in symbols, around a passage that the passage's letter does not explain: it stands in another letter.
EMBEDDED_FRAME = 120
# Numbers of the letter's own in a passage within other text; paragraphs that clinicians use again have none.
EMBEDDED_NUMBERS = 2
# Strength of a passage standing alone, too short to be known, that is worth telling.
SHORT_STRENGTH = 7.0

# A letter whose template no other letter in the pack has: less of it than this share stands in others too, in a pack
# that is small, or whose middling letter has more than the other share in common with others.
ALONE_SHARED = 0.1
SMALL_PACK = 20
TEMPLATED_PACK = 0.3
# Letters on a template from which its variants begin to be known: with 6 or 10, others' passages reach a strength of
# 64. From the second number on they are known; between them each letter that is missing takes so much from a strength.
LEARNED_FROM = 12
WELL_LEARNED_FROM = 40
DOUBT_A_LETTER = 0.5
# Passages of such letters must be so many times stronger to be worth telling.
UNLEARNED_SHARED = 2
# Such a letter's template words count as its own, so more is asked: next to no holes, its own numbers there, and of a
# passage 115 words in symbols. Holes of another patient's letter are 0.07 or more, its share of the numbers 0.38.
LONE_HOLES = 0.05
LONE_NUMBERS = 0.4
LONE_STRETCH = 560
FEWEST_NUMBERS = 4


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the pack says about how far a letter's text is its own.

    Attributes:
        letters: in the pack.
        shared: share of the letter that other letters have too, in long runs.
        median_shared: the same for the middling letter of the pack.
        siblings: letters that share the letter's template, itself included; 0 where it has none that is known.
    """

    letters: int
    shared: float
    median_shared: float
    siblings: int

    @property
    def small(self) -> bool:
        """Are there too few letters to learn a template from what four of them share?"""
        return self.letters < SMALL_PACK

    @property
    def alone(self) -> bool:
        """Is the letter's template, if it has one, unknown, because no other letter shows it?"""
        return self._templated and self.shared < ALONE_SHARED

    @property
    def learned(self) -> bool:
        """Do enough letters share the letter's template to show what of it is template? Or has it none?"""
        return not self._templated or self.siblings >= LEARNED_FROM

    @property
    def doubt(self) -> float:
        """What is taken from a strength because some of the letter's words may be template."""
        known = not self._templated or not self.learned
        return 0.0 if known else DOUBT_A_LETTER * max(0, WELL_LEARNED_FROM - self.siblings)

    @property
    def _templated(self) -> bool:
        return self.small or self.median_shared >= TEMPLATED_PACK


def claims(score: LetterScore, around: Surroundings) -> dict[Rule, float]:
    """The rules by which a letter may be known in one part of a document, and how strongly."""
    if around.alone and not _may_be_lone(score):
        return {}
    unbroken = score.hole_share <= PASSAGE_HOLES
    strength = score.strength - around.doubt
    found = {}
    if _all_over(score) and (unbroken or (around.learned and score.spread >= WHOLE_SPREAD)):
        found[Rule.WHOLE] = strength
        if score.words.of_reach >= MASKED_WORDS and around.learned:
            found[Rule.MASKED] = score.best - around.doubt
    if not unbroken or (around.alone and score.longest_stretch < LONE_STRETCH):
        return found
    if score.explained >= EXPLAINED and score.evidence >= EXPLAINED_EVIDENCE:
        found[Rule.ALONE] = strength
    elif score.frame < EMBEDDED_FRAME and score.numbers.found >= EMBEDDED_NUMBERS and not around.alone:
        found[Rule.EMBEDDED] = strength
    return found


def _all_over(score: LetterScore) -> bool:
    """Is so much of the letter there that it is the letter?"""
    if score.loss >= NOISY_LOSS or (score.spread >= UNBROKEN_SPREAD and not score.hole_share):
        return score.containment >= NOISY_WHOLE
    return score.containment >= WHOLE


def _may_be_lone(score: LetterScore) -> bool:
    numbers = score.numbers.reach < FEWEST_NUMBERS or score.numbers.of_reach >= LONE_NUMBERS
    return numbers and score.hole_share <= LONE_HOLES


def rules_met(score: LetterScore, around: Surroundings, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> list[Rule]:
    """The rules by which a letter is known."""
    found = claims(score, around)
    return [rule for rule, strength in found.items() if strength >= thresholds.least(rule, around.learned)]


def decide_letter(
    score: LetterScore, around: Surroundings, thresholds: Thresholds = DEFAULT_THRESHOLDS
) -> Verdict | None:
    """The verdict for one letter in one part of a document; None where it is not there."""
    if rules_met(score, around, thresholds):
        return Verdict.KNOWN_LETTER
    least = thresholds.shared * (1 if around.learned else UNLEARNED_SHARED)
    return Verdict.SHARED_PASSAGE if _is_shared(score, least) else None


def _is_shared(score: LetterScore, least: float) -> bool:
    """Is a passage of the letter there that may be another letter's too?"""
    unbroken = score.hole_share <= PASSAGE_HOLES and score.strength >= least
    short = score.explained >= EXPLAINED and score.strength >= SHORT_STRENGTH
    return unbroken or short or score.best >= least


def reason(score: LetterScore, verdict: Verdict, around: Surroundings, spans: int) -> str:
    """Why a letter got its verdict, in words that a person can check."""
    where = f"in {spans} spans" if spans > 1 else "in one span"
    parts = [
        f"{score.evidence} characters that few other letters have",
        f"{score.containment:.0%} of the letter {where}",
    ]
    if score.numbers.whole >= FEWEST_NUMBERS:
        parts.append(f"{score.numbers.found} of its {score.numbers.whole} own numbers")
    if score.hole_share > PASSAGE_HOLES:
        parts.append(f"{score.hole_share:.0%} of what lies between says other things")
    if verdict is Verdict.SHARED_PASSAGE and around.alone:
        parts.append("no other letter in the pack shows what of it is template")
    return ", ".join(parts)
