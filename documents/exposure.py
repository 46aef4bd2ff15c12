"""How a document lies open: which way led to it, what protects it, who else may hold it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Truth(StrEnum):
    """Never two: a timeout, a 5xx and a throttled reply are `UNKNOWN`, and so is what nobody asked."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Transport(StrEnum):
    """How the bytes came. A bucket's objects come over http or https."""

    HTTP = "http"
    HTTPS = "https"
    FTP = "ftp"
    FTPS = "ftps"


class TlsState(StrEnum):
    """What the connection that brought the bytes was worth. Of several faults the first in this order is told."""

    # The certificate was refused by whoever made it.
    REVOKED = "revoked"
    # Signed by itself, or by nobody whom this machine trusts: anyone could be answering.
    SELF_SIGNED = "self_signed"
    UNTRUSTED = "untrusted"
    WRONG_HOST = "wrong_host"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    VALID = "valid"
    # Plain, because TLS is not offered or was not asked for; the second: offered, and the handshake came to nothing.
    NONE = "none"
    FAILED = "failed"
    UNKNOWN = "unknown"


class IndexBasis(StrEnum):
    """What the answer to "could a search engine hold it?" rests on."""

    NOTHING_FORBIDS = "nothing_forbids"
    # Engines that keep to it do not read the place. Its address may be known to them all the same.
    ROBOTS_TXT = "robots_txt"
    X_ROBOTS_TAG = "x_robots_tag"
    META_ROBOTS = "meta_robots"
    # Some engines are told to keep out, by name; the others are not.
    SOME_ENGINES = "some_engines"
    # The page names another address as its own; engines take that as a hint.
    CANONICAL = "canonical"
    # The page was too large or too strange to be read, so what it says of itself is not known.
    PAGE_NOT_READ = "page_not_read"
    # Engines seldom read FTP servers.
    FTP = "ftp"


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a source learned of how a document is exposed. Everything is unknown until somebody says so.

    Attributes:
        reached_by: canonical URLs from the unit's start to the page or listing that named it, in order.
        found_as: the address as found, where it differs from the document's URL and from what was asked for.
        transport: how the bytes came.
        tls: of the connection that brought them.
        listed: a server's listing named it, not only a link.
        is_listing: it is a listing itself, even an empty one, or a sitemap; the source has read it as one.
        auth_above: a login is asked somewhere above it, inside the target. Sources leave it unknown where the answers
            of the folders above tell (the database joins them); FTP, which asks once for all, says it here.
        robots_disallow: robots.txt keeps our crawler out of it.
        indexable: a search engine could hold its text.
        index_basis: what `indexable` rests on.
        is_current: of a bucket's object: it is what the plain address gives. No: an earlier version, or one behind a
            deletion, which stays when only the object is deleted.
    """

    reached_by: tuple[str, ...] = ()
    found_as: str | None = None
    transport: Transport | None = None
    tls: TlsState = TlsState.UNKNOWN
    listed: Truth = Truth.UNKNOWN
    is_listing: Truth = Truth.UNKNOWN
    auth_above: Truth = Truth.UNKNOWN
    robots_disallow: Truth = Truth.UNKNOWN
    indexable: Truth = Truth.UNKNOWN
    index_basis: IndexBasis | None = None
    is_current: Truth = Truth.UNKNOWN


NOTHING_KNOWN = Exposure()
# Ends the detail of a `Skipped(access_denied)` where the server did not only refuse, but asked who we are.
LOGIN_ASKED = "login"
