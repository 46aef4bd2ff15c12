"""What a file's ending says it is, for deciding whether to ask for it: the bytes are believed once they are there."""

from __future__ import annotations

from enum import StrEnum


class Family(StrEnum):
    """What kind of file it is."""

    DOCUMENT = "document"
    ARCHIVE = "archive"
    PAGE = "page"
    DATA = "data"
    PICTURE = "picture"
    DICTATION = "dictation"
    # From here on what can hold no letter that text could be taken from.
    SOUND = "sound"
    VIDEO = "video"
    DRAWING = "drawing"
    FONT = "font"
    STYLE = "style"
    SCRIPT = "script"
    PROGRAM = "program"
    DISK_IMAGE = "disk_image"
    CHECKSUM = "checksum"


_ENDINGS = {
    # Letters are written in these, or come as mail, fax or message between systems.
    Family.DOCUMENT: (
        "pdf doc docx docm dot dotx dotm rtf odt ott fodt sxw txt text wpd wps wri pages abw lwp xps oxps ps djvu "
        "eml msg mbox mbx pst ost tif tiff hl7 cda ccd ccda dcm mht mhtml tex md asc jpf"
    ),
    # A day's letters are sent packed.
    Family.ARCHIVE: "zip 7z rar tar gz tgz bz2 tbz tbz2 xz txz zst lz lzma z arj lha lzh zipx",
    Family.PAGE: "htm html xhtml shtml php php3 php4 php5 phtml asp aspx jsp jspx do cgi cfm pl",
    # Lists of patients, exports, logs with names in them.
    Family.DATA: "xls xlsx xlsm xlsb ods csv tsv ppt pptx odp pps ppsx xml json jsonl ndjson yaml yml log sql db mdb "
    "accdb sqlite sqlite3 dbf dat bak old tmp orig sav save ini conf cfg vcf ics",
    Family.PICTURE: "jpg jpeg jpe png bmp gif webp heic heif jp2 jb2 pcx",
    Family.DICTATION: "dss ds2",
    Family.SOUND: "wav mp3 vox msv dvf m4a wma trm iaf aac ogg oga opus flac amr aif aiff au mid midi m3u pls",
    Family.VIDEO: "mp4 m4v avi mov mkv wmv flv webm mpg mpeg 3gp 3g2 vob ogv mts m2ts swf srt vtt",
    Family.DRAWING: "svg ico cur ani psd ai eps xcf sketch fig dwg dxf stl blend",
    Family.FONT: "woff woff2 ttf otf eot ttc pfb afm",
    Family.STYLE: "css less scss sass map",
    Family.SCRIPT: "js mjs cjs jsx ts tsx vbs wasm",
    Family.PROGRAM: "exe dll msi msp cab sys ocx so dylib deb rpm apk ipa jar war class pyc pyo whl o obj lib a "
    "appimage snap pkg xpi crx lnk scr cpl drv",
    Family.DISK_IMAGE: "iso dmg vmdk vhd vhdx vdi qcow2 ova ovf wim toast nrg",
    Family.CHECKSUM: "md5 sha1 sha224 sha256 sha384 sha512 sfv sig torrent",
}
FAMILIES = {ending: family for family, endings in _ENDINGS.items() for ending in endings.split()}
# Endings that were put behind another one, which tells what the file is.
_OUTER = frozenset(["bak", "old", "tmp", "orig", "sav", "save", "gz", "bz2", "xz", "zst", "z"])


def family_of(name: str) -> Family | None:
    """By the last ending, or the one before `.bak` and the like; None for a name without a known one."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return None
    ending = ending.lower()
    family = FAMILIES.get(ending)
    if ending in _OUTER and "." in stem:
        return FAMILIES.get(stem.rpartition(".")[2].lower(), family)
    return family
