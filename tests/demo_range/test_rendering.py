"""Each format, read back by a library that did not write it where there is one."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
import lxml.html
import pypdfium2
import pytest

from demo_range.letters import House, Letter, known_letters
from demo_range.rendering import Format, html_fragment, rendered, typeset
from demo_range.sheets import Sheet

LETTERS = known_letters(1, patients_a_house=1)


def words(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def pdf_pages(content: bytes) -> list[str]:
    document: Any = pypdfium2.PdfDocument(content)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return [str(page) for page in pages]


@pytest.mark.parametrize("one", LETTERS, ids=lambda one: one.house.value)
def test_a_pdf_has_a_text_layer_and_page_furniture(one: Letter) -> None:
    pages = pdf_pages(rendered(Format.PDF, one.sheet))
    assert one.house is House.DICTATION or len(pages) > 1, "a letter runs over a page break"
    assert words(one.sheet.running) not in words(pages[0])
    for number, page in enumerate(pages, 1):
        assert f"Page {number}" in page
        assert words(one.sheet.footer) in words(page)
        assert number == 1 or words(one.sheet.running) in words(page)
    text = words("".join(pages))
    for block in one.sheet.blocks[:3]:
        assert words(block.text) in text


def test_a_pdf_of_many_letters_begins_each_on_a_new_page() -> None:
    pages = pdf_pages(rendered(Format.PDF, *(one.sheet for one in LETTERS)))
    firsts = [page for page in pages if any(words("".join(one.sheet.header)) in words(page) for one in LETTERS)]
    assert len(firsts) == len(LETTERS)


@pytest.mark.parametrize("form", [Format.PDF, Format.DOCX])
def test_a_file_names_its_author_only_if_there_is_one(form: Format) -> None:
    assert author_of(rendered(form, LETTERS[0].sheet)) == "Ashcombe Hospital Group"
    unnamed = rendered(form, LETTERS[0].sheet, author="")
    assert author_of(unnamed) in {"", "anonymous"}
    assert b"Ashcombe" not in unnamed


def author_of(content: bytes) -> str:
    if content.startswith(b"PK"):
        properties = docx.Document(io.BytesIO(content)).core_properties
        assert (properties.last_modified_by == "") == (properties.author == "")
        return str(properties.author)
    document: Any = pypdfium2.PdfDocument(content)
    try:
        return str(document.get_metadata_value("Author"))
    finally:
        document.close()


def test_pdf_bytes_do_not_depend_on_the_day() -> None:
    assert rendered(Format.PDF, LETTERS[0].sheet) == rendered(Format.PDF, LETTERS[0].sheet)


def test_a_docx_has_header_footer_and_tables() -> None:
    one = next(one for one in LETTERS if one.house is House.PRSB)
    document = docx.Document(io.BytesIO(rendered(Format.DOCX, one.sheet)))
    section = document.sections[0]
    assert section.header.paragraphs[0].text == typeset(one.sheet.running)
    assert section.footer.paragraphs[0].text == typeset(one.sheet.footer)
    assert document.tables[0].cell(2, 1).text == one.identifiers[2]
    text = words("".join(paragraph.text for paragraph in document.paragraphs))
    assert words("".join(one.sheet.header)) in text


def test_text_files_wrap_and_take_the_charset() -> None:
    quoted = Sheet((), "", LETTERS[0].sheet.blocks, "The patient's own - kept")
    assert b"\x92s own \x96 kept" in rendered(Format.TXT, quoted, charset="cp1252")
    plain = rendered(Format.TXT, quoted)
    assert b"patient's own - kept" in plain
    assert all(len(line) <= 78 for line in plain.decode().split("\r\n"))


@pytest.mark.parametrize("one", LETTERS, ids=lambda one: one.house.value)
def test_html_keeps_the_text(one: Letter) -> None:
    tree: Any = lxml.html.fromstring(rendered(Format.HTML, one.sheet))
    assert words(one.sheet.text) in words(str(tree.text_content()))


def test_html_is_escaped() -> None:
    sheet = Sheet(("A & B <C>",), "", (), "")
    assert "A &amp; B &lt;C&gt;" in html_fragment(sheet)
