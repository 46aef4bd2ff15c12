from __future__ import annotations

import io
import random
import struct

import olefile
import pytest

from extraction.budget import BudgetSpentError, UnreadableError
from extraction.old_office.ole_build import Streams, compound_file, storage_file
from extraction.old_office.ole_file import OleFile

STREAMS: Streams = {
    ("WordDocument",): bytes(range(256)) * 200,
    ("1Table",): b"abc" * 100,
    ("empty",): b"",
    ("ObjectPool", "_1", "\x01Ole10Native"): b"native" * 900,
    ("ObjectPool", "_1", "deeper", "x"): b"x",
    **{("ObjectPool", f"_{number}", "data"): bytes([number]) * number * 40 for number in range(2, 60)},
}


def test_what_we_build_is_what_olefile_reads() -> None:
    with olefile.OleFileIO(io.BytesIO(compound_file(STREAMS))) as opened:
        assert opened.parsing_issues == []
        assert {tuple(path): opened.openstream(path).read() for path in opened.listdir()} == STREAMS


def test_what_we_build_is_what_we_read() -> None:
    ole = OleFile(compound_file(STREAMS))
    assert not ole.lost
    for path, data in STREAMS.items():
        stream = ole.stream(*(name.upper() for name in path))
        assert stream
        assert (stream.data, stream.whole) == (data, True)
    assert ole.stream("ObjectPool") is None
    assert ole.stream("absent") is None


def test_a_file_with_lists_of_table_sectors() -> None:
    big: Streams = {("A",): bytes(9 << 20), ("b",): b"small"}
    data = compound_file(big)
    ole = OleFile(data)
    stream = ole.stream("b")
    assert stream
    assert stream.data == b"small"
    assert not ole.lost
    with olefile.OleFileIO(io.BytesIO(data)) as opened:
        assert opened.openstream("A").read() == big["A",]


def test_a_storage_as_a_file_of_its_own() -> None:
    inner = OleFile(storage_file(OleFile(compound_file(STREAMS)), ("objectpool", "_1")))
    assert sorted(inner.entries) == [("\x01ole10native",), ("deeper",), ("deeper", "x")]
    stream = inner.stream("\x01Ole10Native")
    assert stream
    assert stream.data == STREAMS["ObjectPool", "_1", "\x01Ole10Native"]


def test_circles_and_lies_end() -> None:
    data = bytearray(compound_file({("A",): b"A" * 20_000}))
    table = data.rindex(struct.pack("<III", 1, 2, 3))
    struct.pack_into("<I", data, table + 4, 0)  # the second sector is followed by the first
    entry = data.rindex(b"A" + bytes(63))
    struct.pack_into("<I", data, entry + 120, 0xFFFFFFFF)
    struct.pack_into("<I", data, entry + 72, 1)  # and the entry by itself
    stream = OleFile(bytes(data)).stream("A")
    assert stream
    assert not stream.whole
    assert len(stream.data) <= len(data)


def test_streams_that_share_their_bytes_spend_the_budget() -> None:
    streams: Streams = {("A",): b"A" * 400_000} | {("S", f"{number}"): b"B" * 5000 for number in range(40)}
    data = bytearray(compound_file(streams))
    for number in range(40):
        name = f"{number}".encode("utf-16-le")
        entry = data.rindex(name.ljust(64, b"\x00"))
        struct.pack_into("<II", data, entry + 116, 0, 400_000)
    with pytest.raises(BudgetSpentError):
        storage_file(OleFile(bytes(data)), ("S",))


def test_lists_of_table_sectors_that_lead_in_a_circle_end() -> None:
    data = bytearray(compound_file({("A",): bytes(9 << 20)}))
    (first,) = struct.unpack_from("<I", data, 68)
    struct.pack_into("<I", data, 512 * (first + 2) - 4, first)
    assert OleFile(bytes(data)).stream("A")


def test_what_is_cut_off_is_lost_and_what_is_there_is_not() -> None:
    data = compound_file(STREAMS)
    ole = OleFile(data[: len(data) // 2])
    assert ole.lost
    assert ole.entries == {}
    assert ole.from_sector(ole.sectors_with(bytes(range(256)))[0]).startswith(STREAMS["WordDocument",][:4096])


@pytest.mark.parametrize("data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(2000)])
def test_what_is_no_compound_file(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        OleFile(data)


def test_no_damage_makes_it_raise() -> None:
    drawn = random.Random(3)  # noqa: S311 - repeatable damage
    whole = compound_file(STREAMS)
    structure = [*range(30, 512), *range(len(whole) - 30_000, len(whole))]
    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(drawn.randrange(1, 40)):
            damaged[drawn.choice(structure)] = drawn.randrange(256)
        ole = OleFile(bytes(damaged[: drawn.randrange(600, len(whole) + 1)]))
        for entry in ole.entries.values():
            assert len(ole.read(entry).data) <= len(whole)
