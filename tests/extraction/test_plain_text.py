from __future__ import annotations

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.plain_text import read_plain_text
from extraction.records import Content


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
