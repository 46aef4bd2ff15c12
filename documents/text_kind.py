"""What kind of text a text is: markup, data, mail, messages between hospital systems, or prose."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from documents.kinds import MediaType

# Characters in which markup must show. Some pages open with a licence as a comment; comments are skipped first.
_MARKUP_CHARACTERS = 600
_HTML_MARK = re.compile(r"<(?:!doctype\s+html|html|head|body|title|frameset)[\s>]", re.IGNORECASE)
# The same in markup whose first tag is none of HTML's: other vocabularies have bodies and titles too.
_HTML_INSIDE = re.compile(r"<(?:!doctype\s+html|html|head)[\s>]", re.IGNORECASE)
_HTML_TAG = re.compile(
    r"</?(?:p|br|div|span|table|tr|td|th|ul|ol|li|h[1-6]|a|b|i|u|em|strong|font|meta|link|script|style|form|img|hr|pre"
    r"|center|section|article|main|header|footer|nav)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# One tag alone occurs in prose ("write <b> for bold"); a fragment of a page has more.
_TAGS_OF_A_FRAGMENT = 2
# A message names its separators: one behind the segment's name, the same again behind three to five others.
_HL7_HEAD = re.compile(r"(?:MSH|FHS|BHS)([^\w\s])[^\w\s]{3,5}\1")
_HL7_BARE_HEAD = re.compile(r"(?:MSH|FHS|BHS)\|")
_HL7_FRAGMENT = re.compile(r"(?:(?:EVN|PID|PV1|PD1|NK1|ORC|OBR|OBX|NTE|TXA|MSA|DG1|AL1)\|[^\r\n]*(?:\r\n?|\n|\Z)){2}")
_JSON_HEAD = re.compile(
    r'\{\s*(?:"|\}\s*(?:$|[\[{]))|\[\s*(?:[{"]|\[\s*[\[{"\d\]-]|-?\d[\d.eE+-]*\s*,|(?:true|false|null)\s*[,\]]|\]\s*$)'
)
_RESOURCE = re.compile(r'"resourceType"\s*:\s*"[A-Z]')
_FHIR_SPACE = "http://hl7.org/fhir"
_FLAT_OFFICE = {
    "text": MediaType.FLAT_ODT,
    "text-template": MediaType.FLAT_ODT,
    "text-master": MediaType.FLAT_ODT,
    "text-web": MediaType.FLAT_ODT,
    "spreadsheet": MediaType.FLAT_ODS,
    "spreadsheet-template": MediaType.FLAT_ODS,
}
_OFFICE_MIMETYPE = re.compile(r'mimetype="application/vnd\.oasis\.opendocument\.([a-z-]+)"')
_PACKAGE_PART = re.compile(r'"/(word|xl|ppt)/')
_PACKAGES = {"word": MediaType.DOCX, "xl": MediaType.XLSX, "ppt": MediaType.PPTX}
_NAME = re.compile(r"<(?:([\w.-]+):)?([A-Za-z_][\w.-]*)")

_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}:(?:[ \t]|$)")
# Headers that only a mail system writes. "X-ray:" and "Date:" stand in letters.
_MACHINE_HEADER = re.compile(
    r"^(?:received|return-path|mime-version|message-id|content-type|content-transfer-encoding|delivered-to"
    r"|dkim-signature|arc-seal|authentication-results|list-unsubscribe|thread-index|in-reply-to|references"
    r"|x-(?:mailer|mimeole|priority|originating-ip|originating-email|received|spam-\w+|ms-[\w-]+|google-[\w-]+"
    r"|mozilla-[\w-]+|apple-[\w-]+|uidl?|sender|forwarded-[\w-]+|envelope-[\w-]+|original-[\w-]+|mimetrack|notes-[\w-]+"
    r"|proofpoint-[\w-]+|auto-response-[\w-]+|microsoft-[\w-]+|virus-[\w-]+|unsent)):",
    re.IGNORECASE | re.MULTILINE,
)
# A forwarded mail can have none of those. A memo that someone typed has no address and no such date.
_SENDER = re.compile(r"^from:[^\n]*[\w.+-]+@[\w-]", re.IGNORECASE | re.MULTILINE)
_DATED = re.compile(r"^date:\s*(?:[a-z]{3},\s*)?\d{1,2} [a-z]{3} \d{4} \d\d:\d\d", re.IGNORECASE | re.MULTILINE)
_MBOX_START = re.compile(
    r"From (?:\S+@\S+|-|MAILER-DAEMON|\S+ +(?=(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ))[^\n]*\n>?[A-Za-z][A-Za-z0-9-]*:"
)
# Apple's mail program puts the number of bytes in a line of its own ahead of a mail.
_APPLE_COUNT = re.compile(r"\A\d{1,10} *\n")
_TWO_HEADERS = 2
_ARMOUR = {
    "-----BEGIN PGP MESSAGE": MediaType.PGP,
    "-----BEGIN PKCS7": MediaType.SMIME_ENCRYPTED,
    "-----BEGIN CMS": MediaType.SMIME_ENCRYPTED,
}

# Bytes of a table that are looked at, and what makes lines one: as many cells in each. A letter's lines have commas
# too, but not one number of them.
_TABLE_CHARACTERS = 8192
_DELIMITERS = (",", "\t", ";", "|")
_TABLE_ROWS = 3
_MOST_ROWS = 50
# With two rows a table must be wider: "Dear Dr Sample," and "Yours sincerely," are two lines of two cells.
_FEW_ROWS, _WIDE = 2, 3
# Share of cells that begin with a blank from which on the commas are those of sentences.
_BLANK_SHARE = 0.5
# Words in a cell of a head: a name of a column, not a sentence.
_HEAD_WORDS = 4


def text_kind(text: str) -> MediaType:
    """The kind by the beginning of the text, 16 KB of it at most."""
    head = text.lstrip("\ufeff \t\r\n\f\v\x00\x1c")
    if _HL7_HEAD.match(head) or _HL7_BARE_HEAD.match(head) or _HL7_FRAGMENT.match(head):
        return MediaType.HL7
    if _JSON_HEAD.match(head):
        return _json_kind(head)
    if head.startswith("{\\rtf"):
        return MediaType.RTF
    if head.startswith("-----BEGIN "):
        return next((kind for mark, kind in _ARMOUR.items() if head.startswith(mark)), MediaType.TEXT)
    return _mail_kind(head) or _markup_kind(head) or (MediaType.CSV if delimiter_of(head) else MediaType.TEXT)


def _json_kind(head: str) -> MediaType:
    """Lines of JSON are told by the second: a file of them has one object a line."""
    first, _, rest = head.partition("\n")
    lines = first.rstrip().endswith(("}", "]")) and rest.lstrip()[:1] in ("{", "[") and rest[:1] not in (" ", "\t")
    if _RESOURCE.search(head):
        return MediaType.FHIR_LINES if lines else MediaType.FHIR_JSON
    return MediaType.JSON_LINES if lines else MediaType.JSON


def _mail_kind(head: str) -> MediaType | None:
    """Before HTML: a saved web page (MHT) holds `<html>` early on, but in quoted-printable."""
    head = _APPLE_COUNT.sub("", head.replace("\r\n", "\n").replace("\r", "\n"))
    if _MBOX_START.match(head):
        return MediaType.MBOX
    if not _HEADER_LINE.match(head):
        return None
    block = head.partition("\n\n")[0]
    lines = block.split("\n")
    if len(lines) < _TWO_HEADERS or not all(_HEADER_LINE.match(line) or line[:1] in " \t" for line in lines[:2]):
        return None
    if _MACHINE_HEADER.search(block) or (_SENDER.search(block) and _DATED.search(block)):
        return MediaType.MAIL
    return None


@dataclass(frozen=True, slots=True)
class _Root:
    """The first element of markup, and where what comes before it ends."""

    name: str
    tag: str
    start: int
    prolog: bool


def _markup_kind(head: str) -> MediaType | None:
    root = _root(head)
    if root and root.name != "html" and (kind := _xml_vocabulary(root, head)):
        return kind
    start = head[root.start if root else 0 :][:_MARKUP_CHARACTERS]
    if root and (root.prolog or "xmlns" in root.tag) and root.name not in ("html", "!doctype"):
        return MediaType.SVG if root.name == "svg" else MediaType.XML
    tags = islice(_HTML_TAG.finditer(start), _TAGS_OF_A_FRAGMENT)
    mark = _HTML_MARK if root is None or _HTML_MARK.match(start) else _HTML_INSIDE
    if mark.search(start) or len(list(tags)) >= _TAGS_OF_A_FRAGMENT or _HTML_TAG.match(start):
        return MediaType.HTML
    if root is None:
        return MediaType.HTML if head.startswith("<!--") else None
    return MediaType.SVG if root.name == "svg" else MediaType.XML


def _xml_vocabulary(root: _Root, head: str) -> MediaType | None:
    if root.name == "ClinicalDocument":
        return MediaType.CDA
    if _FHIR_SPACE in root.tag and root.name[:1].isupper():
        return MediaType.FHIR_XML
    return _office_vocabulary(root, head)


def _office_vocabulary(root: _Root, head: str) -> MediaType | None:
    """Office files as one XML file: OpenDocument, Word and Excel of 2003, and a whole package."""
    if root.name == "document" and "opendocument" in root.tag:
        kind = _OFFICE_MIMETYPE.search(root.tag)
        return _FLAT_OFFICE.get(kind[1], MediaType.FLAT_ODP) if kind else MediaType.FLAT_ODT
    if root.name == "wordDocument" and "wordml" in root.tag:
        return MediaType.DOCX
    if root.name == "Workbook" and "office:spreadsheet" in root.tag:
        return MediaType.XLSX
    if root.name == "package" and "xmlPackage" in root.tag:
        found = _PACKAGE_PART.search(head)
        return _PACKAGES[found[1]] if found else MediaType.DOCX
    return None


def _root(head: str) -> _Root | None:
    """Skips comments, instructions and the document type. None where no element comes first."""
    at, prolog = 0, False
    while head.startswith("<", at):
        if head.startswith("<!--", at):
            end = head.find("-->", at + 4) + 3
        elif head.startswith("<?", at):
            end, prolog = head.find(">", at) + 1, prolog or head.startswith("<?xml", at)
        elif head.startswith("<!", at):
            if head[at + 2 : at + 15].lower().startswith("doctype html"):
                return _Root("!doctype", "", at, prolog)
            end, prolog = _doctype_end(head, at), True
        else:
            found = _NAME.match(head, at)
            return _Root(found[2], head[at : head.find(">", at) + 1 or None], at, prolog) if found else None
        if end <= at + 2:
            return None
        while head[end : end + 1].isspace():
            end += 1
        at = end
    return None


def _doctype_end(head: str, at: int) -> int:
    subset, end = head.find("[", at), head.find(">", at)
    if 0 <= subset < end:
        end = head.find("]>", subset) + 1
    return end + 1


def delimiter_of(text: str) -> str | None:
    """What stands between the cells, if the text begins with rows of one width; None for a text that is no table."""
    sample, whole = text[:_TABLE_CHARACTERS], len(text) <= _TABLE_CHARACTERS
    first = sample.partition("\n")[0]
    found = (mark for mark in _DELIMITERS if mark in first and _is_table_by(sample, mark, whole))
    return next(found, None)


def _is_table_by(sample: str, delimiter: str, whole: bool) -> bool:
    rows = list(_rows(sample, delimiter))
    if not whole and len(rows) > 1:
        rows.pop()  # cut by the end of the sample
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        return False
    width = len(rows[0])
    if width < _FEW_ROWS or not any(cell for row in rows for cell in row[1:]) or _is_prose(rows):
        return False
    if len(rows) >= _TABLE_ROWS:
        return width >= _WIDE or delimiter == "\t" or not any(_is_sentence(cell) for cell in rows[0])
    names = all(cell and not _is_sentence(cell) for cell in rows[0])
    return width >= _WIDE and names and (len(rows) == _FEW_ROWS or not whole)


def _is_prose(rows: list[list[str]]) -> bool:
    """In prose a comma has a blank behind it, or ends the line; programs write neither."""
    behind = [cell for row in rows for cell in row[1:] if cell]
    blank = sum(cell[0] == " " for cell in behind)
    return blank > _BLANK_SHARE * len(behind) or (len(rows[0]) == _FEW_ROWS and len(behind) < len(rows) / 2)


def _is_sentence(cell: str) -> bool:
    return len(cell.split()) > _HEAD_WORDS


def _rows(sample: str, delimiter: str) -> Iterator[list[str]]:
    """An empty line, which letters have and tables have not, counts as a row of no cells."""
    lines = sample.rstrip("\r\n\x1a\x00 ").splitlines(keepends=True)
    try:
        yield from islice(csv.reader(lines, delimiter=delimiter), _MOST_ROWS)
    except csv.Error:
        yield []
