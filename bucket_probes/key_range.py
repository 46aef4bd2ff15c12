"""The part of a bucket that a walk is for: clips pages to it, and says where a listing that is too long is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bucket_probes.errors import ListingBrokenError
from bucket_probes.ledger import Kind
from bucket_probes.probe import BucketProbe, ListingPage
from scope.pieces import Piece, key_order

# Pages of a listing after which the rest becomes a unit of its own. A page has 1,000 keys at most services, and a
# million rows is what one transaction of the merge takes in its memory (findings.merge.ROWS_AT_ONCE).
CUT_PAGES: Final = 1_000

# Told the last key of this piece; None where a listing turned out to be in no order, so that it must not be cut at all.
Cut = Callable[[str | None], None]


class KeyRange:
    """Keys after `after` up to and with `until`, in the order of their bytes.

    Args:
        piece: which part; None for all.
        cut: keeps a cut durably before it counts; None where the unit must stay whole.
    """

    def __init__(self, piece: Piece | None = None, cut: Cut | None = None) -> None:
        self._after = None if piece is None or piece.after is None else key_order(piece.after)
        self._until = None if piece is None or piece.until is None else key_order(piece.until)
        self._begin = piece.after if piece else None
        self._cut = cut
        self._last: dict[Kind, bytes] = {}
        self._behind: set[Kind] = set()
        self._in_order = True

    @property
    def is_first(self) -> bool:
        """Is this the piece that speaks for the whole bucket?"""
        return self._after is None

    def holds(self, key: str) -> bool:
        """Is this key one of the piece's?"""
        order = key_order(key)
        return (self._after is None or order > self._after) and (self._until is None or order <= self._until)

    def start(self, probe: BucketProbe, kind: Kind) -> str | None:
        """Where its listing begins; None for the beginning."""
        if self._begin is None:
            return None
        start = probe.after(self._begin, old=kind is Kind.OLD)
        if start is None:
            raise ListingBrokenError("can not begin after a key")
        return start

    def clipped(self, kind: Kind, page: ListingPage) -> ListingPage:
        """The page without what other pieces have; the last one where keys behind the end have come.

        Raises:
            ListingBrokenError: keys come in no order, so that no end can be told; all bounds are forgotten.
        """
        orders = [key_order(item.key) for item in page.objects]
        self._look(kind, orders)
        if not self._in_order and (self._after is not None or self._until is not None):
            if self._cut is not None:
                self._cut(None)
            raise ListingBrokenError("keys come in no order")
        if self._after is None and self._until is None:
            return page
        objects = tuple(item for item in page.objects if self.holds(item.key))
        if self._until is not None and orders and orders[-1] > self._until:
            self._behind.add(kind)
            return replace(page, objects=objects, next=None)
        return replace(page, objects=objects)

    def is_behind(self, kind: Kind) -> bool:
        """Have keys behind the end come? All that follow are other pieces'."""
        return kind in self._behind

    def is_cut(self, probe: BucketProbe, pages: int, page: ListingPage) -> bool:
        """Cut behind this page, if so many have come; it is on record once this returns."""
        if self._cut is None or pages < CUT_PAGES or page.next is None or not page.objects or not self._in_order:
            return False
        bound = page.objects[-1].key
        if not self.holds(bound) or key_order(bound) == self._until or probe.after(bound) is None:
            return False
        self._cut(bound)
        self._until = key_order(bound)
        return True

    def _look(self, kind: Kind, orders: list[bytes]) -> None:
        """Are keys in order, page by page? One may come again."""
        for order in orders:
            if order < self._last.get(kind, b""):
                self._in_order = False
            self._last[kind] = order
