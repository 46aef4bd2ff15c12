from __future__ import annotations

import pytest

from documents.media_type import MediaType
from documents.naming import NAMED, disagrees, named_types

HONEST = [
    ("letter.doc", MediaType.DOC),
    ("letter.doc", MediaType.RTF),
    ("letter.doc", MediaType.HTML),
    ("letter.doc", MediaType.DOCX),
    ("letter.doc", MediaType.MAIL),  # a web page saved by Word
    ("letter.doc", MediaType.ENCRYPTED_OFFICE),
    ("letter.docx", MediaType.ENCRYPTED_OFFICE),
    ("list.xls", MediaType.HTML),
    ("list.xls", MediaType.CSV),
    ("list.xls", MediaType.XML),
    ("list.xls", MediaType.XLSX),
    ("note.txt", MediaType.CSV),
    ("note.txt", MediaType.HL7),
    ("note.txt", MediaType.MAIL),
    ("note.txt", MediaType.RTF),
    ("list.csv", MediaType.TEXT),
    ("message.hl7", MediaType.HL7),
    ("summary.xml", MediaType.CDA),
    ("summary.xml", MediaType.HTML),
    ("bundle.json", MediaType.FHIR_JSON),
    ("page.htm", MediaType.MAIL),
    ("mail.eml", MediaType.TEXT),
    ("bundle.zip", MediaType.DOCX),
    ("setup.exe", MediaType.ZIP),
    ("day.tar.gz", MediaType.GZIP),
    ("day.tar.gz", MediaType.TAR),  # unpacked on its way
    ("letter.pdf.gz", MediaType.PDF),
    ("LETTER.PDF;1", MediaType.PDF),
    ("folder/letter.pdf ", MediaType.PDF),
    ("C:\\letters\\letter.pdf", MediaType.PDF),
    ("dictation.ds2", MediaType.DS2),
    ("memo.m4a", MediaType.MP4),
    ("letter.jpg", MediaType.EMPTY),
    ("letter.jpg", MediaType.BINARY),
    ("letter.bak", MediaType.ZIP),
    ("letter.doc.bak", MediaType.ZIP),
    ("~letter.tmp", MediaType.DOC),
    ("letter", MediaType.PDF),
    (".profile", MediaType.TEXT),
    ("page.php", MediaType.PDF),
    ("letter.001", MediaType.TIFF),
    ("letter.pdf~", MediaType.PDF),
    ("", MediaType.PDF),
]
LYING = [
    ("scan.jpg", MediaType.ZIP, "jpg"),
    ("scan.jpg", MediaType.PNG, "jpg"),
    ("scan.JPEG", MediaType.PDF, "jpeg"),
    ("letter.pdf", MediaType.DOC, "pdf"),
    ("letter.txt", MediaType.DOC, "txt"),
    ("letter.docx", MediaType.ZIP, "docx"),
    ("letter.docx", MediaType.RTF, "docx"),
    ("letter.pdf.txt", MediaType.PDF, "txt"),
    ("letter.txt.gz", MediaType.ZIP, "gz"),
    ("folder.pdf/picture.png", MediaType.PDF, "png"),
    ("song.mp3", MediaType.SEVEN_ZIP, "mp3"),
    ("style.css", MediaType.SQLITE, "css"),
]


@pytest.mark.parametrize(("name", "kind"), HONEST)
def test_honest_names(name: str, kind: MediaType) -> None:
    assert disagrees(name, kind) is None


@pytest.mark.parametrize(("name", "kind", "ending"), LYING)
def test_names_that_lie(name: str, kind: MediaType, ending: str) -> None:
    assert disagrees(name, kind) == ending


def test_names_that_promise_nothing() -> None:
    assert [named_types(name) for name in ("x", "x.", "x.bak", "x.tmp", "x.unknown", "x.y.gz.bak", ".gz")] == [None] * 7


def test_endings_are_plain_words() -> None:
    assert all(ending == ending.lower() and "." not in ending for ending in NAMED)
