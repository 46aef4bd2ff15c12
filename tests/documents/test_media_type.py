from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest

from documents.media_type import MediaType, sniff


def zipped(*names: str, stored: bytes | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        if stored is not None:
            container.writestr("mimetype", stored, compress_type=zipfile.ZIP_STORED)
        for name in names:
            container.writestr(name, "<x/>" * 50)
    return buffer.getvalue()


def ole(tree: dict[str, int], nested: tuple[str, ...] = ()) -> bytes:
    """A compound file: `tree` are the root's entries and types (1 folder, 2 stream), `nested` the first's."""
    names = ["Root Entry", *tree, *nested]
    none = 0xFFFFFFFF
    entries = []
    for index, name in enumerate(names):
        encoded = name.encode("utf-16-le") + b"\0\0"
        last_at_top = len(tree)
        right = index + 1 if 0 < index < last_at_top or last_at_top < index < len(names) - 1 else none
        child = 1 if index == 0 else (last_at_top + 1 if index == 1 and nested else none)
        kind = 5 if index == 0 else tree.get(name, 2)
        entries.append(
            encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, none, right, child) + bytes(48)
        )
    while len(entries) % 4:
        entries.append(bytes(128))
    sectors = len(entries) // 4
    fat = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE] + [none] * (127 - sectors)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIII", 1, 1, 0, 4096, none, 0, none) + struct.pack("<I", 0) + struct.pack("<I", 0)
    header += struct.pack("<I", none) * 108
    return header[:512] + struct.pack("<128I", *fat) + b"".join(entries)


MHT = b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html><body>=3D"
MAIL = b"Received: from a by b\r\nFrom: a@example.org\r\nSubject: hello\r\n\r\nText"
CDA = b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>x</title></ClinicalDocument>'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", MediaType.EMPTY),
        (b"%PDF-1.7\n...", MediaType.PDF),
        (b"junk" * 500 + b"%PDF-1.4\n1 0 obj", MediaType.PDF),
        (zipped("[Content_Types].xml", "word/document.xml"), MediaType.DOCX),
        (zipped("[Content_Types].xml", "word\\document.xml"), MediaType.DOCX),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), MediaType.XLSX),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), MediaType.PPTX),
        (zipped("letters/one.txt"), MediaType.ZIP),
        (zipped(), MediaType.ZIP),
        (zipped("content.xml", stored=b"application/vnd.oasis.opendocument.text"), MediaType.ODT),
        (zipped("content.xml", stored=b"application/vnd.oasis.opendocument.spreadsheet"), MediaType.ODS),
        (zipped("OEBPS/x", stored=b"application/epub+zip"), MediaType.EPUB),
        (ole({"WordDocument": 2, "1Table": 2}), MediaType.DOC),
        (ole({"Workbook": 2}), MediaType.XLS),
        (ole({"Book": 2}), MediaType.XLS),
        (ole({"PowerPoint Document": 2}), MediaType.PPT),
        (ole({"__properties_version1.0": 2, "WordDocument": 2}), MediaType.MSG),
        (ole({"EncryptionInfo": 2, "EncryptedPackage": 2}), MediaType.ENCRYPTED_OFFICE),
        (ole({"ObjectPool": 1, "Workbook": 2}, nested=("WordDocument",)), MediaType.XLS),
        (ole({"Something": 2}), MediaType.OLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", MediaType.OLE),
        (b"7z\xbc\xaf\x27\x1c....", MediaType.SEVEN_ZIP),
        (b"\x1f\x8b\x08\0", MediaType.GZIP),
        (b"\x28\xb5\x2f\xfd....", MediaType.ZSTD),
        (b"Rar!\x1a\x07\x01\0", MediaType.RAR),
        (bytes(257) + b"ustar\x0000", MediaType.TAR),
        (b"\x89PNG\r\n\x1a\n....", MediaType.PNG),
        (b"\xff\xd8\xff\xe0....", MediaType.JPEG),
        (b"II+\x00\x08\0\0\0", MediaType.TIFF),
        (b"\0\0\0\x18ftypheic....", MediaType.HEIC),
        (b"\0\0\0\x18ftypM4A ....", MediaType.M4A),
        (b"RIFF\0\0\0\0WAVEfmt ", MediaType.WAV),
        (b"RIFF\0\0\0\0WEBPVP8 ", MediaType.WEBP),
        (b"\x06dss\0\0", MediaType.DSS),
        (b"\x03ds2\0\0", MediaType.DS2),
        (b"\x02enc\0\0", MediaType.DS2),
        (b"BM" + (70).to_bytes(4, "little") + bytes(64), MediaType.BMP),
        (b"\xff\xfb\x90\x44" + b"\0\0\x0f\xf0" * 50, MediaType.MP3),
        (b"{\\rtf1\\ansi Dear", MediaType.RTF),
        (b"MSH|^~\\&|LAB|", MediaType.HL7),
        (b'{"resourceType": "Bundle", "text": "<div><p>x</p></div>"}', MediaType.FHIR_JSON),
        (b"[]", MediaType.JSON),
        (CDA, MediaType.CDA),
        (MAIL, MediaType.MAIL),
        (MHT, MediaType.MAIL),
        (b"From a@example.org Mon Jan 1\nReceived: from b\n\nText", MediaType.MBOX),
        (b"<!DOCTYPE html><html><body>x", MediaType.HTML),
        (b"\xef\xbb\xbf<html><body>x", MediaType.HTML),
        ("<html><body>x</body></html>".encode("utf-16"), MediaType.HTML),
        (b"<?xml version='1.0'?>\n<html xmlns='http://www.w3.org/1999/xhtml'>", MediaType.HTML),
        (b"<!-- " + b"licence " * 500 + b"--><html><p>x", MediaType.HTML),
        (b"Dear Dr X<br>Thank you<br>", MediaType.HTML),
        (b"<p>A fragment", MediaType.HTML),
        (b"<?xml version='1.0'?><letters/>", MediaType.XML),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", MediaType.SVG),
        (b"\x00\x01\x02\x03 some words", MediaType.BINARY),
        (b"DICM".rjust(132, b"\0"), MediaType.DICOM),
        (b"MZ\x90\0\x03\0", MediaType.EXECUTABLE),
    ],
)
def test_types_are_told_by_their_bytes(data: bytes, expected: MediaType) -> None:
    assert sniff(data) is expected


@pytest.mark.parametrize(
    "text",
    [
        "BMI 31 kg/m2, blood pressure 140/90",
        "MZ twins were born at 34 weeks",
        "From: Dr Example\nTo: Dr Sample\nSubject: a memo that someone typed\n\nThank you for",
        "Name: Example\nDOB: 01/01/1970\n\nDear Dr Sample",
        "Blood pressure <140/90 and x < 5, write <b> for bold",
        "(1) Thank you for seeing",
        "ÿ was read as a letter here, and ÿþ too",
        "Patient: X\r\n" * 100,
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_prose_stays_prose(text: str, charset: str) -> None:
    assert sniff(text.encode(charset)) is MediaType.TEXT


def test_a_text_file_in_ebcdic_is_text() -> None:
    assert sniff(("Dear Dr Sample, thank you for seeing this patient.\n" * 20).encode("cp037")) is MediaType.TEXT


def test_padding_of_nulls_leaves_text_a_text() -> None:
    assert sniff(b"Dear Dr Sample, thank you.".ljust(2048, b"\0")) is MediaType.TEXT


def test_a_cut_office_file_is_told_by_its_local_headers() -> None:
    whole = zipped("[Content_Types].xml", "word/document.xml", "word/styles.xml")
    assert sniff(whole[: len(whole) // 2]) is MediaType.DOCX


def test_random_bytes_are_never_text() -> None:
    drawn = random.Random(7)  # noqa: S311 - repeatable damage
    kinds = {sniff(drawn.randbytes(size)) for size in range(200, 1200)}
    assert not kinds & {MediaType.TEXT, MediaType.HTML, MediaType.XML, MediaType.JSON, MediaType.MAIL}


@pytest.mark.parametrize("data", [ole({"WordDocument": 2}), zipped("word/document.xml"), MHT, CDA])
def test_no_damage_makes_it_raise(data: bytes) -> None:
    drawn = random.Random(11)  # noqa: S311 - repeatable damage
    for _ in range(300):
        damaged = bytearray(data[: drawn.randrange(1, len(data))])
        for _ in range(8):
            damaged[drawn.randrange(len(damaged))] = drawn.randrange(256)
        assert isinstance(sniff(bytes(damaged)), MediaType)


def test_a_directory_that_points_at_itself_ends() -> None:
    data = bytearray(ole({"WordDocument": 2}))
    data[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")
    assert sniff(bytes(data)) is MediaType.DOC
