"""What a file is, said by its bytes alone; names and Content-Type headers are never asked."""

from __future__ import annotations

import re
from enum import StrEnum

from documents.charset import decoded_sample
from documents.ole_directory import root_names
from documents.zip_directory import member_names, stored_mimetype


class MediaType(StrEnum):
    """Every answer that `sniff` can give. IANA names where there is one, `x-` names elsewhere."""

    EMPTY = "application/x-empty"
    BINARY = "application/octet-stream"
    TEXT = "text/plain"
    HTML = "text/html"
    XML = "application/xml"
    SVG = "image/svg+xml"
    JSON = "application/json"
    HL7 = "application/x-hl7-v2"
    CDA = "application/x-cda+xml"
    MAIL = "message/rfc822"
    MBOX = "application/mbox"
    TNEF = "application/vnd.ms-tnef"
    RTF = "application/rtf"
    PDF = "application/pdf"
    POSTSCRIPT = "application/postscript"
    PCL = "application/vnd.hp-pcl"
    WORDPERFECT = "application/vnd.wordperfect"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    XPS = "application/vnd.ms-xpsdocument"
    DOC = "application/msword"
    XLS = "application/vnd.ms-excel"
    PPT = "application/vnd.ms-powerpoint"
    MSG = "application/vnd.ms-outlook"
    OUTLOOK_STORE = "application/x-outlook-pst"
    OLE = "application/x-ole-storage"
    ENCRYPTED_OFFICE = "application/x-ole-encrypted-package"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ODP = "application/vnd.oasis.opendocument.presentation"
    EPUB = "application/epub+zip"
    ZIP = "application/zip"
    SEVEN_ZIP = "application/x-7z-compressed"
    GZIP = "application/gzip"
    BZIP2 = "application/x-bzip2"
    XZ = "application/x-xz"
    ZSTD = "application/zstd"
    RAR = "application/vnd.rar"
    TAR = "application/x-tar"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    GIF = "image/gif"
    BMP = "image/bmp"
    WEBP = "image/webp"
    HEIC = "image/heic"
    AVIF = "image/avif"
    ICON = "image/vnd.microsoft.icon"
    DICOM = "application/dicom"
    MP3 = "audio/mpeg"
    OGG = "application/ogg"
    FLAC = "audio/flac"
    AMR = "audio/amr"
    WAV = "audio/vnd.wave"
    DSS = "audio/x-dss"
    DS2 = "audio/x-ds2"
    ASF = "video/x-ms-asf"
    MP4 = "video/mp4"
    AVI = "video/vnd.avi"
    MATROSKA = "video/matroska"
    WOFF = "font/woff"
    WOFF2 = "font/woff2"
    SQLITE = "application/vnd.sqlite3"
    ACCESS = "application/x-msaccess"
    EXECUTABLE = "application/x-executable"


_PREFIXES: tuple[tuple[bytes, MediaType], ...] = (
    (b"7z\xbc\xaf\x27\x1c", MediaType.SEVEN_ZIP),
    (b"\x1f\x8b", MediaType.GZIP),
    (b"BZh", MediaType.BZIP2),
    (b"\xfd7zXZ\x00", MediaType.XZ),
    (b"\x28\xb5\x2f\xfd", MediaType.ZSTD),
    (b"Rar!\x1a\x07", MediaType.RAR),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"II+\x00", MediaType.TIFF),
    (b"MM\x00+", MediaType.TIFF),
    (b"GIF8", MediaType.GIF),
    (b"\x00\x00\x01\x00", MediaType.ICON),
    (b"{\\rtf", MediaType.RTF),
    (b"%!PS", MediaType.POSTSCRIPT),
    (b"\x1b%-12345X", MediaType.PCL),
    (b"\x1bE\x1b", MediaType.PCL),
    (b"\xffWPC", MediaType.WORDPERFECT),
    (b"\x78\x9f\x3e\x22", MediaType.TNEF),
    (b"!BDN", MediaType.OUTLOOK_STORE),
    (b"OggS", MediaType.OGG),
    (b"fLaC", MediaType.FLAC),
    (b"ID3", MediaType.MP3),
    (b"#!AMR", MediaType.AMR),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", MediaType.ASF),
    (b"\x1a\x45\xdf\xa3", MediaType.MATROSKA),
    (b"wOFF", MediaType.WOFF),
    (b"wOF2", MediaType.WOFF2),
    (b"SQLite format 3\x00", MediaType.SQLITE),
    (b"\x00\x01\x00\x00Standard Jet DB", MediaType.ACCESS),
    (b"\x00\x01\x00\x00Standard ACE DB", MediaType.ACCESS),
    (b"\x7fELF", MediaType.EXECUTABLE),
)
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff")
_RIFF_FORMS = {b"WAVE": MediaType.WAV, b"WEBP": MediaType.WEBP, b"AVI ": MediaType.AVI}
_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc")
_DICTATION = {b"dss": MediaType.DSS, b"ds2": MediaType.DS2, b"enc": MediaType.DS2}
# DSS and DS2 files start with a small version number; 2, 3, 6, 7 and 8 are seen in the wild.
_DICTATION_VERSIONS = 16

# Bytes in which `%PDF-` may stand, junk before it included: the PDF specification allows 1,024; 4,096 are met.
PDF_HEADER_BYTES = 4096
_AT_OFFSETS = (
    (b"%PDF-", 0, PDF_HEADER_BYTES, MediaType.PDF),
    (b"ustar", 257, 262, MediaType.TAR),
    (b"DICM", 128, 132, MediaType.DICOM),
)

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# In this order: a message embeds documents, and an encrypted package holds nothing else.
_OLE_STREAMS = (
    ("__properties_version1.0", MediaType.MSG),
    ("EncryptedPackage", MediaType.ENCRYPTED_OFFICE),
    ("WordDocument", MediaType.DOC),
    ("Workbook", MediaType.XLS),
    ("Book", MediaType.XLS),
    ("PowerPoint Document", MediaType.PPT),
)
_ZIP_MIMETYPES = {
    **{str(kind): kind for kind in (MediaType.ODT, MediaType.ODS, MediaType.ODP, MediaType.EPUB)},
    **{f"{kind}-template": kind for kind in (MediaType.ODT, MediaType.ODS, MediaType.ODP)},
}
_ZIP_FOLDERS = (
    ("word/", MediaType.DOCX),
    ("xl/", MediaType.XLSX),
    ("ppt/", MediaType.PPTX),
    ("fixeddocseq.fdseq", MediaType.XPS),
)

# Characters in which markup must show. Some pages open with a licence as a comment; comments are skipped first.
_MARKUP_CHARACTERS = 600
_LEADING_COMMENTS = re.compile(r"(?:\s*<!--.*?-->)+", re.DOTALL)
_HTML_MARK = re.compile(r"<(?:!doctype\s+html|html|head|body|title|frameset)[\s>]", re.IGNORECASE)
_HTML_TAG = re.compile(
    r"</?(?:p|br|div|span|table|tr|td|th|ul|ol|li|h[1-6]|a|b|i|u|em|strong|font|meta|link|script|style|form|img|hr|pre"
    r"|center|section|article|main|header|footer|nav)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# One tag alone occurs in prose ("write <b> for bold"); a fragment of a page has more.
_TAGS_OF_A_FRAGMENT = 2
_SEGMENT_STARTS = ("MSH|", "FHS|", "BHS|")
_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}:[ \t]")
# Headers that only a mail system writes. A memo typed with "From:" and "To:" has none, and is plain text.
_MACHINE_HEADER = re.compile(
    r"^(?:received|return-path|mime-version|message-id|content-type|content-transfer-encoding|delivered-to"
    r"|dkim-signature|x-[a-z0-9-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_MBOX_START = re.compile(r"From \S+ [^\n]*\n[A-Za-z][A-Za-z0-9-]*:")
_TWO_HEADERS = 2


def sniff(data: bytes) -> MediaType:
    """The media type of these bytes. Never raises; what is neither known nor text is `application/octet-stream`."""
    if not data:
        return MediaType.EMPTY
    if data.startswith(_TEXT_MARKS):  # before all else: FF FE would pass for the start of an MP3 frame
        return _text_kind(data)
    return _container(data) or _by_prefix(data) or _by_offset(data) or _text_kind(data)


def _container(data: bytes) -> MediaType | None:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(data)
    if data.startswith(_OLE_MAGIC):
        names = root_names(data)
        return next((kind for stream, kind in _OLE_STREAMS if stream in names), MediaType.OLE)
    return None


def _zip_kind(data: bytes) -> MediaType:
    declared = _ZIP_MIMETYPES.get(stored_mimetype(data))
    if declared:
        return declared
    names = [name.replace("\\", "/").lower() for name in member_names(data)]
    for folder, kind in _ZIP_FOLDERS:
        if any(name.startswith(folder) for name in names):
            return kind
    return MediaType.ZIP


def _by_prefix(data: bytes) -> MediaType | None:
    return next((kind for prefix, kind in _PREFIXES if data.startswith(prefix)), None)


def _by_offset(data: bytes) -> MediaType | None:
    """Types whose mark is not at the very start, or needs a second look."""
    for mark, start, end, kind in _AT_OFFSETS:
        if mark in data[start:end]:
            return kind
    if data[:4] == b"RIFF":
        return _RIFF_FORMS.get(data[8:12], MediaType.BINARY)
    if data[4:8] == b"ftyp":
        return _movie_kind(data[8:12])
    if data[1:4] in _DICTATION and data[0] < _DICTATION_VERSIONS:
        return _DICTATION[data[1:4]]
    return _by_doubtful_mark(data)


def _movie_kind(brand: bytes) -> MediaType:
    if brand in _HEIC_BRANDS:
        return MediaType.HEIC
    return MediaType.AVIF if brand in (b"avif", b"avis") else MediaType.MP4


def _by_doubtful_mark(data: bytes) -> MediaType | None:
    """Marks of two letters, which prose can start with ("BMI 31 kg/m2", "MZ")."""
    if _is_bitmap(data):
        return MediaType.BMP
    if data[:2] == b"MZ" and b"\x00" in data[:64]:
        return MediaType.EXECUTABLE
    if len(data) > 2 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 and data[1] & 0x06:  # noqa: PLR2004 - frame sync
        return MediaType.MP3 if decoded_sample(data) is None else None
    return None


def _is_bitmap(data: bytes) -> bool:
    """`BM`, four reserved zero bytes, and a size field that is this file's (or zero, as some writers leave it)."""
    if data[:2] != b"BM" or data[6:10] != b"\x00\x00\x00\x00":
        return False
    size = int.from_bytes(data[2:6], "little")
    header = 26
    return size == 0 or header <= size <= 2 * len(data) + header


def _text_kind(data: bytes) -> MediaType:
    sample = decoded_sample(data)
    if sample is None:
        return MediaType.BINARY
    head = sample.lstrip("\ufeff \t\r\n\f\x00")
    if head.startswith(_SEGMENT_STARTS):
        return MediaType.HL7
    if _is_json(head):
        return MediaType.JSON
    if "ClinicalDocument" in head[:_MARKUP_CHARACTERS] and head.startswith("<"):
        return MediaType.CDA
    if mail := _mail_kind(head):
        return mail
    return _markup_kind(head)


def _is_json(head: str) -> bool:
    """An object or an array by its first two marks. Prose in brackets ("[1] Smith") can pass: readers must cope."""
    return re.match(r'\{\s*["}]|\[\s*[\[{"\]\d-]', head) is not None


def _mail_kind(head: str) -> MediaType | None:
    """Before HTML: a saved web page (MHT) holds `<html>` early on, but in quoted-printable."""
    if _MBOX_START.match(head):
        return MediaType.MBOX
    block = re.split(r"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = re.split(r"\r?\n", block)
    if len(lines) < _TWO_HEADERS or not all(_HEADER_LINE.match(line) or line[:1] in " \t" for line in lines[:2]):
        return None
    return MediaType.MAIL if _HEADER_LINE.match(lines[0]) and _MACHINE_HEADER.search(block) else None


def _markup_kind(head: str) -> MediaType:
    comments = _LEADING_COMMENTS.match(head)
    head = head[comments.end() :].lstrip() if comments else head
    start = head[:_MARKUP_CHARACTERS]
    if _HTML_MARK.search(start) or len(_HTML_TAG.findall(start)) >= _TAGS_OF_A_FRAGMENT:
        return MediaType.HTML
    if comments or _HTML_TAG.match(start):
        return MediaType.HTML
    if re.match(r"<(?:\?xml|!doctype|[A-Za-z_])", start, re.IGNORECASE):
        return MediaType.SVG if re.search(r"<(?:\w+:)?svg[\s>]", start) else MediaType.XML
    return MediaType.TEXT
