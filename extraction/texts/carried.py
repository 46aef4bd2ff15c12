"""Files that strings carry: base64 where a field declares it, `data:` addresses, and what is certainly a file.

Guessing eats prose: a note of letters alone can be valid base64. So an undeclared string is taken for a file only if it
is long, decodes strictly, and its bytes are of a kind that has an unmistakable mark; else it stays text.
"""

from __future__ import annotations

import binascii
import re
import zlib
from urllib.parse import unquote_to_bytes

from documents.charset import decode
from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import RATIO_FREE_BYTES, Budget, BudgetSpentError
from extraction.paths import MemberPaths
from extraction.records import Embedded, Problem

# Characters of base64 below which nothing is guessed. The smallest PDF or picture has more; a word or number has less.
GUESSED_CHARACTERS = 200
_BLANKS = re.compile(r"\s+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_FOREIGN = re.compile(r"[^A-Za-z0-9+/_-]")
# Runs of such characters inside a text, over several lines where they are all of one length but the last; as many
# hexadecimal digits, as dumps of databases write them (0x504B, X'504B', \\x504B), are among them.
_RUN = re.compile(
    r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{60,}+"
    r"""(?:\r?\n[ \t]*+[A-Za-z0-9+/_-]++(?=={0,2}[ \t]*(?:\r?\n|["'<),;\]}]|\Z)))*+={0,2}"""
)
_LINE_END = re.compile(r"\s+")
_HEX = re.compile(r"(?:0?[xX])?((?:[0-9A-Fa-f]{2})++)")
# Share of characters that damage may have put into base64; each costs three bytes.
_DAMAGED_SHARE = 0.02
_URL_SAFE = str.maketrans("-_", "+/")
_DATA_URI = re.compile(r"\s*data:([^,;]{0,100})((?:;[^,;]{0,100}){0,5}),", re.IGNORECASE)
# Kinds that bytes become by mistake less than once in 2**32: marks of four bytes and more, or markup.
_CERTAIN = frozenset(
    [
        *(MediaType.PDF, MediaType.RTF, MediaType.DOC, MediaType.XLS, MediaType.PPT, MediaType.MSG, MediaType.OLE),
        *(MediaType.ENCRYPTED_OFFICE, MediaType.DOCX, MediaType.XLSX, MediaType.PPTX, MediaType.ODT, MediaType.ODS),
        *(MediaType.ODP, MediaType.ZIP, MediaType.SEVEN_ZIP, MediaType.PNG, MediaType.TIFF, MediaType.GIF),
        *(MediaType.HTML, MediaType.XML, MediaType.CDA, MediaType.FHIR_XML, MediaType.FHIR_JSON, MediaType.HL7),
        *(MediaType.MAIL, MediaType.POSTSCRIPT, MediaType.FLAT_ODT, MediaType.WAV, MediaType.DICOM, MediaType.XPS),
    ]
)
# Three bytes and more of a mark, with the header that follows checked by nobody: taken in base64 only.
_LIKELY = frozenset([MediaType.JPEG, MediaType.GZIP, MediaType.MP3, MediaType.BMP, MediaType.JSON])
# CDA's `compression`: deflate with and without a header. What it names besides are files with a mark of their own.
_DEFLATED = frozenset(["DF", "ZL"])
# A text in base64 is a text by its words: this share of it is blanks and letters.
_PROSE_SHARE = 0.8
_LEAST_WORDS = 5
# How a string begins that is a file of its own, written out.
_WRITTEN_OUT = re.compile(
    r"\s*(?:\{\\rtf|MSH\||<\?xml\s|<!doctype\s+html|<html[\s>]|<ClinicalDocument[\s>]|MIME-Version:|%PDF-)",
    re.IGNORECASE,
)


class Carried:
    """Collects the files that the strings of one document carry, under its budget."""

    def __init__(self, budget: Budget) -> None:
        self.found: list[Embedded | Problem] = []
        self._budget = budget
        self._paths = MemberPaths()
        self._spent = False

    def text_of(self, value: str, name: str = "") -> str:
        """The string, if it is text; empty if it was a file, which is then among those found."""
        if len(value) > len("data:,") and (uri := _DATA_URI.match(value)):
            return "" if self.take_uri(value, name, uri) else value
        if _WRITTEN_OUT.match(value):
            self.take(value.encode("utf-8", "replace"), name)
            return ""
        if len(value) < GUESSED_CHARACTERS:
            return value
        if (data := guessed_base64(value)) is not None:
            self.take(data, name)
            return ""
        return self.without_files(value, name)

    def without_files(self, text: str, name: str = "") -> str:
        """A text without the files that stand in it in base64 or hexadecimal digits; these are handed on."""
        return _RUN.sub(lambda run: self._rest_of_run(run[0], name), text) if len(text) >= GUESSED_CHARACTERS else text

    def _rest_of_run(self, run: str, name: str) -> str:
        if len(run) < GUESSED_CHARACTERS:
            return run
        block = _block(run)
        data = _guessed_hex(block) or guessed_base64(block)
        if data is None:
            return run
        self.take(data, name)
        return run[len(block) :]

    def take_declared(self, value: str, name: str = "", packing: str = "") -> str:
        """A string that its field says is base64, packed or not; returned as text where it is none."""
        packed = _BLANKS.sub("", value)
        if not packed:
            return ""
        data, problem = _salvaged(packed)
        if data is None:
            self.name_unread("not base64", name)
            return value
        if packing.upper() in _DEFLATED:
            data, problem = self._inflated(data)
        path = self.take(data, name)
        if problem:
            self.found.append(Problem(problem, path, "base64"))
        return ""

    def _inflated(self, data: bytes) -> tuple[bytes, SkipReason | None]:
        """Unpacked, as far as the budget goes and the data are whole."""
        limit = min(self._budget.limits.member_bytes, max(self._budget.limits.ratio * len(data), RATIO_FREE_BYTES))
        for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
            stream = zlib.decompressobj(window)
            try:
                inflated = stream.decompress(data, limit)
            except zlib.error:
                continue
            if stream.eof:
                return inflated, None
            return inflated, SkipReason.BUDGET_SPENT if len(inflated) >= limit else SkipReason.TRUNCATED
        return data, SkipReason.UNREADABLE

    def name_unread(self, detail: str, name: str = "") -> None:
        """A file that its field promised and that can not be decoded."""
        self.found.append(Problem(SkipReason.UNREADABLE, self._paths.place(name), detail))

    def take_uri(self, value: str, name: str = "", match: re.Match[str] | None = None) -> bool:
        """A `data:` address; False where it is none."""
        uri = match or _DATA_URI.match(value)
        if uri is None:
            return False
        payload = value[uri.end() :]
        if ";base64" not in uri[2].lower().replace(" ", ""):
            self.take(unquote_to_bytes(payload), name)
        else:
            self.take_declared(payload if "%" not in payload else unquote_to_bytes(payload).decode("latin-1"), name)
        return True

    def take(self, data: bytes, name: str = "") -> str:
        """A file; returns its place. Past the budget it is named once as a problem, and dropped."""
        path = self._paths.place(name)
        if self._spent or not data:
            return path
        try:
            self._budget.spend_member()
            self._budget.spend_bytes(len(data))
            self._budget.judge_member(len(data), len(data))
        except BudgetSpentError as error:
            self._spent = True
            self.found.append(Problem(SkipReason.BUDGET_SPENT, path, str(error)))
            return path
        self.found.append(Embedded(path, data, name))
        return path


def _block(run: str) -> str:
    """The lines that belong together: of one length, and one that is shorter."""
    lines = run.split("\n")
    width = len(lines[0].strip())
    length = 0
    for line in lines:
        if len(line.strip()) > width:
            break
        length += len(line) + 1
        if len(line.strip()) < width:
            break
    return run[: min(length, len(run))]


def _guessed_hex(text: str) -> bytes | None:
    """Decoded, if that makes a file of a kind that is never made by chance."""
    digits = _HEX.fullmatch(_LINE_END.sub("", text))
    if digits is None or len(digits[1]) < GUESSED_CHARACTERS:
        return None
    data = bytes.fromhex(digits[1])
    return data if sniff(data) in _CERTAIN | _LIKELY else None


def _salvaged(packed: str) -> tuple[bytes | None, SkipReason | None]:
    """Decoded; with single characters damaged, or as far as it goes, and then a reason. None where it is no base64."""
    data = strict_base64(packed)
    if data is not None or len(packed) < GUESSED_CHARACTERS:
        return data, None
    bare = packed.rstrip("=")
    foreign = len(_FOREIGN.findall(bare))
    if foreign <= _DAMAGED_SHARE * len(bare):
        return strict_base64(_FOREIGN.sub("A", bare)[: len(bare) & ~3]), (
            SkipReason.UNREADABLE if foreign else SkipReason.TRUNCATED
        )
    whole = _BASE64.match(packed)
    if whole is None or len(whole[0]) < GUESSED_CHARACTERS:
        return None, None
    end = whole[0].rstrip("=")
    return strict_base64(end[: len(end) & ~3]), SkipReason.TRUNCATED


def strict_base64(text: str) -> bytes | None:
    """Decoded, with either alphabet, padded or not; None if anything else is in it."""
    packed = _BLANKS.sub("", text)
    if not _BASE64.fullmatch(packed):
        return None
    bare = packed.rstrip("=").translate(_URL_SAFE)
    if len(bare) % 4 == 1:
        return None
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except binascii.Error:
        return None


def guessed_base64(text: str) -> bytes | None:
    """Decoded, if that makes a file of a kind that is never made by chance, or words."""
    head = text.lstrip()[:GUESSED_CHARACTERS]
    if " " in head or not _BASE64.match(head):
        return None
    if (data := strict_base64(text)) is None:
        return None
    kind = sniff(data)
    if kind in _CERTAIN or kind in _LIKELY or (kind is MediaType.TEXT and _is_prose(data)):
        return data
    return None


def _is_prose(data: bytes) -> bool:
    decoded = decode(data)
    text = decoded.text if decoded.exact else ""
    plain = sum(character.isalpha() or character.isspace() for character in text)
    return plain > _PROSE_SHARE * len(text) and len(text.split()) >= _LEAST_WORDS and text.count(" ") * 20 > len(text)
