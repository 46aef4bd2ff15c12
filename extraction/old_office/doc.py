"""Word files of Word 97 to 2003, and of Word 6 and 95 ([MS-DOC]): all parts of the text, what is embedded, pictures."""

from __future__ import annotations

from collections.abc import Iterator

from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.old_office.blips import pictures
from extraction.old_office.code_pages import USUAL, decoded
from extraction.old_office.doc_fib import (
    PARTS,
    Fib,
    PieceText,
    header_bounds,
    read_fib,
    text_by_pieces,
    text_in_one_run,
)
from extraction.old_office.doc_text import runs_of_text, shown
from extraction.old_office.ole_file import OleFile, OleStream, refuse_protected
from extraction.old_office.ole_objects import embedded_files
from extraction.old_office.ole_properties import origin_of
from extraction.old_office.word_art import word_art
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem, TextPiece

_MAIN = "WordDocument"
# A file information block at the start of a sector: what is left of a file whose directory is cut off.
FIB_STARTS = (b"\xec\xa5\xc1\x00", *(b"\xdc\xa5%c\x00" % version for version in range(101, 106)))
# Headers and footers of one section: even, odd; even, odd; first, first. Six of separators stand before the sections.
_STORIES_OF_A_SECTION = 6
_FOOTERS = (2, 3, 5)


def read_doc(data: bytes, budget: Budget) -> Content:
    """One piece: headers, main text, notes, comments, text boxes, footers; then embedded files and pictures.

    Raises:
        UnreadableError: encrypted, older than Word 6, or no text left.
    """
    ole = OleFile(data)
    refuse_protected(ole)
    main = main_stream(ole)
    try:
        fib = read_fib(main.data)
    except UnreadableError as error:
        text = runs_of_text(main.data, USUAL) if error.reason is SkipReason.UNREADABLE else ""
        if not text:
            raise
        problem = Problem(error.reason, "", f"{error.detail}: runs of text")
        return Content((TextPiece("", text),), (problem,), _inside(ole, main.data, budget), origins=origin_of(ole))
    table = (ole.stream(fib.table) if fib.modern else main) or OleStream(b"", whole=False)
    text, problems = _text(fib, main, table.data)
    text = "\n".join(line for line in (*word_art(table.data if fib.modern else b""), text) if line)
    if (ole.lost or not main.whole) and not problems:
        reason = SkipReason.TRUNCATED if ole.lost else SkipReason.UNREADABLE
        problems = [Problem(reason, "", "damaged container")]
    return Content(
        (TextPiece("", text),) if text else (),
        tuple(problems),
        _inside(ole, main.data, budget),
        origins=origin_of(ole),
    )


def main_stream(ole: OleFile) -> OleStream:
    """The stream with the text; where the directory is lost, from its first sector to the file's end."""
    if stream := ole.stream(_MAIN):
        return stream
    for sector in ole.sectors_with(*FIB_STARTS):
        return OleStream(ole.from_sector(sector), whole=False)
    raise UnreadableError(SkipReason.TRUNCATED if ole.lost else SkipReason.UNREADABLE, "no Word stream")


def _inside(ole: OleFile, main: bytes, budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    yield from embedded_files(ole, ("ObjectPool",), paths, budget)
    data = ole.stream("Data")
    for stream in (data.data if data else b"", main):  # inline ones, then those that float
        yield from pictures(stream, paths, budget)


def _text(fib: Fib, main: OleStream, table: bytes) -> tuple[str, list[Problem]]:
    reason = SkipReason.UNREADABLE if main.whole else SkipReason.TRUNCATED
    found, problem = None, ""
    if fib.modern or fib.complex:  # Word 6 and 95 have a piece table only where a file was saved fast
        found = text_by_pieces(fib, main.data, table)
        problem = found.problem if found else "damaged piece table"
        if found and found.data and not fib.characters:
            problem = problem or "damaged counts"
    if found is None and (found := text_in_one_run(fib, main.data)):
        problem = problem or found.problem
    if found is None:
        return runs_of_text(main.data, fib.codec), [Problem(reason, "", "no piece table: runs of text")]
    have = len(found.data) // found.unit
    if have < fib.characters and not problem:
        problem = "less text than the counts say"
    text = "\n".join(part for part in _in_reading_order(fib, found, table) if part)
    return text, [Problem(reason, "", f"{problem}: {have} of {fib.characters} characters")] if problem else []


def _in_reading_order(fib: Fib, found: PieceText, table: bytes) -> Iterator[str]:
    """The letterhead first, the footers last, as in other formats."""
    parts: dict[str, bytes] = {}
    at = 0
    for name, count in zip(PARTS, fib.counts, strict=True):
        parts[name] = found.data[at : at + found.unit * count]
        at += found.unit * count
    headers, footers = _headers_and_footers(parts["headers"], found.unit, header_bounds(fib, table))
    raw = [*headers, parts["header text boxes"], parts["main"], parts["footnotes"], parts["endnotes"]]
    raw += [parts["comments"], parts["text boxes"], parts["macros"], found.data[at:], *footers]
    for each in raw:
        yield shown(each.decode("utf-16-le", "replace") if found.unit == 2 else decoded(each, fib.codec))  # noqa: PLR2004


def _headers_and_footers(text: bytes, unit: int, bounds: list[int]) -> tuple[list[bytes], list[bytes]]:
    """Stories of all sections, each once: sections repeat them."""
    headers: dict[bytes, None] = {}
    footers: dict[bytes, None] = {}
    if len(bounds) <= _STORIES_OF_A_SECTION or unit * bounds[-1] > len(text):
        return [text], []
    for index in range(_STORIES_OF_A_SECTION, len(bounds) - 1):
        story = text[unit * bounds[index] : unit * bounds[index + 1]]
        (footers if index % _STORIES_OF_A_SECTION in _FOOTERS else headers)[story] = None
    separators, rest = text[: unit * bounds[_STORIES_OF_A_SECTION]], text[unit * bounds[-1] :]
    return [separators, *headers, rest], list(footers)
