"""Letters in every form held against a pack: how near others come to being known, and how surely its own are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from matchers.contacts import Contact
from matchers.letter_forms import FORMS, Form, formed
from matchers.matcher import Matcher
from matchers.thresholds import Level, Rule, Thresholds, level_of
from matchers.verdicts import Piece

# Share of a letter's own words, which no other letter of the pack has, from which a whole letter that was read well is
# that letter, or another version of it. Other patients' letters on the same template have 0.43 of those in reach at
# most, and 0.31 of all of them (800 generated letters on six templates and 214 dictated ones).
LOOKALIKE_WORDS = 0.5


class Scale(StrEnum):
    """What the strength of contacts is counted in; those of one scale tell of one another how they fall off."""

    STRENGTH = "strength"
    BEST = "best"
    UNLEARNED = "unlearned"


SCALES: Mapping[Level, Scale] = {
    Level.WHOLE: Scale.STRENGTH,
    Level.MASKED: Scale.BEST,
    Level.ALONE: Scale.STRENGTH,
    Level.EMBEDDED: Scale.STRENGTH,
    Level.UNLEARNED: Scale.UNLEARNED,
}


class LeftOut(StrEnum):
    """Why a text says nothing of chance; `changed`: why one that has an id of the pack says nothing of the pack."""

    LOOKALIKE = "lookalike"
    SAME_PERSON = "same_person"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Near:
    """How near a document that is none of the pack's letters comes, in the form in which it comes nearest.

    Attributes:
        letter_id: of the document.
        contacts: the strongest contact by scale.
        claims: the strongest that a letter might be known by, by level.
    """

    letter_id: str
    contacts: Mapping[Scale, float]
    claims: Mapping[Level, float]

    def is_known(self, thresholds: Thresholds) -> bool:
        """Is some letter of the pack found in it?"""
        return any(strength >= getattr(thresholds, level) for level, strength in self.claims.items())


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a letter of the pack is known by in each form.

    Attributes:
        claims: by the form's name; rule, whether its template is learned, strength.
    """

    claims: Mapping[str, tuple[tuple[Rule, bool, float], ...]]

    def is_known(self, form: Form, thresholds: Thresholds) -> bool:
        """Is the letter known in this form?"""
        return any(
            strength >= thresholds.least(rule, learned) for rule, learned, strength in self.claims.get(form.name, ())
        )


def tried_other(matcher: Matcher, letter_id: str, text: str, beside: str) -> Near | LeftOut:
    """Hold a letter that the pack does not have against it, in every form.

    Args:
        matcher: on the pack.
        letter_id: of the letter.
        text: of the letter.
        beside: other text, for the forms that stand in some.
    """
    pieces = [Piece("", text)]
    contacts = matcher.contacts(pieces)
    if any(contact.words >= LOOKALIKE_WORDS for contact in contacts):
        return LeftOut.LOOKALIKE
    if matcher.is_about(pieces, {contact.letter for contact in contacts}):
        return LeftOut.SAME_PERSON
    for form in FORMS:
        if form != FORMS[0]:
            contacts += matcher.contacts([Piece("", formed(text, form, beside, f"{letter_id}/{form.name}"))])
    return _nearest(letter_id, contacts)


def tried_background(matcher: Matcher, name: str, text: str) -> Near | LeftOut:
    """Hold a text that is no letter against the pack, as it is."""
    contacts = matcher.contacts([Piece("", text)])
    if any(contact.words >= LOOKALIKE_WORDS for contact in contacts):
        return LeftOut.LOOKALIKE
    return _nearest(name, contacts)


def tried_own(matcher: Matcher, number: int, text: str, beside: str) -> Recognition:
    """Hold a letter of the pack, by number, against it in every form."""
    return Recognition(
        {
            form.name: tuple(
                (rule, contact.learned, strength)
                for contact in matcher.contacts([Piece("", formed(text, form, beside, f"{number}/{form.name}"))])
                if contact.letter == number
                for rule, strength in contact.claims.items()
            )
            for form in FORMS
        }
    )


def is_version(matcher: Matcher, number: int, text: str) -> bool:
    """Is this a letter of the pack, by number, as it is there or in another version?"""
    contacts = matcher.contacts([Piece("", text)])
    return any(contact.letter == number and contact.words >= LOOKALIKE_WORDS for contact in contacts)


def _nearest(letter_id: str, contacts: list[Contact]) -> Near:
    scales: dict[Scale, float] = {}
    claims: dict[Level, float] = {}
    for contact in contacts:
        if contact.learned:
            reached = {Scale.STRENGTH: contact.strength, Scale.BEST: contact.best}
        else:
            reached = {Scale.UNLEARNED: contact.strength}
        for scale, strength in reached.items():
            scales[scale] = max(strength, scales.get(scale, strength))
        for rule, strength in contact.claims.items():
            level = level_of(rule, contact.learned)
            claims[level] = max(strength, claims.get(level, strength))
    return Near(letter_id, scales, claims)
