"""Rows that are lines of text: what stands after a link, or before it, up to the line's end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice

from lxml import etree

from crawler.listings.beside import DASHES, Beside
from crawler.listings.blocks import Row
from crawler.listings.cues import marked_kind
from crawler.listings.dates import DayOrder, day_order, find_time
from crawler.listings.page import first_text
from crawler.listings.sizes import parse_size
from documents.records import EntryKind

# As nginx and Apache write it: nearly all that are read, and worth not looking further.
_FAST_TIME = re.compile(
    r"\s*(\d{4}-\d\d-\d\d \d\d:\d\d|(?P<day>\d\d)-(?P<name>[A-Z][a-z]{2})-(?P<year>\d{4}) (?P<clock>\d\d:\d\d))(?=\s|$)"
)
_MONTH_NUMBERS = {
    name: f"{number:02d}" for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
# Longest line of which a time is looked for, characters.
LINE_LENGTH = 110
# Elements beside a link that are looked through for its line.
_MOST_PARTS = 12
# Words of a line among which a size is looked for: `ls -l` has it fifth.
_MOST_WORDS = 8
_LINE_ENDS = frozenset("a br hr p div table ul ol dl".split())


class LineReader:
    """Rows that are lines of text, as in `<pre>`: what stands after the link, or before it, up to the line's end.

    Args:
        sample: some rows of the block.
    """

    def __init__(self, sample: Sequence[Row]) -> None:
        self._side: Callable[[Row], str] = _after
        self._order: DayOrder | None = None
        if sum(_facts_in(_before(row)) for row in sample) > sum(_facts_in(_after(row)) for row in sample):
            self._side = _before
        if self._side is _before and any(parse_size(word) for row in sample for word in _after(row).split("  ")[:1]):
            self._side = _around
        if all(map(_is_split, sample)):
            self._side = _around
        self._order = day_order([self._side(row) for row in sample])

    def read(self, row: Row) -> Beside:
        """See Reader."""
        beside = Beside()
        line = self._side(row)
        if not line or line.isspace():
            return beside
        start, end = self._take_time(line, beside)
        if end:
            after = line[end:].split(None, 2)
            words = [*after[:1], *line[:start].split()[-1:]]
            if len(after) > 1 and (after[1].isalpha() or "(" in after[1]):
                words.insert(0, " ".join(after[:2]))  # `73 kB`
        else:
            words = [line, *line.split("  ")[:4], *line.split()[:1], *line.split()[-1:]]
        if self._side is _around:
            words.insert(0, _after(row))
        for word in words:
            self._take_word(word.strip(), beside)
            if beside.size is not None or beside.dashed:
                break
        if line.startswith("/"):
            beside.kind = EntryKind.DIRECTORY
        return beside

    @staticmethod
    def _take_word(word: str, beside: Beside) -> None:
        beside.size = parse_size(word)
        if beside.size is None and word.lower() in DASHES:
            beside.dashed = True
        if beside.kind is None:
            beside.kind = marked_kind(word)

    def _take_time(self, line: str, beside: Beside) -> tuple[int, int]:
        fast = _FAST_TIME.match(line)
        if fast is not None:
            written = fast[1]
            if fast["name"]:
                month = _MONTH_NUMBERS.get(fast["name"], "00")
                written = f"{fast['year']}-{month}-{fast['day']} {fast['clock']}"
            try:
                beside.modified = datetime.fromisoformat(written)
            except ValueError:
                return 0, 0
            return fast.start(1), fast.end()
        found = find_time(line[:LINE_LENGTH], self._order)
        if found is None:
            return 0, 0
        beside.modified = found.value
        return found.start, found.end


def _facts_in(line: str) -> int:
    found = find_time(line[:LINE_LENGTH])
    words = line.split()
    return (found is not None) + any(
        parse_size(word) is not None or word.lower() in DASHES for word in words[:_MOST_WORDS]
    )


def _is_split(row: Row) -> bool:
    """Does the time stand before the link, and the size behind it?"""
    before, after = _before(row)[:LINE_LENGTH], _after(row)[:LINE_LENGTH]
    if find_time(before) is None or find_time(after) is not None:
        return False
    return parse_size(after.split("  ")[0]) is not None


def _around(row: Row) -> str:
    """What stands before the link, and behind it."""
    return f"{_before(row)} {_after(row)}"


def _after(row: Row) -> str:
    """The text from a row's link to the end of its line."""
    line = row.element.tail or ""
    head, sign, _ = line.partition("\n")
    if sign and head.strip():
        return head
    return line if not sign and len(line) > _MOST_PARTS else _gathered_after(row.element)


def _gathered_after(element: etree._Element) -> str:
    text = element.tail or ""
    if "\n" in text.lstrip():
        return text.lstrip().partition("\n")[0]
    parts = [text]
    for beside in islice(element.itersiblings(), _MOST_PARTS):
        if beside.tag in _LINE_ENDS or beside.tag == "img":
            break
        tail = beside.tail or ""
        parts.append(first_text(beside) + tail)
        if "\n" in tail:
            break
    return " ".join(parts).strip("\r\n").partition("\n")[0]


def _before(row: Row) -> str:
    """The text from the beginning of a line to its link."""
    parts: list[str] = []
    for beside in islice(row.element.itersiblings(preceding=True), _MOST_PARTS):
        tail = beside.tail or ""
        if beside.tag in _LINE_ENDS:
            parts.append(tail)
            break
        parts.append(first_text(beside) + tail)
        if "\n" in tail:
            break
    else:
        above = row.element.getparent()
        if above is not None and len(parts) < _MOST_PARTS:
            parts.append(above.text or "")
    return "".join(reversed(parts)).rpartition("\n")[2]
