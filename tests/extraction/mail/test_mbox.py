from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from documents.records import SkipReason
from extraction.reader import extract
from tests.extraction.archives import LETTER, read
from tests.extraction.mails import mail, multipart, raw

FROM = b"From sample@practice.example Mon Mar  2 09:30:00 2026\n"


def written(folder: Path, *bodies: str) -> bytes:
    """A mailbox as Python writes it."""
    box = mailbox.mbox(folder / "mbox", create=True)
    for body in bodies:
        box.add(mail(body))
    box.close()
    return (folder / "mbox").read_bytes()


def test_each_mail_has_a_place(tmp_path: Path) -> None:
    found, unread = read(written(tmp_path, "first", LETTER, "third"))
    assert list(found) == ["#mail=1", "#mail=2", "#mail=3"]
    assert found["#mail=2"].endswith(LETTER)
    assert unread == []


def test_stuffed_lines_are_as_they_were(tmp_path: Path) -> None:
    found, _ = read(written(tmp_path, "One\n\nFrom the clinic, with\n\n>From quotes"))
    assert found["#mail=1"].endswith("One\n\nFrom the clinic, with\n\nFrom quotes")


@pytest.mark.parametrize("body", [b"Dear\n\nFrom the clinic\nwe write", b"Dear\nFrom a@b.example: we write"])
def test_a_sentence_does_not_begin_a_mail(body: bytes) -> None:
    data = FROM + raw("Subject: x", body) + b"\n\n" + FROM + raw("Subject: y", b"second")
    assert list(read(data)[0]) == ["#mail=1", "#mail=2"]


def test_programs_that_forget_the_blank_line() -> None:
    data = FROM + raw("Subject: x", b"first\n") + FROM + raw("Subject: y", b"second")
    assert list(read(data)[0]) == ["#mail=1", "#mail=2"]


def test_files_in_its_mails() -> None:
    data = FROM + multipart("mixed", b"Content-Disposition: attachment; filename=a.txt\n\n" + LETTER.encode())
    extraction = extract(data + b"\n" + data)
    assert [piece.path for piece in extraction.pieces][-2:] == ["#mail=1!/a.txt", "#mail=2!/a.txt"]
    assert [origin.path for origin in extraction.origins] == ["#mail=1", "#mail=2"]


def test_the_last_mail_may_be_cut() -> None:
    data = FROM + multipart("mixed", b"\n" + LETTER.encode(), b"\nsecond")
    found, unread = read(data + b"\n" + data[:-20])
    assert LETTER in found["#mail=2"]
    assert unread == [(SkipReason.TRUNCATED, "#mail=2", "no last boundary")]


def test_a_mailbox_of_any_length_ends_at_the_budget() -> None:
    data = (FROM + raw("Subject: x", b"body\n") + b"\n") * 100_000
    found, unread = read(data)
    assert len(found) == 10_000
    assert [reason for reason, _, _ in unread] == [SkipReason.BUDGET_SPENT]
