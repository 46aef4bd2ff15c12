from __future__ import annotations

import io
import zipfile

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.office.epub import read_epub
from extraction.records import Content, Embedded

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
BOOK = (
    '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Letters</dc:title><dc:creator>Typist'
    "</dc:creator><dc:date>2024-05-01</dc:date></metadata>"
    '<manifest><item id="b" href="two%20b.xhtml"/><item id="a" href="one.xhtml"/>'
    '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
)


def book(**parts: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        for name, part in parts.items():
            container.writestr(name, part)
    return buffer.getvalue()


def chapter(text: str) -> str:
    head = "<head><style>p {}</style></head>"
    return f"<?xml version='1.0' encoding='utf-8'?><html>{head}<body><p>{text}</p></body></html>"


def read(data: bytes) -> Content:
    return read_epub(data, Budget(ExtractionLimits()))


PARTS: dict[str, str | bytes] = {
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": BOOK,
    "OEBPS/two b.xhtml": chapter("the end"),
    "OEBPS/one.xhtml": chapter("Dear Zo\u00eb,"),
    "OEBPS/loose.html": chapter("not in the book"),
    "OEBPS/scan.png": b"\x89PNG",
    "OEBPS/style.css": b"p {}",
}


def test_chapters_are_pieces_in_reading_order() -> None:
    data = book(**PARTS)
    assert sniff(data) is MediaType.EPUB
    found = read(data)
    assert [(piece.path, piece.text) for piece in found.pieces] == [
        ("!/OEBPS/one.xhtml", "Dear Zo\u00eb,"),
        ("!/OEBPS/two b.xhtml", "the end"),
        ("!/OEBPS/loose.html", "not in the book"),
    ]
    assert [each.path for each in found.embedded if isinstance(each, Embedded)] == ["!/OEBPS/scan.png"]
    assert [(each.title, each.author, each.created) for each in found.origins] == [("Letters", "Typist", "2024-05-01")]
    assert found.problems == ()


def test_a_chapter_that_needs_a_key_is_encrypted() -> None:
    lock = "<encryption><EncryptedData><CipherReference URI='OEBPS/one.xhtml'/></EncryptedData></encryption>"
    found = read(book(**{**PARTS, "META-INF/encryption.xml": lock}))
    assert [piece.path for piece in found.pieces] == ["!/OEBPS/two b.xhtml", "!/OEBPS/loose.html"]
    assert [(each.reason, each.path) for each in found.problems] == [(SkipReason.ENCRYPTED, "!/OEBPS/one.xhtml")]


def test_a_book_without_its_list_is_read_as_it_lies() -> None:
    found = read(book(**{name: part for name, part in PARTS.items() if not name.endswith((".opf", "container.xml"))}))
    assert [piece.text for piece in found.pieces] == ["the end", "Dear Zo\u00eb,", "not in the book"]


def test_a_book_without_chapters_says_so() -> None:
    assert [each.reason for each in read(book(**{"a.css": ""})).problems] == [SkipReason.UNREADABLE]
