from __future__ import annotations

import random

import pytest

from benchmarks.extraction.msg_writer import (
    BODY,
    CODE_PAGE,
    HEADERS,
    HTML,
    RTF,
    SENDER,
    SENDER_ADDRESS,
    SENT,
    SUBJECT,
    SUBMITTED,
    msg,
    streams,
)
from documents.records import SkipReason
from extraction.old_office.ole_build import compound_file
from extraction.reader import extract
from extraction.records import Origin
from tests.extraction.archives import LETTER, problems, read, texts
from tests.extraction.samples import pdf

VALUES: dict[int, str | bytes | int] = {
    SUBJECT: "Clinic letter",
    SENDER: "Dr Example",
    SENDER_ADDRESS: "example@clinic.example",
    SUBMITTED: SENT,
    BODY: LETTER,
}
SHOWN = (
    "From: Dr Example <example@clinic.example>\nTo: Dr Sample <sample@practice.example>\n"
    f"Date: 2026-03-02T08:30:00+00:00\nSubject: Clinic letter\n\n{LETTER}"
)
TO = [("Dr Sample", "sample@practice.example")]
# "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}", compressed, from the specification.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def test_headers_and_text_are_one_piece_and_tell_the_origin() -> None:
    extraction = extract(msg(VALUES, recipients=TO))
    assert texts(extraction) == {"": SHOWN}
    assert problems(extraction) == []
    assert extraction.origins == (
        Origin(
            "",
            subject="Clinic letter",
            author="Dr Example <example@clinic.example>",
            created="2026-03-02T08:30:00+00:00",
        ),
    )


def test_attachments_with_and_without_a_name() -> None:
    files = [("Brief Müller.pdf", pdf()), ("", b"nameless"), ("a.txt", b"one"), ("a.txt", b"two")]
    found, unread = read(msg(VALUES, files))
    assert list(found) == ["", "!/Brief Müller.pdf#page=1", "!/part-1", "!/a.txt", "!/a.txt~2"]
    assert unread == []


@pytest.mark.parametrize(("page", "codec"), [(1252, "cp1252"), (1251, "cp1251"), (65001, "utf-8"), (932, "cp932")])
def test_strings_of_8_bits_in_their_code_page(page: int, codec: str) -> None:
    subject = {"cp1251": "Письмо из клиники", "cp932": "医者からの手紙"}.get(codec, "Brief für Müller")
    data = msg({CODE_PAGE: page, SUBJECT: subject, BODY: subject}, codec=codec)
    assert read(data)[0][""] == f"Subject: {subject}\n\n{subject}"


def test_bytes_that_are_not_of_the_code_page_cost_nothing_else() -> None:
    data = msg({SUBJECT: "Clinic letter", BODY: LETTER}, codec="cp1252").replace(b"Dear", b"D\x81ar")
    assert "thank you for referring this patient" in read(data)[0][""]


def test_html_that_says_more_than_the_text() -> None:
    page = f"<html><body><p>{LETTER}</p></body></html>".encode()
    assert list(read(msg(VALUES | {HTML: page}))[0]) == [""]
    assert read(msg({SUBJECT: "x", HTML: page}))[0]["!/part-1"] == LETTER
    assert read(msg({SUBJECT: "x", BODY: "see the page", HTML: page.decode()}))[0]["!/part-1"] == LETTER


def test_text_that_is_only_in_rtf() -> None:
    assert read(msg({SUBJECT: "x", RTF: HELLO}))[0]["!/part-1"] == "hello world"
    assert list(read(msg({SUBJECT: "x", BODY: "hello world", RTF: HELLO}))[0]) == [""]
    plain = b"{\\rtf1 hello}"
    packed = (len(plain) + 12).to_bytes(4, "little") + len(plain).to_bytes(4, "little") + b"MELA" + bytes(4) + plain
    assert read(msg({SUBJECT: "x", RTF: packed}))[0]["!/part-1"] == "hello"


def test_damaged_rtf_is_told() -> None:
    _, unread = read(msg({SUBJECT: "x", RTF: HELLO[:30]}))
    assert (SkipReason.TRUNCATED, "!/part-1", "compressed RTF") in unread
    assert read(msg({SUBJECT: "x", RTF: b"what"}))[1] == [(SkipReason.TRUNCATED, "!/part-1", "compressed RTF")]


def test_messages_in_messages() -> None:
    made = streams({SUBJECT: "innermost", BODY: LETTER}, [("deep.txt", b"deep")], head=24)
    for number in range(3):
        made = streams({SUBJECT: f"level {number}"}, inside=[made], head=24)
    found, unread = read(msg({SUBJECT: "outermost"}, [("a.txt", b"one")], inside=[made]))
    assert found["!/inside" * 4] == f"Subject: innermost\n\n{LETTER}"
    assert found["!/inside" * 4 + "!/deep.txt"] == "deep"
    assert found["!/a.txt"] == "one"
    assert unread == []


def test_messages_nested_too_deep_are_told() -> None:
    made = streams({SUBJECT: "innermost"}, head=24)
    for _ in range(14):
        made = streams({SUBJECT: "level"}, inside=[made], head=24)
    assert SkipReason.BUDGET_SPENT in {reason for reason, _, _ in read(msg({SUBJECT: "x"}, inside=[made]))[1]}


def test_the_headers_of_the_network_name_the_sender() -> None:
    headers = "Received: by x\r\nFrom: =?utf-8?q?M=C3=BCller?= <m@clinic.example>\r\nX-Mailer: Example 1.0\r\n"
    extraction = extract(msg({SUBJECT: "x", HEADERS: headers, SENDER: "/O=CLINIC/OU=X"}))
    assert texts(extraction)[""] == "From: Müller <m@clinic.example>\nSubject: x"
    assert extraction.origins[0].tool == "Example 1.0"


def test_an_object_and_a_link_in_a_message() -> None:
    native = b"letter.txt\x00C:\\letter.txt\x00\x00\x00\x03\x00" + (13).to_bytes(4, "little") + b"C:\\letter.txt"
    native = b"\x02\x00" + native + len(LETTER).to_bytes(4, "little") + LETTER.encode()
    native = len(native).to_bytes(4, "little") + native
    made = streams({SUBJECT: "x"}) | {
        ("__attach_version1.0_#00000000", "__substg1.0_3701000D", "\x01Ole10Native"): native,
        ("__attach_version1.0_#00000001", "__properties_version1.0"): bytes(8)
        + (0x37050003).to_bytes(4, "little")
        + bytes(4)
        + (7).to_bytes(8, "little"),
    }
    found, unread = read(compound_file(made))
    assert LETTER in found.values()
    assert unread == [(SkipReason.UNSUPPORTED_TYPE, "!/part-1", "kept elsewhere")]


def test_a_cut_file_says_so_and_keeps_what_is_there() -> None:
    data = msg(VALUES, [("a.bin", random.Random(1).randbytes(60_000))])  # noqa: S311 - it shall not compress
    found, unread = read(data[: len(data) * 8 // 10])
    assert unread
    assert all(reason is not SkipReason.PARSER_CRASHED for reason, _, _ in unread)
    assert found == {} or LETTER in found[""]


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_makes_it_raise(seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - repeatable damage
    inner = streams({SUBJECT: "inner", BODY: LETTER}, [("b.txt", b"b" * 5000)], head=24)
    data = bytearray(msg(VALUES | {RTF: HELLO}, [("a.txt", b"one")], TO, [inner]))
    for _ in range(drawn.randrange(1, 60)):
        data[drawn.randrange(8, len(data))] = drawn.randrange(256)
    assert all(reason is not SkipReason.PARSER_CRASHED for reason, _, _ in read(bytes(data))[1])
