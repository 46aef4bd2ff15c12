"""What Outlook keeps of a message, in MSG and winmail.dat alike: MAPI properties ([MS-OXPROPS]) to text and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from documents.charset import decode
from extraction.budget import Budget
from extraction.mail.alternatives import says_the_same, says_the_same_text
from extraction.mail.lzfu import decompressed
from extraction.mail.mail_headers import Headers, read_headers
from extraction.old_office import code_pages
from extraction.old_office.rtf import rtf_text
from extraction.paths import MemberPaths
from extraction.records import Embedded, Origin, Problem

SUBJECT, NORMALISED_SUBJECT, TRANSPORT_HEADERS = 0x0037, 0x0E1D, 0x007D
BODY, HTML, RTF = 0x1000, 0x1013, 0x1009
SENDER = (0x0C1A, (0x5D01, 0x0C1F))
REPRESENTED = (0x0042, (0x5D02, 0x0065))
RECIPIENT = (0x3001, (0x39FE, 0x3003))
RECIPIENT_KIND = 0x0C15
DISPLAYED = ((0x0E04, "To"), (0x0E03, "Cc"), (0x0E02, "Bcc"))
SUBMITTED, DELIVERED, MODIFIED, LAST_AUTHOR = 0x0039, 0x0E06, 0x3008, 0x3FFA
INTERNET_CODE_PAGE, MESSAGE_CODE_PAGE = 0x3FDE, 0x3FFD
ATTACHED, ATTACHED_NAME, ATTACHED_LONG_NAME, ATTACHED_TITLE, ATTACHED_METHOD = 0x3701, 0x3704, 0x3707, 0x3001, 0x3705
BY_REFERENCE = frozenset([2, 3, 4, 7])
_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}
# Characters of a plain body and of RTF up to which the two are compared.
_COMPARED = 1 << 20
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

Value = str | bytes | int


@dataclass(frozen=True, slots=True)
class Note:
    """One message's properties by their numbers, and its recipients'."""

    values: Mapping[int, Value] = field(repr=False)
    recipients: tuple[Mapping[int, Value], ...] = field(default=(), repr=False)

    def text(self, number: int) -> str:
        """A string; empty without one."""
        value = self.values.get(number, "")
        return value.rstrip("\x00") if isinstance(value, str) else ""

    @property
    def headers(self) -> Headers:
        """Those that it came with over the network, where Outlook kept them."""
        raw = self.text(TRANSPORT_HEADERS).encode("utf-8", "replace").lstrip()
        return read_headers(raw.replace(b"\r\n", b"\n"), 0, len(raw))[0]

    @property
    def sender(self) -> str:
        """Name and address."""
        return self.headers.first("from") or _person(self.values, *SENDER) or _person(self.values, *REPRESENTED)

    def shown(self) -> str:
        """What Outlook shows above the text, and the plain text."""
        lines = [("From", self.sender), *self._recipients(), ("Date", self.date or "")]
        lines.append(("Subject", self.text(SUBJECT) or self.text(NORMALISED_SUBJECT)))
        head = "\n".join(f"{name}: {value}" for name, value in lines if value)
        return f"{head}\n\n{_with_line_feeds(self.text(BODY))}".strip()

    def _recipients(self) -> Iterator[tuple[str, str]]:
        for each in self.recipients:
            kind = each.get(RECIPIENT_KIND, 1)
            yield _KINDS.get(kind, "To") if isinstance(kind, int) else "To", _person(each, *RECIPIENT)
        if not self.recipients:
            yield from ((name, self.text(number)) for number, name in DISPLAYED)

    @property
    def date(self) -> str | None:
        """When it was sent, else received; ISO 8601."""
        return iso_time(self.values.get(SUBMITTED)) or iso_time(self.values.get(DELIVERED)) or self.headers.date

    def origin(self, path: str) -> Origin:
        """Where it is from."""
        headers = self.headers
        return Origin(
            path,
            subject=self.text(SUBJECT) or self.text(NORMALISED_SUBJECT) or None,
            author=self.sender or None,
            last_author=self.text(LAST_AUTHOR) or None,
            organisation=headers.first("organization") or None,
            tool=headers.first("x-mailer") or headers.first("user-agent") or None,
            created=self.date,
            modified=iso_time(self.values.get(MODIFIED)),
        )

    def other_bodies(self, path: str, paths: MemberPaths, budget: Budget) -> Iterator[Embedded | Problem]:
        """HTML and RTF, where they say more than the plain text."""
        plain = self.text(BODY)
        markup = self._markup()
        if markup and not says_the_same(markup, plain):
            yield Embedded(path + paths.place(""), b"\xef\xbb\xbf" + markup.encode("utf-8", "replace"))
        packed = self.values.get(RTF)
        if not isinstance(packed, bytes) or (markup and not plain):
            return
        rtf = decompressed(packed, budget)
        if plain and len(rtf.data) <= _COMPARED and says_the_same_text(rtf_text(rtf.data), plain):
            return
        if markup and not rtf.reason:  # RTF made of the HTML
            return
        place = path + paths.place("")
        if rtf.reason:
            yield Problem(rtf.reason, place, rtf.detail)
        if rtf.data:
            yield Embedded(place, rtf.data)

    def _markup(self) -> str:
        value = self.values.get(HTML, "")
        if isinstance(value, bytes):
            return decode(value, codec_of(self.values.get(INTERNET_CODE_PAGE))).text
        return value if isinstance(value, str) else ""


def codec_of(number: Value | None) -> str | None:
    """The charset of a code page's number, if there is one."""
    return code_pages.by_number(number) if isinstance(number, int) and number else None


def iso_time(value: Value | None) -> str | None:
    """Of a time in steps of 100 ns since 1601."""
    if not isinstance(value, int) or not value:
        return None
    try:
        return (_EPOCH + timedelta(microseconds=value // 10)).isoformat(timespec="seconds")
    except OverflowError:
        return None


def attachment_name(values: Mapping[int, Value]) -> str:
    """The long name, the short one, or the title."""
    names = (values.get(number) for number in (ATTACHED_LONG_NAME, ATTACHED_NAME, ATTACHED_TITLE))
    return next((name.rstrip("\x00") for name in names if isinstance(name, str) and name.rstrip("\x00")), "")


def _person(values: Mapping[int, Value], name: int, addresses: tuple[int, ...]) -> str:
    """A name and an address of the network; one of Exchange's own directory ("/O=...") tells nobody anything."""
    title = values.get(name, "")
    title = title.rstrip("\x00") if isinstance(title, str) else ""
    found = (values.get(number) for number in addresses)
    address = next((each.rstrip("\x00") for each in found if isinstance(each, str) and "@" in each), "")
    if address and address != title:
        return f"{title} <{address}>".strip()
    return title


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
