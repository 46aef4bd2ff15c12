"""Which file inside a document is being read, told while it happens: one that ends its worker can then be left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from documents.records import SkipReason

Trouble = tuple[SkipReason, str]
# Of the files behind those that were left out, where there were too many.
_BEHIND: Trouble = (SkipReason.BUDGET_SPENT, "behind files that ended their workers")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Files inside a document that are not opened, by their numbers in the order of reading.

    Attributes:
        files: why, for each.
        rest: the first of those that are left out all together; None where there are none.
    """

    files: Mapping[int, Trouble] = field(default_factory=dict)
    rest: int | None = None

    def why(self, number: int) -> Trouble | None:
        """None for a file that is read."""
        if number in self.files:
            return self.files[number]
        return _BEHIND if self.rest is not None and number >= self.rest else None

    def plain(self) -> list[object]:
        """For the way to the worker, as JSON."""
        return [[number, str(reason), detail] for number, (reason, detail) in self.files.items()] + [self.rest]

    @classmethod
    def from_plain(cls, told: list[Any]) -> LeftOut:
        """What `plain` made."""
        *files, rest = told
        return cls({number: (SkipReason(reason), detail) for number, reason, detail in files}, rest)


def _untold(_: int) -> None:
    """Nobody listens."""


class Course:
    """The way through one document's files, in the same order in every reading.

    Args:
        tell: is told the number of the file that is being read; 0 is the document.
        left_out: files that are not.
    """

    def __init__(self, tell: Callable[[int], None] = _untold, left_out: LeftOut | None = None) -> None:
        self._tell = tell
        self._left_out = left_out or LeftOut()
        self._count = 0
        self._open: list[int] = []

    def begin(self) -> Trouble | None:
        """The next file; why it is not to be read, or None."""
        self._count += 1
        if trouble := self._left_out.why(self._count):
            return trouble
        self._open.append(self._count)
        self._tell(self._count)
        return None

    def end(self) -> None:
        """It is read; the one that it lies in is gone on with."""
        self._open.pop()
        self._tell(self._open[-1] if self._open else 0)
