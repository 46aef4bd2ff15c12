"""HTML bytes to a tree: is it HTML, in which encoding, and is there anything in it without a browser?"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping

from lxml import etree
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

from crawler.errors import PageTooCostlyError

# Only this much is looked at to tell HTML from anything else, bytes. Browsers sniff 1,445 (WHATWG MIME sniffing).
SNIFFED_BYTES = 1_445
# Pages above this size are not parsed for links, bytes: an lxml tree takes about ten times its page, and the listing
# of 50,000 files takes 6 MiB.
PARSED_BYTES = 8 << 20
# Attributes of one tag. libxml2 walks past all earlier ones to add the next: 37,000 take 1.8 s, and four times that for
# each doubling; 1,000 take 1 ms. Tags of real pages have less than a hundred.
MOST_ATTRIBUTES = 1_000
# Pages up to this size are not counted through first, bytes: a single tag of all of it takes 0.1 s.
_UNCOUNTED_BYTES = 64 << 10

# A tag of MOST_ATTRIBUTES has more bytes than this: pages whose tags all end sooner need no counting.
_LONGEST_TAG = 2 * MOST_ATTRIBUTES
_MARK_IN_QUOTES = re.compile(rb"""=\s*+(?:"[^"<>]*+[<>]|'[^'<>]*+[<>])""")
_ENDED_SOON = re.compile(rb"(?:[^>]{0,%d}+>)*+" % _LONGEST_TAG)

_HTML_TYPES = frozenset(["text/html", "application/xhtml+xml"])
# Types that servers give for lack of a better one: the bytes decide.
_VAGUE_TYPES = frozenset(["", "text/plain", "application/octet-stream", "unknown/unknown", "text/xml"])
_HTML_MARK = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SILENT_TAGS = frozenset(["script", "style", "noscript", "template", "head", "title"])


def media_type(content_type: str | None) -> str:
    """`text/html` of `Text/HTML; charset=utf-8`; empty for none."""
    return (content_type or "").partition(";")[0].strip().lower()


def is_html(content_type: str | None, body: bytes) -> bool:
    """Is this a page? The header is believed unless the bytes are plainly something else."""
    head = body[:SNIFFED_BYTES]
    kind = media_type(content_type)
    if kind in _HTML_TYPES:
        return not head.startswith((b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0")) and not _is_binary(head)
    return kind in _VAGUE_TYPES and _opens_as_html(head.removeprefix(b"\xef\xbb\xbf"))


def _opens_as_html(head: bytes) -> bool:
    """Is the first mark an HTML one, after white space, an XML declaration and comments? Each is passed once."""
    rest = head.lstrip()
    if rest[:5].lower() == b"<?xml":
        rest = rest.partition(b">")[2].lstrip()
    while rest.startswith(b"<!--"):
        rest = rest[4:].partition(b"-->")[2].lstrip()
    return _HTML_MARK.match(rest) is not None


def _is_binary(head: bytes) -> bool:
    nuls_of_text = 0.1  # share: broken pages hold a few, anything but text holds more
    utf_16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return not utf_16 and head.count(0) > nuls_of_text * len(head)


def parse_html(
    body: bytes, content_type: str | None, on_cut: Callable[[], None] = lambda: None
) -> etree._Element | None:
    """The tree of a page, whatever its mistakes; None where there is nothing to parse.

    The text is decoded here and handed on as UTF-8: libxml2 stops at the first byte that its encoding does not have.

    Args:
        body: the page.
        content_type: as the server says.
        on_cut: called where the tree ends before the page does: libxml2 reads on to no more than 2,048 nested elements
            (256 without `huge_tree`, which old pages with unclosed tags reach), and drops all that follows.

    Raises:
        PageTooCostlyError: a tag has more than MOST_ATTRIBUTES.
    """
    return parse_text(as_utf8(body, content_type), on_cut)


def parse_text(text: bytes, on_cut: Callable[[], None] = lambda: None) -> etree._Element | None:
    """The same for a page, or a piece of one, that is UTF-8 already."""
    if not text.strip():
        return None
    if len(text) > _UNCOUNTED_BYTES and _may_have_a_long_tag(text):
        _count_attributes(text)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True)
    try:
        tree = etree.fromstring(text, parser)
        for after in [] if tree is None else list(tree.itersiblings(etree.Element)):
            # What follows `</html>` (rows after a header file that ends its page) is a second root to libxml2.
            tree.append(after)
    except etree.LxmlError:
        return None
    else:
        return tree
    finally:
        if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
            on_cut()


def _may_have_a_long_tag(text: bytes) -> bool:
    """Could some tag be longer than _LONGEST_TAG? Where no quoted value holds a `<` or `>`, the next `>` ends a tag."""
    if _MARK_IN_QUOTES.search(text):
        return True
    ended = _ENDED_SOON.match(text)
    return ended is None or len(text) - ended.end() > _LONGEST_TAG


def _count_attributes(text: bytes) -> None:
    """Read the tags without making a tree of them, which takes linear time."""
    parser = etree.HTMLParser(target=_AttributeCount(), encoding="utf-8", huge_tree=True, no_network=True)
    with contextlib.suppress(etree.LxmlError):  # the second reading judges what is wrong with it
        etree.fromstring(text, parser)


class _AttributeCount:
    """A parser's target that keeps nothing."""

    def start(self, tag: str | bytes, attrib: Mapping[str | bytes, str | bytes]) -> None:
        if len(attrib) > MOST_ATTRIBUTES:
            raise PageTooCostlyError("attributes")

    def end(self, tag: str | bytes) -> None:
        pass

    def data(self, data: str | bytes) -> None:
        pass

    def comment(self, text: str | bytes) -> None:
        pass

    def close(self) -> None:
        pass


def as_utf8(body: bytes, content_type: str | None) -> bytes:
    """A page's text as UTF-8 without NULs, by its header, its own word, or else Windows-1252."""
    encoding = _charset(http_content_type_encoding(content_type or None) if content_type else None)
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if encoding is None:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            declared = _charset(html_body_declared_encoding(body[:4096]))
            encoding = declared if declared and declared != "utf-8" else "cp1252"
        else:
            return body.replace(b"\x00", b"")
    text = body.decode(resolve_encoding(encoding) or "utf-8", errors="replace")
    return text.replace("\x00", "").encode("utf-8", errors="replace")


def _charset(name: str | None) -> str | None:
    """The name, unless it is one of Python's codecs that are no charset: base64, idna, punycode."""
    try:
        b"a\xe9".decode(name or "utf-8", errors="replace")
    except (LookupError, UnicodeError):
        return None
    return name


def needs_browser(tree: etree._Element) -> bool:
    """Does this page show nothing until its scripts have run: scripts, and no text, link, image or form at all?"""
    scripted = False
    for element in tree.iter(etree.Element):
        tag = element.tag
        if tag == "script":
            scripted = True
        if tag in ("a", "img", "form", "iframe", "frame", "object", "embed", "area"):
            return False
        if tag not in _SILENT_TAGS and (element.text or "").strip():
            return False
        parent = element.getparent()
        silent_parent = parent is not None and parent.tag in _SILENT_TAGS
        if not silent_parent and (element.tail or "").strip():
            return False
    return scripted
