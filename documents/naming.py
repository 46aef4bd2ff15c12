"""What a file's name promises, and whether its bytes keep it: a `.jpg` that is a ZIP file is worth a look.

Only the last ending counts, as it does for whoever opens the file. Endings of copies (`.bak`, `.tmp`) promise nothing,
nor do those of programs on servers (`.php`), whose answer may be anything.
"""

from __future__ import annotations

import re

from documents.kinds import MediaType as M

# Whatever an editor shows: a text may be in any notation.
_TEXTS = frozenset(
    [
        *(M.TEXT, M.CSV, M.HTML, M.XML, M.SVG, M.JSON, M.JSON_LINES, M.HL7, M.CDA, M.FHIR_JSON, M.FHIR_XML),
        *(M.FHIR_LINES, M.MAIL, M.MBOX, M.RTF, M.FLAT_ODT, M.FLAT_ODS, M.FLAT_ODP, M.POSTSCRIPT, M.PCL),
    ]
)
_MARKUP = frozenset([M.XML, M.SVG, M.HTML, M.CDA, M.FHIR_XML, M.FLAT_ODT, M.FLAT_ODS, M.FLAT_ODP])
# Office programs save web pages, archives of them, XML and tables in text under the ending of their own format, and
# open each other's files whatever the ending; a password makes a package of any of them.
_SAVED_AS = frozenset([M.HTML, M.MAIL, M.XML, M.TEXT, M.CSV, M.ENCRYPTED_OFFICE, M.OLE])
_WORD = _SAVED_AS | {M.DOC, M.OLD_WORD, M.RTF, M.DOCX, M.ODT, M.FLAT_ODT, M.WORDPERFECT, M.WORKS}
_SHEET = _SAVED_AS | {M.XLS, M.XLSX, M.XLSB, M.ODS, M.FLAT_ODS}
_SLIDES = _SAVED_AS | {M.PPT, M.PPTX, M.ODP}
_WORD_PACKAGE = frozenset([M.DOCX, M.ENCRYPTED_OFFICE])
_SHEET_PACKAGE = frozenset([M.XLSX, M.XLSB, M.ENCRYPTED_OFFICE])
_SLIDES_PACKAGE = frozenset([M.PPTX, M.ENCRYPTED_OFFICE])
# A package of parts is a ZIP file, and is renamed to one by whoever wants to see its parts.
_ZIPS = frozenset([M.ZIP, M.DOCX, M.XLSX, M.XLSB, M.PPTX, M.ODT, M.ODS, M.ODP, M.EPUB, M.XPS, M.IWORK])
_MAILS = frozenset([M.MAIL, M.MBOX, M.TEXT, M.HTML])
_MP4S = frozenset([M.MP4, M.M4A, M.THREE_GPP])

_TABLE: tuple[tuple[str, frozenset[M]], ...] = (
    # Text and data.
    ("txt text asc log md rst tex sql ini conf cfg yml yaml diz nfo srt vtt ics vcf css js mjs ts map reg", _TEXTS),
    ("csv tsv tab", _TEXTS),
    ("htm html xhtml shtml", _MARKUP | {M.TEXT, M.MAIL, M.MBOX, M.JSON}),
    ("mht mhtml", frozenset([M.MAIL, M.HTML])),
    ("xml xsl xsd xslt rdf rss atom cda ccd ccda", _MARKUP | {M.TEXT, M.HL7, M.DOCX, M.XLSX, M.PPTX}),
    ("svg", frozenset([M.SVG, M.XML])),
    ("json jsonl ndjson fhir", frozenset([M.JSON, M.JSON_LINES, M.FHIR_JSON, M.FHIR_LINES, M.FHIR_XML, M.TEXT, M.XML])),
    ("hl7 oru mdm", _TEXTS),
    # Mail.
    ("eml emlx", _MAILS),
    ("mbox mbx", _MAILS),
    ("msg", frozenset([M.MSG, M.MAIL, M.TEXT])),
    ("pst ost", frozenset([M.OUTLOOK_STORE])),
    ("p7m p7s p7c", frozenset([M.SMIME_SIGNED, M.SMIME_ENCRYPTED, M.MAIL, M.TEXT])),
    ("pgp gpg", frozenset([M.PGP, M.TEXT])),
    # Documents.
    ("pdf", frozenset([M.PDF])),
    ("doc dot wbk", _WORD),
    ("docx docm dotx dotm", _WORD_PACKAGE),
    ("rtf", frozenset([M.RTF, M.DOC, M.TEXT])),
    ("wri", frozenset([M.OLD_WORD, M.DOC, M.RTF, M.TEXT])),
    ("wpd wp wp5 wp6", frozenset([M.WORDPERFECT, M.OLE, M.RTF, M.TEXT])),
    ("wps", frozenset([M.WORKS, M.OLE, M.DOC, M.RTF, M.ZIP])),
    ("xls xlt xlw", _SHEET),
    ("xlsx xlsm xltx xltm xlsb", _SHEET_PACKAGE),
    ("ppt pps pot", _SLIDES),
    ("pptx pptm ppsx ppsm potx potm", _SLIDES_PACKAGE),
    ("odt ott odm sxw stw", frozenset([M.ODT])),
    ("ods ots sxc stc", frozenset([M.ODS, M.ODT])),  # one whose word on itself is lost is taken for a text
    ("odp otp odg otg sxi sti", frozenset([M.ODP, M.ODT])),
    ("fodt fods fodp fodg", frozenset([M.FLAT_ODT, M.FLAT_ODS, M.FLAT_ODP, M.XML])),
    ("epub", frozenset([M.EPUB, M.ZIP])),
    ("xps oxps", frozenset([M.XPS])),
    ("pages numbers", frozenset([M.IWORK, M.ZIP])),
    ("pub", frozenset([M.PUBLISHER, M.OLE, M.TEXT])),  # a public key, too
    ("vsd", frozenset([M.VISIO, M.OLE])),
    ("one", frozenset([M.ONENOTE])),
    ("chm", frozenset([M.HTML_HELP])),
    ("ps eps", frozenset([M.POSTSCRIPT, M.PDF])),
    ("pcl", frozenset([M.PCL, M.TEXT])),
    ("mdb accdb", frozenset([M.ACCESS])),
    ("sqlite sqlite3", frozenset([M.SQLITE])),
    ("plist webarchive", frozenset([M.PROPERTY_LIST, M.XML, M.JSON, M.TEXT])),
    # Pictures. A picture of another kind under this ending was renamed by hand.
    ("jpg jpeg jpe jfif", frozenset([M.JPEG])),
    ("png", frozenset([M.PNG])),
    ("tif tiff", frozenset([M.TIFF])),
    ("gif", frozenset([M.GIF])),
    ("bmp dib", frozenset([M.BMP])),
    ("webp", frozenset([M.WEBP])),
    ("heic heif", frozenset([M.HEIC])),
    ("avif", frozenset([M.AVIF])),
    ("jp2 j2k jpf jpx jpc", frozenset([M.JPEG_2000])),
    ("jxl", frozenset([M.JPEG_XL])),
    ("jb2 jbig2", frozenset([M.JBIG2])),
    ("djvu djv", frozenset([M.DJVU])),
    ("pcx", frozenset([M.PCX])),
    ("pbm pgm ppm pnm", frozenset([M.PNM, M.TEXT])),  # the plain variant is digits
    ("psd psb", frozenset([M.PHOTOSHOP])),
    ("emf wmf", frozenset([M.EMF, M.WMF])),
    ("ico cur", frozenset([M.ICON, M.PNG])),
    ("dcm", frozenset([M.DICOM])),
    # Sound and film.
    ("wav", frozenset([M.WAV])),
    ("mp3 mp2", frozenset([M.MP3])),
    ("dss", frozenset([M.DSS])),
    ("ds2", frozenset([M.DS2, M.DSS])),
    ("m4a m4b", _MP4S | {M.AAC}),
    ("mp4 m4v mov 3gp 3g2", _MP4S),
    ("aac", _MP4S | {M.AAC}),
    ("amr", frozenset([M.AMR, M.THREE_GPP])),
    ("wma wmv asf", frozenset([M.ASF])),
    ("ogg oga ogv opus", frozenset([M.OGG])),
    ("flac", frozenset([M.FLAC, M.OGG])),
    ("aif aiff aifc", frozenset([M.AIFF])),
    ("au snd", frozenset([M.AU])),
    ("caf", frozenset([M.CAF])),
    ("msv dvf", frozenset([M.SONY_VOICE])),
    ("avi", frozenset([M.AVI])),
    ("mkv webm mka", frozenset([M.MATROSKA])),
    # Containers.
    ("zip zipx", _ZIPS),
    ("jar war ear apk ipa xpi", _ZIPS),
    ("7z", frozenset([M.SEVEN_ZIP])),
    ("rar", frozenset([M.RAR])),
    ("tar", frozenset([M.TAR])),
    ("tgz", frozenset([M.GZIP, M.TAR])),
    ("tbz tbz2", frozenset([M.BZIP2, M.TAR])),
    ("txz", frozenset([M.XZ, M.TAR])),
    ("cab", frozenset([M.CAB])),
    ("lzh lha", frozenset([M.LHA])),
    ("arj", frozenset([M.ARJ])),
    ("iso", frozenset([M.DISK_IMAGE])),
    # Programs and fonts.
    ("exe dll scr com sys", frozenset([M.EXECUTABLE, M.ZIP])),  # one that unpacks itself is a container
    ("lnk", frozenset([M.SHORTCUT])),
    ("woff", frozenset([M.WOFF])),
    ("woff2", frozenset([M.WOFF2])),
)
NAMED: dict[str, frozenset[M]] = {ending: kinds for endings, kinds in _TABLE for ending in endings.split()}
# Endings put behind another one. A server may have unpacked such a file on its way: then it is what the other one says.
_PACKED = {"gz": M.GZIP, "bz2": M.BZIP2, "xz": M.XZ, "lzma": M.LZMA, "zst": M.ZSTD, "lz4": M.LZ4, "z": M.UNIX_COMPRESS}
# No type at all disagrees with no name: an empty file is a failed copy, an unknown binary may be a damaged anything.
_NEVER_LIES = frozenset([M.EMPTY, M.BINARY])
# What disc formats and file systems leave behind a name.
_TAIL = re.compile(r"(?:;\d+)?[ .\x00]*$")


def named_types(name: str) -> frozenset[M] | None:
    """The types that a file of this name may honestly have; None where the name promises none."""
    stem, ending = _split(name)
    if ending in _PACKED:
        inner = named_types(stem) if stem else None
        return frozenset([_PACKED[ending]]) | (inner or frozenset()) if inner or "." not in stem else None
    return NAMED.get(ending)


def disagrees(name: str, media_type: M) -> str | None:
    """The ending that says another type than the bytes, in lower case and without its dot; None where none does."""
    if media_type in _NEVER_LIES:
        return None
    named = named_types(name)
    return None if named is None or media_type in named else _split(name)[1]


def _split(name: str) -> tuple[str, str]:
    """The name without its folders and its last ending, and that ending; a name that begins with a dot has none."""
    last = _TAIL.sub("", re.split(r"[/\\]", name)[-1])
    stem, dot, ending = last.rpartition(".")
    return (stem, ending.lower()) if dot and stem else (last, "")
