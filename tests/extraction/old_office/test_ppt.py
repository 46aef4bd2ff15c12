from __future__ import annotations

import random
import struct
import zlib
from contextlib import suppress

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionError, ExtractionLimits, UnreadableError
from extraction.old_office.ole_build import compound_file
from extraction.old_office.ppt import read_ppt
from extraction.reader import extract
from extraction.records import Content
from tests.extraction.word_files import word_97

WIDE, NARROW, STRING = 0x0FA0, 0x0FA8, 0x0FBA


def atom(kind: int, data: bytes, instance: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4, kind, len(data)) + data


def container(kind: int, *parts: bytes, instance: int = 0) -> bytes:
    data = b"".join(parts)
    return struct.pack("<HHI", instance << 4 | 0xF, kind, len(data)) + data


def wide(text: str) -> bytes:
    return atom(WIDE, text.encode("utf-16-le"))


def slide(text: str, *more: bytes) -> bytes:
    return container(0x03EE, atom(0x03EF, bytes(24)), container(0x040C, container(0xF00D, wide(text))), *more)


def entry(part: int, number: int) -> bytes:
    return atom(0x03F3, struct.pack("<IIiII", part, 0, 0, number, 0))


def notes(number: int, text: str) -> bytes:
    return container(0x03F0, atom(0x03F1, struct.pack("<IHH", number, 0, 0)), wide(text))


def comment(text: str) -> bytes:
    strings = [atom(STRING, each.encode("utf-16-le"), index) for index, each in enumerate(("Author", text, "A"))]
    return container(
        0x1388,
        container(0x138A, atom(STRING, "___PPT10".encode("utf-16-le")), atom(0x138B, container(0x2EE0, *strings))),
    )


def deck(
    *saves: dict[int, bytes], streams: dict[tuple[str, ...], bytes] | None = None, user: int = 0xE391C05F
) -> bytes:
    """Each save adds its parts, by number, to those of earlier ones; the document is part 1."""
    body, last = b"", 0
    for parts in saves:
        places = b""
        for number, part in parts.items():
            places += struct.pack("<II", 1 << 20 | number, len(body))
            body += part
        directory = len(body)
        body += atom(0x1772, places)
        edit = atom(0x0FF5, struct.pack("<IIIIIII", 0, 0, last, directory, 1, 9, 0))
        last = len(body)
        body += edit
    current = atom(0x0FF6, struct.pack("<III", 20, user, last) + bytes(12))
    all_streams = {("PowerPoint Document",): body.ljust(4096, b"\x00"), ("Current User",): current, **(streams or {})}
    return compound_file(all_streams)


DOCUMENT = container(
    0x03E8,
    container(0x0FF0, entry(3, 256), wide("First title"), entry(2, 257), atom(NARROW, b"Second title")),
    container(0x0FD9, atom(STRING, "Charity 0000".encode("utf-16-le"), 2)),
    container(0x0FF0, entry(4, 256), instance=2),
)
FIRST_SAVE = {
    1: DOCUMENT,
    2: slide("second łódź\rline"),
    3: slide("first before it was changed"),
    4: notes(256, "notes of the first"),
}
DECK = deck(FIRST_SAVE, {3: slide("first slide", comment("a comment"))})


def read(data: bytes) -> Content:
    return read_ppt(data, Budget(ExtractionLimits()))


def test_slides_come_in_the_order_of_the_deck_and_earlier_saves_last() -> None:
    assert sniff(DECK) is MediaType.PPT
    content = read(DECK)
    assert content.problems == ()
    assert [(piece.path, piece.text) for piece in content.pieces] == [
        ("#slide=1", "First title\nfirst slide\na comment\nnotes of the first"),
        ("#slide=2", "Second title\nsecond łódź\nline"),
        ("", "Charity 0000\nfirst before it was changed"),
    ]


def test_without_the_list_of_saves_slides_lie_in_their_order() -> None:
    content = read(deck({1: DOCUMENT, 3: slide("first"), 2: slide("second")}, streams={("Current User",): b""}))
    assert [piece.text for piece in content.pieces[:2]] == ["First title\nfirst", "Second title\nsecond"]


@pytest.mark.parametrize(
    "data", [deck(FIRST_SAVE, user=0xF3D1C4DF), deck(FIRST_SAVE, streams={("EncryptedSummary",): b"x"})]
)
def test_a_password_is_encrypted(data: bytes) -> None:
    with pytest.raises(UnreadableError) as error:
        read(data)
    assert error.value.reason is SkipReason.ENCRYPTED


def test_embedded_objects_are_read() -> None:
    inner = word_97(["the inner letter\r"])
    packed = atom(0x1011, struct.pack("<I", len(inner)) + zlib.compress(inner), instance=1)
    assert "the inner letter" in extract(deck(FIRST_SAVE | {9: packed})).text


@pytest.mark.parametrize("share", [0.95, 0.7])
def test_a_cut_file_gives_what_is_left_and_says_so(share: float) -> None:
    whole = deck({1: DOCUMENT, **{number: slide(f"slide {number} " + "x" * 200) for number in range(2, 60)}})
    extraction = extract(whole[: int(len(whole) * share)])
    assert extraction.text.count("slide ") > 58 * share * 0.8
    assert {problem.reason for problem in extraction.problems} == {SkipReason.TRUNCATED}


def test_a_slide_that_many_entries_name_is_read_once() -> None:
    entries = b"".join(entry(3, 256) for _ in range(5000))
    document = container(0x03E8, container(0x0FF0, entries))
    content = read(deck({1: document, 3: slide("x" * 5000), 4: notes(256, "y" * 5000)}))
    assert [len(piece.text) for piece in content.pieces] == [10_001]


def test_parts_inside_parts_and_circles_of_saves_end() -> None:
    nested = b""
    for _ in range(3000):
        nested = container(0xF003, nested)
    assert (
        read(deck({1: DOCUMENT, 2: container(0x03EE, nested, wide("kept")), 3: slide("x")}))
        .pieces[1]
        .text.endswith("kept")
    )
    circle = bytearray(DECK)
    at = circle.rindex(struct.pack("<HHI", 0, 0x0FF5, 28))
    struct.pack_into("<I", circle, at + 16, 0xFFFFFF)
    assert read(bytes(circle)).pieces


def test_no_damage_makes_it_raise_anything_else() -> None:
    drawn = random.Random(13)  # noqa: S311 - repeatable damage
    for _ in range(400):
        damaged = bytearray(DECK[: drawn.randrange(len(DECK) // 2, len(DECK) + 1)])
        for _ in range(drawn.randrange(1, 30)):
            damaged[drawn.randrange(512, len(damaged))] = drawn.randrange(256)
        with suppress(ExtractionError):
            list(read(bytes(damaged)).embedded)
