"""Is a page a listing, and what are its rows? Told by what its links, their words and neighbours have alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.listings.addresses import OWN, Addresses, Relation
from crawler.listings.blocks import Block, Found, Row, blocks_of
from crawler.listings.cues import Column, column_of, is_footer, leads_back, says_denied, says_empty
from crawler.listings.listing import NO_LISTING, Listing
from crawler.listings.page import Page, first_text, plain_text
from crawler.listings.readers import Reader, kind_shown, reader_of
from crawler.listings.row_entries import MOST_ROWS, BlockReader, Traits, is_exact, shows_file, shows_name
from documents.records import Entry

# Rows of a block that are looked at to decide what the block is.
SAMPLED_ROWS = 48
# Points from which a page is a listing by what it says of itself, and for each such word: one that only servers write,
# one that few others write, one that is no more than a hint. Two hints are too little, a hint and a likely word enough.
ENOUGH_SAID = 3
_SURE, _LIKELY, _HINT = 3, 2, 1
_CELLS = frozenset(["td", "th"])
# Rows of which a first look is taken, and the share of them that must show the name that their address has.
_GLANCED_ROWS = 10
_GLANCED_SHARE = 0.4
# Share of a block's rows that must be alike where nothing else speaks for a listing.
SURELY = 0.9
# Share of names of which it is sure that they are a file's or a folder's, where all words are exactly the names.
HALF = 0.5
# Rows of one block that may have the same address.
MOST_TIMES = 2
# Columns of a listing, and pieces of text of one heading.
_MOST_COLUMNS = 10
# Text of a page in which it may say that its folder is empty or not to be listed, characters.
_READ_TEXT = 5_000
# First rows of a block among which the way back is looked for, and last elements of a page among which its footer is.
_BACK_AMONG = 3
_LAST_PARTS = 6
# Text at a page's end in which servers name themselves, characters.
_FOOTER_LENGTH = 300


@dataclass(slots=True)
class _Judged:
    block: Block
    sample: list[Row]
    reader: Reader
    traits: Traits

    def entries(self, url: str) -> BlockReader:
        """What turns its rows into entries."""
        return BlockReader(self.sample, self.traits, self.reader, url)


@dataclass(slots=True)
class Learned:
    """How the rows of a listing's first part are written, to read the rest by.

    Attributes:
        tag: of the element that is a row.
        holder: tag of the element that holds the rows.
        count: rows of the first part.
        is_own: do most rows lead below the page?
        reader: made from the rows of the first part.
    """

    tag: str
    holder: str
    count: int
    is_own: bool
    reader: BlockReader

    def entries(self, tree: etree._Element, addresses: Addresses, holder: str) -> Iterator[Entry]:
        """The entries of a piece of the same listing, whose rows stand in this element."""
        found = blocks_of(tree, addresses)
        _take_ways_back(found)
        for block in found.blocks:
            if block.tag == self.tag and block.container.tag == holder and (not self.is_own or _is_own(block)):
                yield from self.reader.entries(block.rows)


def _is_own(block: Block) -> bool:
    return sum(row.target.relation in OWN for row in block.rows) >= MOST_ROWS * len(block.rows)


def learned_from(page: Page) -> Learned | None:
    """How the first part of a listing is written; None where it is none, or has rows of several kinds."""
    found = blocks_of(page.tree, page.addresses)
    taken, _ = _taken(page, found)
    if not taken or len({each.block.tag for each in taken}) > 1:
        return None
    most = max(taken, key=lambda each: each.traits.count)
    is_own = most.traits.own >= MOST_ROWS
    return Learned(most.block.tag, str(most.block.container.tag), most.traits.count, is_own, most.entries(page.url))


def listing_of(page: Page) -> Listing:
    """The listing that a page is, or NO_LISTING.

    Raises:
        PageTooCostlyError: its addresses are too long together.
    """
    found = blocks_of(page.tree, page.addresses)
    taken, said = _taken(page, found)
    if not taken:
        return Listing(is_listing=True) if _is_empty_listing(page, found, said) else NO_LISTING
    entries: dict[str, Entry] = {}
    for each in taken:
        for entry in each.entries(page.url).entries(each.block.rows):
            keep(entries, entry)
    return Listing(is_listing=True, entries=tuple(entries.values()))


def keep(entries: dict[str, Entry], entry: Entry) -> None:
    """Keep one entry for each address: the first that says something."""
    known = entries.get(entry.url)
    if known is None or (known.size is None and known.modified is None):
        entries[entry.url] = entry


def _taken(page: Page, found: Found) -> tuple[list[_Judged], int]:
    """The blocks that are rows of a listing, and the points for what the page says of itself."""
    _take_ways_back(found)
    likely = [block for block in found.blocks if _may_be_rows(block)]
    if not likely and not _says_anything(page, found):
        return [], 0
    said = _said(page, found)
    judged = [_judged(block) for block in (found.blocks if said >= ENOUGH_SAID else likely)]
    taken = _of_one_kind([each for each in judged if _is_listed(each.traits, said)])
    if taken or not page.names_its_path:
        return taken, said
    # The title is a server's own and names the folder: links below it are its rows, whatever they are called.
    for block in found.blocks:
        block.rows = [row for row in block.rows if row.target.relation in OWN]
    return [_judged(block) for block in found.blocks if block.rows], said


def _says_anything(page: Page, found: Found) -> bool:
    """Does a page without a likely row speak of itself as of a listing? It may be an empty one."""
    titled = page.is_signed or page.is_hinted or page.has_path_title
    return titled or found.order_links > 0 or any(map(_is_way_back, found.back))


def _may_be_rows(block: Block) -> bool:
    """A first look at some rows: most pages are ordinary, and reading their blocks closely costs a millisecond."""
    some = block.rows[:: max(1, len(block.rows) // _GLANCED_ROWS)][:_GLANCED_ROWS]
    return sum(map(shows_name, some)) >= _GLANCED_SHARE * len(some)


def _take_ways_back(found: Found) -> None:
    """Links whose words say that they lead back are no rows, wherever they lead."""
    for block in found.blocks:
        back = [row for row in block.rows[:_BACK_AMONG] if leads_back(row.label.strip())]
        for row in back:
            block.rows.remove(row)
        found.back.extend(back)
        labelled = {row.target.url for row in block.rows if row.element.tag in _CELLS and row.label.strip()}
        # A grid shows each thing twice: its picture in one line, its name in the next.
        block.rows = [row for row in block.rows if row.target.url not in labelled or row.label.strip()]
        often = Counter(row.target.url for row in block.rows)
        # One address again and again is a button, not a row.
        block.rows = [row for row in block.rows if often[row.target.url] <= MOST_TIMES or len(often) == 1]
    found.blocks = [block for block in found.blocks if block.rows]


def _said(page: Page, found: Found) -> int:
    """Points for what the page says of itself: its title, ways back, links to other orders, headings, its server."""
    points = _SURE if page.is_signed else _LIKELY if page.is_hinted else 0
    points += _LIKELY if page.has_path_title else 0
    points += _HINT if page.is_worded else 0
    enough = 2
    points += _SURE if found.order_links >= enough else 0
    points += _LIKELY if any(_is_way_back(row) for row in found.back) else 0
    points += _LIKELY if _has_headings(page.tree) else 0
    points += _HINT if is_footer(_end_of(page.tree)) else 0
    return points + (_SURE if _is_bare(page.tree, found) else 0)


def _is_bare(tree: etree._Element, found: Found) -> bool:
    """Is the page rows and nothing else: no heading, no text, no other element (Go's file server)?"""
    rows = [row for block in found.blocks for row in block.rows]
    if len(found.blocks) != 1 or any(row.target.relation is not Relation.CHILD for row in rows):
        return False
    many = 3
    if len(rows) < many and found.blocks[0].container.tag != "pre":
        return False
    frame = {"html", "head", "body", "meta", "title", "pre", "ul", "ol", "li", "a", "br", "hr", "p"}
    texts = "".join(map(str, tree.itertext())).split()
    labels = " ".join(row.label for row in [*rows, *found.back]).split()
    return len(texts) == len(labels) and all(element.tag in frame for element in tree.iter(etree.Element))


def _is_way_back(row: Row) -> bool:
    href = row.anchor.get("href") or row.anchor.get("data-href") or ""
    return href.rstrip("/").endswith("..") or leads_back(row.label.strip())


def _has_headings(tree: etree._Element) -> bool:
    """Does a line of a table, or a list's first item, name the columns of a listing?"""
    for number, element in enumerate(tree.iter("tr", "li", "div", "pre")):
        looked_at = 60
        if number >= looked_at:
            return False
        columns = {column_of(text) for child in islice(element, _MOST_COLUMNS) if (text := first_text(child))}
        if Column.NAME in columns and columns & {Column.SIZE, Column.MODIFIED}:
            return True
    return False


def _end_of(tree: etree._Element) -> str:
    body = tree.find("body")
    if body is None:
        return ""
    texts = []
    length = 0
    for element in reversed(list(body)[-_LAST_PARTS:]):
        text = (plain_text(element) if element.tag not in ("script", "style", "table", "pre", "ul") else "") + (
            element.tail or ""
        )
        texts.append(text[-_FOOTER_LENGTH:])
        length += len(text)
        if length > _FOOTER_LENGTH:
            break
    return " ".join(reversed(texts))


def _judged(block: Block) -> _Judged:
    rows = block.rows
    step = max(1, len(rows) // SAMPLED_ROWS)
    sample = rows[::step][:SAMPLED_ROWS]
    reader = reader_of(sample)
    read = [reader.read(row) for row in sample]
    count = len(sample)
    traits = Traits(
        count=len(rows),
        named=sum(map(shows_name, sample)) / count,
        own=sum(row.target.relation in OWN for row in sample) / count,
        factual=sum(each.says_something for each in read) / count,
        sized=sum(each.size is not None for each in read) / count,
        dated=sum(each.modified is not None for each in read) / count,
        filed=sum(map(shows_file, sample)) / count,
        exact=sum(map(is_exact, sample)) / count,
        pictured=sum(kind_shown(row) is not None for row in sample) / count,
    )
    return _Judged(block, sample, reader, traits)


def _is_listed(traits: Traits, said: int) -> bool:
    """Are these rows of a listing?"""
    enough_said, many = 2, 3
    if traits.named >= MOST_ROWS and traits.own >= MOST_ROWS:
        if said >= ENOUGH_SAID:
            return True
        if traits.factual >= MOST_ROWS and (
            said >= enough_said or (traits.sized and traits.dated and traits.count >= many)
        ):
            return True
    if said >= enough_said and traits.named >= MOST_ROWS and traits.sized >= MOST_ROWS and traits.count >= many:
        return True
    if said >= ENOUGH_SAID and traits.factual >= MOST_ROWS:
        few = 2
        named = traits.named >= MOST_ROWS and (traits.own > 0 or traits.count >= many)
        return named or (traits.own >= MOST_ROWS and traits.sized > 0 and traits.count >= few)
    return _is_told_by_names(traits, said)


def _is_told_by_names(traits: Traits, said: int) -> bool:
    """Links whose words are file and folder names, and nothing else: no other page is written so."""
    some_said, few, many = 2, 2, 4
    if traits.own < SURELY or traits.count < (few if said >= some_said else many):
        return False
    return traits.filed >= SURELY or (traits.exact >= SURELY and (traits.filed >= HALF or traits.pictured >= SURELY))


def _of_one_kind(taken: list[_Judged]) -> list[_Judged]:
    """Of blocks that each might be rows those that go with the most: a menu is none beside sizes and times."""
    if not taken:
        return taken
    most = max(
        taken, key=lambda each: (each.traits.own >= MOST_ROWS, each.traits.factual >= MOST_ROWS, each.traits.count)
    )
    return [each for each in taken if each is most or _goes_with(each.traits, most.traits)]


def _goes_with(traits: Traits, most: Traits) -> bool:
    """Does a block belong to the same listing as the one with most rows?"""
    some = 2
    if traits.own < MOST_ROWS <= most.own:  # files on another host, beside the folders of this one
        return traits.sized >= MOST_ROWS and traits.named >= MOST_ROWS and traits.count >= some
    if traits.factual >= MOST_ROWS or traits.pictured >= MOST_ROWS:
        return True
    return traits.filed >= SURELY or (most.factual < MOST_ROWS and traits.exact >= MOST_ROWS)


def _is_empty_listing(page: Page, found: Found, said: int) -> bool:
    """A listing without rows: it says that it is one, and leads nowhere but back."""
    leading = sum(len(block.rows) for block in found.blocks)
    few = 3
    text = plain_text(page.tree)[:_READ_TEXT]
    if leading > few:
        server_says = page.names_its_path and any(map(_is_way_back, found.back))
        return (found.order_links > 0 or server_says) and said > ENOUGH_SAID and not says_denied(text)
    if said >= 1 and says_empty(text):
        return True
    if said < ENOUGH_SAID or says_denied(text):
        return False
    return bool(found.back or found.order_links or page.names_its_path or page.has_path_title)
