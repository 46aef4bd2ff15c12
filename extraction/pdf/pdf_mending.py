"""A PDF whose end or page tree is lost, made readable: its page objects under a new page tree, for PDFium to read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extraction.budget import Budget
from extraction.pdf.pdf_objects import FoundObject, find_objects

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PAGES = re.compile(rb"/Type\s*/Pages\b")
_COUNT = re.compile(rb"/Count\s+(\d{1,9})")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)")
_REFERENCE = re.compile(rb"(\d{1,7})\s+(\d{1,5})\s+R")
_CONTENTS = re.compile(rb"/Contents\s*(?:\[[^\]]*|\d{1,7}\s+\d{1,5}\s+R)")
_CATALOGUE = re.compile(rb"/Type\s*/Catalog\b")
_FORM = re.compile(rb"/AcroForm\s+\d{1,7}\s+\d{1,5}\s+R")
_ATTACHED = re.compile(rb"/EF\s*(?:<<|\d)")
_INFORMATION = re.compile(rb"/(?:CreationDate|Producer)\s*[(<]")
_ENCRYPTION = re.compile(rb"/Filter\s*/Standard\b")
_ENCRYPT = re.compile(rb"/Encrypt\s+(\d{1,7})\s+(\d{1,5})\s+R")
_IDENTIFIER = re.compile(rb"/ID\s*\[[^\]]{0,400}\]")
# Pages taken up; the budget of pages is judged where they are read.
MOST_PAGES = 100_000
_MOST_ATTACHED = 3000


@dataclass(slots=True)
class _Found:
    """What the marks in a file's bytes say. Objects by number; the last one of a number counts."""

    objects: dict[int, FoundObject] = field(default_factory=dict)
    pages: set[int] = field(default_factory=set)
    nodes: dict[int, list[int]] = field(default_factory=dict)
    attached: dict[int, None] = field(default_factory=dict)
    catalogue: FoundObject | None = None
    information: int | None = None
    encryption: int | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Mended:
    """A file that can be read again.

    Attributes:
        data: its bytes.
        pages: how many pages are left.
        of: how many it says that it had, if it still says so.
    """

    data: bytes = field(repr=False)
    pages: int
    of: int | None


def mended(data: bytes, budget: Budget) -> Mended | None:
    """The file with what object streams hold, a page tree and a trailer put behind it; None without a page.

    Raises:
        BudgetSpentError: what object streams hold is too much.
    """
    found = _found(data, budget)
    if not found.pages:
        return None
    pages = _in_order(found)[:MOST_PAGES]
    catalogue, tree = (max(found.objects) + step for step in (1, 2))
    kids = b" ".join(_reference(found, number) for number in pages)
    added = [b"\nendstream\nendobj\n"]
    packed = (each for each in found.objects.values() if each.packed)
    added += [b"%d 0 obj\n%s\nendobj\n" % (each.number, each.dictionary) for each in packed]
    added += [
        b"%d 0 obj\n<< /Type /Catalog /Pages %d 0 R%s >>\nendobj\n" % (catalogue, tree, _kept(found)),
        b"%d 0 obj\n<< /Type /Pages /Count %d /Kids [%s] >>\nendobj\n" % (tree, len(pages), kids),
        b"trailer\n<< /Size %d /Root %d 0 R%s >>\n" % (tree + 1, catalogue, _trailer_entries(data, found)),
        b"startxref\n0\n%%EOF\n",
    ]
    return Mended(data + b"".join(added), len(pages), found.count or None)


def bytes_of_contents(data: bytes, budget: Budget) -> list[int]:
    """How many bytes the contents of each page have in the file, in the order of the page tree as far as it is left.

    Raises:
        BudgetSpentError: what object streams hold is too much.
    """
    found = _found(data, budget)
    return [_contents_bytes(found.objects[number].dictionary, found) for number in _in_order(found)]


def _contents_bytes(page: bytes, found: _Found) -> int:
    contents = _CONTENTS.search(page)
    named = [int(number) for number, _ in _REFERENCE.findall(contents[0])] if contents else []
    return sum(found.objects[number].behind for number in named if number in found.objects)


def _found(data: bytes, budget: Budget) -> _Found:
    found = _Found()
    for each in find_objects(data, budget):
        earlier = found.objects.pop(each.number, None)
        if earlier is not None:
            found.pages.discard(each.number)
            found.nodes.pop(each.number, None)
        found.objects[each.number] = each
        _classify(each, found)
    return found


def _classify(each: FoundObject, found: _Found) -> None:
    content = each.dictionary
    if _PAGE.search(content):
        found.pages.add(each.number)
    elif _PAGES.search(content):
        count, kids = _COUNT.search(content), _KIDS.search(content)
        found.count = max(found.count, int(count[1]) if count else 0)
        found.nodes[each.number] = [int(kid) for kid, _ in _REFERENCE.findall(kids[1])] if kids else []
    elif _CATALOGUE.search(content):
        found.catalogue = each
    elif _ATTACHED.search(content):
        found.attached[each.number] = None
    elif _ENCRYPTION.search(content):
        found.encryption = each.number
    elif _INFORMATION.search(content):
        found.information = each.number


def _in_order(found: _Found) -> list[int]:
    """Pages as what is left of the page tree lists them, then the others as they lie in the file."""
    listed = {kid for kids in found.nodes.values() for kid in kids}
    waiting = [number for number in found.nodes if number not in listed][::-1]
    seen: set[int] = set()
    ordered: dict[int, None] = {}
    while waiting:
        number = waiting.pop()
        if number in found.pages:
            ordered[number] = None
        elif number in found.nodes and number not in seen:
            seen.add(number)
            waiting += reversed(found.nodes[number])
    ordered.update((number, None) for number in found.objects if number in found.pages)
    return list(ordered)


def _kept(found: _Found) -> bytes:
    """What the new catalogue takes over: the form, and all attached files under new names."""
    form = _FORM.search(found.catalogue.dictionary) if found.catalogue else None
    entries = b" " + form[0] if form else b""
    names = b" ".join(
        b"(%06d) %s" % (place, _reference(found, number))
        for place, number in enumerate(list(found.attached)[:_MOST_ATTACHED])
    )
    return entries + (b" /Names << /EmbeddedFiles << /Names [%s] >> >>" % names if names else b"")


def _trailer_entries(data: bytes, found: _Found) -> bytes:
    entries = b" /Info " + _reference(found, found.information) if found.information is not None else b""
    named = _ENCRYPT.search(data)
    encryption = int(named[1]) if named else found.encryption
    if encryption is None or encryption not in found.objects:
        return entries
    identifier = _IDENTIFIER.search(data)
    return entries + b" /Encrypt " + _reference(found, encryption) + (b" " + identifier[0] if identifier else b"")


def _reference(found: _Found, number: int) -> bytes:
    return b"%d %d R" % (number, found.objects[number].generation)
