"""A PDF whose end is lost, made readable: its page objects under a new page tree, for PDFium to find the rest."""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"(?<!\d)(\d{1,7})\s{1,4}(\d{1,5})\s{1,4}obj\b")
_DICTIONARY_END = re.compile(rb"endobj|\bstream\b")
# Bytes of an object's dictionary that are looked at. A page's has some hundred.
_DICTIONARY_BYTES = 4000
_PAGE = re.compile(rb"/Type\s*/Page\b")
# Pages taken up; the budget of pages is checked again where they are read.
_MOST_PAGES = 2000


def mended(data: bytes) -> bytes | None:
    """The file with a page tree, a catalogue and a trailer put behind it; None where no page is left.

    Pages inside object streams (PDF 1.5 and later, some writers) are not found.
    """
    pages: dict[bytes, bytes] = {}
    highest = 0
    for found in _OBJECT.finditer(data):
        highest = max(highest, int(found[1]))
        if _PAGE.search(_dictionary(data, found.end())):
            pages[found[1]] = found[2]  # a later object of one number replaces an earlier one
    if not pages:
        return None
    kids = b" ".join(b"%s %s R" % pair for pair in list(pages.items())[:_MOST_PAGES])
    catalogue, tree = highest + 1, highest + 2
    return data + (
        b"\nendstream\nendobj\n%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj\n" % (catalogue, tree)
        + b"%d 0 obj\n<< /Type /Pages /Count %d /Kids [%s] >>\nendobj\n" % (tree, min(len(pages), _MOST_PAGES), kids)
        + b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n0\n%%%%EOF\n" % (tree + 1, catalogue)
    )


def _dictionary(data: bytes, start: int) -> bytes:
    """What follows an object's number, up to its end, its stream or the next object."""
    following = _OBJECT.search(data, start, start + _DICTIONARY_BYTES)
    rest = data[start : following.start() if following else start + _DICTIONARY_BYTES]
    return _DICTIONARY_END.split(rest, maxsplit=1)[0]
