from __future__ import annotations

import io
import zlib

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits
from extraction.pdf.pdf import read_pdf
from extraction.pdf.pdf_objects import find_objects
from extraction.records import Content
from tests.extraction.samples import pdf_stream

PAGES = 6


def read(data: bytes, **limits: int) -> Content:
    return read_pdf(data, Budget(ExtractionLimits(**limits)))


def object_stream(objects: dict[int, bytes]) -> bytes:
    header, body = b"", b""
    for number, content in objects.items():
        header += b"%d %d " % (number, len(body))
        body += content + b"\n"
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(header))
    return pdf_stream(zlib.compress(header + body), entries)


def packed_pdf() -> bytes:
    """As writers of PDF 1.5 do it: all but the streams packed in object streams, and a table that is a stream too."""
    font, tree, catalogue = 3, 2, 1
    pages = {10 + index: b"" for index in range(PAGES)}
    for number in pages:
        pages[number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>"
            % (number + 20)
        )
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    first = {
        catalogue: b"<</Type/Catalog/Pages 2 0 R>>",
        tree: b"<</Type/Pages/Count %d/Kids[%s]>>" % (PAGES, kids),
        font: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    early, late = dict(list(pages.items())[:3]), dict(list(pages.items())[3:])
    top = {40: object_stream({**first, **early}), 41: object_stream(late)}
    for number in pages:
        top[number + 20] = pdf_stream(b"BT /F 12 Tf 50 700 Td (Letter on page %d) Tj ET" % (number - 9))
    return _with_table(top, {**dict.fromkeys([*first, *early], 40), **dict.fromkeys(late, 41)})


def _with_table(top: dict[int, bytes], inside: dict[int, int]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n")
    rows = {0: b"\x00\x00\x00\x00\x00"}
    for number, content in top.items():
        rows[number] = b"\x01" + out.tell().to_bytes(3, "big") + b"\x00"
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    places: dict[int, int] = {}
    for number, stream in inside.items():
        rows[number] = b"\x02" + stream.to_bytes(3, "big") + bytes([places.get(stream, 0)])
        places[stream] = places.get(stream, 0) + 1
    rows[50] = b"\x01" + out.tell().to_bytes(3, "big") + b"\x00"
    table = b"".join(rows.get(number, b"\x00" * 5) for number in range(51))
    start = out.tell()
    out.write(b"50 0 obj\n%s\nendobj\n" % pdf_stream(table, b"/Type/XRef/Size 51/W[1 3 1]/Root 1 0 R"))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def test_a_whole_packed_file_needs_no_mending() -> None:
    content = read(packed_pdf())
    assert [piece.text for piece in content.pieces] == [f"Letter on page {number}" for number in range(1, PAGES + 1)]
    assert content.problems == ()


@pytest.mark.parametrize("mark", [b"startxref", b"50 0 obj", b"34 0 obj"])
def test_pages_packed_in_object_streams_survive_a_cut(mark: bytes) -> None:
    data = packed_pdf()
    content = read(data[: data.index(mark)])
    assert len(content.pieces) == PAGES - (mark == b"34 0 obj") * 2
    assert content.pieces[0].text == "Letter on page 1"
    (problem,) = content.problems
    assert problem.reason is SkipReason.TRUNCATED
    assert problem.detail == f"no end of file mark: {PAGES} of {PAGES} pages"


def test_of_a_cut_object_stream_the_whole_objects_count() -> None:
    data = packed_pdf()
    end = data.index(b"endstream", data.index(b"41 0 obj"))
    budget = Budget(ExtractionLimits())
    found = [each.number for each in find_objects(data[: end - 12], budget) if each.packed]
    assert found[:6] == [1, 2, 3, 10, 11, 12]
    assert 15 not in found


def test_what_object_streams_hold_counts_under_the_budget() -> None:
    data = b"%PDF-1.5\n7 0 obj\n" + object_stream({1: b" " * (4 << 20)})
    with pytest.raises(BudgetSpentError):
        list(find_objects(data, Budget(ExtractionLimits(decompressed_bytes=1 << 20))))
    with pytest.raises(BudgetSpentError, match="ratio"):
        list(find_objects(data, Budget(ExtractionLimits(ratio=10))))


def test_a_page_tree_that_is_lost_in_a_whole_file_is_mended() -> None:
    data = packed_pdf().replace(b"/Root 1 0 R", b"/Root 9 0 R")
    content = read(data)
    assert len(content.pieces) == PAGES
    assert [problem.reason for problem in content.problems] == [SkipReason.UNREADABLE]
