"""What a file is, said by its bytes alone; names and Content-Type headers are never asked."""

from __future__ import annotations

import re
from itertools import islice

from documents.byte_marks import PDF_HEADER_BYTES, by_marks
from documents.charset import SAMPLE_BYTES, decoded_sample
from documents.kinds import MediaType
from documents.ole_directory import root_names
from documents.packed_kind import packed_kind
from documents.text_kind import text_kind
from documents.zip_directory import ends_like_zip, member_names, stored_mimetype

__all__ = ["PDF_HEADER_BYTES", "MediaType", "sniff"]

_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04", b"PK00PK\x03\x04")
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# In this order: a message embeds documents, and an encrypted package holds nothing else.
_OLE_STREAMS = (
    ("__properties_version1.0", MediaType.MSG),
    ("encryptedpackage", MediaType.ENCRYPTED_OFFICE),
    ("\tdrmcontent", MediaType.ENCRYPTED_OFFICE),
    ("worddocument", MediaType.DOC),
    ("workbook", MediaType.XLS),
    ("book", MediaType.XLS),
    ("powerpoint document", MediaType.PPT),
    ("quill", MediaType.PUBLISHER),
    ("visiodocument", MediaType.VISIO),
    ("matost", MediaType.WORKS),
    ("catalog", MediaType.THUMBNAILS),
)
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_ZIP_MIMETYPES = {
    str(MediaType.EPUB): MediaType.EPUB,
    **{
        _OPEN_DOCUMENT + name + variant: kind
        for name, kind in (("text", MediaType.ODT), ("spreadsheet", MediaType.ODS), ("presentation", MediaType.ODP))
        for variant in ("", "-template", "-master", "-web")
    },
    _OPEN_DOCUMENT + "graphics": MediaType.ODP,
    # OpenOffice 1, whose parts are built alike.
    "application/vnd.sun.xml.writer": MediaType.ODT,
    "application/vnd.sun.xml.calc": MediaType.ODS,
    "application/vnd.sun.xml.impress": MediaType.ODP,
}
# Names looked at. An office file has its main part among the first; a plain container may have thousands.
_NAMES = 400
# A part that must be there, and the start of names that goes with it.
_CONTENT_TYPES = "[content_types].xml"
_PACKAGES = (("word/", MediaType.DOCX), ("xl/", MediaType.XLSX), ("ppt/", MediaType.PPTX))
_MAIN_PARTS = (
    ("word/document.xml", MediaType.DOCX),
    ("xl/workbook.bin", MediaType.XLSB),
    ("xl/workbook.xml", MediaType.XLSX),
    ("ppt/presentation.xml", MediaType.PPTX),
    ("meta-inf/container.xml", MediaType.EPUB),
    ("index.zip", MediaType.IWORK),
    ("index/document.iwa", MediaType.IWORK),
    ("buildversionhistory.plist", MediaType.IWORK),
)
# Bytes in which the first line of a file of JSON objects must end: a document in base64 makes one of a megabyte.
_LONG_LINE_BYTES = 2 << 20
_HEADER_BLOCK = re.compile(rb"[A-Za-z][!-9;-~]{0,60}:[^\x00]*?\r?\n\r?\n")
_LINES = {MediaType.JSON: MediaType.JSON_LINES, MediaType.FHIR_JSON: MediaType.FHIR_LINES}


def sniff(data: bytes) -> MediaType:
    """The media type of these bytes. Never raises; what is neither known nor text is `application/octet-stream`."""
    if not data:
        return MediaType.EMPTY
    if data.startswith(_TEXT_MARKS):  # before all else: FF FE would pass for the start of an MP3 frame
        return _text_kind(data)
    return _container(data) or by_marks(data) or _text_kind(data)


def _container(data: bytes) -> MediaType | None:
    if data.startswith(_ZIP_MARKS) or (data[:2] == b"MZ" and ends_like_zip(data)):
        return _zip_kind(data)
    if data.startswith(_OLE_MAGIC):
        names = {name.lower() for name in root_names(data)}
        return next((kind for stream, kind in _OLE_STREAMS if stream in names), MediaType.OLE)
    return None


def _zip_kind(data: bytes) -> MediaType:
    declared = _ZIP_MIMETYPES.get(stored_mimetype(data))
    if declared:
        return declared
    names = {name.replace("\\", "/").lower() for name in islice(member_names(data), _NAMES)}
    for part, kind in _MAIN_PARTS:
        if part in names:
            return kind
    if any(name.endswith(".fdseq") for name in names):
        return MediaType.XPS
    if _CONTENT_TYPES in names:
        for folder, kind in _PACKAGES:
            if any(name.startswith(folder) for name in names):
                return kind
    if "content.xml" in names and names & {"meta-inf/manifest.xml", "styles.xml", "mimetype"}:
        return MediaType.ODT  # its word on itself is missing or packed: the readers of the three are alike
    return MediaType.ZIP


def _text_kind(data: bytes) -> MediaType:
    sample = decoded_sample(data)
    if sample is None:  # a ZIP with something in front of it, or the last part of one, is known by its end
        return _zip_kind(data) if ends_like_zip(data) else packed_kind(data) or _mail_of_bytes(data)
    kind = text_kind(sample)
    return _LINES[kind] if kind in _LINES and _is_of_long_lines(data) else kind


def _mail_of_bytes(data: bytes) -> MediaType:
    """A mail whose body is binary is known by its headers: newsgroups, and mail that needed no encoding."""
    head = _HEADER_BLOCK.match(data, 0, SAMPLE_BYTES)
    sample = decoded_sample(head[0]) if head else None
    return MediaType.MAIL if sample is not None and text_kind(sample) is MediaType.MAIL else MediaType.BINARY


def _is_of_long_lines(data: bytes) -> bool:
    """Does an object fill the first line, beyond the sample, and another begin the next?"""
    end = data.find(b"\n", 0, _LONG_LINE_BYTES)
    return end > SAMPLE_BYTES and data[:end].rstrip(b"\r").endswith(b"}") and data[end + 1 : end + 2] == b"{"
