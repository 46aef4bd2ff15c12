from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from PIL import Image as Picture
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.office.pptx import read_pptx
from extraction.records import Content, Embedded, Problem

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
MAIN = "http://schemas.openxmlformats.org/presentationml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
AREA = (Inches(1), Inches(1), Inches(5), Inches(1))


def read(data: bytes) -> Content:
    return read_pptx(data, Budget(ExtractionLimits()))


def texts(found: Content) -> dict[str, str]:
    return {piece.path: piece.text for piece in found.pieces}


def reasons(found: Content) -> list[tuple[SkipReason, str]]:
    lazily = [each for each in found.embedded if isinstance(each, Problem)]
    return [(problem.reason, problem.path) for problem in (*found.problems, *lazily)]


def written_by_a_library() -> bytes:
    show = Presentation()
    master = show.slide_masters[0]
    box = master.slide_layouts[6].slide_master.shapes._spTree
    first = show.slides.add_slide(show.slide_layouts[0])
    first.shapes.title.text = "Case of the month"
    first.shapes.add_textbox(*AREA).text_frame.text = "NHS number 999 000 0000"
    box.append(first.shapes.add_textbox(*AREA)._element)
    master_box = box[-1]
    master_box.txBody.p_lst[0].add_r("Example Clinic")
    table = first.shapes.add_table(1, 2, *AREA).table
    table.cell(0, 0).text, table.cell(0, 1).text = "AMH", "12.4 pmol/L"
    first.notes_slide.notes_text_frame.text = "do not show the name"
    second = show.slides.add_slide(show.slide_layouts[6])
    second._element.set("show", "0")
    data_of_a_chart: Any = CategoryChartData
    values = data_of_a_chart()
    values.categories = ["January", "February"]
    values.add_series("Cycles", (12.4, 7))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *AREA, values)
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(*AREA).text_frame.text = "grouped"
    scan = io.BytesIO()
    Picture.new("1", (40, 40)).save(scan, "png")
    picture = second.shapes.add_picture(scan, *AREA[:2])
    picture._element.nvPicPr.cNvPr.set("descr", "Scan of the letter")
    show.core_properties.author = "Typist"
    buffer = io.BytesIO()
    show.save(buffer)
    return buffer.getvalue()


def test_slides_are_pieces_with_notes_tables_charts_and_alternative_texts() -> None:
    data = written_by_a_library()
    assert sniff(data) is MediaType.PPTX
    found = read(data)
    assert texts(found) == {
        "#slide=1": "\n".join(
            (
                *("Example Clinic", "Case of the month", "NHS number 999 000 0000", "AMH", "12.4 pmol/L"),
                "do not show the name",
            )
        ),
        "#slide=2": "grouped\nScan of the letter\nCycles\nJanuary February\n12.4 7",
    }
    names = [each.path for each in found.embedded if isinstance(each, Embedded)]
    assert sorted(names) == ["!/ppt/embeddings/Microsoft_Excel_Sheet1.xlsx", "!/ppt/media/image1.png"]
    assert [origin.author for origin in found.origins] == ["Typist"]
    assert found.problems == ()


def slide(text: str) -> str:
    body = f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody>"
    return (
        f'<p:sld xmlns:p="{MAIN}" xmlns:a="{DRAWING}"><p:cSld><p:spTree><p:sp>{body}</p:sp></p:spTree></p:cSld></p:sld>'
    )


def related(*targets: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def by_hand(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, part in {"[Content_Types].xml": "<Types/>", **parts}.items():
            container.writestr(name, part)
    return buffer.getvalue()


def test_the_order_of_the_show_comments_and_slides_that_it_lost() -> None:
    listed = "".join(f'<p:sldId id="{n}" r:id="rId{n}"/>' for n in (2, 1))
    show = f"<p:sldIdLst>{listed}</p:sldIdLst>"
    comment = f'<p:cmLst xmlns:p="{MAIN}"><p:cm authorId="0"><p:text>whose is it?</p:text></p:cm></p:cmLst>'
    author = f'<p:cmAuthorLst xmlns:p="{MAIN}"><p:cmAuthor id="0" name="Dr Example"/></p:cmAuthorLst>'
    parts = {
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{MAIN}" xmlns:r="{RELATIONS}">{show}</p:presentation>',
        "ppt/_rels/presentation.xml.rels": related(("slide", "slides/slide1.xml"), ("slide", "slides/slide2.xml")),
        "ppt/slides/slide1.xml": slide("shown last"),
        "ppt/slides/slide2.xml": slide("shown first"),
        "ppt/slides/slide3.xml": slide("never shown"),
        "ppt/slides/_rels/slide2.xml.rels": related(("comments", "../comments/comment1.xml")),
        "ppt/comments/comment1.xml": comment,
        "ppt/commentAuthors.xml": author,
    }
    assert texts(read(by_hand(parts))) == {
        "": "Dr Example",
        "#slide=1": "shown first\nwhose is it?",
        "#slide=2": "shown last",
        "#slide=3": "never shown",
    }


def test_a_diagram_is_told_by_its_data_and_not_by_its_drawing() -> None:
    text = f'<d:p xmlns:d="{DRAWING}"><d:r><d:t>diagram</d:t></d:r></d:p>'
    parts = {
        "ppt/slides/slide1.xml": slide("one"),
        "ppt/slides/_rels/slide1.xml.rels": related(
            ("diagramData", "../diagrams/data1.xml"), ("diagramDrawing", "../diagrams/drawing1.xml")
        ),
        "ppt/diagrams/data1.xml": text,
        "ppt/diagrams/drawing1.xml": text,
    }
    assert texts(read(by_hand(parts))) == {"#slide=1": "one\ndiagram"}


@pytest.mark.parametrize("share", [0.8, 0.5])
def test_a_cut_file_gives_what_is_left_and_says_so(share: float) -> None:
    whole = by_hand({f"ppt/slides/slide{n}.xml": slide(f"slide {n * 7919}") for n in range(1, 101)})
    found = read(whole[: int(len(whole) * share)])
    assert len(found.pieces) > 50 * share
    assert texts(found)["#slide=1"] == "slide 7919"
    assert SkipReason.TRUNCATED in [reason for reason, _ in reasons(found)]


def test_a_file_without_slides_says_so() -> None:
    assert reasons(read(by_hand({"ppt/presentation.xml": "<x/>"}))) == [(SkipReason.UNREADABLE, "")]
