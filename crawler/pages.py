"""The links of a page: every address that it leads to, absolute and as written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from lxml import etree

from crawler.errors import PageTooCostlyError
from crawler.script_links import addresses_of_attributes, addresses_of_script, texts_of_scripts

# Where each tag keeps the address that it leads to.
_LINK_ATTRIBUTES = {
    "a": "href",
    "area": "href",
    "audio": "src",
    "embed": "src",
    "frame": "src",
    "iframe": "src",
    "link": "href",
    "object": "data",
    "source": "src",
    "video": "src",
}
_FOLLOWED_RELATIONS = frozenset(["alternate", "next", "prev", "canonical"])
# Possessive, so that what one part has taken is not tried again for the next.
_REFRESH_ADDRESS = re.compile(r"[\d.]*+\s*+[;,]\s*+(?:url\s*+=\s*+)?['\"]?(?P<url>[^'\"]+)", re.IGNORECASE)
_LINK_HEADER = re.compile(
    r"""<(?P<address>[^<>]*+)>[^,<]*?;\s*rel\s*=\s*(?:"(?P<relation>[^"]*+)"|(?P<bare>[^\s";,]++))""", re.IGNORECASE
)
_OTHER_SCHEME = re.compile(r"^(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# Longest address that is followed, characters. Common servers refuse more (nginx and Apache: 8 kB of request line).
LONGEST_ADDRESS = 8_000
# A name of something in the page's own folder: what it is joined to is the same for all, and a listing is full of them.
_PLAIN_CHILD = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2}){0,250}+/?")
_ANY_NAME = "x"
# Characters that all addresses of one page may have, absolute: a long `<base>` makes 8,000 of each three that are
# written. The largest listing that is read, 50,000 rows, has about 10 million.
MOST_ADDRESS_CHARACTERS = 16 << 20


def base_url(tree: etree._Element, url: str) -> str:
    """What relative addresses of the page are relative to: its `<base>`, or its own URL."""
    for element in tree.iter("base"):
        href = (element.get("href") or "").strip()
        if href:
            return _joined(url, href) or url
    return url


def links_of(tree: etree._Element, url: str) -> list[str]:
    """Absolute http and https addresses in the order of the page, each once, without fragments.

    Raises:
        PageTooCostlyError: they have more than MOST_ADDRESS_CHARACTERS.
    """
    return joined(_all_written(tree), base_url(tree, url))


def joined(addresses: Iterable[str], base: str) -> list[str]:
    """Addresses as written, absolute, in order, each once; what is none, or of another scheme, is left out.

    Raises:
        PageTooCostlyError: they have more than MOST_ADDRESS_CHARACTERS.
    """
    found: dict[str, None] = {}
    left = MOST_ADDRESS_CHARACTERS
    folder = (_joined(base, _ANY_NAME) or "").removesuffix(_ANY_NAME)
    for written in dict.fromkeys(addresses):
        is_plain = folder and _PLAIN_CHILD.fullmatch(written) is not None
        absolute = folder + written if is_plain else _joined(base, written)
        if absolute is not None:
            found[absolute] = None
            left -= len(absolute)
            check_characters(left)
    return list(found)


def scripts_of(tree: etree._Element, url: str) -> list[str]:
    """Absolute addresses of the page's scripts."""
    written = ((element.get("src") or "").strip() for element in tree.iter("script"))
    return joined((address for address in written if address), base_url(tree, url))


def links_of_headers(link: Iterable[str], refresh: str | None, url: str) -> list[str]:
    """Absolute addresses in `Link` headers (those that a page's own `<link>` would be followed for) and `Refresh`."""
    found = [
        match["address"].strip()
        for value in link
        for match in _LINK_HEADER.finditer(value[:LONGEST_ADDRESS])
        if _FOLLOWED_RELATIONS & set((match["relation"] or match["bare"] or "").lower().split())
    ]
    if refresh and (match := _REFRESH_ADDRESS.match(refresh.strip()[: 2 * LONGEST_ADDRESS])):
        found.append(match["url"].strip())
    return joined((address.partition("#")[0] for address in found), url)


def overlong_links(tree: etree._Element, url: str) -> list[str]:
    """The beginnings of addresses that are longer than LONGEST_ADDRESS, absolute: enough to tell whose they are."""
    base = base_url(tree, url)
    beginnings = [written[:LONGEST_ADDRESS] for written in _written(tree) if len(written) > LONGEST_ADDRESS]
    return [absolute for beginning in beginnings if (absolute := _joined(base, beginning)) is not None]


def check_characters(left: int) -> None:
    """Raises PageTooCostlyError where less than nothing is left of MOST_ADDRESS_CHARACTERS."""
    if left < 0:
        raise PageTooCostlyError("addresses")


def _all_written(tree: etree._Element) -> Iterator[str]:
    """Of elements first, then of attributes and texts of scripts."""
    yield from _written(tree)
    yield from addresses_of_attributes(tree)
    for text in texts_of_scripts(tree):
        yield from addresses_of_script(text)


def _written(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter(*_LINK_ATTRIBUTES, "meta"):
        tag = str(element.tag)
        if tag == "meta":
            yield from _refresh(element)
            continue
        if tag == "link" and not _FOLLOWED_RELATIONS & set((element.get("rel") or "").lower().split()):
            continue
        address = (element.get(_LINK_ATTRIBUTES[tag]) or "").strip()
        if address and address[0] != "#" and not _OTHER_SCHEME.match(address):
            yield address.partition("#")[0]


def _refresh(element: etree._Element) -> Iterator[str]:
    if (element.get("http-equiv") or "").strip().lower() == "refresh":
        content = (element.get("content") or "").strip()
        match = _REFRESH_ADDRESS.match(content[: 2 * LONGEST_ADDRESS])
        if match:
            yield match["url"].strip().partition("#")[0]


def _joined(base: str, written: str) -> str | None:
    if len(written) > LONGEST_ADDRESS:
        return None
    try:
        absolute = urljoin(base, re.sub(r"[\t\r\n]", "", written))
    except ValueError:
        return None
    return absolute if absolute.startswith(("http://", "https://")) else None
