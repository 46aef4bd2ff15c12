from __future__ import annotations

import base64
import random
import re
import zlib

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.pdf.pdf import read_pdf
from extraction.pdf.pdf_damage import damaged_streams
from extraction.records import Problem
from tests.extraction.samples import LETTER_LINES, one_page_pdf, pdf, pdf_stream

WORDS = b"BT /F 12 Tf 14 TL 50 780 Td %s ET" % b" ".join(
    b"(%s number %d) Tj T*" % (line.encode(), index) for index, line in enumerate(LETTER_LINES * 7)
)
DEFLATED = b"/Filter/FlateDecode"
ASCII85 = b"/Filter[/ASCII85Decode /FlateDecode]"


def problems(data: bytes) -> tuple[Problem, ...]:
    return read_pdf(data, Budget(ExtractionLimits())).problems


@pytest.mark.parametrize(
    ("packed", "entries"),
    [
        (zlib.compress(WORDS), DEFLATED),
        (base64.a85encode(zlib.compress(WORDS), wrapcol=70) + b"~>", ASCII85),
        (base64.a85encode(zlib.compress(WORDS), adobe=True), ASCII85),
        (zlib.compress(WORDS)[:-4], DEFLATED),  # some writers leave the check value out
        (zlib.compress(b"0 " * (10 << 20)), DEFLATED),  # believed from its start
        (WORDS, b""),
    ],
)
def test_a_whole_stream_is_no_problem(packed: bytes, entries: bytes) -> None:
    assert damaged_streams(one_page_pdf(pdf_stream(packed, entries))) == 0


def test_all_bytes_of_ascii85_are_decoded() -> None:
    drawn = random.Random(5)  # noqa: S311 - repeatable
    for size in range(40):
        packed = zlib.compress(drawn.randbytes(size) + b"\x00" * size)
        assert damaged_streams(one_page_pdf(pdf_stream(base64.a85encode(packed) + b"~>", ASCII85))) == 0


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_a_page_whose_contents_break_off_is_told(at: float) -> None:
    packed = bytearray(zlib.compress(WORDS))
    packed[int(len(packed) * at)] ^= 0x55
    assert Problem(SkipReason.UNREADABLE, "", "damaged streams: 1") in problems(
        one_page_pdf(pdf_stream(bytes(packed), DEFLATED))
    )


def test_contents_that_can_not_be_decoded_at_all_are_lost_pages() -> None:
    data = re.sub(rb"/Filter \[ (?=/ASCII85)", b"/Filter [(", pdf(3), count=2)
    told = problems(data)
    assert [(problem.path, problem.detail) for problem in told if problem.path] == [
        ("#page=1", "contents lost"),
        ("#page=2", "contents lost"),
    ]


def test_a_blank_page_and_a_damaged_picture_are_no_lost_text() -> None:
    assert problems(pdf(lines=[])) == ()
    picture = pdf_stream(b"not packed", DEFLATED + b"/Subtype/Image/Width 9/Height 9/BitsPerComponent 8")
    text = pdf_stream(b"BT /F 12 Tf 50 700 Td (letter) Tj ET")
    assert problems(one_page_pdf(text, more=(picture,))) == ()
