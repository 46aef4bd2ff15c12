"""Pages that a server makes up without end, all saying the same: calendars, sort orders, filters, next and next.

A page is told from the others of its shape by what it says. It brings something new when it has two neighbouring
words that no page of the shape had before, parts of dates aside; or when it leads to a document that nobody had named
before, or to a page of another shape that is not left itself (`show.php?id=7` to `download.php?id=7`). Letters on one
template differ in names, addresses and numbers, so each brings something new; an empty day of a calendar does not.

A shape that is closed is left where its own pages lead on: next and next. What another page names is fetched all the
same, since letters may stand among pages that were withdrawn; but a calendar's months name days without end, so not
what a page names that brings nothing new itself. A page that brings something new opens its shape again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.likeness import pairs_of

# Pages of one shape that are not judged: most shapes of real sites have fewer, and judging takes 0.2 ms.
UNJUDGED = 20
# Pages in a row that brought nothing new after which a shape is left. A calendar has said all names of months after 12,
# and all lengths of weeks soon after. Of made-up sites without end 51 to 131 pages are fetched in all, and of 5,000
# letters on one template each (tests/crawler/test_near_duplicates.py).
MOST_IN_A_ROW = 30
# The same for a path with any query, which has to have this many shapes as well: filters that can be combined.
MOST_IN_A_ROW_OF_PATH = 100
MOST_SHAPES_OF_PATH = 100
# Pairs of words that are remembered: of one shape, then it is rich and judged no more; and of all, about 70 bytes each.
MOST_PAIRS = 50_000
MOST_PAIRS_IN_ALL = 1_000_000
# New addresses of one page whose shape is looked at, at 10 us each.
MOST_LINKS = 200
# Shapes that are followed, about 0.5 kB each.
MOST_SHAPES = 20_000

# A number, or an id that is one to a program.
_NUMBER = re.compile(r"(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4}|\d+", re.IGNORECASE)


@dataclass(slots=True)
class _Shape:
    """What is known of the pages of one shape."""

    pages: int = 0
    in_a_row: int = 0
    pairs: set[int] = field(default_factory=set)
    is_rich: bool = False
    # Pages that brought nothing new, since one did and until the shape is closed.
    barren: set[str] = field(default_factory=set)


class NearDuplicates:
    """Watches one crawl's pages and says which shapes of addresses are not worth following any more."""

    def __init__(self) -> None:
        self._shapes: dict[str, _Shape] = {}
        self._shapes_of_path: dict[str, int] = {}
        self._closed: set[str] = set()
        self._pairs = 0

    def is_left(self, url: str, parent: str | None) -> bool:
        """Is this page not worth a request: would it say again what others of its shape did, and does a trap name it?

        Args:
            url: as it was planned, canonical.
            parent: the page that named it.
        """
        closed = self._closed.intersection(shapes_of(url)) if self._closed else set()
        if not closed or parent is None:
            return False
        return not closed.isdisjoint(shapes_of(parent)) or self.is_barren(parent)

    def is_barren(self, page: str) -> bool:
        """Has this page brought nothing new, or is it of a shape that is left?"""
        shapes = shapes_of(page)
        known = self._shapes.get(shapes[0])
        return not self._closed.isdisjoint(shapes) or (known is not None and page in known.barren)

    def saw(self, url: str, words: Callable[[], list[str]], found: Sequence[str] = (), *, documents: bool) -> None:
        """A page was read.

        Args:
            url: as it was planned, canonical.
            words: gives what a reader sees; not called while the shape is young.
            found: addresses that it led to and that were not known before.
            documents: is any of them a document's?
        """
        shape, *path = shapes_of(url)
        known = self._known(shape, path[0] if path else None)
        if known is None:
            return
        known.pages += 1
        if known.pages <= UNJUDGED and not path:
            return
        pairs = pairs_of(words())
        near = [shapes_of(link) for link in found[:MOST_LINKS]]
        self._judge(shape, MOST_IN_A_ROW, pairs, documents or any(self._is_other(each, shape) for each in near))
        if known.in_a_row and shape not in self._closed:
            known.barren.add(url)
        for name in path:
            away = documents or any(each[0] != name and name not in each for each in near)
            self._judge(name, MOST_IN_A_ROW_OF_PATH, pairs, away)

    def _is_other(self, shapes: list[str], own: str) -> bool:
        return own != shapes[0] and self._closed.isdisjoint(shapes)

    def _known(self, shape: str, path: str | None) -> _Shape | None:
        if shape not in self._shapes:
            if len(self._shapes) >= MOST_SHAPES:
                return None
            self._shapes[shape] = _Shape()
            if path is not None:
                self._shapes.setdefault(path, _Shape())
                self._shapes_of_path[path] = self._shapes_of_path.get(path, 0) + 1
        return self._shapes[shape]

    def _judge(self, name: str, most: int, pairs: set[int], leads_on: bool) -> None:
        known = self._shapes[name]
        if known.is_rich:
            return
        new = pairs - known.pairs
        if new or leads_on:
            known.in_a_row = 0
            known.barren.clear()
            self._closed.discard(name)
            self._learn(known, new)
            return
        known.in_a_row += 1
        shapes = self._shapes_of_path.get(name)
        if known.in_a_row >= most and (shapes is None or shapes >= MOST_SHAPES_OF_PATH):
            self._closed.add(name)

    def _learn(self, known: _Shape, new: set[int]) -> None:
        if len(known.pairs) + len(new) > MOST_PAIRS or self._pairs + len(new) > MOST_PAIRS_IN_ALL:
            self._pairs -= len(known.pairs)
            known.is_rich, known.pairs = True, set()
            return
        known.pairs |= new
        self._pairs += len(new)


def shapes_of(url: str) -> list[str]:
    """The address with its numbers taken out; and, where it has a query, its path with any query.

    `/letter.php?id=7&view=full` is `/letter.php?id=#&view=full` and `/letter.php?`.
    """
    parts = urlsplit(url)
    path = f"{parts.netloc}{_NUMBER.sub('#', unquote(parts.path))}"
    if not parts.query:
        return [path]
    pairs = sorted((name, _NUMBER.sub("#", value)) for name, value in parse_qsl(parts.query, keep_blank_values=True))
    return [f"{path}?{'&'.join(f'{name}={value}' for name, value in pairs)}", f"{path}?"]
