"""Types that a file's bytes name by a mark at a fixed place; marks that prose can begin with get a second look."""

from __future__ import annotations

import re

from documents.charset import decoded_sample
from documents.kinds import MediaType

_PREFIXES: tuple[tuple[bytes, MediaType], ...] = (
    (b"\x76\xe8\x04\x60\xc4\x11\xe3\x86", MediaType.ENCRYPTED_OFFICE),  # mail with rights management (rpmsg)
    (b"7z\xbc\xaf\x27\x1c", MediaType.SEVEN_ZIP),
    (b"\x1f\x8b", MediaType.GZIP),
    (b"\xfd7zXZ\x00", MediaType.XZ),
    (b"\x28\xb5\x2f\xfd", MediaType.ZSTD),
    (b"\x04\x22\x4d\x18", MediaType.LZ4),
    (b"\x1f\x9d", MediaType.UNIX_COMPRESS),
    (b"Rar!\x1a\x07", MediaType.RAR),
    (b"MSCF\x00\x00\x00\x00", MediaType.CAB),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"II+\x00", MediaType.TIFF),
    (b"MM\x00+", MediaType.TIFF),
    (b"GIF87a", MediaType.GIF),
    (b"GIF89a", MediaType.GIF),
    (b"\x97JB2\r\n\x1a\n", MediaType.JBIG2),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", MediaType.JPEG_2000),
    (b"\xff\x4f\xff\x51", MediaType.JPEG_2000),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", MediaType.JPEG_XL),
    (b"8BPS\x00", MediaType.PHOTOSHOP),
    (b"AT&TFORM", MediaType.DJVU),
    (b"\xd7\xcd\xc6\x9a", MediaType.WMF),
    (b"\x01\x00\x09\x00\x00\x03", MediaType.WMF),
    (b"\x02\x00\x09\x00\x00\x03", MediaType.WMF),
    (b"\x00\x00\x01\x00", MediaType.ICON),
    (b"{\\rtf", MediaType.RTF),
    (b"%!PS", MediaType.POSTSCRIPT),
    (b"\xffWPC", MediaType.WORDPERFECT),
    (b"\xdb\xa5\x2d\x00", MediaType.OLD_WORD),
    (b"\x9b\xa5\x21\x00", MediaType.OLD_WORD),
    (b"\x31\xbe\x00\x00", MediaType.OLD_WORD),
    (b"\x32\xbe\x00\x00", MediaType.OLD_WORD),
    # Excel 2 to 4 wrote bare records; from 5 on they lie in an OLE file.
    (b"\x09\x00\x04\x00", MediaType.XLS),
    (b"\x09\x02\x06\x00", MediaType.XLS),
    (b"\x09\x04\x06\x00", MediaType.XLS),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", MediaType.ONENOTE),
    (b"\x01\xfe\x32\x00", MediaType.WORKS),
    (b"ITSF\x03\x00\x00\x00", MediaType.HTML_HELP),
    (b"\x78\x9f\x3e\x22", MediaType.TNEF),
    (b"OggS\x00", MediaType.OGG),
    (b"fLaC", MediaType.FLAC),
    (b"#!AMR", MediaType.AMR),
    (b".snd\x00", MediaType.AU),
    (b"caff\x00", MediaType.CAF),
    (b"MS_VOICE", MediaType.SONY_VOICE),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", MediaType.ASF),
    (b"\x1a\x45\xdf\xa3", MediaType.MATROSKA),
    (b"SQLite format 3\x00", MediaType.SQLITE),
    (b"\x00\x01\x00\x00Standard Jet DB", MediaType.ACCESS),
    (b"\x00\x01\x00\x00Standard ACE DB", MediaType.ACCESS),
    (b"bplist0", MediaType.PROPERTY_LIST),
    (b"\x7fELF", MediaType.EXECUTABLE),
    (b"L\x00\x00\x00\x01\x14\x02\x00", MediaType.SHORTCUT),
    (b"\x00\x05\x16\x07\x00", MediaType.MAC_METADATA),
    (b"\x00\x05\x16\x00\x00", MediaType.MAC_METADATA),
    (b"\x00\x00\x00\x01Bud1", MediaType.MAC_METADATA),
)
# Grouped by the first byte, so that one look decides for most files that none fits.
_BY_FIRST_BYTE: dict[int, list[tuple[bytes, MediaType]]] = {}
for _mark, _kind in _PREFIXES:
    _BY_FIRST_BYTE.setdefault(_mark[0], []).append((_mark, _kind))

_AT_OFFSETS = (
    (b"DICM", 128, MediaType.DICOM),
    (b"ustar", 257, MediaType.TAR),
    (b" EMF", 40, MediaType.EMF),
    (b"CD001", 0x8001, MediaType.DISK_IMAGE),
)
# Marks that text can begin with in some charset: a NUL close behind them says that this is none.
_WITH_NULS = (
    (b"\xff\x0a", MediaType.JPEG_XL),
    (b"\xc5\xd0\xd3\xc6", MediaType.POSTSCRIPT),  # with a preview in front
    (b"\x60\xea", MediaType.ARJ),
    (b"CMMM", MediaType.THUMBNAILS),
    (b"wOFF", MediaType.WOFF),
    (b"wOF2", MediaType.WOFF2),
    (b"regf", MediaType.REGISTRY),
    (b"!BDN", MediaType.OUTLOOK_STORE),
    (b"MZ", MediaType.EXECUTABLE),
)
_RIFF_FORMS = {b"WAVE": MediaType.WAV, b"WEBP": MediaType.WEBP, b"AVI ": MediaType.AVI}
_FORM_KINDS = {b"AIFF": MediaType.AIFF, b"AIFC": MediaType.AIFF}
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc"), MediaType.HEIC),
    **dict.fromkeys((b"avif", b"avis"), MediaType.AVIF),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), MediaType.M4A),
}
_DICTATION = {b"dss": MediaType.DSS, b"ds2": MediaType.DS2, b"enc": MediaType.DS2}
# DSS and DS2 files start with a small version number; 2, 3, 6, 7 and 8 are seen in the wild.
_DICTATION_VERSIONS = 16
# An ID3 tag says its version behind its name: 2 to 4, and 0xFF can not be.
_ID3_VERSIONS = 16

# Bytes in which `%PDF-` may stand, junk before it included: the PDF specification allows 1,024; 4,096 are met.
PDF_HEADER_BYTES = 4096
_PDF = re.compile(rb"%PDF-\d")
# A print job names the language of what follows in its first lines.
_PRINT_JOB = (b"\x1b%-12345X", b"\x1bE\x1b")
_PORTABLE_MAP = re.compile(rb"P[456]\s(?:#[^\n]*\n)?\s*\d{1,6}\s+\d{1,6}\s")
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38)", re.DOTALL)
_LHA = re.compile(rb"..-l(?:h[\dx]|z[s\d])-", re.DOTALL)
_PCX = re.compile(rb"\x0a[\x00\x02-\x05]\x01[\x01\x02\x04\x08]", re.DOTALL)
# Signed and compressed data hold the mail in clear; enveloped data do not, with or without a check of their integrity.
_CLEAR = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d0109100109")
_ENVELOPED = bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117")
_PGP = re.compile(
    rb"(?:[\x84\x85\x86].{1,2}|\xc1.{1,2})\x03.{8}[\x01\x02\x10\x12]"  # a key packet: length, version 3, key, algorithm
    rb"|(?:\x8c.|\xc3.)\x04[\x01-\x0d][\x00-\x03]",  # a passphrase packet: length, version 4, cipher, way to the key
    re.DOTALL,
)
_TAR_BLOCK = 512
_OCTAL = re.compile(rb"[ 0]*[0-7]{3,7}[ \x00]*")


def by_marks(data: bytes) -> MediaType | None:
    """The type by its mark; None where no mark is known."""
    prefixes = _BY_FIRST_BYTE.get(data[0], ()) if data else ()
    for mark, kind in prefixes:
        if data.startswith(mark):
            return kind
    return _by_offset(data) or _by_second_look(data)


def _by_offset(data: bytes) -> MediaType | None:
    if _is_pdf(data):
        return MediaType.PDF
    if data.startswith(_PRINT_JOB):
        return MediaType.POSTSCRIPT if b"%!PS" in data[:PDF_HEADER_BYTES] else MediaType.PCL
    for mark, start, kind in _AT_OFFSETS:
        if data.startswith(mark, start):
            return kind
    if data[4:8] == b"ftyp":
        return _movie_kind(data[8:12])
    if data[:4] in (b"RIFF", b"RIFX", b"RF64"):
        return _RIFF_FORMS.get(data[8:12], MediaType.BINARY)
    return _FORM_KINDS.get(data[8:12]) if data[:4] == b"FORM" else None


def _is_pdf(data: bytes) -> bool:
    """At the start; or behind junk, if objects follow: prose and mail can name the mark too."""
    head = data[:PDF_HEADER_BYTES]
    found = _PDF.search(head)
    if found is None or not found.start():
        return found is not None
    if b" obj" not in data[found.start() : found.start() + 2 * PDF_HEADER_BYTES]:
        return False
    return not re.match(rb"(?i)(?:received|return-path|mime-version|message-id|from|date|to|subject): ", head)


def _movie_kind(brand: bytes) -> MediaType:
    if brand[:2] in (b"3g", b"3G"):
        return MediaType.THREE_GPP
    return _BRANDS.get(brand, MediaType.MP4)


def _by_second_look(data: bytes) -> MediaType | None:
    """Marks of two or three letters, which prose can start with ("BMI 31 kg/m2", "MZ", "ID3")."""
    if data[1:4] in _DICTATION and data[0] < _DICTATION_VERSIONS:
        return _DICTATION[data[1:4]]
    if data[:3] == b"ID3" and len(data) > 4 and data[3] < _ID3_VERSIONS:  # noqa: PLR2004 - the byte behind the version
        return MediaType.MP3
    if _is_bitmap(data):
        return MediaType.BMP
    if b"\x00" in data[:64]:
        for mark, kind in _WITH_NULS:
            if data.startswith(mark):
                return kind
    return _by_pattern(data) or _sound_frame(data) or (MediaType.TAR if _is_old_tar(data) else None)


def _by_pattern(data: bytes) -> MediaType | None:
    if _BZIP2.match(data):
        return MediaType.BZIP2
    if _PORTABLE_MAP.match(data):
        return MediaType.PNM
    if _LHA.match(data):
        return MediaType.LHA
    if _PCX.match(data):
        return MediaType.PCX
    if data[:1] == b"\x30" and any(mark in data[:32] for mark in (*_CLEAR, *_ENVELOPED)):
        return MediaType.SMIME_SIGNED if any(mark in data[:32] for mark in _CLEAR) else MediaType.SMIME_ENCRYPTED
    return MediaType.PGP if _PGP.match(data) and decoded_sample(data) is None else None


def _is_bitmap(data: bytes) -> bool:
    """`BM`, four reserved zero bytes, and a size field that is this file's (or zero, as some writers leave it)."""
    if data[:2] != b"BM" or data[6:10] != b"\x00\x00\x00\x00":
        return False
    size = int.from_bytes(data[2:6], "little")
    header = 26
    return size == 0 or header <= size <= 2 * len(data) + header


def _is_old_tar(data: bytes) -> bool:
    """Tar of before POSIX has no mark, but its header carries its own sum."""
    if len(data) < _TAR_BLOCK or not data[0] or not _OCTAL.fullmatch(data[100:108]):
        return False
    if not (written := _OCTAL.fullmatch(data[148:156])):
        return False
    header = data[:148] + b" " * 8 + data[156:_TAR_BLOCK]
    return int(written[0].strip(b" \x00") or b"0", 8) == sum(header)


_MP3_RATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_MP3_SAMPLE_RATES = (44100, 48000, 32000)


def _sound_frame(data: bytes) -> MediaType | None:
    """MPEG sound without a tag: a frame that another follows where it ends, or one in what is no text."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - eleven bits that begin a frame
        return None
    layer = data[1] & 0x06
    if data[1] & 0xF6 == 0xF0:  # noqa: PLR2004 - twelve bits, then no layer: ADTS
        length = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5 if len(data) > 5 else 0  # noqa: PLR2004
        return MediaType.AAC if length and data[length : length + 1] == b"\xff" else None
    if not layer:
        return None
    length = _mp3_frame(data)
    if length and data[length : length + 1] == b"\xff" and data[length + 1 : length + 2] == data[1:2]:
        return MediaType.MP3
    possible = data[1] >> 3 & 3 != 1 and data[2] >> 4 != 15 and data[2] >> 2 & 3 != 3  # noqa: PLR2004 - reserved values
    return MediaType.MP3 if possible and decoded_sample(data) is None else None


def _mp3_frame(data: bytes) -> int:
    """Bytes of this frame of layer III; 0 where the header is of another layer or none."""
    version, layer = data[1] >> 3 & 3, data[1] >> 1 & 3
    rate, sampling = data[2] >> 4, data[2] >> 2 & 3
    if version == 1 or layer != 1 or rate in (0, 15) or sampling == 3:  # noqa: PLR2004 - reserved values
        return 0
    is_first = version == 3  # noqa: PLR2004 - MPEG 1; 2 is MPEG 2, and 0 is MPEG 2.5
    bits = _MP3_RATES[0 if is_first else 1][rate] * 1000
    samples = _MP3_SAMPLE_RATES[sampling] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if is_first else 72) * bits // samples + (data[2] >> 1 & 1)
