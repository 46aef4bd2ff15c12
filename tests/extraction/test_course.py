from __future__ import annotations

import json
import signal
import zlib

import pytest

from documents.records import SkipReason
from extraction.course import Course, LeftOut
from extraction.isolation import MOST_LEFT_OUT, ExtractorPool
from extraction.reader import extract
from tests.extraction.archives import problems, texts, zipped

CRASHED = (SkipReason.PARSER_CRASHED, f"exit {-signal.SIGABRT}")
NESTED = zipped({"a.txt": b"first", "in.zip": zipped({"b.txt": b"second"}), "c.txt": b"third"})


def pdf_bomb() -> bytes:
    """A page of 2 GB of zeros, packed three times: PDFium ends the process where it gets no more memory."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(2000)) + packer.flush()
    packed = zlib.compress(zlib.compress(packed, 9), 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 700]/Contents 4 0 R>>",
        b"<</Length %d/Filter[/FlateDecode/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(packed), packed),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"


def test_every_file_is_told_when_it_begins_and_what_is_gone_on_with() -> None:
    told: list[int] = []
    extract(NESTED, course=Course(told.append))
    assert told == [1, 0, 2, 3, 2, 0, 4, 0]


def test_files_are_left_out_by_their_numbers() -> None:
    found = extract(NESTED, course=Course(left_out=LeftOut({3: CRASHED})))
    assert texts(found) == {"!/a.txt": "first", "!/c.txt": "third"}
    assert problems(found) == [(CRASHED[0], "!/in.zip!/b.txt", CRASHED[1])]
    found = extract(NESTED, course=Course(left_out=LeftOut({1: CRASHED}, rest=3)))
    assert texts(found) == {}
    assert [path for _, path, _ in problems(found)] == ["!/a.txt", "!/in.zip!/b.txt", "!/c.txt"]


def test_the_way_to_the_worker() -> None:
    for left_out in (LeftOut(), LeftOut({3: CRASHED, 5: (SkipReason.TIMED_OUT, "20 s")}, rest=6)):
        assert LeftOut.from_plain(json.loads(json.dumps(left_out.plain()))) == left_out


def test_a_file_that_ends_its_worker_costs_itself_only() -> None:
    bomb = pdf_bomb()
    inner = zipped({"b.pdf": bomb, "b.txt": b"second"})
    with ExtractorPool(1) as pool:
        found = pool.extract(zipped({"a.txt": b"first", "in.zip": inner, "c.txt": b"third"}))
        assert texts(found) == {"!/a.txt": "first", "!/in.zip!/b.txt": "second", "!/c.txt": "third"}
        assert problems(found) == [(CRASHED[0], "!/in.zip!/b.pdf", CRASHED[1])]


@pytest.mark.slow
def test_too_many_of_them_cost_what_lies_behind() -> None:
    names = [f"{number}.pdf" for number in range(MOST_LEFT_OUT + 1)]
    with ExtractorPool(1) as pool:
        found = pool.extract(zipped({"a.txt": b"first", **dict.fromkeys(names, pdf_bomb()), "c.txt": b"third"}))
    assert texts(found) == {"!/a.txt": "first"}
    assert [path for _, path, _ in problems(found)] == [*(f"!/{name}" for name in names), "!/c.txt"]
