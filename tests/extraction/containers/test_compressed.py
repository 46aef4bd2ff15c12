from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from documents.records import SkipReason
from tests.extraction.archives import LETTER, made_by, read, tarred, zipped

LINES = b"".join(b"line %d of a letter that is %d lines long\n" % (number, number * 7) for number in range(7000))
PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress, zstd.compress]


@pytest.mark.parametrize("pack", PACKERS)
def test_one_file_compressed(pack: Callable[[bytes], bytes]) -> None:
    assert read(pack(LETTER.encode())) == ({"!/part-1": LETTER}, [])


@pytest.mark.parametrize("packed", [zlib.compress(LINES), lzma.compress(LINES, lzma.FORMAT_ALONE)])
def test_streams_without_a_mark(packed: bytes) -> None:
    assert read(packed) == ({"!/part-1": LINES.decode()}, [])
    assert read(packed + LETTER.encode()) == ({"!/part-1": LINES.decode(), "!/part-2": LETTER}, [])
    assert read(packed[: len(packed) // 2])[1] == [(SkipReason.TRUNCATED, "!/part-1", "ends early")]


@pytest.mark.parametrize("pack", PACKERS)
def test_streams_one_behind_the_other_are_one_file(pack: Callable[[bytes], bytes]) -> None:
    assert read(pack(b"first ") + pack(b"second ") + pack(b"third")) == ({"!/part-1": "first second third"}, [])


@pytest.mark.parametrize("pack", PACKERS)
def test_an_archive_in_it_is_read_in_its_turn(pack: Callable[[bytes], bytes]) -> None:
    parts = {"day1/a.txt": LETTER.encode(), "b.txt": b"second"}
    expected = {"day1/a.txt": LETTER, "b.txt": "second"}
    assert read(pack(tarred(parts)))[0] == {f"!/part-1!/{name}": text for name, text in expected.items()}
    assert read(pack(zipped(parts)))[0] == {f"!/part-1!/{name}": text for name, text in expected.items()}


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("padding", [0, 700, 20_000, 300_001])
def test_nothing_behind_padding_is_lost(pack: Callable[[bytes], bytes], padding: int) -> None:
    first = pack(LETTER.encode()) + bytes(padding)
    assert read(first) == ({"!/part-1": LETTER}, [])
    assert read(first + pack(b" second")) == ({"!/part-1": LETTER + " second"}, [])
    assert read(first + b"more") == ({"!/part-1": LETTER, "!/part-2": "more"}, [])
    assert read(first + zipped({"a.txt": b"third"})) == ({"!/part-1": LETTER, "!/part-2!/a.txt": "third"}, [])
    noise = random.Random(1).randbytes(3000)  # noqa: S311 - repeatable noise
    unread = [(SkipReason.UNREADABLE, "!/part-2", "bytes that belong to no member")]
    assert read(first + b"\x80" + noise) == ({"!/part-1": LETTER}, unread)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstd.compress])
def test_a_cut_stream_is_kept_up_to_there(pack: Callable[[bytes], bytes]) -> None:
    plain = LINES + LINES.replace(b"letter", b"report")  # a block of zstd has 128 KiB, which come out together
    data = pack(plain)
    found, unread = read(data[: len(data) // 2])
    assert plain.decode().startswith(found["!/part-1"])
    assert len(found["!/part-1"]) > len(LINES) // 5
    assert unread == [(SkipReason.TRUNCATED, "!/part-1", "ends early")]


def test_bzip2_keeps_whole_blocks() -> None:
    data = bz2.compress(LINES, 1)
    found, unread = read(data[: len(data) // 2])
    assert LINES.decode().startswith(found["!/part-1"])
    assert len(found["!/part-1"]) > len(LINES) // 4
    assert unread == [(SkipReason.TRUNCATED, "!/part-1", "ends early")]


def test_a_damaged_stream_is_kept_up_to_the_damage() -> None:
    data = bytearray(gzip.compress(LINES[:6000]))
    data[len(data) // 2 : len(data) // 2 + 4] = b"\xff\xff\xff\xff"
    found, unread = read(bytes(data))
    assert found["!/part-1"].startswith("line 0 of a letter that is 0 lines long\nline 1 of")
    assert [reason for reason, _, _ in unread] == [SkipReason.UNREADABLE]


def test_a_wrong_checksum_is_told() -> None:
    data = bytearray(gzip.compress(LETTER.encode()))
    data[-5] ^= 1
    assert read(bytes(data)) == ({"!/part-1": LETTER}, [(SkipReason.UNREADABLE, "!/part-1", "checksum")])


def test_the_name_in_the_header_of_gzip(tmp_path: Path) -> None:
    (tmp_path / "Brief Müller.txt").write_text(LETTER)
    data = made_by(tmp_path, "gzip", "Brief Müller.txt", result="Brief Müller.txt.gz")
    assert read(data) == ({"!/Brief Müller.txt": LETTER}, [])


def test_every_field_of_a_gzip_header() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = packer.compress(LETTER.encode()) + packer.flush()
    head = b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x03\x00abc" + b"na\xefve.txt\x00" + b"a comment\x00" + b"\x00\x00"
    tail = zlib.crc32(LETTER.encode()).to_bytes(4, "little") + len(LETTER).to_bytes(4, "little")
    assert read(head + stream + tail) == ({"!/naïve.txt": LETTER}, [])
    assert read(head + stream) == ({"!/naïve.txt": LETTER}, [(SkipReason.TRUNCATED, "!/naïve.txt", "ends early")])


@pytest.mark.parametrize(
    ("program", "arguments", "ending"),
    [
        ("xz", ["-k"], "xz"),
        ("bzip2", ["-k"], "bz2"),
        ("zstd", ["-q", "--long=27"], "zst"),
        ("gzip", ["-k", "-1"], "gz"),
    ],
)
def test_files_of_the_systems_programs(program: str, arguments: list[str], ending: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(LINES)
    data = made_by(tmp_path, program, *arguments, "a.txt", result=f"a.txt.{ending}")
    found, unread = read(data)
    assert (list(found.values()), unread) == ([LINES.decode()], [])


def test_a_dictionary_larger_than_any_honest_one_is_not_made() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    buffer = io.BytesIO()
    with lzma.open(buffer, "w", filters=filters) as file:
        file.write(LETTER.encode())
    assert read(buffer.getvalue())[0] == {}
    assert read(buffer.getvalue())[1] == [(SkipReason.UNREADABLE, "!/part-1", "damaged data")]


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("seed", range(10))
def test_no_damage_makes_it_raise(pack: Callable[[bytes], bytes], seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - repeatable damage
    data = bytearray(pack(LINES[:10000]))
    for _ in range(drawn.randrange(1, 20)):
        data[drawn.randrange(4, len(data))] = drawn.randrange(256)
    assert all(reason is not SkipReason.PARSER_CRASHED for reason, _, _ in read(bytes(data))[1])
