"""Pieces of a unit that is too large for one: ranges of keys, with ids that stay while their beginnings do.

The pieces of a bucket divide all keys that there can be: each begins after a bound and ends with the next one, so that
whatever is put between two bounds while a sweep runs lies in exactly one piece.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from scope.units import Unit


@dataclass(frozen=True, slots=True)
class Piece:
    """Keys of one bucket: those after `after`, up to and with `until`. In the order of their bytes.

    Attributes:
        whole: id of the unit that was cut; the first piece has that id itself.
        number: 1 for the first.
        after: None for the beginning.
        until: None for the end.
    """

    whole: str
    number: int
    after: str | None = None
    until: str | None = None

    def holds(self, key: str) -> bool:
        """Is this key one of the piece's?"""
        order = key_order(key)
        return (self.after is None or order > key_order(self.after)) and (
            self.until is None or order <= key_order(self.until)
        )

    @property
    def is_all(self) -> bool:
        """Is it the whole, cut nowhere?"""
        return self.after is None and self.until is None

    def __repr__(self) -> str:
        return f"Piece(whole={self.whole!r}, number={self.number})"


class Bounds:
    """Keys at which a unit is cut, in order; kept as one line of bytes, for there may be a million.

    A key may hold bytes that are no text, as surrogates.
    """

    __slots__ = ("_line",)

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._line = b" ".join(_quoted(key) for key in keys)

    @classmethod
    def of_line(cls, line: bytes) -> Bounds:
        """What `line` gave. Raises ValueError where it was not that."""
        bounds = cls()
        bounds._line = line
        keys = [key_order(key) for key in bounds]
        if any(later <= earlier for earlier, later in pairwise(keys)) or b"" in keys:
            raise ValueError("bounds are not in order")
        return bounds

    @property
    def line(self) -> bytes:
        """To be stored."""
        return self._line

    def __len__(self) -> int:
        return self._line.count(b" ") + 1 if self._line else 0

    def __iter__(self) -> Iterator[str]:
        for key in self._line.split(b" ") if self._line else ():
            yield _unquoted(key)


def key_order(key: str) -> bytes:
    """What keys are ordered by: the bytes of their UTF-8, those that are none as they are."""
    try:
        return key.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return key.encode("utf-8", "surrogatepass")


def pieces_of(unit: Unit, bounds: Bounds | None) -> list[Unit]:
    """The unit itself, or its pieces."""
    if not bounds:
        return [unit]
    keys: list[str | None] = [None, *bounds, None]
    return [
        piece_of(unit, Piece(unit.unit_id, number, after, until))
        for number, (after, until) in enumerate(pairwise(keys), start=1)
    ]


def piece_of(unit: Unit, piece: Piece) -> Unit:
    """One piece; its id tells where it begins, so that it stays the same whatever is cut behind it."""
    if piece.after is None:
        return replace(unit, piece=piece)
    digest = _digest(_beginning(unit), _quoted(piece.after)).hex()
    return replace(unit, unit_id=f"{unit.kind}-{digest}", piece=piece)


def later_digests(unit: Unit, bounds: Bounds) -> list[int]:
    """What the ids of all pieces but the first end with, as numbers: a million in 2 s, where the units take 7 s."""
    beginning = _beginning(unit)
    return [int.from_bytes(_digest(beginning, quoted)) for quoted in bounds.line.split(b" ")] if bounds else []


def _beginning(unit: Unit) -> bytes:
    return f"{unit.unit_id}\nafter\n".encode()


def _digest(beginning: bytes, quoted: bytes) -> bytes:
    return hashlib.blake2b(beginning + quoted, digest_size=8).digest()


def _quoted(key: str) -> bytes:
    return quote(key.encode("utf-8", "surrogatepass"), safe="").encode()


def _unquoted(stored: bytes) -> str:
    return unquote(stored.decode("ascii"), errors="surrogatepass")
