from __future__ import annotations

import random

import pytest

from benchmarks.extraction.msg_writer import BODY, HTML, RTF, SENDER, SUBJECT, winmail
from documents.records import SkipReason
from extraction.reader import extract
from tests.extraction.archives import LETTER, problems, read, texts
from tests.extraction.mail.test_msg import HELLO
from tests.extraction.mails import mail
from tests.extraction.samples import pdf

VALUES: dict[int, str | bytes | int] = {SUBJECT: "Clinic letter", SENDER: "Dr Example", BODY: LETTER}
SHOWN = f"From: Dr Example\nSubject: Clinic letter\n\n{LETTER}"


def test_text_and_attachments() -> None:
    extraction = extract(winmail(VALUES, [("Brief Müller.pdf", pdf()), ("a.txt", b"one"), ("a.txt", b"two")]))
    assert list(texts(extraction)) == ["", "!/Brief Müller.pdf#page=1", "!/a.txt", "!/a.txt~2"]
    assert texts(extraction)[""] == SHOWN
    assert problems(extraction) == []
    assert extraction.origins[0].subject == "Clinic letter"


@pytest.mark.parametrize("codec", ["", "cp1252"])
def test_strings_in_unicode_and_of_8_bits(codec: str) -> None:
    assert read(winmail({SUBJECT: "Brief für Müller"}, codec=codec))[0] == {"": "Subject: Brief für Müller"}


def test_bodies_in_rtf_and_html() -> None:
    assert read(winmail({SUBJECT: "x", RTF: HELLO}))[0]["!/part-1"] == "hello world"
    assert read(winmail({SUBJECT: "x", HTML: f"<p>{LETTER}</p>".encode()}))[0]["!/part-1"] == LETTER


def test_as_the_attachment_of_a_mail() -> None:
    message = mail("see the file")
    message.add_attachment(winmail(VALUES), maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert read(message.as_bytes())[0]["!/winmail.dat"] == SHOWN


def test_a_cut_file_says_so_and_keeps_what_is_there() -> None:
    data = winmail(VALUES, [("a.txt", LETTER.encode())])
    found, unread = read(data[: data.rindex(b"referring")])
    assert found[""] == SHOWN
    assert LETTER.startswith(found["!/a.txt"])
    assert unread == [(SkipReason.TRUNCATED, "", "ends early")]


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_makes_it_raise(seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - repeatable damage
    data = bytearray(winmail(VALUES | {RTF: HELLO}, [("a.txt", b"one")]))
    for _ in range(drawn.randrange(1, 20)):
        data[drawn.randrange(6, len(data))] = drawn.randrange(256)
    assert all(reason is not SkipReason.PARSER_CRASHED for reason, _, _ in read(bytes(data))[1])
