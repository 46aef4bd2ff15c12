"""Groups of alike rows around a page's links: which element is a row, and which rows stand together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from crawler.listings.addresses import BACK, OWN, Addresses, Relation, Target
from crawler.listings.page import first_text
from crawler.pages import MOST_ADDRESS_CHARACTERS, check_characters

# Elements that are a row by themselves, whatever else they hold: nothing above them is.
_ROW_TAGS = frozenset(["tr", "li", "dt", "dd"])
# Elements that hold rows and never are one.
_HOLDERS = frozenset(
    ["html", "body", "table", "tbody", "thead", "tfoot", "ul", "ol", "dl", "pre", "main", "section", "form"]
)
_INNER_HOLDERS = frozenset(["table", "ul", "ol"])
_MIXED = -1


@dataclass(slots=True)
class Row:
    """A link, the element that is its row, and the words of the link.

    Attributes:
        element: the row: a `<tr>`, `<li>`, `<div>`, or the link itself where rows are lines of text.
        anchor: the link that names it.
        target: where the link leads.
    """

    element: etree._Element
    anchor: etree._Element
    target: Target

    @property
    def label(self) -> str:
        """The link's own words."""
        return self.anchor.text or "" if len(self.anchor) == 0 else first_text(self.anchor)


@dataclass(slots=True)
class Block:
    """Rows of one kind in one place of the page."""

    container: etree._Element
    tag: str
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """All that a page's links are: blocks of rows, ways back, links to the same in another order."""

    blocks: list[Block] = field(default_factory=list)
    order_links: int = 0
    back: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class _Link:
    element: etree._Element
    target: Target
    number: int


class _Nearest:
    """The nearest element of some tags, at or above another; no step up is gone twice (2,048 lie above one another)."""

    def __init__(self, *tags: str) -> None:
        self._tags = frozenset(tags)
        self._known: dict[etree._Element, etree._Element | None] = {}

    def of(self, element: etree._Element) -> etree._Element | None:
        path = []
        at: etree._Element | None = element
        while at is not None and at not in self._known and at.tag not in self._tags:
            path.append(at)
            at = at.getparent()
        found = at if at is None else self._known.get(at, at)
        self._known.update(dict.fromkeys(path, found))
        return found


def blocks_of(tree: etree._Element, addresses: Addresses) -> Found:
    """Every block of rows of a page, or of a piece of one, in its order.

    Raises:
        PageTooCostlyError: its addresses are too long together.
    """
    found = Found()
    links, spans = _links(tree, addresses)
    blocks: dict[tuple[int, str], Block] = {}
    tables = _Nearest("table")
    for row in _apart(list(_rows(links, spans))):
        if row.target.relation is Relation.ORDER:
            found.order_links += 1
        elif row.target.relation in BACK:
            found.back.append(row)
        else:
            container = _container(row.element, tables)
            key = (id(container), str(row.element.tag))
            if key not in blocks:
                blocks[key] = Block(container, str(row.element.tag))
            blocks[key].rows.append(row)
    found.blocks = list(blocks.values())
    return found


def _links(tree: etree._Element, addresses: Addresses) -> tuple[list[_Link], dict[etree._Element, int]]:
    """The page's links, numbered by what they lead to, and for each element above them its one number, or _MIXED."""
    links: list[_Link] = []
    spans: dict[etree._Element, int] = {}
    left = MOST_ADDRESS_CHARACTERS
    number = 0
    last: Target | None = None
    for element in tree.iter("a"):
        href = element.get("href")
        target = addresses.target(element.get("data-href") or "" if href is None else href)
        if target is None:
            continue
        left -= len(target.url)
        if left < 0:
            check_characters(left)
        if last is None or (target is not last and not _is_same(last, target)):
            number += 1
        last = target
        links.append(_Link(element, target, number))
        above = element.getparent()
        while above is not None:
            known = spans.get(above)
            if known is None:
                spans[above] = number
            elif known in (number, _MIXED):
                break  # so is all above
            else:
                spans[above] = _MIXED
            above = above.getparent()
    return links, spans


def _is_same(last: Target, target: Target) -> bool:
    """Two links in turn to one thing: the same address, or one that asks something of it (download, expand, md5)."""
    if last.url == target.url:
        return True
    if last.relation not in OWN or target.relation not in OWN or not last.name:
        return False
    if not last.choices and not target.choices and target.relation is not Relation.BELOW:
        return False
    return (
        last.name == target.name
        or last.name in target.choices
        or target.name in last.choices
        or (f"/{last.name}/" in target.url and target.relation is Relation.BELOW)
    )


def _rows(links: list[_Link], spans: dict[etree._Element, int]) -> Iterator[Row]:
    """One row for each number; links of one number that lie apart in a table's line are one row too."""
    at = 0
    holding: dict[etree._Element, bool] = {}
    while at < len(links):
        end = at + 1
        while end < len(links) and links[end].number == links[at].number:
            end += 1
        chosen = links[at] if end == at + 1 else _chosen(links[at:end])
        yield Row(_row_element(chosen, spans, holding), chosen.element, chosen.target)
        at = end


def _container(element: etree._Element, tables: _Nearest) -> etree._Element:
    """What holds a row's like: of a cell the whole table, of anything else its parent."""
    if element.tag in ("td", "th"):
        table = tables.of(element)
        return element if table is None else table
    above = element.getparent()
    return element if above is None else above


def _apart(rows: list[Row]) -> Iterator[Row]:
    """Lines that hold several links to different things: a grid of cells, or a name and what can be done to it."""
    at = 0
    cells = _Nearest("td", "th", "li")
    while at < len(rows):
        end = at + 1
        while end < len(rows) and rows[end].element is rows[at].element:
            end += 1
        if end == at + 1 or rows[at].element.tag not in _ROW_TAGS:
            yield from rows[at:end]
        else:
            yield from _of_line(rows[at:end], cells)
        at = end


def _of_line(rows: list[Row], cells: _Nearest) -> list[Row]:
    own = [row for row in rows if row.target.relation in OWN]
    named = [row for row in own if row.label.strip().removesuffix("/") in (row.target.name, *row.target.choices)]
    if len(named) == 1:
        return [*named, *(row for row in rows if row.target.relation not in OWN and row.target.relation in BACK)]
    for row in rows:
        cell = cells.of(row.anchor)
        row.element = row.anchor if cell is None or cell.tag == "li" else cell
    return rows


def _chosen(links: list[_Link]) -> _Link:
    """Of several links to one thing the one that names it."""

    def rank(link: _Link) -> tuple[bool, bool, bool]:
        words = first_text(link.element)
        return words != link.target.name, bool(link.target.choices), not words

    return min(links, key=rank)


def _row_element(link: _Link, spans: dict[etree._Element, int], holding: dict[etree._Element, bool]) -> etree._Element:
    """The highest element that holds this link's number alone; a table's line even where it holds more."""
    element = link.element
    while element.tag not in _ROW_TAGS:
        above = element.getparent()
        if above is None or above.tag in _HOLDERS:
            break
        if spans.get(above) != link.number and (above.tag not in _ROW_TAGS or _holds_rows(above, holding)):
            break
        element = above
    return element


def _holds_rows(line: etree._Element, holding: dict[etree._Element, bool]) -> bool:
    """Does a line hold a table or a list of its own, as a menu's or a layout's does? Each is looked through once."""
    if line not in holding:
        holding[line] = _has_inner_holder(line)
    return holding[line]


def _has_inner_holder(line: etree._Element) -> bool:
    return any(child.tag in _INNER_HOLDERS for child in line) or any(
        inner.tag in _INNER_HOLDERS for child in line for inner in child
    )
