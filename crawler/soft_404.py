"""Answers that say "not here" with status 200, told by what the same server says of a page that can not be there."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from posixpath import splitext
from urllib.parse import unquote, urlsplit, urlunsplit

from lxml import etree

from crawler.errors import PageTooCostlyError
from crawler.likeness import pairs_of, words_of
from crawler.markup import PARSED_BYTES, is_html, parse_html
from documents.records import SkipReason

# Pairs of neighbouring words that two answers may differ in, each way, and still say the same; the words of their own
# addresses, numbers and dates are left out. One word that differs makes two pairs. A letter of one line has ten.
MOST_OWN_PAIRS = 4
# An answer with fewer words than this says too little to know it by: its own bytes have to be the same.
FEWEST_WORDS = 4
# What a page that can not be there is called, for whoever reads the server's log; digits follow. No word of it acts.
CANARY_NAME = "stray-no-such-page-"
_CANARY_DIGITS = 12
_ENDING = re.compile(r"\.[a-z][a-z0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an answer is known by.

    Attributes:
        pairs: of neighbouring words, without those of its own address.
        exact: its bytes, where it has hardly any words; empty otherwise.
        asks_password: has it a field for one?
    """

    pairs: frozenset[int]
    exact: bytes
    asks_password: bool

    def says_the_same(self, other: Likeness) -> bool:
        """Would a reader take one for the other?"""
        if self.exact or other.exact:
            return self.exact == other.exact
        return len(self.pairs - other.pairs) <= MOST_OWN_PAIRS and len(other.pairs - self.pairs) <= MOST_OWN_PAIRS


def likeness_of(body: bytes, content_type: str, url: str) -> tuple[Likeness, etree._Element] | None:
    """Of a page, with its tree; None for what is no page, or too costly to read."""
    if len(body) > PARSED_BYTES or not is_html(content_type, body):
        return None
    try:
        tree = parse_html(body, content_type)
    except PageTooCostlyError:
        return None
    if tree is None:
        return None
    own = set(re.findall(r"\w+", unquote(unquote(url)).lower()))
    words = [word for word in words_of(tree) if word not in own and not word.isdigit()]
    asks = any((field.get("type") or "").lower() == "password" for field in tree.iter("input"))
    exact = body if len(words) < FEWEST_WORDS else b""
    return Likeness(frozenset(pairs_of(words)), exact, asks), tree


def refusal(is_login: bool) -> tuple[SkipReason, str]:
    """What becomes of a page that says what the canary's answer says."""
    return (SkipReason.ACCESS_DENIED, "login_page") if is_login else (SkipReason.NOT_FOUND, "soft_404")


def kind_of(url: str) -> str:
    """Servers answer for folders, for pages and for each ending in different ways: `/`, ``, `.php`."""
    path = urlsplit(url).path
    if path.endswith("/"):
        return "/"
    ending = splitext(path)[1].lower()
    return ending if _ENDING.fullmatch(ending) else ""


def canary_url(start: str, kind: str) -> str:
    """An address of this kind, in the folder of the unit's start, that can not be there."""
    parts = urlsplit(start)
    number = secrets.randbelow(10**_CANARY_DIGITS)
    folder = parts.path.rpartition("/")[0]
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{CANARY_NAME}{number:0{_CANARY_DIGITS}}{kind}", "", ""))
