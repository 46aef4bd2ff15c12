"""Whom a letter is about, as keyed ids: from its anchors, so that the same person has the same id in every letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from matchers.anchors import CATEGORIES, Anchor, Stretcher
from matchers.identifiers import Kind
from matchers.sensitivity import Category

# What names one person, the surest first: a number alone, or name and date of birth together.
_NAMED_BY = ((Kind.NHS_NUMBER,), (Kind.HOSPITAL_NUMBER,), (Kind.NAME, Kind.DATE_OF_BIRTH))
_VALUE_DIGITS = 16


def people_of(anchors: Sequence[Anchor], letter_id: str) -> tuple[str, ...]:
    """An id for each person whom the register names for a letter, in its order; none where it names nobody.

    A person whose number stands in one letter and only the name in another has two ids, so a count is an upper bound.
    One of whom too little is known to be told from others (a name alone) is another person in every letter.
    """
    people = (_person_id(person, letter_id, place) for place, person in enumerate(_people(anchors)))
    return tuple(dict.fromkeys(people))


def _people(anchors: Iterable[Anchor]) -> Iterator[Mapping[str, int]]:
    """Rows of the register one after the other: the next begins with a name, or where a kind comes again."""
    person: dict[str, int] = {}
    for anchor in anchors:
        if anchor.kind == CATEGORIES:
            continue
        if anchor.kind in person or (anchor.kind == Kind.NAME and person):
            yield person
            person = {}
        person[anchor.kind] = anchor.value
    if person:
        yield person


def _person_id(person: Mapping[str, int], letter_id: str, place: int) -> str:
    for kinds in _NAMED_BY:
        if all(kind in person for kind in kinds):
            return ":".join(f"{kind}={person[kind]:0{_VALUE_DIGITS}x}" for kind in kinds)
    return f"letter={letter_id}:{place}"


class RegisteredCategories:
    """What the register's column `categories` says of letters, which the pack keeps as anchors of its words."""

    def __init__(self, stretcher: Stretcher) -> None:
        self._stretcher = stretcher
        self._known: dict[int, Category] = {}

    def of(self, anchors: Iterable[Anchor]) -> frozenset[Category]:
        """The categories that are registered with a letter."""
        values = {anchor.value for anchor in anchors if anchor.kind == CATEGORIES}
        if values and not self._known:
            self._known = {self._stretcher.stretched(CATEGORIES, category): category for category in Category}
        return frozenset(self._known[value] for value in values if value in self._known)
