"""What a page's links mean beside the page itself: one of its rows, the way back, the same rows in another order."""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urljoin, urlsplit

from documents.records import EntryKind
from scope.urls import canonical_url

# Addresses that are canonical as they stand: the usual case, worth not parsing (60 us each).
_PLAIN = re.compile(r"(?:[A-Za-z0-9._~-]++|%20|%[89A-Fa-f][0-9A-Fa-f])*+/?")
_HEX = re.compile(r"%[0-9a-fA-F]{2}")
_FOLDER_PAGE = re.compile(r"/(?P<folder>[^/]+)/(?:index|default)\.[a-z]{3,5}$", re.IGNORECASE)
# The program that a server runs for a folder: its address and the folder's are one.
_OWN_PROGRAM = re.compile(r"index\.(?:php\d?|aspx?|cgi|jsp|pl|py|cfm)", re.IGNORECASE)
# What is no row's name although it is spelt as one.
_NO_CHILD = re.compile(rf"|\.{{1,2}}|{_OWN_PROGRAM.pattern}", re.IGNORECASE)
# What those begin with.
_NO_CHILD_BEGINNINGS = frozenset(["", ".", "I", "i"])
_OTHER_SCHEME = re.compile(r"(?!https?:|ftps?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SORT_LINK = re.compile(r"[^?]*\?(?:C=[NMSD][;&]O=[AD]|[NMSD]=[AD])")
# Parameters of servers and of indexers in PHP that ask for the same rows in another order or layout.
_ORDER_PARAMETERS = frozenset("layout orderby order_by sort sortby sort_by sortmode sortorder sort_order".split())
# Beside one of those they say nothing more.
_ORDER_COMPANIONS = frozenset(["order", "dir_order", "direction", "asc", "desc", "limit", "offset"])
# Parameters that say what to do, not with what.
_COMMANDS = frozenset("action act cmd command do mode op operation task type v ver version view".split())
_FOLDER_OR_FILE = {
    **dict.fromkeys("dir directory folder subdir subfolder cd".split(), EntryKind.DIRECTORY),
    **dict.fromkeys("file filename download dl".split(), EntryKind.FILE),
}
# Longest base64 value that is tried as a path, characters.
_LONGEST_CODED = 4_000


class Relation(StrEnum):
    """How a link's address lies to the page's."""

    CHILD = "child"  # directly below its folder
    BELOW = "below"  # further down
    QUERY = "query"  # the same or a neighbouring program, asked for something else
    ITSELF = "itself"
    ABOVE = "above"
    ORDER = "order"
    ELSEWHERE = "elsewhere"  # on the same host
    OFF_HOST = "off_host"


# What a row of a folder's own is.
OWN = frozenset([Relation.CHILD, Relation.BELOW, Relation.QUERY])
BACK = frozenset([Relation.ITSELF, Relation.ABOVE])


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to.

    Attributes:
        url: canonical.
        name: decoded; of a query, what its value names last.
        relation: to the page.
        is_folder: does the address end as a folder's does?
        choices: of a query, all that it may name.
        kind: what the query's parameter calls it (`folder=`, `file=`); None where it says nothing.
    """

    url: str
    name: str
    relation: Relation
    is_folder: bool
    choices: tuple[str, ...] = ()
    kind: EntryKind | None = None


class Addresses:
    """Resolves one page's links; each way of writing once.

    Args:
        url: where the page was fetched.
        base: what its addresses are relative to.
        charset: the page's own, in which old servers spell names.
    """

    def __init__(self, url: str, base: str, charset: str | None = None) -> None:
        self._charset = charset
        self._base = base
        bare = canonical_url(base).partition("?")[0]
        self._own = urlsplit(canonical_url(url))
        self.folder = bare.rpartition("/")[0] + "/"
        # A page whose address lacks its slash: its rows lie beside it or below it.
        is_file = bare.endswith("/") or "." in bare[len(self.folder) :]
        self._folders = (self.folder,) if is_file else (self.folder, bare + "/")
        self._folder_path = urlsplit(self.folder).path
        self._origin = self.folder[: len(self.folder) - len(self._folder_path)]
        self._known: dict[str, Target | None] = {}

    def target(self, href: str) -> Target | None:
        """What an address as written means; None for scripts, mail, fragments and what is no address."""
        known = self._known.get(href)
        if known is None and href not in self._known:
            known = self._known[href] = self._plain(href) or self._resolved(href.strip())
        return known

    @cached_property
    def _own_query(self) -> dict[str, str]:
        return _parameters(self._own.query)

    def _plain(self, href: str) -> Target | None:
        if href.startswith("/"):
            if not href.startswith(self._folder_path):
                return None
            href = href[len(self._folder_path) :]
        elif href.startswith("./"):
            href = href[2:]
        name = href.removesuffix("/")
        if _PLAIN.fullmatch(href) is None or len(self._folders) > 1:
            return None
        if name[:1] in _NO_CHILD_BEGINNINGS and _NO_CHILD.fullmatch(name):
            return None
        if "%" in name:
            blanks_only = name.count("%") == name.count("%20")
            if not blanks_only:
                href = _HEX.sub(_upper, href)
            name = name.replace("%20", " ") if blanks_only else _decoded(name, self._charset)
        return Target(self.folder + href, name, Relation.CHILD, href.endswith("/"))

    def _resolved(self, href: str) -> Target | None:
        if not href or href[0] == "#" or _OTHER_SCHEME.match(href):
            return None
        try:
            absolute = urljoin(self._base, re.sub(r"[\t\r\n]", "", href).partition("#")[0])
            url = canonical_url(absolute)
            parts = urlsplit(url)
        except ValueError:
            return None
        if parts.scheme not in ("http", "https", "ftp", "ftps") or not parts.hostname:
            return None
        is_folder = parts.path.endswith("/") and not parts.query
        if parts.query:
            return self._asked(url, absolute)
        relation = self._relation(url, parts.path)
        if relation is Relation.BELOW and (page := _FOLDER_PAGE.search(parts.path)):
            # `bin/index.html`: the page of a folder stands for the folder.
            return Target(url, _decoded(page["folder"], self._charset), relation, is_folder=True)
        return Target(url, decoded_name(url, self._charset), relation, is_folder)

    def _relation(self, url: str, path: str) -> Relation:
        for folder in self._folders:
            if url.startswith(folder):
                rest = url[len(folder) :].removesuffix("/")
                if not rest:
                    return Relation.ITSELF
                # A page without its slash may be named by its parent's rows: it is its own page all the same.
                if url.rstrip("/") == self._folders[-1].rstrip("/") or _OWN_PROGRAM.fullmatch(rest):
                    return Relation.ITSELF
                return Relation.BELOW if "/" in rest else Relation.CHILD
        if not url.startswith(self._origin + "/"):
            return Relation.OFF_HOST
        return Relation.ABOVE if self._folder_path.startswith(path.rstrip("/") + "/") else Relation.ELSEWHERE

    def _asked(self, url: str, absolute: str) -> Target:
        parts = urlsplit(url)
        query = _parameters(urlsplit(absolute).query)
        values = [value or key for key, value in query.items() if key not in _COMMANDS]
        choices = tuple(dict.fromkeys(name for value in reversed(values) for name in _named(value)))
        name = choices[0] if choices else decoded_name(url)
        is_folder = bool(query) and list(query.values())[-1].endswith("/")
        kind = _FOLDER_OR_FILE.get(next(reversed(query), ""))
        return Target(url, name, self._query_relation(parts.path, query, absolute), is_folder, choices, kind)

    def _query_relation(self, path: str, query: dict[str, str], written: str) -> Relation:
        if not canonical_url(written).startswith(self._origin + "/"):
            return Relation.OFF_HOST
        ordered = path == self._folder_path and query.keys() <= _ORDER_PARAMETERS | _ORDER_COMPANIONS
        if ordered or is_sort_link(written) or _ORDER_PARAMETERS & query.keys():
            return Relation.ORDER
        own_path = self._own.path
        if path.rstrip("/") == own_path.rstrip("/") or path == self._folder_path:
            if query == self._own_query or not any(query.values()):
                return Relation.ITSELF
            return Relation.ABOVE if self._leads_back(query) else Relation.QUERY
        folder = path.rpartition("/")[0] + "/"
        if folder == self._folder_path:
            return Relation.QUERY
        return Relation.BELOW if path.startswith(self._folder_path) else Relation.ELSEWHERE

    def _leads_back(self, query: dict[str, str]) -> bool:
        """`?dir=a` on the page of `?dir=a/b`."""
        if not query.keys() <= self._own_query.keys():
            return False
        return all(
            self._own_query[name] == value or _is_above(value, self._own_query[name]) for name, value in query.items()
        )


def is_sort_link(address: str) -> bool:
    """Is this one of Apache's column links (`?C=N;O=D`, of old `?N=D`): the same rows in another order?"""
    return _SORT_LINK.fullmatch(address) is not None


def orders_anew(address: str, url: str) -> bool:
    """Does this address ask for the page itself, the same rows in another order or layout?"""
    if is_sort_link(address):
        return True
    path, _, query = address.partition("?")
    own_path, _, own_query = url.partition("?")
    if path.rstrip("/") != own_path.rstrip("/") or not _ORDER_PARAMETERS & _parameters(query).keys():
        return False
    return _without_order(_parameters(query)) == _without_order(_parameters(own_query))


def decoded_name(url: str, charset: str | None = None) -> str:
    """The last path segment, percent-decoded; bytes that are not UTF-8 are read in the charset, or as Windows-1252."""
    return _decoded(urlsplit(url).path.rstrip("/").rpartition("/")[2], charset)


def _decoded(segment: str, charset: str | None) -> str:
    if "%" not in segment:
        return segment
    raw = unquote_to_bytes(segment)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        with suppress(LookupError, UnicodeDecodeError):
            return raw.decode(charset or "cp1252")
        return raw.decode("cp1252", errors="replace")


def _upper(match: re.Match[str]) -> str:
    return match.group().upper()


def _parameters(query: str) -> dict[str, str]:
    if not query:
        return {}
    try:
        pairs = parse_qsl(query.replace(";", "&"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in pairs} or {"": unquote(query)}


def _without_order(query: dict[str, str]) -> dict[str, str]:
    """What a query asks for, in whichever order: `order=desc` says nothing beside `sort`, and something alone."""
    return {name: value for name, value in query.items() if name not in _ORDER_PARAMETERS | _ORDER_COMPANIONS}


def _named(value: str) -> list[str]:
    """What a query's value names: the last part of a path, plain or in base64."""
    names = [value.rstrip("/\\").replace("\\", "/").rpartition("/")[2]]
    coded = _from_base64(value)
    if coded is not None:
        names.append(coded.rstrip("/").rpartition("/")[2])
    return [name for name in names if name]


def _from_base64(value: str) -> str | None:
    shortest = 4
    if not shortest <= len(value) <= _LONGEST_CODED or not re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", value):
        return None
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_").decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return text if text.isprintable() else None


def _is_above(value: str, own: str) -> bool:
    shorter, longer = value.strip("/"), own.strip("/")
    return shorter != longer and (not shorter or longer.startswith(shorter + "/"))
