from __future__ import annotations

import struct

import pytest

from extraction.office.office_text import part_lines
from extraction.office.symbol_fonts import symbol
from extraction.reader import extract
from extraction.texts.xml_tree import parse_xml
from tests.extraction.samples import docx, paragraph, word_part

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def lines(body: str, without_placeholders: bool = False) -> list[str]:
    root = parse_xml(word_part(body).encode()).root
    assert root is not None
    return part_lines(root, without_placeholders)


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def character(kind: str) -> str:
    return f"<w:r><w:fldChar w:fldCharType='{kind}'/></w:r>"


def instruction(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def test_a_changed_paragraph_comes_as_it_is_and_as_it_was() -> None:
    body = (
        f"<w:p>{run('seen by ')}<w:del><w:r><w:delText>Dr Old</w:delText></w:r></w:del><w:ins>{run('Dr New')}</w:ins>"
        f"{run(' today')}</w:p>"
    )
    assert lines(body) == ["seen by Dr New today", "seen by Dr Old today"]


def test_a_moved_paragraph_comes_from_both_places() -> None:
    moved = "<w:p><w:moveFrom>{0}</w:moveFrom></w:p>{1}<w:p><w:moveTo>{0}</w:moveTo></w:p>"
    assert lines(moved.format(run("moved words"), paragraph("between"))) == ["moved words", "between", "moved words"]


def test_a_field_shows_its_result_and_an_inner_one_stands_aside() -> None:
    inner = character("begin") + instruction("MERGEFIELD sex") + character("separate") + run("F") + character("end")
    field = character("begin") + instruction("IF ") + inner + instruction('= "F" "she" "he"') + character("separate")
    assert lines(f"<w:p>{run('when ')}{field}{run('she')}{character('end')}{run(' came')}</w:p>") == [
        "when she came",
        "F",
    ]


def test_a_field_without_an_end_hides_nothing() -> None:
    body = f"<w:p>{run('one ')}{character('begin')}{instruction('PAGE')}{run('two')}</w:p>{paragraph('three')}"
    assert lines(body) == ["one two", "three"]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("<w:ddList><w:result w:val='1'/><w:listEntry w:val='left'/><w:listEntry w:val='right'/></w:ddList>", "right"),
        ("<w:ddList><w:listEntry w:val='left'/><w:listEntry w:val='right'/></w:ddList>", "left"),
        ("<w:ddList><w:result w:val='7'/><w:listEntry w:val='left'/></w:ddList>", ""),
        ("<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>", "\u2612"),
        ("<w:checkBox><w:default w:val='0'/></w:checkBox>", "\u2610"),
    ],
)
def test_old_form_fields_show_what_was_chosen(field: str, shown: str) -> None:
    begin = f"<w:r><w:fldChar w:fldCharType='begin'><w:ffData>{field}</w:ffData></w:fldChar></w:r>"
    (line,) = lines(f"<w:p>{run('side: ')}{begin}{instruction('FORM')}{character('end')}{run('.')}</w:p>")
    assert line == f"side: {shown}."


def test_alternative_texts_of_pictures_and_tables_once_each() -> None:
    picture = "<w:drawing><w:docPr descr='A signature'/><w:cNvPr descr='A signature'/></w:drawing>"
    table = "<w:tbl><w:tblPr><w:tblDescription w:val='Results'/></w:tblPr></w:tbl>"
    assert lines(f"<w:p>{run('Yours ')}{picture}{run('sincerely')}</w:p>{table}") == [
        "A signature",
        "Yours sincerely",
        "Results",
    ]


def test_tab_stops_are_no_tabs_and_symbols_are_characters() -> None:
    stops = "<w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>"
    micro = "<w:r><w:sym w:font='Symbol' w:char='F06D'/></w:r>"
    assert lines(f"<w:p>{run('50 ')}{stops}{micro}{run('g')}</w:p>") == ["50 \u00b5g"]


def test_values_of_a_chart_come_series_by_series() -> None:
    chart = (
        "<w:strCache><w:pt><w:v>Jan</w:v></w:pt><w:pt><w:v>Feb</w:v></w:pt></w:strCache>"
        "<w:numCache><w:pt><w:v>12.4</w:v></w:pt></w:numCache>"
    )
    assert lines(chart) == ["Jan Feb", "12.4"]


def test_placeholders_of_a_master_are_left_out_where_asked() -> None:
    shape = "<w:sp><w:nvSpPr><w:nvPr>{}</w:nvPr></w:nvSpPr><w:txBody>{}</w:txBody></w:sp>"
    body = shape.format("<w:ph/>", paragraph("Click to edit")) + shape.format("", paragraph("Example Clinic"))
    assert lines(body, without_placeholders=True) == ["Example Clinic"]
    assert lines(body) == ["Click to edit", "Example Clinic"]


@pytest.mark.parametrize(
    ("font", "code", "shown"),
    [
        ("Symbol", "F0B3", "\u2265"),
        ("Wingdings", "F0FC", "\u2713"),
        ("Wingdings", "F0AA", " "),
        ("Arial", "00E9", "\u00e9"),
        ("Arial", "2022", "\u2022"),
        ("Arial", "D800", " "),
        ("Arial", "zz", " "),
    ],
)
def test_symbols(font: str, code: str, shown: str) -> None:
    assert symbol(font, code) == shown


LETTER = "Dear Dr Example, I saw this lady on 3 May and she is well"
_MATHS = "xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"
_CORE = "<cp:coreProperties xmlns:cp='urn:c' xmlns:dc='urn:d'><dc:description>{}</dc:description></cp:coreProperties>"
_SECOND = docx({"word/document.xml": word_part(paragraph("seen")), "WORD/document.xml": word_part(paragraph(LETTER))})


@pytest.mark.parametrize(
    "body",
    [
        f"<m:oMathPara {_MATHS}><m:oMath><m:r><m:t>{LETTER}</m:t></m:r></m:oMath></m:oMathPara>",
        f"<w:p><m:oMath {_MATHS}><m:r><m:t>{LETTER}</m:t></m:r></m:oMath></w:p>",
        f"<mc:AlternateContent><mc:Choice>{paragraph('other')}</mc:Choice>"
        f"<mc:Fallback>{paragraph(LETTER)}</mc:Fallback></mc:AlternateContent>",
        f"<w:p><w:r><w:drawing><w:docPr id='1' name='{LETTER}'/></w:drawing></w:r></w:p>",
    ],
)
def test_text_where_nobody_looks(body: str) -> None:
    lines = extract(docx({"word/document.xml": word_part(body + paragraph("seen"))})).text.split("\n")
    assert lines.count(LETTER) == 1
    assert "seen" in lines


def test_names_that_programs_give_are_no_text() -> None:
    body = "<w:p><w:r><w:drawing><w:docPr id='1' name='Picture 1'/></w:drawing></w:r></w:p>" + paragraph("seen")
    assert extract(docx({"word/document.xml": word_part(body)})).text == "seen"


def test_remarks_of_the_document_are_text() -> None:
    parts = {"word/document.xml": word_part(paragraph("seen")), "docProps/core.xml": _CORE.format(LETTER)}
    assert extract(docx(parts)).text == f"seen\n{LETTER}"


def test_a_second_part_of_one_name_is_read_and_told() -> None:
    found = extract(_SECOND)
    assert set(found.text.split("\n")) == {"seen", LETTER}
    assert [problem.detail for problem in found.problems] == ["second part of this name"]


def test_what_stands_around_the_container_is_read() -> None:
    whole = docx({"word/document.xml": word_part(paragraph("seen"))})
    remark = LETTER.encode()
    assert extract(whole + b"\r\n" + remark).text == f"seen\n\n{LETTER}" or LETTER in extract(whole + remark).text
    assert LETTER in extract(whole[:-2] + struct.pack("<H", len(remark)) + remark).text
    assert extract(whole + bytes(512)).problems == ()
