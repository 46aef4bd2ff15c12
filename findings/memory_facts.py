"""What is remembered of one place, and how it is written: sealed under a key of the unit; the file shows nothing.

Addresses, names inside documents and validators are a server's words and may name a patient; the database keeps places
because nobody could act without them, the memory need not show them.
"""

from __future__ import annotations

import json
import secrets
import zlib
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from documents.records import Document
from documents.unchanged import Gap, LedTo
from findings.errors import MemoryDamagedError
from matchers.verdicts import Verdict
from scope.reasons import SkipReason

# Longest validator that is kept and sent back, characters; real ones have less than 100.
LONGEST_VALIDATOR: Final = 256
# Seconds by which a file must be older than the answer that brought it, for its time of change to tell one version from
# the next: RFC 9110 8.8.2.2 says a second, RFC 7232 said a minute for clocks that differ.
SETTLED_SECONDS: Final = 60
# Addresses of one page that are kept, and their characters in all; a page that names more is read each time.
MOST_ADDRESSES: Final = 2_000
MOST_ADDRESS_CHARACTERS: Final = 256 << 10
# Bytes of a page's addresses by which those of others are packed: what zlib looks back.
DICTIONARY_BYTES: Final = 32 << 10
_NONCE_BYTES: Final = 12
_SHA_BYTES: Final = 32
# Verdicts of places that hold no finding and no gap, by the byte that stands for them before the packed record: nearly
# all places are so, and their verdict is read without unpacking the rest. 0 stands for what must be unpacked.
_PLAIN_VERDICTS: Final = ("", Verdict.CLEAR.value, Verdict.TEMPLATE_ONLY.value, Verdict.UNDETERMINED.value)
_NOT_PLAIN: Final = 0
# Of an unpacked record; what is longer was not written by us.
_MOST_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a place from when it was fetched.

    Attributes:
        sha256: of its bytes, in hex; empty where it was looked at and is no document.
        verdict: of the document, or empty.
        etag, last_modified: validators that may be sent back; empty where there are none.
        findings: ids of those that it holds.
        gaps: what could not be read of it.
        led_to: where it led; None where it has to be read each time.
        shown: stands for how it lay open.
        size: bytes; below 0 for what is no document.
    """

    sha256: str = ""
    verdict: str = ""
    etag: str = ""
    last_modified: str = ""
    findings: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    led_to: LedTo | None = field(default=None, repr=False)
    shown: int = 0
    size: int = -1

    @property
    def can_be_asked(self) -> bool:
        """May the server be asked whether the place has changed?"""
        return self.led_to is not None and bool(self.etag or self.last_modified)


class FactsSeal:
    """Writes and reads facts of one unit.

    Args:
        key: 256 bit.
        dictionary: text that many records share.
    """

    def __init__(self, key: bytes, dictionary: bytes = b"") -> None:
        self._cipher = AESGCM(key)
        self.dictionary = dictionary

    def seal(self, digest: int, facts: Facts) -> bytes:
        """The record of the place that `digest` stands for."""
        packer = zlib.compressobj(zdict=self.dictionary) if self.dictionary else zlib.compressobj()
        packed = packer.compress(_written(facts)) + packer.flush()
        head = (bytes.fromhex(facts.sha256) or bytes(_SHA_BYTES)) + bytes([_plain(facts)])
        return self._sealed(digest, head + packed)

    def open(self, digest: int, record: bytes) -> Facts:
        """Raises MemoryDamagedError where it is not a record of this place, or was changed."""
        opened = self._opened(digest, record)
        unpacker = zlib.decompressobj(zdict=self.dictionary) if self.dictionary else zlib.decompressobj()
        try:
            text = unpacker.decompress(opened[_SHA_BYTES + 1 :], _MOST_BYTES)
            return _read(opened[:_SHA_BYTES], json.loads(text))
        except (zlib.error, ValueError, TypeError, IndexError) as error:
            raise MemoryDamagedError(type(error).__name__) from None

    def plain_verdict(self, digest: int, record: bytes) -> str:
        """The verdict of a place that holds no finding and no gap; empty for what must be opened. Raises as `open`."""
        opened = self._opened(digest, record)
        try:
            return _PLAIN_VERDICTS[opened[_SHA_BYTES]]
        except IndexError:
            raise MemoryDamagedError("a record of another form") from None

    def seal_dictionary(self) -> bytes:
        """The dictionary, sealed as well: it is made of addresses."""
        return self._sealed(0, self.dictionary)

    def with_dictionary(self, sealed: bytes) -> None:
        """Use one that was sealed."""
        self.dictionary = self._opened(0, sealed)

    def _sealed(self, digest: int, data: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, _bound(digest))

    def _opened(self, digest: int, record: bytes) -> bytes:
        try:
            return self._cipher.decrypt(record[:_NONCE_BYTES], record[_NONCE_BYTES:], _bound(digest))
        except (InvalidTag, ValueError):
            raise MemoryDamagedError("a record that was changed") from None


def dictionary_of(led_to: LedTo) -> bytes:
    """Text by which the addresses of other pages are packed: menus are the same on all of them."""
    return json.dumps(led_to.addresses, ensure_ascii=False).encode("utf-8", "surrogatepass")[-DICTIONARY_BYTES:]


def kept_led_to(led_to: LedTo | None) -> LedTo | None:
    """None where a page leads to more than is kept."""
    if led_to is None or len(led_to.addresses) > MOST_ADDRESSES:
        return None
    characters = sum(len(address) for _, address in led_to.addresses)
    return led_to if characters <= MOST_ADDRESS_CHARACTERS else None


def validators_of(document: Document) -> tuple[str, str]:
    """The answer's ETag and Last-Modified, as far as they may be sent back: empty where they may not.

    A time of change that is not older than the answer tells nothing: the file may have changed again in that second.
    """
    etag, modified = (document.headers.get(name, "").strip() for name in ("etag", "last-modified"))
    is_tag = etag.removeprefix("W/").startswith('"') and etag.endswith('"')
    if not is_tag or not _may_be_sent(etag):
        etag = ""
    try:
        moment = parsedate_to_datetime(modified) if _may_be_sent(modified) else None
        settled = moment is not None and (document.fetched_at - moment).total_seconds() >= SETTLED_SECONDS
    except (ValueError, TypeError, OverflowError):
        settled = False
    return etag, modified if settled else ""


def _may_be_sent(value: str) -> bool:
    """Printable ASCII of a fair length: nothing that would end a header or begin another."""
    return 0 < len(value) <= LONGEST_VALIDATOR and value.isascii() and value.isprintable()


def _bound(digest: int) -> bytes:
    return digest.to_bytes(8, "little", signed=True)


def _plain(facts: Facts) -> int:
    if facts.findings or facts.gaps or not facts.sha256 or facts.verdict not in _PLAIN_VERDICTS:
        return _NOT_PLAIN
    return _PLAIN_VERDICTS.index(facts.verdict)


def _written(facts: Facts) -> bytes:
    led_to = facts.led_to
    fields: list[Any] = [facts.verdict, facts.etag, facts.last_modified, facts.findings, _gaps(facts.gaps)]
    fields += [facts.shown, facts.size]
    if led_to is not None:
        fields += [led_to.is_page, _gaps(led_to.gaps), led_to.addresses]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _gaps(gaps: tuple[Gap, ...]) -> list[list[str]]:
    return [[gap.reason.value, gap.detail, gap.member] for gap in gaps]


def _read(sha256: bytes, fields: list[Any]) -> Facts:
    verdict, etag, last_modified, findings, gaps, shown, size, *page = fields
    led_to = None
    if page:
        is_page, page_gaps, addresses = page
        led_to = LedTo(tuple((how, address) for how, address in addresses), is_page, _read_gaps(page_gaps))
    digest = sha256.hex() if any(sha256) else ""
    return Facts(digest, verdict, etag, last_modified, tuple(findings), _read_gaps(gaps), led_to, shown, size)


def _read_gaps(gaps: list[list[str]]) -> tuple[Gap, ...]:
    return tuple(Gap(SkipReason(reason), detail, member) for reason, detail, member in gaps)
