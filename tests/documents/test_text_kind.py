from __future__ import annotations

import json

import pytest

from documents.media_type import MediaType, sniff
from documents.text_kind import delimiter_of

FHIR = '<Bundle xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></text>'
ODF = (
    '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'office:mimetype="application/vnd.oasis.opendocument.{}">'
)
LETTER = """Example Clinic, 1 Sample Street, Sampletown

Dear Dr Sample,

Thank you for referring this lady, who was seen on Monday, and who is well.
She takes ramipril, 10 mg, and aspirin, 75 mg.

Yours sincerely,
Dr Example, Consultant
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # HL7 v2: any separators, batches, frames, parts of messages.
        ("MSH|^~\\&|LAB|", MediaType.HL7),
        ("\x0bMSH|^~\\&|LAB|\rPID|1\r\x1c\r", MediaType.HL7),
        ("\r\n  MSH#*~!%#LAB", MediaType.HL7),
        ("FHS|^~\\&|A\rBHS|^~\\&|B\rMSH|^~\\&|", MediaType.HL7),
        ("OBX|1|TX|||Dear Dr Sample\rOBX|2|TX|||Thank you\r", MediaType.HL7),
        ("PID|1||999\nPV1|1|O\n", MediaType.HL7),
        ("MSH is a hospital", MediaType.TEXT),
        ("OBX|1| was the code", MediaType.TEXT),
        # JSON and its dialects.
        ('{"a": 1}', MediaType.JSON),
        ('[{"a": 1}, {"b": "<html><body>"}]', MediaType.JSON),
        ("[1, 2, 3]", MediaType.JSON),
        ("{}", MediaType.JSON),
        ('{"a": 1}\n{"a": 2}\n', MediaType.JSON_LINES),
        ('{"resourceType": "Bundle", "text": "<div><p>x</p></div>"}', MediaType.FHIR_JSON),
        ('{\n  "id": "x",\n  "resourceType" : "Patient"\n}', MediaType.FHIR_JSON),
        ('{"resourceType":"Patient"}\n{"resourceType":"Basic"}\n', MediaType.FHIR_LINES),
        ("[00:01:23] Doctor: how are you?", MediaType.TEXT),
        ("[1] Thank you for seeing", MediaType.TEXT),
        ("[inaudible] and then", MediaType.TEXT),
        ("{patient name} was seen", MediaType.TEXT),
        # Markup by its root, whatever comes before or inside.
        ("<?xml version='1.0'?><!-- x --><?style y?><ClinicalDocument xmlns='urn:hl7-org:v3'>", MediaType.CDA),
        ("<?xml version='1.0'?><!--" + "x" * 900 + "--><n1:ClinicalDocument xmlns:n1='urn:hl7-org:v3'>", MediaType.CDA),
        (FHIR, MediaType.FHIR_XML),
        ("<?xml version='1.0'?>\n" + FHIR, MediaType.FHIR_XML),
        (ODF.format("text"), MediaType.FLAT_ODT),
        (ODF.format("spreadsheet"), MediaType.FLAT_ODS),
        (ODF.format("presentation"), MediaType.FLAT_ODP),
        ('<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">', MediaType.DOCX),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', MediaType.XLSX),
        (
            '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:part pkg:name="/xl/a"/>',
            MediaType.XLSX,
        ),
        ("<?xml version='1.0'?><letter><title>x</title><body><p>y</p></body></letter>", MediaType.XML),
        ("<letter xmlns='x'><p>y</p><p>z</p></letter>", MediaType.XML),
        ("<letters><letter>x</letter></letters>", MediaType.XML),
        ("<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", MediaType.SVG),
        ("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><ClinicalDocument>", MediaType.HTML),
        ("<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'><p>x", MediaType.HTML),
        ("<!-- saved from url --><html>", MediaType.HTML),
        ("<frameset cols='1,2'><frame src='a'>", MediaType.HTML),
        ("<app-root><div>x</div><p>y</p></app-root>", MediaType.HTML),
        ("<140/90 was her blood pressure", MediaType.TEXT),
        # Mail: a machine's headers, or an address and a date as machines write it.
        ("From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: x\n\n<html><body>=3D", MediaType.MAIL),
        ("Subject: x\nX-Mailer: y\n\nbody", MediaType.MAIL),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nRGVhcg==", MediaType.MAIL),
        ("From: A <a@example.org>\nTo: b@example.org\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\nx", MediaType.MAIL),
        ("From: Dr Example\nTo: Dr Sample\nDate: 2 March 2026\n\nmemo", MediaType.TEXT),
        ("Name: Sample\nX-ray: normal\nCT: normal\n\nletter", MediaType.TEXT),
        ("From a@example.org Mon Mar  2 10:00:00 2026\nSubject: x\n\nbody", MediaType.MBOX),
        ("From - Mon Mar  2 10:00:00 2026\nX-Mozilla-Status: 0001\n", MediaType.MBOX),
        ("From Dr Example to Dr Sample\nDate: today\nthe letter", MediaType.TEXT),
        # Others.
        ("  \r\n{\\rtf1\\ansi Dear}", MediaType.RTF),
        ("-----BEGIN PGP MESSAGE-----\n\nx", MediaType.PGP),
        ("-----BEGIN PKCS7-----\nx", MediaType.SMIME_ENCRYPTED),
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDear", MediaType.TEXT),
        (LETTER, MediaType.TEXT),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_kinds_of_text(text: str, expected: MediaType, charset: str) -> None:
    assert sniff(text.encode(charset)) is expected


def test_lines_of_json_longer_than_the_sample() -> None:
    line = json.dumps({"resourceType": "Binary", "data": "A" * 40_000}) + "\n"
    assert sniff((line * 2).encode()) is MediaType.FHIR_LINES
    assert sniff(line.encode()) is MediaType.FHIR_JSON


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("id,name,letter\n1,Sample,text\n2,Example,text\n", ","),
        ("id;name\n1;Sample\n2;Example\n", ";"),
        ("id\tname\n1\tSample\n2\tExample\n", "\t"),
        ("id|name\n1|Sample\n2|Example\n", "|"),
        ('id,name,letter\n1,Sample,"Dear Dr Sample,\n\nThank you, for all"\n', ","),
        ('id,name,letter\n1,Sample,"' + "a cell longer than the sample, " * 1000 + '"\n', ","),
        ("1,one\n2,two\n3,three\n", ","),
        (LETTER, None),
        ("Dear Dr Sample,\nThank you for referring this lady,\nYours sincerely,\n", None),
        ("Unit 1, Sample Street and its surroundings\nSampletown, which is far\nZZ99, and so on\n", None),
        ("Paracetamol, aspirin, ramipril\nbisoprolol, insulin\n", None),
        ("one line, with commas, only", None),
        ("", None),
    ],
)
def test_tables_and_letters_with_commas(text: str, delimiter: str | None) -> None:
    assert delimiter_of(text) == delimiter


@pytest.mark.parametrize(
    "text", ["<" * 20_000, "<!--" * 5_000, "<?" * 9_000, "<!DOCTYPE [" * 2_000, "From: x\n" * 3_000, '{"' * 9_000]
)
def test_no_text_takes_long(text: str) -> None:
    sniff(text.encode())
