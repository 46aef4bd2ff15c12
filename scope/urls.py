"""URLs as the scope sees them: one canonical form, no credentials, a masked form for everything a person prints."""

from __future__ import annotations

import hashlib
import re
import secrets
from posixpath import splitext
from urllib.parse import quote, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

from scope.credentials import credential_flags, matrix_flags

DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ftps": 990}
FTP_SCHEMES = frozenset(["ftp", "ftps"])
_MASK_KEY = secrets.token_bytes(32)

# Sessions that are kept in the path: ASP.NET's `(S(...))` and Akamai's `hdnts=...`, each a segment of its own.
_SESSION_SEGMENT = re.compile(r"/(?:\((?:[A-Z]\([\w|-]{8,}\))+\)|hdn(?:ts|ea|tl)=[^/]*)(?=/|$)", re.IGNORECASE)
_MATRIX_SIGN = re.compile(r";|%3b", re.IGNORECASE)

# Endings of stored files that tell nothing of what is in them.
DOCUMENT_SUFFIXES = frozenset(
    ".pdf .doc .docx .odt .rtf .txt .xls .xlsx .csv .ppt .pptx .eml .msg .zip .7z .tar .gz .xml .json .hl7 .jpg .jpeg "
    ".png .tif .tiff .wav .mp3 .dss .ds2 .htm .html .md".split()
)


def canonical_url(url: str) -> str:
    """The one form that is stored and compared: host in lower case, no default port, no fragment, query sorted."""
    parts = urlsplit(canonicalize_url(url.strip(), keep_fragments=False))
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS.get(parts.scheme) else ""
    return urlunsplit((parts.scheme, host + port, parts.path or "/", parts.query, ""))


def has_credentials(url: str) -> bool:
    """Does this URL carry a user, a signature or a token: a right that not everyone has?"""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        return True
    if parts.scheme in FTP_SCHEMES:  # its path is names of folders and files, whatever signs are in them
        return False
    return _bare_query(parts.query) != parts.query or _bare_path(parts.path) != parts.path


def without_credentials(url: str) -> str:
    """The same place as anyone would ask for it: user, signature and tokens taken out, the rest as written."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    if parts.scheme in FTP_SCHEMES:
        return urlunsplit(parts._replace(netloc=netloc))
    return urlunsplit((parts.scheme, netloc, _bare_path(parts.path), _bare_query(parts.query), parts.fragment))


def _bare_query(query: str) -> str:
    if not query:
        return query
    pieces = re.split("([&;])", query)  # servers of old take `;` as `&`, and so does a link copied with `&amp;`
    flags = credential_flags(pieces[::2])
    if not any(flags):
        return query
    kept = ""
    taken = False
    for sign, piece, flag in zip(["&", *pieces[1::2]], pieces[::2], flags, strict=True):
        taken = flag or (taken and sign == ";" and "=" not in piece)  # `q-sign-time=1;2` is one value
        kept += "" if taken else sign + piece
    return kept[1:]


def _bare_path(path: str) -> str:
    """The path without sessions: matrix parameters (`;jsessionid=...`) and segments that are one."""
    path = _SESSION_SEGMENT.sub("", path)
    return "/".join(_bare_segment(segment) for segment in path.split("/")) if _MATRIX_SIGN.search(path) else path


def _bare_segment(segment: str) -> str:
    name, *pieces = _MATRIX_SIGN.split(segment)
    flags = matrix_flags(pieces)
    if not any(flags):
        return segment
    return ";".join([name, *(piece for piece, flag in zip(pieces, flags, strict=True) if not flag)])


def same_host(ours: str, theirs: str) -> bool:
    """The same host, and the same port; http and https on their default ports count as one place."""
    a, b = urlsplit(ours), urlsplit(theirs)
    if (a.hostname or "").rstrip(".") != (b.hostname or "").rstrip("."):
        return False
    if FTP_SCHEMES & {a.scheme, b.scheme}:
        same_port = (a.port or DEFAULT_PORTS.get(a.scheme)) == (b.port or DEFAULT_PORTS.get(b.scheme))
        return a.scheme == b.scheme and same_port
    if a.port in (None, DEFAULT_PORTS[a.scheme]) and b.port in (None, DEFAULT_PORTS[b.scheme]):
        return True
    return (a.scheme, a.port) == (b.scheme, b.port)


def masked_url(url: str) -> str:
    """A form to print: scheme, host and port; each path segment a short digest, the last with its file ending.

    A file name can itself name a patient, so nothing of it is shown, and who guesses a name can not confirm it: the
    digests are keyed with a key that this process made and nobody keeps. Equal names at one host give equal digests
    within one output, which is enough to tell rows apart, and other digests in the next.
    """
    parts = urlsplit(url)
    segments = parts.path.split("/")
    masked = [_masked_segment(url, segment) for segment in segments]
    tail = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{'/'.join(masked)}{tail}"


def _masked_segment(url: str, segment: str) -> str:
    if not segment:
        return ""
    ending = splitext(segment)[1].lower()
    shown = ending if ending in DOCUMENT_SUFFIXES else ""
    host = urlsplit(url).netloc
    return f"~{hashlib.blake2b(f'{host}/{segment}'.encode(), key=_MASK_KEY, digest_size=2).hexdigest()}{shown}"


def quoted_path(name: str) -> str:
    """An object key or file name as a URL path; slashes stay."""
    return quote(name, safe="/-_.~")
