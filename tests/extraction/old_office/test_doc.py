# ruff: noqa: RUF001 - marks of many scripts are what is tested
from __future__ import annotations

import random
import struct

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionError, ExtractionLimits, UnreadableError
from extraction.old_office.doc import read_doc
from extraction.old_office.ole_build import compound_file
from extraction.old_office.ole_file import OleFile
from extraction.reader import extract
from extraction.records import Content, Embedded
from tests.extraction.samples import LETTER_LINES
from tests.extraction.word_files import ENCRYPTED, word_6, word_6_saved_fast, word_97

LETTER = "\r".join(LETTER_LINES) + "\r"
STORIES = ["even head\r", "Example Fertility Clinic\r", "even foot\r", "Charity number 0000\r", "", ""]


def read(data: bytes, **limits: int) -> Content:
    return read_doc(data, Budget(ExtractionLimits(**limits)))


def lines_of(content: Content) -> list[str]:
    return content.pieces[0].text.split("\n") if content.pieces else []


def _stream(data: bytes, name: str) -> bytes:
    stream = OleFile(data).stream(name)
    assert stream
    return stream.data


def why_not(data: bytes) -> tuple[SkipReason, str]:
    with pytest.raises(UnreadableError) as error:
        read(data)
    return error.value.reason, error.value.detail


@pytest.mark.parametrize("pieces", [1, 2, 7, 40])
def test_pieces_of_one_and_two_bytes_in_any_order_are_one_text(pieces: int) -> None:
    data = word_97([LETTER], cut_into=pieces)
    assert sniff(data) is MediaType.DOC
    assert lines_of(read(data)) == LETTER_LINES
    assert read(data).problems == ()


def test_headers_come_first_and_footers_last() -> None:
    parts = [LETTER, "a footnote\r", "", "", "a comment\r", "an endnote\r", "a text box\r", "box in a header\r"]
    assert lines_of(read(word_97(parts, headers=STORIES, cut_into=5))) == [
        "even head",
        "Example Fertility Clinic",
        "box in a header",
        *LETTER_LINES,
        "a footnote",
        "an endnote",
        "a comment",
        "a text box",
        "even foot",
        "Charity number 0000",
    ]


def test_a_header_that_sections_repeat_comes_once() -> None:
    assert lines_of(read(word_97([LETTER], headers=STORIES * 3))).count("Example Fertility Clinic") == 1


def test_a_damaged_table_of_headers_loses_no_header() -> None:
    data = bytearray(word_97([LETTER], headers=STORIES))
    at = data.index(struct.pack("<9I", *[0] * 7, 10, 35))
    struct.pack_into("<I", data, at + 28, 1 << 30)
    assert "Example Fertility Clinic" in lines_of(read(bytes(data)))


def test_results_of_fields_are_text_and_instructions_are_not() -> None:
    text = (
        "Dear \x13 MERGEFIELD Name \x14Dr Sample\x15, see \x13 IF \x13 MERGEFIELD Sex \x14F\x15 = F yes no \x14yes\x15"
        " \x13HYPERLINK https://a.example\x14our page\x15 \x13 PAGE \x15\x13 MACROBUTTON NoMacro [type here]\x15.\r"
    )
    assert lines_of(read(word_97([text]))) == ["Dear Dr Sample, see yes our page [type here]."]


def test_a_field_that_is_not_closed_swallows_nothing() -> None:
    assert lines_of(read(word_97(["before \x13 after\r", "\x15 note \x14\r"]))) == ["before  after", "note"]


def test_all_scripts_and_marks() -> None:
    text = "Müller – “quoted” €\rΕλληνικά Кириллица 日本語 😀\r"
    text += "50 \uf06dg \uf0fc\r"
    text += "cell\x07row\x07\x07non\x1ebreaking soft\x1fhyphen\x0bline\x0cpage\r"
    assert lines_of(read(word_97([text], cut_into=3))) == [
        "Müller – “quoted” €",
        "Ελληνικά Кириллица 日本語 😀",
        "50 µg ✓",
        *("cell", "row", "non-breaking softhyphen", "line", "page"),
    ]


def test_a_password_is_encrypted() -> None:
    assert why_not(word_97([LETTER], flags=ENCRYPTED)) == (SkipReason.ENCRYPTED, "password")


@pytest.mark.parametrize(
    ("text", "language", "charset", "shown"),
    [
        ("Dr Müller – €\r".encode("cp1252"), 0x0809, 0, "Dr Müller – €"),
        ("Уважаемый доктор\r".encode("cp1251"), 0x0419, 0, "Уважаемый доктор"),
        ("拝啓\r".encode("cp932"), 0x0411, 0, "拝啓"),
        ("Dr Müller •\r".encode("mac-roman"), 0x0409, 256, "Dr Müller •"),
    ],
)
def test_word_6_in_the_code_page_of_its_language(text: bytes, language: int, charset: int, shown: str) -> None:
    assert lines_of(read(word_6(text, language, charset))) == [shown]


def test_word_95_with_two_bytes_a_character() -> None:
    assert lines_of(read(word_6("拝啓 Dear\r".encode("utf-16-le"), 0x0411, wide=True))) == ["拝啓 Dear"]


def test_word_6_saved_fast() -> None:
    pieces = [b"Dear Dr Sample,\r", b"Thank you ", b"for referring\r"]
    assert lines_of(read(word_6_saved_fast(pieces))) == ["Dear Dr Sample,", "Thank you for referring"]


def test_what_is_older_than_word_6_is_unsupported() -> None:
    assert why_not(word_6(b"Dear\r", version=45))[0] is SkipReason.UNSUPPORTED_TYPE


def test_without_a_piece_table_the_text_in_one_run_is_read_and_marked() -> None:
    content = read(word_97([LETTER], table_more=None))
    assert lines_of(content) == LETTER_LINES
    assert [problem.reason for problem in content.problems] == [SkipReason.UNREADABLE]


def test_without_any_table_runs_of_text_are_read_and_marked() -> None:
    content = read(word_97([LETTER * 5], cut_into=4, flags=0x0004, table_more=None))
    assert "Dear Dr Sample," in lines_of(content)
    assert [problem.detail for problem in content.problems] == ["no piece table: runs of text"]


def test_without_its_first_block_runs_of_text_are_read_and_marked() -> None:
    data = word_97([LETTER * 5])
    content = read(data.replace(b"\xec\xa5\xc1\x00", bytes(4)))
    assert "Dear Dr Sample," in lines_of(content)
    assert [problem.reason for problem in content.problems] == [SkipReason.UNREADABLE]


def test_pieces_out_of_bounds_end_the_text_there() -> None:
    data = word_97([LETTER], cut_into=3)
    broken = data.replace(struct.pack("<I", 0x40000000 | 2 * 0x800), struct.pack("<I", 0x4FFFFFF0))
    content = read(broken)
    assert content.pieces[0].text.startswith(LETTER_LINES[0])
    assert [problem.reason for problem in content.problems] == [SkipReason.UNREADABLE]


def test_pieces_that_overlap_are_no_bomb() -> None:
    count = 200_000
    bounds = struct.pack(f"<{count + 1}I", *range(0, 1000 * (count + 1), 1000))
    table = bounds + struct.pack("<HIH", 0, 0x40000000 | 2 * 4096, 0) * count
    block = b"\x02" + struct.pack("<I", len(table)) + table
    fib = bytearray(4096)
    struct.pack_into("<6H", fib, 0, 0xA5EC, 0xC1, 0, 0x0809, 0, 0x0200)
    struct.pack_into("<8i", fib, 0x4C, 1000 * count, *[0] * 7)
    struct.pack_into("<II", fib, 0x9A + 8 * 33, 0, len(block))
    content = read(compound_file({("WordDocument",): bytes(fib) + b"A" * 1000, ("1Table",): block}))
    assert len(content.pieces[0].text) < 20_000
    assert content.problems


def test_counts_that_promise_more_are_told() -> None:
    data = bytearray(word_97([LETTER]))
    at = data.index(struct.pack("<i", len(LETTER)), 512 + 0x4C)
    struct.pack_into("<i", data, at, len(LETTER) + 500)
    assert [problem.detail for problem in read(bytes(data)).problems] == [
        f"less text than the counts say: {len(LETTER)} of {len(LETTER) + 500} characters"
    ]


@pytest.mark.parametrize("share", [0.95, 0.8, 0.6])
def test_a_cut_file_gives_what_is_left_and_says_so(share: float) -> None:
    whole = word_97([LETTER * 60], cut_into=1)
    extraction = extract(whole[: int(len(whole) * share)])
    assert extraction.text.count("Dear Dr Sample,") > 60 * share * 0.8
    assert {problem.reason for problem in extraction.problems} == {SkipReason.TRUNCATED}


def test_embedded_documents_and_packages_are_read() -> None:
    inner = word_97(["the inner letter\r"])
    note = b"a note from the packager"
    package = struct.pack("<H", 2) + b"note.txt\x00C:\\note.txt\x00" + struct.pack("<IH", 0x30000, 6) + b"\x00\x00"
    package += b"C:\\a\x00\x00" + struct.pack("<I", len(note)) + note
    native = struct.pack("<I", len(package)) + package
    streams: dict[tuple[str, ...], bytes] = {("ObjectPool", "_1", "\x01Ole10Native"): native}
    streams |= {
        ("ObjectPool", "_2", "CONTENTS"): b"%PDF-1.4 not one",
        ("ObjectPool", "_3", "Equation Native"): b"x" * 40,
    }
    streams |= {("ObjectPool", "_4", "WordDocument"): _stream(inner, "WordDocument")}
    streams |= {("ObjectPool", "_4", "1Table"): _stream(inner, "1Table")}
    files = [each for each in read(word_97([LETTER], streams=streams)).embedded if isinstance(each, Embedded)]
    assert [(each.name, sniff(each.data)) for each in files] == [
        ("note.txt", MediaType.TEXT),
        ("", MediaType.PDF),
        ("", MediaType.DOC),
    ]
    assert "the inner letter" in extract(word_97([LETTER], streams=streams)).text


def test_no_damage_makes_it_raise_anything_else() -> None:
    drawn = random.Random(7)  # noqa: S311 - repeatable damage
    whole = word_97([LETTER * 3], headers=STORIES, cut_into=6)
    for _ in range(300):
        damaged = bytearray(whole[: drawn.randrange(len(whole) // 2, len(whole) + 1)])
        for _ in range(drawn.randrange(1, 30)):
            damaged[drawn.randrange(len(damaged))] = drawn.randrange(256)
        try:
            content = read(bytes(damaged))
            list(content.embedded)
        except ExtractionError:
            pass
