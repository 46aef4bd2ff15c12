"""From forms and words to names in order of cost, without a list of them: cost by cost, each form in turn."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bucket_probes.names.words import Form

# Steps of cost to a factor of e in likelihood: names whose likelihoods are less than 6 % apart count as equal and come
# in the order of the file.
STEPS = 16
_PARTS = re.compile(r"<(\w+)>|(~)|([^<~]+)")

# Texts by their cost: what may stand at one place of a name.
ByCost = Mapping[int, Sequence[str]]


def cost_of(likelihood: float) -> int:
    """Steps: 0 for certain, more for less likely."""
    return max(0, round(-math.log(likelihood) * STEPS))


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a name.

    Attributes:
        texts: what may stand there, with what goes before and after it.
        new_from: where the place before is of the same kind, how many characters of a text go before its word: the
            same word twice makes no name.
    """

    texts: ByCost
    new_from: int | None = None


@dataclass(frozen=True)
class Plan:
    """One form with one separator: all its names.

    Attributes:
        form: which says why a name is a candidate.
        cost: of the form itself.
        parts: what stands at each place, what goes before and after it included.
    """

    form: Form
    cost: int
    parts: tuple[Part, ...]

    @cached_property
    def _reach(self) -> tuple[int, ...]:
        """For each part the costs, as bits, that it and those after it can have together."""
        reach = [1]
        for part in reversed(self.parts):
            sums = 0
            for cost in part.texts:
                sums |= reach[-1] << cost
            reach.append(sums)
        return tuple(reversed(reach))

    @property
    def highest(self) -> int:
        """Cost of its last names; less than the form's own where it has none."""
        return self.cost + self._reach[0].bit_length() - 1

    def names(self, cost: int) -> Iterator[str]:
        """Those of exactly this cost."""
        left = cost - self.cost
        return self._names(0, left, "") if left >= 0 and self._reach[0] >> left & 1 else iter(())

    def _names(self, place: int, left: int, begun: str) -> Iterator[str]:
        part = self.parts[place]
        last = place == len(self.parts) - 1
        for cost, texts in part.texts.items():
            if cost > left or not self._reach[place + 1] >> (left - cost) & 1:
                continue
            for text in texts:
                if part.new_from is not None and begun.endswith(text[part.new_from :]):
                    continue
                if last:
                    yield begun + text
                else:
                    yield from self._names(place + 1, left - cost, begun + text)


def in_order(plans: Sequence[Plan]) -> Iterator[tuple[int, str, Form]]:
    """(cost, name, form) of all plans, the likeliest first; a name that several make comes several times."""
    for cost in range(max((plan.highest for plan in plans), default=-1) + 1):
        for plan in plans:
            for name in plan.names(cost):
                yield cost, name, plan.form


def pieces_of(form: str) -> list[tuple[str, str, str]]:
    """(what stands before, class, what stands after) of each place of a form, `~` among it; after is of the last."""
    pieces: list[tuple[str, str, str]] = []
    before = ""
    for slot, separator, literal in _PARTS.findall(form):
        if slot:
            pieces.append((before, slot, ""))
            before = ""
        else:
            before += separator or literal
    if before and pieces:
        first, slot, _ = pieces[-1]
        pieces[-1] = (first, slot, before)
    return pieces
