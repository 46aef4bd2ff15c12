"""Mails (EML) and saved web pages (MHT): headers and text of each mail as one piece, everything else in its turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.mail.alternatives import says_the_same
from extraction.mail.mail_bodies import Block, Body, blocks_in, transfer_decoded
from extraction.mail.mail_headers import Headers, decoded, header_text, written
from extraction.mail.mail_parts import AS_IT_IS, MAILS, Between, Event, MailStart, Part, TooDeep, Unclosed, parts
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Origin, Problem, TextPiece

_SHOWN = ("from", "to", "cc", "bcc", "reply-to", "date", "subject")
# Mails that were encoded as a whole and lie in one another; each level is decoded anew.
MAX_ENCODED_MAILS = 8
# Characters of what stands before, between or behind the parts from which on it is more than a notice to old programs.
NOTICE_CHARACTERS = 200
_NO_LETTER = frozenset(
    """
    text/css text/javascript application/javascript application/x-javascript application/pgp-signature
    application/pkcs7-signature application/x-pkcs7-signature application/pgp-encrypted application/pgp-keys
    """.split()
)
_NOTES = ("message/", "text/rfc822-headers")
_PGP = b"-----BEGIN PGP MESSAGE-----"
_TAGS = re.compile(r"<[^<>]{0,100}>")
_APPLE_COUNT = re.compile(rb"(\d{1,10}) *\r?\n")
# Bytes in which a charset of two bytes a character shows.
_START_BYTES = 512
# Text whose charset its header says, and nothing in it.
_TRANSCODED = frozenset(["text/plain", "text/html", "text/csv", "text/x-amp-html"])
Item = Embedded | Problem


@dataclass(slots=True)
class _Mail:
    """One mail while it is read."""

    path: str
    headers: Headers = field(repr=False)
    paths: MemberPaths = field(default_factory=MemberPaths)
    texts: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A part to be handed on when its turn comes."""

    path: str
    name: str = field(repr=False)
    kind: str
    charset: str
    transfer: str
    body: memoryview = field(repr=False)
    alternative: tuple[int, int]


def read_mail(data: bytes, budget: Budget) -> Content:
    """The mail, and those inside it."""
    return mail_content(data, "", budget)


def mail_content(data: bytes, path: str, budget: Budget) -> Content:
    """The same for a mail at this place."""
    reading = MailReading(budget)
    reading.take(data, path)
    return reading.content()


class MailReading:
    """Takes mails, and tells what they hold: texts at once, files when they are asked for."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._pieces: list[TextPiece] = []
        self._problems: list[Problem] = []
        self._origins: list[Origin] = []
        self._waiting: list[_Waiting | Item] = []
        # Plain text of multiparts with alternatives, by the mail's number in this reading and the multipart's.
        self._plain: dict[tuple[int, int], str] = {}
        self._taken = 0

    def content(self) -> Content:
        """All of it."""
        return Content(tuple(self._pieces), tuple(self._problems), embedded=self._files(), origins=tuple(self._origins))

    def take(self, data: bytes, path: str, depth: int = 0) -> None:
        """One mail."""
        self._taken += 1
        walk = _MailWalk(_with_line_ends(data), path, self._taken)
        try:
            for event in parts(walk.data):
                self._event(event, walk, depth)
        except BudgetSpentError as error:
            self._problems.append(Problem(SkipReason.BUDGET_SPENT, path, str(error)))
        for mail in walk.mails:
            text = "\n".join([*_shown(mail.headers), *written(mail.headers), "", *mail.texts]).strip()
            if text:
                self._pieces.append(TextPiece(mail.path, text))

    def _event(self, event: Event, walk: _MailWalk, depth: int) -> None:
        match event:
            case MailStart():
                if event.within is not None:
                    self._budget.spend_member()
                self._begun(walk.begin(event), event)
            case Part():
                self._budget.spend_bytes(0)  # texts are no members, and take time
                self._part(event, walk, depth)
            case Between():
                self._between(event, walk)
            case Unclosed(number):
                self._tell(SkipReason.TRUNCATED, walk.mails[number].path, "no last boundary")
            case TooDeep(number):
                self._tell(SkipReason.BUDGET_SPENT, walk.mails[number].path, "nesting")

    def _tell(self, reason: SkipReason, path: str, detail: str) -> None:
        self._problems.append(Problem(reason, path, detail))

    def _begun(self, mail: _Mail, event: MailStart) -> None:
        headers = mail.headers
        if headers.is_cut:
            self._tell(SkipReason.BUDGET_SPENT, mail.path, "headers")
        if event.carrier is not None and event.carrier.kind == "message/partial":
            self._tell(SkipReason.TRUNCATED, mail.path, "one part of a divided mail")
        origin = Origin(
            mail.path,
            subject=headers.first("subject") or None,
            author=headers.first("from") or None,
            organisation=headers.first("organization") or headers.first("organisation") or None,
            tool=headers.first("x-mailer") or headers.first("user-agent") or None,
            language=headers.first("content-language") or None,
            created=headers.date,
        )
        if origin != Origin(mail.path):
            self._origins.append(origin)

    def _between(self, event: Between, walk: _MailWalk) -> None:
        text = decode(walk.data[event.start : event.end]).text.strip()
        if (event.is_all or len(text) > NOTICE_CHARACTERS) and not event.place.is_encrypted:
            walk.mails[event.place.mail].texts.append(text)

    def _part(self, part: Part, walk: _MailWalk, depth: int) -> None:
        mail, kind = walk.mails[part.place.mail], part.headers.kind
        if part.headers is not mail.headers:
            mail.texts += written(part.headers)
        if part.place.is_encrypted:
            if walk.is_first_encrypted(part.place.mail):
                self._tell(SkipReason.ENCRYPTED, mail.path, "multipart/encrypted")
        elif part.start == part.end or kind in _NO_LETTER or kind.startswith("multipart/"):
            return
        elif kind.startswith(_NOTES):
            self._note(part, walk, depth)
        elif kind in ("text/plain", "text/enriched", "text/richtext") and not part.headers.file_name:
            self._text(part, walk)
        else:
            self._waiting.append(self._later(part, walk))

    def _note(self, part: Part, walk: _MailWalk, depth: int) -> None:
        """Of a mail: what a server says of it, or itself encoded as a whole, or a part of one."""
        mail, headers = walk.mails[part.place.mail], part.headers
        path = mail.path + mail.paths.place(headers.file_name)
        body = transfer_decoded(walk.data[part.start : part.end], headers.transfer)
        match headers.kind:
            case "message/external-body":
                self._tell(SkipReason.UNSUPPORTED_TYPE, path, "kept elsewhere")
            case "message/partial":
                self._tell(SkipReason.TRUNCATED, path, "one part of a divided mail")
        if body.reason:
            self._tell(body.reason, path, body.detail)
        if headers.kind in MAILS - {"message/partial"}:
            if headers.transfer in AS_IT_IS:
                return  # nested too deep, as was told
            if depth < MAX_ENCODED_MAILS:
                self.take(body.data, path, depth + 1)
            else:
                self._tell(SkipReason.BUDGET_SPENT, path, "depth")
        elif text := decode(body.data).text.strip():
            self._pieces.append(TextPiece(path, text))

    def _text(self, part: Part, walk: _MailWalk) -> None:
        mail, headers = walk.mails[part.place.mail], part.headers
        body = transfer_decoded(walk.data[part.start : part.end], headers.transfer)
        if body.reason:
            self._tell(body.reason, mail.path, body.detail)
        if _PGP in body.data:
            self._tell(SkipReason.ENCRYPTED, mail.path, "PGP")
        plain, blocks = blocks_in(body.data)
        text = decoded(plain, headers.type_parameters.get("charset"))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if headers.kind != "text/plain":
            text = _TAGS.sub("", text)
        mail.texts.append(text)
        for block in blocks:
            self._block(block, mail)
        if part.place.alternative:
            key = walk.number, part.place.alternative
            self._plain[key] = self._plain.get(key, "") + text

    def _block(self, block: Block, mail: _Mail) -> None:
        name = header_text(block.name.strip().strip(b'"'))
        path = mail.path + mail.paths.place(name)
        if block.body.reason:
            self._tell(block.body.reason, path, block.body.detail)
        self._waiting.append(Embedded(path, block.body.data, name))

    def _later(self, part: Part, walk: _MailWalk) -> _Waiting:
        mail, headers = walk.mails[part.place.mail], part.headers
        name = headers.file_name
        if not name and part.place.is_related:  # of a saved page, and named by its address
            name = headers.first("content-location").partition("?")[0].rstrip("/").rpartition("/")[2]
        return _Waiting(
            mail.path + mail.paths.place(name),
            name,
            headers.kind,
            headers.type_parameters.get("charset", ""),
            headers.transfer,
            memoryview(walk.data)[part.start : part.end],
            (walk.number, 0 if headers.file_name else part.place.alternative),
        )

    def _files(self) -> Iterator[Item]:
        for waiting in self._waiting:
            if not isinstance(waiting, _Waiting):
                self._budget.spend_member()
                yield waiting
                continue
            body = transfer_decoded(bytes(waiting.body), waiting.transfer)
            self._budget.spend_bytes(len(body.data))
            if body.reason:
                yield Problem(body.reason, waiting.path, body.detail)
            yield from self._file(body, waiting)

    def _file(self, body: Body, waiting: _Waiting) -> Iterator[Item]:
        data = body.data
        if waiting.kind in _TRANSCODED:
            text = decoded(data, waiting.charset)
            plain = self._plain.get(waiting.alternative, "") if waiting.alternative[1] else ""
            if waiting.kind != "text/plain" and plain and says_the_same(text, plain):
                return
            if waiting.charset and "\ufffd" not in text:
                data = b"\xef\xbb\xbf" + text.encode("utf-8", "replace")
        if data:
            self._budget.spend_member()
            yield Embedded(waiting.path, data, waiting.name)


class _MailWalk:
    """One run through a mail's bytes: the mails met, by their numbers."""

    def __init__(self, data: bytes, path: str, number: int) -> None:
        self.data = data
        self.number = number
        self.mails: list[_Mail] = []
        self._path = path
        self._encrypted: set[int] = set()

    def begin(self, event: MailStart) -> _Mail:
        """The next mail."""
        path = self._path
        if event.within is not None:
            outer = self.mails[event.within.mail]
            path = outer.path + outer.paths.place(event.carrier.file_name if event.carrier else "")
        mail = _Mail(path, event.headers)
        self.mails.append(mail)
        return mail

    def is_first_encrypted(self, number: int) -> bool:
        """True once for each mail."""
        is_new = number not in self._encrypted
        self._encrypted.add(number)
        return is_new


def _shown(headers: Headers) -> list[str]:
    """What a mail program shows above the text."""
    return [f"{name.title()}: {value}" for name in _SHOWN for value in headers.all(name) if value]


def _with_line_ends(data: bytes) -> bytes:
    """In a charset of single bytes, from the first header on, with line feeds."""
    start = data[:_START_BYTES]
    if start.count(0) > len(start) // 4 or start.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        data = decode(data).text.encode("utf-8", "replace")
    if counted := _APPLE_COUNT.match(data):  # and a property list of its own behind it
        data = data[counted.end() : counted.end() + int(counted[1])]
    data = data.lstrip(b" \t\r\n") if data[:1] in b" \t\r\n" else data
    return data.replace(b"\r", b"\n") if b"\n" not in data else data
