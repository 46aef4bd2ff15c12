from __future__ import annotations

import io
import zipfile

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.office.xps import read_xps
from extraction.records import Content, Embedded

RELATIONS = (
    '<Relationships><Relationship Id="R0" Type="http://schemas.microsoft.com/xps/2005/06/fixedrepresentation"'
    ' Target="/FixedDocSeq.fdseq"/></Relationships>'
)
DOCUMENT = '<FixedDocument><PageContent Source="Pages/b.fpage"/><PageContent Source="Pages/a.fpage"/></FixedDocument>'


def glyphs(text: str, x: float, y: float, indices: str = "") -> str:
    return f'<Glyphs UnicodeString="{text}" OriginX="{x}" OriginY="{y}" FontRenderingEmSize="10" Indices="{indices}"/>'


def page(*strings: str) -> str:
    return (
        f'<FixedPage xmlns="http://schemas.microsoft.com/xps/2005/06"><Canvas>{"".join(strings)}</Canvas></FixedPage>'
    )


def xps(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, part in {"_rels/.rels": RELATIONS, "FixedDocSeq.fdseq": "<x/>", **parts}.items():
            container.writestr(name, part)
    return buffer.getvalue()


def read(data: bytes, **limits: int) -> Content:
    return read_xps(data, Budget(ExtractionLimits(**limits)))


def test_strings_become_lines_and_pages_keep_their_order() -> None:
    widths = ";".join([",60"] * 4)
    first = page(
        glyphs("Dear", 10, 20, widths), glyphs("Dr Sam", 37, 20), glyphs("ple,", 67, 20.5), glyphs("{}{braces}", 10, 40)
    )
    data = xps(
        {
            "Documents/1/FixedDoc.fdoc": DOCUMENT,
            "Documents/1/Pages/a.fpage": page(glyphs("last", 1, 1)),
            "Documents/1/Pages/b.fpage": first,
        }
    )
    assert sniff(data) is MediaType.XPS
    found = read(data)
    assert [(piece.path, piece.text) for piece in found.pieces] == [
        ("#page=1", "Dear Dr Sample,\n{braces}"),
        ("#page=2", "last"),
    ]
    assert found.problems == ()


def test_a_page_in_pieces_and_pictures() -> None:
    whole = page(glyphs("in pieces", 10, 20))
    parts: dict[str, str | bytes] = {
        "Documents/1/Pages/1.fpage/[1].last.piece": whole[60:],
        "Documents/1/Pages/1.fpage/[0].piece": whole[:60],
        "Documents/1/Pages/2.fpage": page(),
        "Resources/scan.jpg": b"\xff\xd8\xff",
    }
    found = read(xps(parts))
    assert [(piece.path, piece.text) for piece in found.pieces] == [("#page=1", "in pieces")]
    assert [each.path for each in found.embedded if isinstance(each, Embedded)] == ["!/Resources/scan.jpg"]


def test_pages_beyond_the_budget_are_told() -> None:
    pages: dict[str, str | bytes] = {
        f"Documents/1/Pages/{n}.fpage": page(glyphs(f"page {n}", 1, 1)) for n in range(1, 12)
    }
    found = read(xps(pages), pages=10)
    assert [piece.text for piece in found.pieces] == [f"page {n}" for n in range(1, 11)]
    assert [(each.reason, each.path) for each in found.problems] == [(SkipReason.BUDGET_SPENT, "#page=11")]


def test_a_file_without_pages_says_so() -> None:
    assert [each.reason for each in read(xps({})).problems] == [SkipReason.UNREADABLE]
