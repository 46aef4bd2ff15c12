"""Where the rows of one listing lie: raw names and written addresses to canonical URLs, without parsing each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from crawler.pages import LONGEST_ADDRESS, MOST_ADDRESS_CHARACTERS
from scope.urls import canonical_url, has_credentials, without_credentials

# A name that is its own canonical URL.
_PLAIN = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
# What a canonical path leaves as it is, besides letters, digits and `_.-~`; a test holds it against canonical_url.
_UNQUOTED = "!$&'()*+,:=@|[]"
# A name with one of these has no place, or another than it says: control characters of both blocks.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# An address below the folder whose canonical form follows from those of its segments.
_BELOW = re.compile(r"(?:(?:[A-Za-z0-9._~!$&'()*+,=@-]|%[0-9A-Fa-f]{2})++/?)++")
# Surrogate escapes, which stand for bytes, and the other halves of pairs, which stand for nothing.
_ESCAPES = re.compile("[\udc80-\udcff]")
_HALVES = re.compile("[\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(slots=True)
class Places:
    """The URLs of one listing's rows.

    Attributes:
        url: where the listing was fetched; the rows' parent.
        folder: what their names are relative to, canonical, ends in a slash. The folder of `url`, if not given.
    """

    url: str
    folder: str = ""
    _left: int = field(default=MOST_ADDRESS_CHARACTERS, init=False)

    def __post_init__(self) -> None:
        if not self.folder:
            self.folder = canonical_url(self.url).partition("?")[0].rpartition("/")[0] + "/"

    def named(self, name: str, *, directory: bool = False) -> str | None:
        """The URL of a row by its raw name; None for one that climbs or hides, and for too many characters."""
        quoted = name if _PLAIN.fullmatch(name) else _quoted(name)
        return None if quoted is None else self.canonical(quoted, directory=directory)

    def keyed(self, key: str, *, directory: bool = False) -> str | None:
        """The same for a path below the folder, as a bucket's key: `2024/letter.pdf`. It may hold empty segments."""
        quoted: list[str] = []
        for part in key.removesuffix("/").split("/"):
            segment = part if not part or _PLAIN.fullmatch(part) else _quoted(part)
            if segment is None:
                return None
            quoted.append(segment)
        if not quoted[-1]:
            return None
        return self.canonical("/".join(quoted), directory=directory or key.endswith("/"))

    def canonical(self, path: str, *, directory: bool = False) -> str | None:
        """The same for a path that is in its canonical form."""
        return self._within(self.folder + path + "/" * directory)

    def written(self, address: str) -> str | None:
        """The URL of a row by an address, absolute or not, as a link has it; None where it leads up or elsewhere."""
        address = escaped(address.strip())
        plain = address.removeprefix("./").removesuffix("/")
        if _PLAIN.fullmatch(plain):
            return self._within(self.folder + plain + "/" * address.endswith("/"))
        if _BELOW.fullmatch(plain) and (path := _canonical_path(plain)):
            return self.canonical(path, directory=address.endswith("/"))
        if not address or len(address) > LONGEST_ADDRESS or _CONTROL.search(address) or _climbs(address):
            return None
        if _SCHEME.match(address) and not address.lower().startswith(("http:", "https:")):
            return None
        try:
            absolute = urljoin(self.url if address[0] == "?" else self.folder, address)
            found = canonical_url(without_credentials(absolute) if has_credentials(absolute) else absolute)
        except ValueError:
            return None
        same_host = urlsplit(found).netloc == urlsplit(self.folder).netloc
        leads_up = "?" not in found and self.folder.startswith(found.removesuffix("/") + "/")
        return self._within(found) if same_host and not leads_up else None

    def _within(self, url: str) -> str | None:
        """None once the rows have more characters than a page's may have: a long folder makes much of little."""
        self._left -= len(url)
        return url if self._left >= 0 and len(url) <= LONGEST_ADDRESS else None


def last_name(url: str) -> str:
    """The last segment of a canonical URL's path, decoded; bytes that are not UTF-8 are read as Windows-1252."""
    name = url.partition("?")[0].removesuffix("/").rpartition("/")[2]
    return decoded(unquote_to_bytes(name)) if "%" in name else name


def readable(name: str) -> str:
    """A raw name for people and for the database: no surrogate escapes."""
    return name if name.isascii() else decoded(name.encode("utf-8", "surrogateescape"))


def decoded(raw: bytes) -> str:
    """A name from its bytes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _canonical_path(written: str) -> str:
    """Empty for one that wants a closer look."""
    found: list[str] = []
    for part in written.split("/"):
        segment = canonical_segment(part)
        if segment is None:
            return ""
        found.append(segment[0])
    return "/".join(found)


def escaped(address: str) -> str:
    """An address in which bytes that are not UTF-8 are percent-encoded; empty for one with half a character."""
    if address.isascii():
        return address
    address = _ESCAPES.sub(lambda match: f"%{ord(match[0]) & 0xFF:02X}", address)
    return "" if _HALVES.search(address) else address


def canonical_segment(written: str) -> tuple[str, str] | None:
    """One percent-encoded path segment in its canonical form, and its name; None for a hostile one.

    Without parsing a URL, which takes ten times as long.
    """
    if "%" not in written and _PLAIN.fullmatch(written):
        return written, written
    raw = unquote_to_bytes(escaped(written))
    quoted = _quoted(raw.decode("utf-8", "surrogateescape"))
    return (quoted, decoded(raw)) if quoted else None


def _quoted(name: str) -> str | None:
    if not name or name in {".", ".."} or "/" in name or _CONTROL.search(name):
        return None
    try:
        return quote(name, safe=_UNQUOTED, errors="surrogateescape")
    except UnicodeEncodeError:  # half of a pair of surrogates: no server can have meant it
        return None


def _climbs(address: str) -> bool:
    path = unquote_to_bytes(address.partition("?")[0])
    return b".." in path.replace(b"\\", b"/").split(b"/")
