# ruff: noqa: E501, RUF001 - one document in XML, with marks that are tested
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.old_office.ole_build import compound_file
from extraction.reader import extract
from tests.extraction.word_files import word_97

PARTS = (
    "HEADERTEXT łódź",
    "MAINTEXT – “quoted” €",
    "FOOTNOTETEXT",
    "ENDNOTETEXT",
    "COMMENTTEXT",
    "BOXTEXT",
    "DELETEDTEXT",
)
FLAT = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.3"
 xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><dc:title>Titel Ü</dc:title><meta:initial-creator>Dr A</meta:initial-creator></office:meta>
<office:automatic-styles><style:page-layout style:name="pl"><style:header-style/><style:footer-style/></style:page-layout>
</office:automatic-styles><office:master-styles><style:master-page style:name="Standard" style:page-layout-name="pl">
<style:header><text:p>{PARTS[0]}</text:p></style:header><style:footer><text:p>FOOTERTEXT</text:p></style:footer>
</style:master-page></office:master-styles><office:body><office:text><text:tracked-changes><text:changed-region text:id="c">
<text:deletion><office:change-info><dc:creator>X</dc:creator><dc:date>2021-01-01T00:00:00</dc:date></office:change-info>
<text:p>{PARTS[6]}</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p>{PARTS[1]} <text:change text:change-id="c"/><text:note text:note-class="footnote">
<text:note-citation>1</text:note-citation><text:note-body><text:p>{PARTS[2]}</text:p></text:note-body></text:note>
<text:note text:note-class="endnote"><text:note-citation>i</text:note-citation><text:note-body><text:p>{PARTS[3]}</text:p>
</text:note-body></text:note><office:annotation><dc:creator>C</dc:creator><dc:date>2021-01-01T00:00:00</dc:date>
<text:p>{PARTS[4]}</text:p></office:annotation><draw:frame text:anchor-type="as-char" svg:width="5cm" draw:name="f">
<draw:text-box><text:p>{PARTS[5]}</text:p></draw:text-box></draw:frame> LASTTEXT</text:p>
</office:text></office:body></office:document>"""
# Seconds that LibreOffice may take on a busy machine.
_RUN_SECONDS = 100


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "media_type"), [("doc:MS Word 97", MediaType.DOC), ("rtf", MediaType.RTF)])
def test_all_parts_of_what_libreoffice_writes(ending: str, media_type: MediaType, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    source = tmp_path / "letter.fodt"
    source.write_text(FLAT, encoding="utf-8")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", ending, "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, timeout=_RUN_SECONDS, capture_output=True)
    data = (tmp_path / f"letter.{ending[:3]}").read_bytes()
    extraction = extract(data)
    assert extraction.media_type == media_type
    assert extraction.problems == ()
    assert [part for part in (*PARTS, "FOOTERTEXT", "LASTTEXT") if part not in extraction.text] == []
    assert extraction.text.startswith(PARTS[0])
    assert extraction.text.endswith("FOOTERTEXT")
    assert [(origin.title, origin.author) for origin in extraction.origins] == [("Titel Ü", "Dr A")]


def test_a_file_of_another_program_is_unsupported() -> None:
    extraction = extract(compound_file({("Quill", "CONTENTS"): b"CHNKINK " + bytes(5000)}))
    assert extraction.pieces == ()
    assert [problem.reason for problem in extraction.problems] == [SkipReason.UNSUPPORTED_TYPE]


@pytest.mark.parametrize("stream", ["\x02OlePres000", "Equation Native"])
def test_an_equation_or_a_picture_of_an_object_is_no_problem(stream: str) -> None:
    assert extract(word_97(["Dear"], streams={("ObjectPool", "_1", stream): b"x" * 50})).problems == ()


def test_a_file_in_an_object_is_read() -> None:
    wrapped = compound_file({("\x01CompObj",): b"x" * 80, ("Package",): b"{\\rtf1 the inner letter}"})
    assert sniff(wrapped) is MediaType.OLE
    assert extract(wrapped).text == "the inner letter"


def test_objects_inside_objects_end() -> None:
    data = word_97(["innermost\r"])
    for _ in range(20):
        data = compound_file({("\x01CompObj",): b"x", ("Package",): data})
    assert [problem.reason for problem in extract(data).problems] == [SkipReason.BUDGET_SPENT]


@pytest.mark.parametrize("lost", ["WordDocument", "1Table"])
def test_a_document_whose_directory_forgot_a_name_is_read(lost: str) -> None:
    data = word_97(["Dear Dr Sample, thank you for referring this patient.\r"], cut_into=1)
    name = lost.encode("utf-16-le")
    at = data.rindex(name)
    extraction = extract(data[:at] + b"X\x00" + data[at + 2 :])
    assert "Dear Dr Sample" in extraction.text
    assert extraction.problems


def test_rights_management_is_encryption() -> None:
    extraction = extract(word_97(["Open this in Word.\r"], streams={("\x09DRMContent",): b"x" * 5000}))
    assert extraction.pieces == ()
    assert [problem.reason for problem in extraction.problems] == [SkipReason.ENCRYPTED]
