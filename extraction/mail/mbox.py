"""Mailboxes in one file (MBOX): each mail at its own place; lines that were stuffed with ">" are as they were."""

from __future__ import annotations

import re
from collections.abc import Iterator

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.mail.mail import MailReading
from extraction.records import Content, Problem

# A line that begins a mail: a sender and a date as C's `asctime` writes it, with or without a zone.
_ENVELOPE = re.compile(rb"From [^\r\n]{0,300}?\d\d:\d\d(?::\d\d)? [^\r\n]{0,40}\d{4}[^\r\n]{0,40}\r?\n")
_LOOSE_ENVELOPE = re.compile(rb"From [^\r\n]{0,300}\r?\n(?=[!-9;-~]{1,100}:|>From )")
_BLANK_BEFORE = (b"\n\n", b"\r\n\r\n", b"\n\r\n")
# Mails of one mailbox: ten years of a busy secretary's. 10,000 small ones take 1.3 s.
MAX_MAILS = 10_000
_STUFFED = re.compile(rb"^>(>*From )", re.MULTILINE)


def read_mbox(data: bytes, budget: Budget) -> Content:
    """Its mails, "#mail=1" and so on, and what is in them."""
    reading = MailReading(budget)
    problems: list[Problem] = []
    number = 0
    try:
        for start, end in _mails(data):
            number += 1
            if number > MAX_MAILS:
                raise BudgetSpentError("mails")  # noqa: TRY301 - one way out for all that is spent
            budget.spend_bytes(0)
            reading.take(_STUFFED.sub(rb"\1", data[start:end]), f"#mail={number}")
    except BudgetSpentError as error:
        problems.append(Problem(SkipReason.BUDGET_SPENT, f"#mail={number}", str(error)))
    content = reading.content()
    return Content(content.pieces, (*content.problems, *problems), content.embedded, origins=content.origins)


def _mails(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each mail begins, its envelope line included, and ends."""
    start: int | None = None
    at = 0
    while at >= 0:
        if _begins(data, at):
            if start is not None:
                yield start, at
            start = at
        found = data.find(b"\nFrom ", at)
        at = found + 1 if found >= 0 else -1
    yield start or 0, len(data)


def _begins(data: bytes, at: int) -> bool:
    """Strict where a date stands, since programs forget the blank line; else a blank line, and a header behind it."""
    if _ENVELOPE.match(data, at):
        return _LOOSE_ENVELOPE.match(data, at) is not None
    is_apart = at == 0 or data[max(0, at - 4) : at].endswith(_BLANK_BEFORE)
    return is_apart and _LOOSE_ENVELOPE.match(data, at) is not None
