from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.office.odf import read_flat_odf, read_odf
from extraction.reader import extract
from extraction.records import Content, Embedded, Problem
from tests.extraction.open_documents import content, flat, master, masters, p, packed

CHANGES = """
<text:tracked-changes>
<text:changed-region text:id="c1"><text:deletion>
<office:change-info><dc:creator>Dr Who</dc:creator></office:change-info>
<text:p>Monday </text:p></text:deletion></text:changed-region>
<text:changed-region text:id="c2"><text:insertion><office:change-info/></text:insertion></text:changed-region>
<text:changed-region text:id="c3"><text:deletion><text:p>nowhere placed</text:p></text:deletion></text:changed-region>
</text:tracked-changes>
<text:p>seen on <text:change text:change-id="c1"/><text:change-start text:change-id="c2"/>Tuesday <text:change-end
 text:change-id="c2"/>in the clinic</text:p>
"""


def read(data: bytes, reader: Callable[[bytes, Budget], Content] = read_odf) -> Content:
    return reader(data, Budget(ExtractionLimits()))


def lines(body: str, kind: str = "text") -> list[str]:
    return text_of(read(packed(kind, {"content.xml": content(kind, body)}))).split("\n")


def text_of(found: Content) -> str:
    return "\n".join(piece.text for piece in found.pieces)


def reasons(found: Content) -> list[tuple[SkipReason, str]]:
    lazily = [each for each in found.embedded if isinstance(each, Problem)]
    return [(problem.reason, problem.path) for problem in (*found.problems, *lazily)]


def test_header_body_and_footer_in_order() -> None:
    page = master(
        "M", f"<style:header>{p('Example Clinic')}</style:header><style:footer>{p('Reference 1')}</style:footer>"
    )
    found = read(packed("text", {"styles.xml": masters(page), "content.xml": content("text", p("Dear Dr Sample,"))}))
    assert [(piece.path, piece.text) for piece in found.pieces] == [
        ("", "Example Clinic\nDear Dr Sample,\nReference 1")
    ]
    assert found.problems == ()


def test_nested_spans_blanks_tabs_and_comments_of_markup_keep_their_order() -> None:
    body = p(
        "one <text:span>two<text:s text:c='2'/><text:span>three</text:span> four</text:span><!-- aside --> five"
        "<text:tab/>six<text:line-break/>\n   seven<text:s text:c='1000000000'/>"
    )
    assert lines(body) == ["one two  three four five\tsix", " seven"]


def test_notes_and_comments_split_no_line() -> None:
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>a note</text:p>"
        "</text:note-body></text:note>"
    )
    remark = (
        "<office:annotation><dc:creator>Dr Who</dc:creator><dc:date>2024-01-01</dc:date>"
        "<text:p>a remark</text:p></office:annotation>"
    )
    assert lines(p(f"seen {note}in{remark} clinic on <text:date>1 May</text:date>")) == [
        *("a note", "Dr Who", "a remark"),
        "seen in clinic on 1 May",
    ]


def test_a_changed_paragraph_comes_as_it_is_and_as_it_was() -> None:
    assert lines(CHANGES) == ["nowhere placed", "seen on Tuesday in the clinic", "seen on Monday in the clinic"]


def test_values_of_forms_alternative_texts_and_hidden_fields() -> None:
    body = (
        "<office:forms><form:form><form:text form:current-value='typed in'/><form:checkbox form:label='smoker'/>"
        "</form:form></office:forms><text:p>Yours<draw:frame><svg:title>Logo</svg:title>"
        "<svg:desc>A signature</svg:desc>"
        "</draw:frame><text:hidden-text text:string-value='kept back'/></text:p>"
    )
    assert lines(body) == ["typed in", "smoker", "Logo", "A signature", "kept back", "Yours"]


def test_sheets_are_pieces_with_headers_of_their_own() -> None:
    page = master("M", f"<style:header>{p('Example Clinic')}</style:header>")
    styles = '<style:style style:name="ta1" style:master-page-name="M"/>'
    cell = "<table:table-cell table:number-columns-repeated='1000000' {}>{}</table:table-cell>"
    remark = "<office:annotation><text:p>a remark</text:p></office:annotation>"
    rows = (
        f"<table:table-row>{cell.format('', p('AMH'))}{cell.format('', remark + p('12.4'))}"
        "{}</table:table-row>".format(cell.format("office:date-value='1980-03-05'", ""))
    )
    body = (
        f"<table:table table:name='First' table:style-name='ta1'>{rows}</table:table>"
        "<table:table table:name='Hidden' table:display='false'>"
        f"<table:table-row>{cell.format('', p('x'))}</table:table-row></table:table>"
    )
    found = read(
        packed("spreadsheet", {"styles.xml": masters(page), "content.xml": content("spreadsheet", body, styles)})
    )
    assert [(piece.path, piece.text) for piece in found.pieces] == [
        ("#sheet=1", "Example Clinic\nFirst\nAMH\t12.4\t1980-03-05\na remark"),
        ("#sheet=2", "Hidden\nx"),
    ]


def test_slides_are_pieces_with_their_notes_and_the_master_comes_once() -> None:
    shape = "<draw:frame {}><draw:text-box>{}</draw:text-box></draw:frame>"
    page = master(
        "M", shape.format("", p("Example Clinic")) + shape.format('presentation:placeholder="true"', p("Click"))
    )
    notes = f"<presentation:notes>{shape.format('', p('say this'))}</presentation:notes>"
    slide = '<draw:page draw:master-page-name="M">{}</draw:page>'
    body = slide.format(shape.format("", p("one")) + notes) + slide.format(shape.format("", p("two")))
    found = read(packed("presentation", {"styles.xml": masters(page), "content.xml": content("presentation", body)}))
    assert [(piece.path, piece.text) for piece in found.pieces] == [
        ("#slide=1", "Example Clinic\none\nsay this"),
        ("#slide=2", "two"),
    ]


def test_objects_are_read_and_files_inside_handed_on() -> None:
    parts: dict[str, str | bytes] = {
        "content.xml": content("text", p("body")),
        "Object 1/content.xml": content("chart", p("a chart")),
        "Object 2": b"\xd0\xcf\x11\xe0",
        "ObjectReplacements/Object 1": b"picture of it",
        "Pictures/scan.png": b"\x89PNG",
        "Versions/Version1": b"PK",
        "Thumbnails/thumbnail.png": b"\x89PNG",
        "Configurations2/menubar/menubar.xml": b"<x/>",
    }
    found = read(packed("text", parts))
    assert text_of(found) == "body\na chart"
    assert [each.path for each in found.embedded if isinstance(each, Embedded)] == [
        *("!/Object 2", "!/Pictures/scan.png", "!/Versions/Version1"),
    ]


def test_an_encrypted_file_is_encrypted() -> None:
    manifest = '<manifest><file-entry full-path="content.xml"><encryption-data/></file-entry></manifest>'
    found = extract(packed("text", {"content.xml": b"\x00\x01", "META-INF/manifest.xml": manifest}))
    assert [problem.reason for problem in found.problems] == [SkipReason.ENCRYPTED]


def test_a_flat_file_is_read_and_its_pictures_handed_on() -> None:
    picture = base64.b64encode(b"\x89PNG...").decode()
    image = f"<draw:frame><draw:image><office:binary-data>\n {picture}\n</office:binary-data></draw:image></draw:frame>"
    meta = "<office:meta><dc:title>Letter</dc:title><meta:generator>Writer</meta:generator></office:meta>"
    page = master("M", f"<style:header>{p('Example Clinic')}</style:header>")
    whole = flat("text", p(f"Dear {image}Dr Sample,"), f"{meta}<office:master-styles>{page}</office:master-styles>")
    assert sniff(whole) is MediaType.FLAT_ODT
    found = read(whole, read_flat_odf)
    assert text_of(found) == "Example Clinic\nDear Dr Sample,"
    assert list(found.embedded) == [Embedded("!/part-1", b"\x89PNG...")]
    assert [(origin.title, origin.tool) for origin in found.origins] == [("Letter", "Writer")]


def test_the_first_openoffice_is_read() -> None:
    inner = "<office:body><text:p>old<text:tab-stop/>letter</text:p></office:body>"
    root = (
        '<office:document-content xmlns:office="http://openoffice.org/2000/office" '
        f'xmlns:text="http://openoffice.org/2000/text" office:class="text">{inner}</office:document-content>'
    )
    assert text_of(read(packed("text", {"content.xml": root}))) == "old\tletter"


def test_what_the_file_says_of_itself_stands_apart() -> None:
    meta = (
        "<office:document-meta {}><office:meta><meta:initial-creator>Dr A</meta:initial-creator>"
        "<dc:creator>Typist</dc:creator>"
        "<meta:creation-date>2024-05-01T10:00:00</meta:creation-date><dc:date>yesterday</dc:date>"
        "<meta:template xlink:title='Clinic letter'/><meta:keyword>one</meta:keyword>"
        "<meta:user-defined meta:name='Ref'>EX/1</meta:user-defined></office:meta></office:document-meta>"
    ).format('xmlns:office="o" xmlns:meta="m" xmlns:dc="d" xmlns:xlink="x"')
    found = read(packed("text", {"content.xml": content("text", p("body")), "meta.xml": meta}))
    (origin,) = found.origins
    assert (origin.author, origin.last_author, origin.created, origin.modified) == (
        "Dr A",
        "Typist",
        "2024-05-01T10:00:00",
        None,
    )
    assert (origin.template, origin.keywords) == ("Clinic letter", "one; Ref: EX/1")
    assert text_of(found) == "body"


@pytest.mark.parametrize("share", [0.95, 0.8, 0.5])
def test_a_cut_file_gives_what_is_left_and_says_so(share: float) -> None:
    whole = packed("text", {"content.xml": content("text", "".join(p(f"line {n * 7919}") for n in range(4000)))})
    found = read(whole[: int(len(whole) * share)])
    assert len(text_of(found).split("\n")) > 4000 * share * 0.9
    assert SkipReason.TRUNCATED in [reason for reason, _ in reasons(found)]


def test_a_file_without_content_says_so() -> None:
    assert reasons(read(packed("text", {"meta.xml": "<x/>"}))) == [(SkipReason.UNREADABLE, "")]


def test_elements_without_end_are_bounded() -> None:
    body = "<text:p/>" * 700_000 + p("behind")
    found = read(packed("text", {"content.xml": content("text", p("before") + body)}))
    assert "before" in text_of(found)
    assert (SkipReason.BUDGET_SPENT, "!/content.xml") in reasons(found)
