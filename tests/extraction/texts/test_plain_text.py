from __future__ import annotations

import binascii
import random

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.reader import extract
from extraction.records import Content, Embedded
from extraction.texts.plain_text import read_plain_text


def read(data: bytes) -> Content:
    return read_plain_text(data, Budget(ExtractionLimits()))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_are_one_kind(line_end: str) -> None:
    assert (
        read(line_end.join(["Dear Dr Sample", "", "Thank you"]).encode()).pieces[0].text
        == "Dear Dr Sample\n\nThank you"
    )


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-16-le", "utf-16-be", "utf-16"])
def test_any_charset(charset: str) -> None:
    text = "Dear Dr Ó Súilleabháin, the fee is £40"
    assert read(text.encode(charset)).pieces[0].text == text


def test_padding_is_no_text() -> None:
    assert read(b"Dear Dr Sample\x1a\x00\x00\x00").pieces[0].text == "Dear Dr Sample"
    assert read(b"\x00\x00").pieces == ()
    assert read(b" \n").pieces == ()


def test_a_cut_character_is_a_problem_and_the_rest_is_read() -> None:
    content = read("Dear Dr Sample".encode("utf-16")[:-1])
    assert content.pieces[0].text.startswith("Dear Dr Sampl")
    assert content.problems[0].reason is SkipReason.UNREADABLE


@pytest.mark.parametrize("hole", [b"\x00" * 512, b"\xff" * 512])
def test_a_hole_in_a_text_costs_only_itself(hole: bytes) -> None:
    text = "Dear Dr Ó Súilleabháin, thank you for the referral. ".encode() * 20
    content = read(text + hole + b"Yours sincerely")
    assert content.pieces[0].text.startswith("Dear Dr Ó Súilleabháin")
    assert content.pieces[0].text.endswith("Yours sincerely")
    assert [problem.reason for problem in content.problems] == [SkipReason.UNREADABLE]
    assert sniff(text + hole + b"Yours sincerely") is MediaType.TEXT


def test_nothing_but_padding_is_no_text() -> None:
    assert sniff(b"\x00" * 4000) is MediaType.BINARY
    assert sniff(b"\xff" * 4000) is MediaType.BINARY


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("D\x08De\x08ea\x08ar\x08r Dr", "Dear Dr"),
        ("_\x08D_\x08r Sample", "Dr Sample"),
        ("D\x08_r\x08_ Sample", "Dr Sample"),
        ("Dexx\x08\x08ar", "Dear"),
        ("\x1b[1mDear\x1b[0m Dr", "Dear Dr"),
        ("\x1bEDear\x1bF \x1b-1Dr\x1b-0 \x1bW\x01Sample\x1bW\x00", "Dear Dr Sample"),
        ("\x1b&l0O\x1b(s3BDear\x1b(s0B Dr\x1b&a10L Sample", "Dear Dr Sample"),
        ("\x0eDear\x0f Dr", "Dear Dr"),
        ("\x1b]0;window\x07Dear Dr", "Dear Dr"),
        ("\x1b]8;;https://example.org\x1b\\Dear\x1b]8;;\x1b\\ Dr", "Dear Dr"),
        ("Lab report\n\x1b]Dear Dr", "Lab report\nDear Dr"),  # no end
        ("\x1b]Dear Dr Sample\n\x1b]thank you\x07", "Dear Dr Sample\n"),
        ("\x1b]" + "Dear Dr Sample " * 20 + "\x07", "Dear Dr Sample " * 20),  # no command is so long
        ("one\x85two\vthree\r\nfour\rfive", "one\ntwo\nthree\nfour\nfive"),
    ],
)
def test_what_was_written_for_printers_reads_as_printed(written: str, shown: str) -> None:
    assert read(written.encode("utf-8")).pieces[0].text == shown


def test_form_feeds_part_pages() -> None:
    pages = read(b"page one\fpage two\f\fpage four\f").pieces
    assert [(piece.path, piece.text) for piece in pages] == [
        ("#page=1", "page one"),
        ("#page=2", "page two"),
        ("#page=4", "page four"),
    ]
    assert [piece.path for piece in read(b"one page only\f").pieces] == [""]


def test_a_very_long_line_is_read() -> None:
    assert len(read(b"word " * 400_000).pieces[0].text) == 2_000_000


@pytest.mark.parametrize("form", ["{}", "<html><body><p>{}</p></body></html>", '{{"letter": "{}"}}', "<r>{}</r>"])
def test_a_bad_sector_in_a_text_costs_only_itself(form: str) -> None:
    whole = form.format("Dear Dr Ó Súilleabháin, thank you for the referral. " * 80).encode()
    sector = random.Random(9).randbytes(512)  # noqa: S311 - repeatable
    extraction = extract(whole[:1024] + sector + whole[1536:])
    assert extraction.text.count("thank you for the referral") >= 68
    assert "Ó Súilleabháin" in extraction.text
    assert SkipReason.UNREADABLE in [problem.reason for problem in extraction.problems]


def test_words_in_a_binary_are_no_text() -> None:
    drawn = random.Random(9)  # noqa: S311 - repeatable
    assert sniff(drawn.randbytes(600) + b"Dear Dr Sample, thank you. " * 200) is MediaType.BINARY
    assert sniff(b"Dear Dr Sample, thank you. " * 30 + drawn.randbytes(6000)) is MediaType.BINARY


def test_files_in_a_text_are_handed_on() -> None:
    letter = b"{\\rtf1 Dear Dr Sample}" * 20
    lines = b"".join(binascii.b2a_uu(letter[at : at + 45]) for at in range(0, len(letter), 45))
    content = read(b"see\nbegin 644 letter.rtf\n" + lines + b"`\nend\nand 0x" + letter.hex().encode() + b" here")
    assert [each.data for each in content.embedded if isinstance(each, Embedded)] == [letter, letter]
    assert content.pieces[0].text.split() == ["see", "and", "here"]
