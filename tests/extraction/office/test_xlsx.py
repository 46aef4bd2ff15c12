from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Mapping

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.workbook.defined_name import DefinedName
from PIL import Image as Picture

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.office.xlsx import read_xlsx
from extraction.records import Content, Embedded, Problem

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION_PART = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'


def read(data: bytes, **limits: int) -> Content:
    return read_xlsx(data, Budget(ExtractionLimits(**limits)))


def texts(found: Content) -> dict[str, str]:
    return {piece.path: piece.text for piece in found.pieces}


def reasons(found: Content) -> list[tuple[SkipReason, str]]:
    lazily = [each for each in found.embedded if isinstance(each, Problem)]
    return [(problem.reason, problem.path) for problem in (*found.problems, *lazily)]


def relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'


def sheet(rows: str, behind: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{behind}</worksheet>'


def workbook(sheets: Mapping[str, str], parts: Mapping[str, str] | None = None, extra: str = "") -> bytes:
    """By hand: a part for each sheet, and whatever else."""
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
    related = "".join(relation(n, "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("[Content_Types].xml", "<Types/>")
        book = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{names}</sheets>{extra}</workbook>'
        container.writestr("xl/workbook.xml", book)
        container.writestr("xl/_rels/workbook.xml.rels", RELATION_PART.format(related))
        for number, rows in enumerate(sheets.values(), 1):
            container.writestr(f"xl/worksheets/sheet{number}.xml", rows)
        for name, part in (parts or {}).items():
            container.writestr(name, part)
    return buffer.getvalue()


def inline(*values: str) -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values)
    return f"<row>{cells}</row>"


def written_by_a_library() -> bytes:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Patients"
    first["A1"], first["B1"], first["XFD1048576"] = "Sample Person", 9990000000, "the far end"
    first["B1"].number_format = "000 000 0000"
    first["A2"], first["B2"], first["C2"], first["D2"] = datetime.date(1980, 3, 5), 12.4, True, "=A1"
    first["A2"].number_format = "dd/mm/yyyy"
    first["A1"].comment = Comment("please call her", "Dr Example")
    first.oddHeader.center.text = "Example Clinic && Partners"
    first.oddHeader.center.size = 14
    first.oddFooter.right.text = "&A, page &P"
    chart = BarChart()
    chart.title = "Results of the year"
    chart.add_data(Reference(first, min_col=2, min_row=2, max_row=2))
    first.add_chart(chart, "E5")
    scan = io.BytesIO()
    Picture.new("1", (40, 40)).save(scan, "png")
    first.add_image(Image(scan), "H1")
    hidden = book.create_sheet("Notes")
    hidden.sheet_state = "veryHidden"
    hidden["C3"] = "kept\nback"
    book.defined_names["Remark"] = DefinedName("Remark", attr_text='"said ""no"" twice"')
    book.properties.creator = "Typist"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_sheets_are_pieces_with_what_people_see() -> None:
    data = written_by_a_library()
    assert sniff(data) is MediaType.XLSX
    found = read(data)
    assert texts(found) == {
        "": 'said "no" twice',
        "#sheet=1": "\n".join(
            (
                *("Patients", "Example Clinic & Partners", "Sample Person\t999 000 0000", "05/03/1980\t12.4\tTRUE"),
                *("the far end", "Picture", "Results of the year", "Dr Example", "please call her", "Patients, page"),
            )
        ),
        "#sheet=2": "Notes\nkept\nback",
    }
    assert [each.path for each in found.embedded if isinstance(each, Embedded)] == ["!/xl/media/image1.png"]
    assert [origin.author for origin in found.origins] == ["Typist"]
    assert found.problems == ()


def test_shared_rich_and_phonetic_strings() -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>plain</t></si><si><r><t>ri</t></r><r><t xml:space="preserve">ch </t></r></si>'
        "<si><t>kanji</t><rPh><t>reading</t></rPh></si></sst>"
    )
    cells = "".join(f'<c t="s"><v>{value}</v></c>' for value in ("0", "1", "2", "9", "-1", "x"))
    book = workbook({"S": sheet(f"<row>{cells}</row>")}, {"xl/sharedStrings.xml": strings})
    assert texts(read(book))["#sheet=1"] == "S\nplain\trich\tkanji"


def test_kinds_of_cells() -> None:
    cells = (
        '<c t="str"><v>of a formula</v></c><c t="b"><v>0</v></c><c t="e"><v>#N/A</v></c><c><v>7</v></c>'
        '<c t="d"><v>1980-03-05T00:00:00</v></c><c><f>1+1</f></c>'
    )
    assert texts(read(workbook({"S": sheet(f"<row>{cells}</row>")}))) == {
        "#sheet=1": "S\nof a formula\tFALSE\t#N/A\t7\t05/03/1980"
    }


def test_dates_since_1904_and_strict_files() -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    rows = '<row><c s="1"><v>27823</v></c></row>'
    book = workbook({"S": sheet(rows)}, {"xl/styles.xml": styles}, '<workbookPr date1904="1"/>')
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    for data in (
        book,
        workbook({"S": sheet(rows).replace(MAIN, strict)}, {"xl/styles.xml": styles}, '<workbookPr date1904="1"/>'),
    ):
        assert texts(read(data))["#sheet=1"] == "S\n05/03/1980"


def test_threaded_comments_form_controls_and_lost_parts() -> None:
    person = '<personList xmlns="u"><person displayName="Dr Thread" id="{1}"/></personList>'
    thread = '<Threaded xmlns="u"><threadedComment ref="A1"><text>call her</text></threadedComment></Threaded>'
    control = (
        '<xml xmlns:v="urn:v"><v:shape><v:textbox><div><font>Print letters</font></div></v:textbox></v:shape></xml>'
    )
    remark = f'<comments xmlns="{MAIN}"><comment><text><t>{{}}</t></text></comment></comments>'
    related = relation(1, "threadedComment", "../threadedComments/threadedComment1.xml")
    related += relation(2, "vmlDrawing", "../drawings/vmlDrawing1.vml")
    parts = {
        "xl/persons/person.xml": person,
        "xl/threadedComments/threadedComment1.xml": thread,
        "xl/drawings/vmlDrawing1.vml": control,
        "xl/worksheets/_rels/sheet1.xml.rels": RELATION_PART.format(related),
        "xl/comments7.xml": remark.format("of no sheet"),
        "xl/worksheets/sheet9.xml": sheet(inline("of no workbook")),
        "xl/comments/comment8.xml": remark.format("also of none"),
    }
    found = texts(read(workbook({"S": sheet(inline("a cell"))}, parts)))
    assert found["#sheet=1"] == "S\na cell\ncall her\nPrint letters"
    assert found["#sheet=2"] == "of no workbook"
    assert sorted(found[""].split("\n")) == ["Dr Thread", "also of none", "of no sheet"]


def test_memories_of_pivot_tables_and_of_other_workbooks() -> None:
    fields = (
        '<cacheField name="Patient"><sharedItems><s v="Sample Person"/></sharedItems></cacheField>'
        '<cacheField name="Born"><sharedItems/></cacheField>'
    )
    parts = {
        "xl/pivotCache/pivotCacheDefinition1.xml": f'<p xmlns="{MAIN}"><cacheFields>{fields}</cacheFields></p>',
        "xl/pivotCache/pivotCacheRecords1.xml": f'<p xmlns="{MAIN}"><r><x v="0"/><d v="1980-03-05T00:00:00"/></r></p>',
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": RELATION_PART.format(
            relation(1, "pivotCacheRecords", "pivotCacheRecords1.xml")
        ),
        "xl/externalLinks/externalLink1.xml": f'<e xmlns="{MAIN}"><row><cell t="str"><v>far away</v></cell></row></e>',
    }
    found = texts(read(workbook({"S": sheet(inline("a cell"))}, parts)))
    assert found[""] == "Patient\tBorn\nSample Person\t1980-03-05\nfar away"


def test_names_with_backslashes_and_in_capitals_and_a_workbook_elsewhere() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        container.writestr("_rels\\.rels", RELATION_PART.format(relation(1, "officeDocument", "/Data/Book.XML")))
        container.writestr(
            "data\\book.xml",
            f'<workbook xmlns="{MAIN}"><sheets><sheet name="S" x:id="rId1" xmlns:x="r"/></sheets></workbook>',
        )
        container.writestr("DATA\\_RELS\\BOOK.XML.RELS", RELATION_PART.format(relation(1, "worksheet", "one.xml")))
        container.writestr("Data\\One.xml", sheet(inline("found")))
    assert texts(read(buffer.getvalue())) == {"#sheet=1": "S\nfound"}


def test_strangers_in_the_package_are_handed_on() -> None:
    found = read(workbook({"S": sheet(inline("a cell"))}, {"letter.xml": "<x>hidden</x>", "more/letter.pdf": "%PDF-"}))
    assert [each.path for each in found.embedded if isinstance(each, Embedded)] == ["!/letter.xml", "!/more/letter.pdf"]


def test_many_rows_are_read_by_chunks() -> None:
    rows = "".join(inline(f"row {n * 7919}", "x" * 50) for n in range(40_000))
    found = read(workbook({"S": sheet(rows, "<headerFooter><oddFooter>&amp;Rthe end</oddFooter></headerFooter>")}))
    lines = texts(found)["#sheet=1"].split("\n")
    assert (len(lines), lines[-1], lines[40_000]) == (40_002, "the end", f"row {39_999 * 7919}\t" + "x" * 50)
    assert found.problems == ()


@pytest.mark.parametrize("share", [0.95, 0.8, 0.5])
def test_a_cut_file_gives_what_is_left_and_says_so(share: float) -> None:
    whole = workbook({"S": sheet("".join(inline(f"row {n * 7919}") for n in range(9000)))})
    found = read(whole[: int(len(whole) * share)])
    assert len(texts(found)["#sheet=1"].split("\n")) > 9000 * share * 0.9
    assert SkipReason.TRUNCATED in [reason for reason, _ in reasons(found)]


def test_one_string_in_a_million_cells_ends_in_a_spent_budget() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"long " * 2000}</t></si></sst>'
    rows = '<row><c t="s"><v>0</v></c></row>' * 5000
    found = read(workbook({"S": sheet(rows)}, {"xl/sharedStrings.xml": strings}), characters=1_000_000)
    assert 900_000 < len(texts(found)["#sheet=1"]) <= 1_000_010
    assert reasons(found) == [(SkipReason.BUDGET_SPENT, "!/xl/worksheets/sheet1.xml")]


def test_a_file_without_sheets_says_so() -> None:
    assert reasons(read(workbook({}))) == [(SkipReason.UNREADABLE, "")]


def test_the_xml_of_2003_is_read() -> None:
    cells = (
        '<Cell><Data ss:Type="String">Sample Person</Data><Comment ss:Author="Dr A">'
        "<ss:Data>call her</ss:Data></Comment></Cell>"
        '<Cell><Data ss:Type="DateTime">1980-03-05T00:00:00.000</Data></Cell>'
    )
    header = '<PageSetup><Header x:Data="&amp;CExample Clinic" xmlns:x="x"/></PageSetup>'
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    whole = (
        f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="First"><Table><Row>{cells}</Row></Table>'
        f"<WorksheetOptions>{header}</WorksheetOptions></Worksheet></Workbook>"
    ).encode()
    assert sniff(whole) is MediaType.XLSX
    assert texts(read(whole)) == {"#sheet=1": "First\nExample Clinic\nSample Person\t05/03/1980\nDr A\ncall her"}


LETTER = "Dear Dr Example, I saw this lady on 3 May"


@pytest.mark.parametrize(
    "sheets",
    [
        {"S": sheet(f'<row><c><f>="{LETTER}"&amp;A1</f></c></row>')},
        {"S": sheet("", f'<dataValidations><dataValidation prompt="{LETTER}"/></dataValidations>')},
        {"S": sheet("", f'<hyperlinks><hyperlink tooltip="{LETTER}"/></hyperlinks>')},
        {LETTER: sheet("")},
    ],
)
def test_text_where_nobody_looks(sheets: dict[str, str]) -> None:
    assert LETTER in texts(read(workbook(sheets)))["#sheet=1"].split("\n")


def test_names_of_empty_sheets_and_formulas_with_values_are_no_text() -> None:
    assert texts(read(workbook({"Sheet1": sheet(""), "Tabelle 2": sheet(""), "Sheet1 (2)": sheet("")}))) == {}
    rows = '<row><c t="str"><f>IF(A1,"one way or other","b")</f><v>b</v></c></row>'
    assert texts(read(workbook({"S": sheet(rows)}))) == {"#sheet=1": "S\nb"}
