from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.office.docx import read_docx
from extraction.records import Content, Embedded, Problem
from tests.extraction.samples import LETTER_LINES, STRICT_WORD, docx, paragraph, word_part

BODY = word_part("".join(paragraph(line) for line in LETTER_LINES))
TEXT_BOX = "<w:txbxContent>{}</w:txbxContent>".format(paragraph("NHS number 999 000 0000"))
ALTERNATIVES = (
    "<w:p><w:r><w:t>Dear </w:t></w:r><w:r><mc:AlternateContent>"
    f"<mc:Choice Requires='wps'>{TEXT_BOX}</mc:Choice><mc:Fallback>{TEXT_BOX}</mc:Fallback>"
    "</mc:AlternateContent></w:r><w:r><w:t>Dr Sample</w:t></w:r></w:p>"
)
LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha">{}]>'.format(
    "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
)


def read(data: bytes, **limits: int) -> Content:
    return read_docx(data, Budget(ExtractionLimits(**limits)))


def lines_of(content: Content) -> list[str]:
    return content.pieces[0].text.split("\n") if content.pieces else []


def reasons(content: Content) -> list[tuple[SkipReason, str]]:
    lazily = [each for each in content.embedded if isinstance(each, Problem)]
    return [(problem.reason, problem.path) for problem in (*content.problems, *lazily)]


def written_by_a_library() -> bytes:
    document = Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Example Fertility Clinic"
    section.footer.paragraphs[0].text = "Reference EX/0001"
    for line in LETTER_LINES:
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "AMH"
    table.rows[0].cells[1].text = "12.4 pmol/L"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_headers_come_first_and_footers_last() -> None:
    content = read(written_by_a_library())
    assert lines_of(content) == [
        "Example Fertility Clinic",
        *LETTER_LINES,
        "AMH",
        "12.4 pmol/L",
        "Reference EX/0001",
    ]
    assert content.problems == ()
    assert [piece.path for piece in content.pieces] == [""]


def test_notes_comments_and_numbered_parts_in_order() -> None:
    parts = {
        "word/footer2.xml": word_part(paragraph("footer two"), "ftr"),
        "word/comments.xml": word_part(paragraph("comment"), "comments"),
        "word/header2.xml": word_part(paragraph("header two"), "hdr"),
        "word/document.xml": word_part(paragraph("body")),
        "word/footnotes.xml": word_part(paragraph("footnote"), "footnotes"),
        "word/header1.xml": word_part(paragraph("header one"), "hdr"),
        "word/styles.xml": word_part(paragraph("a style"), "styles"),
    }
    assert lines_of(read(docx(parts))) == ["header one", "header two", "body", "footnote", "comment", "footer two"]


def test_a_text_box_comes_once_and_splits_no_line() -> None:
    content = read(docx({"word/document.xml": word_part(ALTERNATIVES + paragraph("Thank you"))}))
    assert lines_of(content) == ["NHS number 999 000 0000", "Dear Dr Sample", "Thank you"]


def test_a_fallback_without_a_choice_is_text() -> None:
    lone = f"<mc:AlternateContent><mc:Fallback>{paragraph('only here')}</mc:Fallback></mc:AlternateContent>"
    assert lines_of(read(docx({"word/document.xml": word_part(lone)}))) == ["only here"]


def test_deleted_text_is_kept_and_field_instructions_are_not() -> None:
    body = (
        "<w:p><w:r><w:t>seen on </w:t></w:r><w:del><w:r><w:delText>Monday </w:delText></w:r></w:del>"
        "<w:r><w:instrText>DATE</w:instrText></w:r><w:r><w:t>Tuesday</w:t><w:tab/><w:t>clinic</w:t><w:br/><w:t>B</w:t></w:r></w:p>"
    )
    assert lines_of(read(docx({"word/document.xml": word_part(body)}))) == [
        *("seen on Tuesday\tclinic", "B"),
        *("seen on Monday Tuesday\tclinic", "B"),
    ]


def test_runs_inside_links_and_controls_are_in_order() -> None:
    body = (
        "<w:p><w:r><w:t>one </w:t></w:r><w:hyperlink><w:r><w:t>two </w:t></w:r></w:hyperlink><!-- aside -->"
        "<w:sdt><w:sdtContent><w:r><w:t>three </w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>four</w:t></w:r></w:p>"
    )
    assert lines_of(read(docx({"word/document.xml": word_part(body)}))) == ["one two three four"]


def test_strict_files_are_read() -> None:
    strict = word_part(paragraph("Dear Dr Sample"), namespace=STRICT_WORD)
    assert lines_of(read(docx({"word/document.xml": strict}))) == ["Dear Dr Sample"]


def test_backslashes_and_other_part_names() -> None:
    assert lines_of(read(docx({"word\\document2.xml": word_part(paragraph("body"))}))) == ["body"]


@pytest.mark.parametrize("share", [0.95, 0.8, 0.5])
def test_a_cut_file_gives_what_is_left_and_says_so(share: float) -> None:
    long_body = word_part("".join(paragraph(f"{line} {n * 7919}") for n in range(400) for line in LETTER_LINES))
    whole = docx(
        {"word/header1.xml": word_part(paragraph("Example Fertility Clinic"), "hdr"), "word/document.xml": long_body}
    )
    content = read(whole[: int(len(whole) * share)])
    lines = lines_of(content)
    assert lines[0] == "Example Fertility Clinic"
    assert len(lines) > 2400 * share * 0.8
    assert (SkipReason.TRUNCATED, "!/word/document.xml") in reasons(content)


def test_a_file_cut_before_its_body_is_truncated() -> None:
    whole = docx({"word/header1.xml": word_part(paragraph("header"), "hdr"), "word/document.xml": BODY})
    content = read(whole[: whole.index(b"word/document.xml") - 30])
    assert lines_of(content) == ["header"]
    assert (SkipReason.TRUNCATED, "") in reasons(content)


def test_damaged_xml_gives_what_can_be_read() -> None:
    content = read(docx({"word/document.xml": BODY[: len(BODY) // 2]}))
    assert lines_of(content)[0] == LETTER_LINES[0]
    assert reasons(content) == [(SkipReason.UNREADABLE, "!/word/document.xml")]


def test_flipped_bytes_are_a_problem_of_that_part() -> None:
    stored = docx(
        {"word/header1.xml": word_part(paragraph("header"), "hdr"), "word/document.xml": BODY}, zipfile.ZIP_STORED
    )
    damaged = stored.replace(b"Thank you", b"Th@nk you")
    content = read(damaged)
    assert "header" in lines_of(content)
    assert "".join(LETTER_LINES).replace("Thank", "Th@nk") == "".join(lines_of(content)[1:])
    assert reasons(content) == [(SkipReason.UNREADABLE, "!/word/document.xml")]


def test_encrypted_members_are_encrypted() -> None:
    whole = bytearray(docx({"word/document.xml": BODY}))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = -1
        while (at := whole.find(mark, at + 1)) >= 0:
            whole[at + offset] |= 1
    content = read(bytes(whole))
    assert (SkipReason.ENCRYPTED, "!/word/document.xml") in reasons(content)


def test_a_zip_bomb_ends_in_a_spent_budget() -> None:
    bomb = docx({"word/header1.xml": word_part(paragraph("header"), "hdr"), "word/document.xml": b"A" * (80 << 20)})
    content = read(bomb)
    assert lines_of(content) == ["header"]
    assert SkipReason.BUDGET_SPENT in [reason for reason, _ in reasons(content)]


def test_a_cut_zip_bomb_ends_in_a_spent_budget() -> None:
    bomb = docx({"word/document.xml": b"A" * (80 << 20)})
    assert SkipReason.BUDGET_SPENT in [reason for reason, _ in reasons(read(bomb[:-40]))]


def test_many_members_end_in_a_spent_budget() -> None:
    parts = {f"word/embeddings/{n}.bin": b"x" for n in range(60)}
    content = read(docx({"word/document.xml": BODY, **parts}), members=50)
    assert SkipReason.BUDGET_SPENT in [reason for reason, _ in reasons(content)]


def test_pictures_without_end_are_one_problem() -> None:
    pictures = {f"word/media/{n}.png": b"" for n in range(9000)}
    content = read(docx({"word/document.xml": BODY, **pictures}), members=500)
    assert len(lines_of(content)) == len(LETTER_LINES)
    assert [reason for reason, _ in reasons(content)] == [SkipReason.BUDGET_SPENT]


def test_elements_without_end_are_bounded() -> None:
    content = read(docx({"word/document.xml": word_part(paragraph("before") + "<w:p/>" * 1_100_000)}))
    assert lines_of(content) == ["before"]
    assert {reason for reason, _ in reasons(content)} == {SkipReason.BUDGET_SPENT}


def test_a_billion_laughs_are_not_laughed() -> None:
    inner = paragraph("before &i; after")
    content = read(docx({"word/document.xml": word_part(inner, prolog=LAUGHS)}))
    assert lines_of(content) == ["before"]
    assert reasons(content) == [(SkipReason.UNREADABLE, "!/word/document.xml")]


def test_laughs_in_an_attribute_are_not_laughed_either() -> None:
    body = "<w:p w:rsidR='&j;'><w:r><w:t>text</w:t></w:r></w:p>"
    content = read(docx({"word/document.xml": word_part(body, prolog=LAUGHS)}))
    assert content.problems


def test_external_entities_are_not_fetched(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text("the secret")
    prolog = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    content = read(docx({"word/document.xml": word_part(paragraph("before &x; after"), prolog=prolog)}))
    text = "".join(lines_of(content))
    assert "secret" not in text
    assert "before" in text
    assert "after" in text


def test_pictures_are_handed_on() -> None:
    parts: dict[str, str | bytes] = {"word/document.xml": word_part(""), "word/media/image1.png": b"\x89PNG"}
    content = read(docx(parts))
    assert list(content.embedded) == [Embedded("!/word/media/image1.png", b"\x89PNG", "image1.png")]
    assert content.problems == ()


def test_a_picture_that_nobody_reads_is_a_problem_where_nothing_else_holds_text() -> None:
    metafile = {"word/media/image1.wdp": b"II\xbc\x01"}
    assert reasons(read(docx({"word/document.xml": word_part(""), **metafile}))) == [
        (SkipReason.UNSUPPORTED_TYPE, "!/word/media/image1.wdp")
    ]
    assert reasons(read(docx({"word/document.xml": BODY, **metafile}))) == []


def test_embedded_files_are_handed_on_and_working_parts_are_not() -> None:
    parts: dict[str, str | bytes] = {
        "word/document.xml": BODY,
        "word/embeddings/letter.docx": docx({"word/document.xml": word_part(paragraph("inner"))}),
        "word/afchunk.htm": b"<p>imported</p>",
        "word/theme/theme1.xml": b"<x/>",
        "word/fontTable.xml": b"<x/>",
        "word/_rels/document.xml.rels": b"<x/>",
        "word/vbaProject.bin": b"x",
    }
    content = read(docx(parts))
    assert sorted(each.path for each in content.embedded) == ["!/word/afchunk.htm", "!/word/embeddings/letter.docx"]


def test_deep_nesting_costs_a_problem_at_most() -> None:
    deep = "<w:tbl>" * 5000 + paragraph("deep") + "</w:tbl>" * 5000
    content = read(docx({"word/document.xml": word_part(paragraph("before") + deep + paragraph("after"))}))
    assert "before" in lines_of(content)
    assert "after" in lines_of(content) or content.problems


def test_the_samples_are_word_files() -> None:
    assert sniff(written_by_a_library()) is MediaType.DOCX
    assert sniff(docx({"word/document.xml": BODY})) is MediaType.DOCX


def test_a_package_in_one_xml_file_is_read() -> None:
    part = '<pkg:part pkg:name="{}"><pkg:{}>{}</pkg:{}></pkg:part>'
    parts = (
        part.format("/word/document.xml", "xmlData", word_part(paragraph("Dear Dr Sample")), "xmlData"),
        part.format("/word/media/scan.png", "binaryData", "iVBO\nRw==", "binaryData"),
    )
    whole = (
        f'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{"".join(parts)}</pkg:package>'
    )
    assert sniff(whole.encode()) is MediaType.DOCX
    content = read(whole.encode())
    assert lines_of(content) == ["Dear Dr Sample"]
    assert list(content.embedded) == [Embedded("!/word/media/scan.png", b"\x89PNG", "scan.png")]


def test_the_xml_of_2003_is_read() -> None:
    header = "<w:sectPr><w:hdr>{}</w:hdr></w:sectPr>".format(paragraph("Example Clinic"))
    picture = '<w:p><w:r><w:pict><w:binData w:name="wordml://01.png">iVBORw==</w:binData></w:pict></w:r></w:p>'
    whole = (
        '<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:o="o">'
        "<o:DocumentProperties><o:Author>Typist</o:Author></o:DocumentProperties>"
        f"<w:body>{paragraph('Dear Dr Sample')}{picture}{header}</w:body></w:wordDocument>"
    ).encode()
    assert sniff(whole) is MediaType.DOCX
    content = read(whole)
    assert lines_of(content) == ["Dear Dr Sample", "Example Clinic"]
    assert list(content.embedded) == [Embedded("!/01.png", b"\x89PNG", "01.png")]
    assert [origin.author for origin in content.origins] == ["Typist"]


def test_what_the_file_says_of_itself_stands_apart() -> None:
    relation = '<r><Relationship Id="r" Type="x/attachedTemplate" Target="{}" TargetMode="External"/></r>'
    parts = {
        "word/document.xml": BODY,
        "word/settings.xml": word_part("<w:docVars><w:docVar w:name='Ref' w:val='EX/0001'/></w:docVars>", "settings"),
        "word/_rels/settings.xml.rels": relation.format("file:///\\\\server\\templates\\Clinic%20letter.dotm"),
        "docProps/core.xml": "<c><title>Letter</title><creator>Dr A</creator><lastModifiedBy>Typist</lastModifiedBy>"
        "<created>2024-05-01T10:00:00Z</created></c>",
        "docProps/app.xml": "<c><Application>Word</Application><AppVersion>16</AppVersion>"
        "<Company>Clinic</Company></c>",
        "docProps/custom.xml": '<c><property name="Job"><lpwstr>12345</lpwstr></property></c>',
    }
    content = read(docx(parts))
    (origin,) = content.origins
    assert (origin.title, origin.author, origin.last_author, origin.tool) == ("Letter", "Dr A", "Typist", "Word 16")
    assert (origin.created, origin.organisation, origin.keywords) == ("2024-05-01T10:00:00Z", "Clinic", "Job: 12345")
    assert origin.template == "//server/templates/Clinic letter.dotm"
    assert lines_of(content) == [*LETTER_LINES, "EX/0001"]


def test_the_main_part_may_have_any_name() -> None:
    relation = '<r><Relationship Id="r" Type="x/officeDocument" Target="/word/styles.dat"/></r>'
    content = read(docx({"_rels/.rels": relation, "word/styles.dat": word_part(paragraph("body"))}))
    assert lines_of(content) == ["body"]
    assert reasons(content) == []
