"""From numbers to verdicts, with the reasons in words. Every threshold of the matcher that is a judgement is here.

Set on dictated clinical texts (700 known, 507 others; as they are, and on letter templates) and on generated letters of
six templates with 1, 2, 6 and 40 letters each; `python -m benchmarks.matching` shows what they give.
"""

from __future__ import annotations

from dataclasses import dataclass

from matchers.scoring import LetterScore
from matchers.verdicts import Verdict

# The whole letter. Share of its distinctive words; another patient's letter on the same template reaches 0.43, the
# letter itself at 5 % character error 0.59 at the least.
WHOLE_WORDS = 0.5
# Tenths of the letter in which they must be found where there are holes: a stock paragraph may hold most of a letter's
# words, but not here and there.
WHOLE_SPREAD = 0.6
# Share of its distinctive numbers (dates, doses, identifiers): another patient's reach 0.38, the letter at 5 %
# character error 0.59. Not asked where so many words are found that only the numbers can have been masked.
WHOLE_NUMBERS = 0.4
MASKED_WORDS = 0.75
FEWEST_NUMBERS = 4
# Symbols of evidence: a name, a date and an address.
WHOLE_EVIDENCE = 80

# The whole letter with heavy noise (10 % character error): nearly all of it without a hole, if with many words lost.
NOISY_CONTAINMENT = 0.85
NOISY_HOLES = 0.03
NOISY_WORDS = 0.3
NOISY_EVIDENCE = 120

# A passage. Share of words in holes: another patient's letter has 0.07 or more, an excerpt none.
PASSAGE_HOLES = 0.05
# Share of the distinctive words within reach; another patient's letter reaches 0.56, excerpts at 5 % error 0.62.
PASSAGE_WORDS = 0.6
# A document that is nothing but the passage: share of it that is explained, symbols without a hole (80 words) and
# symbols of evidence; where no other letter shows what the template is, the length of 115 words.
EXPLAINED = 0.85
EXPLAINED_STRETCH = 400
EXPLAINED_STRETCH_ALONE = 560
EXPLAINED_EVIDENCE = 100
# Words of a common phrase beyond the passage can make a hole; so much is borne where so many words in reach are found.
EXPLAINED_HOLES = 0.1
EXPLAINED_WORDS = 0.8
# A passage within other text: symbols without a hole (100 words); symbols of evidence, and the same where words are
# lost; numbers of the letter's own in it, which paragraphs that clinicians use again lack; and template text around it
# from which it stands in another patient's letter.
EMBEDDED_STRETCH = 500
EMBEDDED_EVIDENCE = 150
EMBEDDED_WORDS = 0.75
EMBEDDED_UNIQUE = 250
EMBEDDED_NUMBERS = 2
EMBEDDED_FRAME = 120
# Share of the numbers in reach that must be found in any passage that holds FEWEST_NUMBERS or more.
PASSAGE_NUMBERS = 0.5

# A shared passage: distinctive words in one stretch; and the same where two or three letters have the passage.
SHARED_WORDS = 25
SHARED_WORDS_OF_FEW = 40
# A short document that is nothing but a passage: symbols without a hole (40 words) and of evidence.
SHORT_STRETCH = 200
SHORT_EVIDENCE = 60

# A letter whose template no other letter in the pack has: less of it than this share stands in others too, in a pack
# that is small, or whose middling letter has more than the other share in common with others.
ALONE_SHARED = 0.1
SMALL_PACK = 20
TEMPLATED_PACK = 0.3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the pack says about how far a letter's text is its own.

    Attributes:
        letters: in the pack.
        shared: share of the letter that other letters have too, in long runs.
        median_shared: the same for the middling letter of the pack.
    """

    letters: int
    shared: float
    median_shared: float

    @property
    def alone(self) -> bool:
        """Is the letter's template, if it has one, unknown, because no other letter shows it?"""
        templated = self.letters < SMALL_PACK or self.median_shared >= TEMPLATED_PACK
        return templated and self.shared < ALONE_SHARED


def decide_whole(score: LetterScore, around: Surroundings) -> bool:
    """Is the letter there, all but small parts?"""
    numbers_agree = score.numbers.of_whole >= WHOLE_NUMBERS or score.numbers.whole < FEWEST_NUMBERS
    if score.hole_share > PASSAGE_HOLES and score.spread < WHOLE_SPREAD:
        return False
    if around.alone and not (numbers_agree and score.hole_share <= PASSAGE_HOLES):
        return False
    masked = score.words.of_whole >= MASKED_WORDS
    if score.words.of_whole >= WHOLE_WORDS and (numbers_agree or masked) and score.evidence >= WHOLE_EVIDENCE:
        return True
    unbroken = score.containment >= NOISY_CONTAINMENT and score.hole_share <= NOISY_HOLES
    known = score.words.of_whole >= NOISY_WORDS and score.evidence >= NOISY_EVIDENCE
    return unbroken and known and numbers_agree


def decide_passage(score: LetterScore, around: Surroundings) -> bool:
    """Is a part of the letter there that is long enough to be nobody else's?"""
    if score.hole_share > _holes_allowed(score, around) or score.words.of_reach < PASSAGE_WORDS:
        return False
    if score.numbers.reach >= FEWEST_NUMBERS and score.numbers.of_reach < PASSAGE_NUMBERS:
        return False
    # In a small pack, what a few letters share may be all that shows the template.
    own = score.unique if around.letters < SMALL_PACK else score.evidence
    stretch = EXPLAINED_STRETCH_ALONE if around.alone else EXPLAINED_STRETCH
    if own >= EXPLAINED_EVIDENCE and _explained(score, stretch, EXPLAINED_EVIDENCE):
        return True
    return not around.alone and score.hole_share <= PASSAGE_HOLES and _embedded(score)


def _holes_allowed(score: LetterScore, around: Surroundings) -> float:
    sure = not around.alone and score.words.of_reach >= EXPLAINED_WORDS
    return EXPLAINED_HOLES if sure else PASSAGE_HOLES


def _embedded(score: LetterScore) -> bool:
    """Is this an excerpt within other text, and not a stock paragraph in another patient's letter?"""
    if score.frame >= EMBEDDED_FRAME or score.numbers.found < EMBEDDED_NUMBERS:
        return False
    clean = score.words.of_reach >= EMBEDDED_WORDS and score.evidence >= EMBEDDED_EVIDENCE
    return score.longest_stretch >= EMBEDDED_STRETCH and (clean or score.unique >= EMBEDDED_UNIQUE)


def decide_shared(score: LetterScore, around: Surroundings) -> bool:
    """Is a passage of the letter there that may be another letter's too?"""
    if score.passage >= SHARED_WORDS:
        return True
    if score.hole_share > PASSAGE_HOLES:
        return False
    if _explained(score, SHORT_STRETCH, SHORT_EVIDENCE):
        return True
    own = score.words.of_reach >= EMBEDDED_WORDS and score.unique >= EXPLAINED_EVIDENCE
    if own and score.longest_stretch >= EXPLAINED_STRETCH:
        return True
    if score.few_passage < SHARED_WORDS_OF_FEW:
        return False
    return around.letters >= SMALL_PACK or _explained(score, EXPLAINED_STRETCH, EXPLAINED_EVIDENCE)


def _explained(score: LetterScore, stretch: int, evidence: int) -> bool:
    """Is the document nothing but one passage?"""
    long_enough = score.longest_stretch >= stretch and score.evidence >= evidence
    return long_enough and score.explained >= EXPLAINED


def decide_letter(score: LetterScore, around: Surroundings) -> Verdict | None:
    """The verdict for one letter in one part of a document; None where it is not there."""
    if decide_whole(score, around) or decide_passage(score, around):
        return Verdict.KNOWN_LETTER
    return Verdict.SHARED_PASSAGE if decide_shared(score, around) else None


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
