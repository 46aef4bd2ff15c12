"""Files made to take all memory and time: the worker's limits hold, and what lies before a bomb is read."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

import py7zr
import pytest
from backports import zstd

from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from extraction.records import Extraction
from extraction.sandbox import IsolationLimits
from tests.extraction.archives import LETTER, seven_zipped, tarred, zipped
from tests.extraction.mails import mail, raw

MEGABYTE = 1 << 20
# Half of the memory that a worker has by default, and its usual time: beyond either there is no answer but a problem.
LIMITS = IsolationLimits(memory_bytes=1 << 30)
PATIENCE = 60.0
HARMED = {SkipReason.TIMED_OUT, SkipReason.PARSER_CRASHED}
LETTER_FIRST = {"a.txt": LETTER.encode()}


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractorPool]:
    with ExtractorPool(1, LIMITS) as made:
        yield made


def read(pool: ExtractorPool, data: bytes) -> Extraction:
    extraction = pool.submit(data).result(PATIENCE)
    assert not {problem.reason for problem in extraction.problems} & HARMED
    assert "memory" not in {problem.detail for problem in extraction.problems}
    return extraction


def details(extraction: Extraction) -> set[str]:
    return {problem.detail for problem in extraction.problems if problem.reason is SkipReason.BUDGET_SPENT}


def deflated_zeros(size: int) -> bytes:
    """So many zeros, whole megabytes: blocks that can stand in a row."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = compressor.compress(bytes(MEGABYTE)) + compressor.flush(zlib.Z_FULL_FLUSH)
    return block * (size // MEGABYTE) + compressor.flush()


def gzipped_zeros(size: int) -> bytes:
    crc = zlib.crc32(bytes(size))
    return gzip.compress(b"")[:10] + deflated_zeros(size) + struct.pack("<II", crc, size)


def zip_of(members: list[tuple[str, bytes, int, int]]) -> bytes:
    """Members that are deflated already: name, bytes, size and checksum; the directory lists them as they stand."""
    out, directory = bytearray(), bytearray()
    for name, packed, size, crc in members:
        sizes = struct.pack("<III", crc, len(packed), size) + struct.pack("<HH", len(name), 0)
        head = struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes
        directory += b"PK\x01\x02\x14\x00" + head + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + name.encode()
        out += b"PK\x03\x04" + head + name.encode() + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(out), 0)
    return bytes(out + directory) + b"PK\x05\x06" + end


def test_four_gigabytes_in_a_zip_of_four_megabytes(pool: ExtractorPool) -> None:
    packed = deflated_zeros((4 << 30) - MEGABYTE)
    letter = zlib.compress(LETTER.encode(), wbits=-15)
    crc = zlib.crc32(LETTER.encode())
    data = zip_of(
        [("a.txt", letter, len(LETTER), crc), ("bomb", packed, 0xFFF00000, 0), ("b.txt", letter, len(LETTER), crc)]
    )
    assert len(data) < 5 * MEGABYTE
    extraction = read(pool, data)
    assert [piece.path for piece in extraction.pieces] == ["!/a.txt", "!/b.txt"]
    assert details(extraction) == {"compression ratio"}


def test_sixteen_zips_in_each_of_sixteen_zips_five_deep(pool: ExtractorPool) -> None:
    data = zipped({"zeros": bytes(16 * MEGABYTE)})
    for _ in range(5):
        data = zipped(LETTER_FIRST | {f"{number:X}.zip": data for number in range(16)})
    extraction = read(pool, data)
    assert LETTER in extraction.text
    assert details(extraction)


def test_members_that_share_one_kernel(pool: ExtractorPool) -> None:
    """Each member's bytes are all headers and bytes of the next ones: 250 members of one kernel of 20 MB."""
    kernel = deflated_zeros(20 * MEGABYTE)
    out = bytearray()
    places: list[tuple[str, int]] = []
    for number in range(250):
        name = f"{number:03}"
        places.append((name, len(out)))
        rest = len(kernel) + (249 - number) * (30 + 3 + 5)
        out += b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, rest, 20 * MEGABYTE, 3, 0) + name.encode()
        out += b"\x00" + struct.pack("<HH", 33, 33 ^ 0xFFFF) if number < 249 else b""
    out += kernel
    directory = bytearray()
    for name, place in places:
        fields = struct.pack(
            "<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, 0, len(out) - place, 20 * MEGABYTE, 3, 0, 0, 0, 0, 0, place
        )
        directory += b"PK\x01\x02" + fields + name.encode()
    end = struct.pack("<HHHHIIH", 0, 0, 250, 250, len(directory), len(out), 0)
    assert details(read(pool, bytes(out + directory) + b"PK\x05\x06" + end)) & {
        "compression ratio",
        "decompressed bytes",
    }


def test_a_zip_that_holds_itself(pool: ExtractorPool) -> None:
    """A stored member that reaches over its own header and the directory: read again at each depth."""
    whole = zipped(LETTER_FIRST)
    name = b"self.zip"
    for _ in range(3):
        head = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, 0, len(whole), len(whole), len(name), 0)
        directory = b"PK\x01\x02\x14\x00" + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
        whole = b"PK\x03\x04" + head + name + whole + directory
        whole += b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(whole) - len(directory), 0)
    data = bytearray(whole)
    start = data.rindex(b"PK\x01\x02")
    for at in (18, start + 20):
        data[at : at + 8] = struct.pack("<II", len(data) - 38, len(data) - 38)
    assert read(pool, bytes(data)).problems


BOMBS = {
    "gzip": lambda: gzipped_zeros(300 * MEGABYTE),
    "bzip2": lambda: bz2.compress(bytes(900_000)) * 400,
    "xz": lambda: lzma.compress(bytes(30 * MEGABYTE), preset=0) * 10,
    "zstd": lambda: zstd.compress(bytes(300 * MEGABYTE)),
}


@pytest.mark.parametrize("form", BOMBS)
def test_streams_of_zeros(pool: ExtractorPool, form: str) -> None:
    assert details(read(pool, BOMBS[form]())) in ({"compression ratio"}, {"decompressed bytes"})


def test_gzip_in_gzip(pool: ExtractorPool) -> None:
    data = gzip.compress(gzip.compress(gzipped_zeros(100 * MEGABYTE)))
    assert len(data) < 2000
    assert details(read(pool, data)) == {"compression ratio"}


def test_many_small_streams_that_are_large_together(pool: ExtractorPool) -> None:
    data = bz2.compress(bytes(900_000)) * 2900
    assert details(read(pool, data)) <= {"compression ratio", "members", "decompressed bytes"}


@pytest.mark.parametrize(
    "settings",
    [
        {"id": py7zr.FILTER_LZMA2, "preset": 0},
        {"id": py7zr.FILTER_ZSTD, "level": 1},
        pytest.param({"id": py7zr.FILTER_BZIP2}, marks=pytest.mark.slow),
        pytest.param({"id": py7zr.FILTER_DEFLATE}, marks=pytest.mark.slow),
    ],
)
def test_zeros_in_a_7z(pool: ExtractorPool, settings: dict[str, int]) -> None:
    parts = LETTER_FIRST | {"bomb": bytes(70 * MEGABYTE), "b.txt": b"after"}
    extraction = read(pool, seven_zipped(parts, filters=[settings]))
    assert [piece.text for piece in extraction.pieces] == [LETTER, "after"]
    assert details(extraction) == {"member bytes"}


def test_a_directory_of_100_000_members(pool: ExtractorPool) -> None:
    letter = zlib.compress(LETTER.encode(), wbits=-15)
    crc = zlib.crc32(LETTER.encode())
    data = zip_of([(f"{number:05}.txt", letter, len(LETTER), crc) for number in range(50_000)])
    extraction = read(pool, data)
    assert len(extraction.pieces) == LIMITS.budget.members
    assert details(extraction) == {"members"}
    empty = tarred({f"{number:05}.txt": b"" for number in range(20_000)})
    assert details(read(pool, empty)) == {"members"}


def test_names_of_megabytes(pool: ExtractorPool) -> None:
    long = "folder/" * 200_000 + "a.txt"
    extraction = read(pool, tarred({long: LETTER.encode(), "b.txt": LETTER.encode()}, tarfile.GNU_FORMAT))
    assert LETTER in extraction.text
    assert all(len(piece.path) < 2000 for piece in extraction.pieces)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        for number in range(50):
            container.writestr(f"{number:04}" + "x" * 65_000, LETTER)
    assert len(read(pool, buffer.getvalue()).pieces) == 50


def test_a_mail_of_100_000_parts(pool: ExtractorPool) -> None:
    data = raw("Content-Type: multipart/mixed; boundary=x", b"--x\n\nDear Dr Sample\n" * 100_000 + b"--x--\n")
    assert read(pool, data).text.count("Dear Dr Sample") == 100_000
    attached = data.replace(b"--x\n\n", b"--x\nContent-Type: application/x\n\n")
    extraction = read(pool, attached)
    assert extraction.text.count("Dear Dr Sample") == LIMITS.budget.members
    assert details(extraction) == {"members"}


def test_multiparts_10_000_deep(pool: ExtractorPool) -> None:
    data = b"From: a@clinic.example\nMIME-Version: 1.0\n"
    data += b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\nx\n--b%d\n" % (depth, depth) for depth in range(10_000)
    )
    assert details(read(pool, data + b"\n" + LETTER.encode())) == {"nesting"}


def test_mails_10_000_deep(pool: ExtractorPool) -> None:
    data = b"From: a@clinic.example\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" * 10_000
    assert details(read(pool, data + LETTER.encode())) == {"nesting"}


@pytest.mark.parametrize("line", [b"a", b"a: b\n", b"a\n "])
def test_headers_of_100_megabytes(pool: ExtractorPool, line: bytes) -> None:
    long = line * (100 * MEGABYTE // len(line))
    data = b"From: a@clinic.example\nMIME-Version: 1.0\nX-Long: " + long + b"\n\n" + LETTER.encode()
    extraction = read(pool, data)
    assert LETTER in extraction.text
    assert details(extraction) == {"headers"}


def test_parameters_that_take_a_parser_hours(pool: ExtractorPool) -> None:
    for value in (b'";' * MEGABYTE, b'a="' * MEGABYTE, b"a*0*=x;" * MEGABYTE, b"=?a?q?" * MEGABYTE):
        data = (
            b"From: a@clinic.example\nMIME-Version: 1.0\nContent-Type: text/plain; " + value + b"\n\n" + LETTER.encode()
        )
        assert LETTER in read(pool, data).text


def test_base64_of_base64_of_mails(pool: ExtractorPool) -> None:
    data = mail().as_bytes()
    for _ in range(12):
        data = raw("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64", base64.encodebytes(data))
    assert details(read(pool, data)) == {"depth"}


def test_a_large_mail_fits_into_memory(pool: ExtractorPool) -> None:
    body = base64.encodebytes(b"Dear Dr Sample thank you\n" * MEGABYTE)
    part = b"Content-Disposition: attachment; filename=a.txt\nContent-Transfer-Encoding: base64\n\n" + body
    extraction = read(pool, raw("Content-Type: multipart/mixed; boundary=x", b"--x\n" + part + b"--x--\n"))
    assert details(extraction) == {"characters"}
