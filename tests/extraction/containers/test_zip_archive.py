from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import inflate64
import pytest
from backports import zstd

from documents.records import SkipReason
from extraction.reader import extract
from extraction.records import Extraction
from tests.extraction.archives import LETTER, layered, made_by, read, zipped

PARTS = {"a.txt": LETTER.encode(), "day 1/b.txt": b"second " * 5000, "c.txt": b"third"}
WHOLE = {"!/a.txt": LETTER, "!/day 1/b.txt": "second " * 5000, "!/c.txt": "third"}


def zip_of(
    method: int, packed: bytes, plain: bytes, flags: int = 0, extra: bytes = b"", name: bytes = b"a.txt"
) -> bytes:
    """One member, packed elsewhere, in records made by hand."""
    sizes = struct.pack("<III", zlib.crc32(plain), len(packed), len(plain))
    head = struct.pack("<HHHHH", 20, flags, method, 0, 0) + sizes + struct.pack("<HH", len(name), len(extra))
    local = b"PK\x03\x04" + head + name + extra + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name + extra
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_of_every_common_compression(compression: int) -> None:
    assert read(zipped(PARTS, compression)) == (WHOLE, [])


def test_compressions_of_newer_programs() -> None:
    deflater = inflate64.Deflater()
    plain = LETTER.encode() * 100
    assert read(zip_of(9, deflater.deflate(plain) + deflater.flush(), plain))[0] == {"!/a.txt": LETTER * 100}
    assert read(zip_of(93, zstd.compress(plain), plain))[0] == {"!/a.txt": LETTER * 100}


@pytest.mark.parametrize("method", [1, 6, 97, 98])
def test_a_compression_that_nobody_reads_is_named_by_its_number(method: int) -> None:
    unread = [(SkipReason.UNREADABLE, "!/a.txt", f"compression method {method}")]
    assert read(zip_of(method, b"packed", b"plain")) == ({}, unread)


def test_a_zip_that_was_streamed_has_its_sizes_behind_the_members() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.kept = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.kept += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in PARTS.items():
            container.writestr(name, content)
    data = bytes(pipe.kept)
    assert read(data) == (WHOLE, [])
    assert read(data[: data.index(b"PK\x01\x02")]) == (WHOLE, [(SkipReason.TRUNCATED, "", "no directory")])


def test_large_file_records() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container, container.open("a.txt", "w", force_zip64=True) as member:
        member.write(LETTER.encode())
    assert read(buffer.getvalue()) == ({"!/a.txt": LETTER}, [])


def test_large_directory_records() -> None:
    data = zipped({"a.txt": LETTER.encode()})
    end = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, end - start, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    unknown = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert read(data[:end] + record + locator + unknown) == ({"!/a.txt": LETTER}, [])


def test_bytes_in_front_and_behind_and_a_comment() -> None:
    data = zipped(PARTS)
    buffer = io.BytesIO(data)
    comment = "a comment with PK\x05\x06 in it, and much more behind it"
    with zipfile.ZipFile(buffer, "a") as container:
        container.comment = comment.encode()
        container.getinfo("a.txt").comment = b"on one member"
    assert read(buffer.getvalue()) == ({"#comment": comment.replace("\x05\x06", "") + "\non one member", **WHOLE}, [])
    assert read(b"MZ" + bytes(5000) + data) == (WHOLE, [])
    assert read(b"PK00" + data) == (WHOLE, [])
    assert read(data + b"\r\n" * 40) == (WHOLE, [])
    assert read(data + b"Dear Dr Sample") == ({**WHOLE, "!/part-1": "Dear Dr Sample"}, [])
    noise = b"\x80" + random.Random(1).randbytes(600)  # noqa: S311 - noise
    for damaged in (noise + data, data + noise):
        assert read(damaged) == (WHOLE, [(SkipReason.UNREADABLE, "!/part-1", "bytes that belong to no member")])


@pytest.mark.parametrize("between", [b"", bytes(5000)])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_archives_one_behind_the_other(compression: int, between: bytes) -> None:
    others = {"a.txt": b"another", "d.txt": b"fourth"}
    found, unread = read(zipped(others, compression) + between + zipped(PARTS, compression))
    assert (sorted(found.values()), unread) == (sorted([*WHOLE.values(), "another", "fourth"]), [])


def test_a_record_that_no_directory_knows_hides_no_text() -> None:
    record = b"PK\x01\x02" + bytes(24) + struct.pack("<HH", 3000, 0) + bytes(14)
    found, unread = read(zipped(PARTS) + record + LETTER.encode() * 20)
    assert (found, len(unread)) == (WHOLE, 1) or LETTER in found["!/part-1"]


def test_members_that_were_deleted_from_the_directory_only() -> None:
    data = bytearray(zipped(PARTS))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    third = data.index(b"PK\x01\x02", second + 1)
    end = data.index(b"PK\x05\x06")
    size = struct.unpack_from("<I", data, end + 12)[0] - (third - second)
    struct.pack_into("<HHI", data, end + 8, 2, 2, size)
    del data[second:third]
    assert read(bytes(data)) == (WHOLE, [])


def test_names_in_every_charset_and_twice() -> None:
    assert list(read(zip_of(0, b"x", b"x", name="Müller.txt".encode("cp437")))[0]) == ["!/Müller.txt"]
    assert list(read(zip_of(0, b"x", b"x", flags=0x800, name="Ŵyn.txt".encode()))[0]) == ["!/Ŵyn.txt"]
    assert list(read(zip_of(0, b"x", b"x", name="Ŵyn.txt".encode()))[0]) == ["!/Ŵyn.txt"]
    unicode_name = struct.pack("<BI", 1, zlib.crc32(b"W?n.txt")) + "Ŵyn.txt".encode()
    extra = struct.pack("<HH", 0x7075, len(unicode_name)) + unicode_name
    assert list(read(zip_of(0, b"x", b"x", extra=extra, name=b"W?n.txt"))[0]) == ["!/Ŵyn.txt"]
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = twice()
    assert read(data) == ({"!/a.txt": "one", "!/a.txt~2": "two"}, [])


def twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        container.writestr("a.txt", "one")
        container.writestr("a.txt", "two")
        container.writestr("folder/", "")
    return buffer.getvalue()


def test_members_with_a_password_are_named_and_the_others_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(LETTER)
    (tmp_path / "open.txt").write_text(LETTER)
    made_by(tmp_path, "zip", "-P", "sesame", "a.zip", "secret.txt", result="a.zip")
    data = made_by(tmp_path, "zip", "a.zip", "open.txt", result="a.zip")
    assert read(data) == ({"!/open.txt": LETTER}, [(SkipReason.ENCRYPTED, "!/secret.txt", "password")])


def test_aes_is_a_password_whatever_the_flag_says() -> None:
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)
    encrypted = [(SkipReason.ENCRYPTED, "!/a.txt", "password")]
    assert read(zip_of(99, b"salt and secret", b"", flags=1, extra=extra)) == ({}, encrypted)
    assert read(zip_of(99, b"salt and secret", b"", extra=extra)) == ({}, encrypted)


def test_a_split_archive_says_so(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(150_000)  # noqa: S311 - it shall not compress
    (tmp_path / "a.txt").write_text(LETTER)
    (tmp_path / "noise.bin").write_bytes(noise)
    last = made_by(tmp_path, "zip", "-s", "64k", "a.zip", "a.txt", "noise.bin", result="a.zip")
    found, unread = read((tmp_path / "a.z01").read_bytes())
    assert found == {"!/a.txt": LETTER}
    assert (SkipReason.TRUNCATED, "!/noise.bin", "ends early") in unread
    assert read(last)[0] == {}
    assert [reason for reason, _, _ in read(last)[1]] == [SkipReason.TRUNCATED]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_cut_file_is_carved_and_what_is_cut_says_so(compression: int) -> None:
    plain = b"".join(b"line %d of a letter\n" % number for number in range(5000))
    data = zipped({"a.txt": LETTER.encode(), "b.txt": plain}, compression)
    found, unread = read(data[: len(data) * 6 // 10])
    assert found["!/a.txt"] == LETTER
    assert plain.decode().startswith(found["!/b.txt"])
    assert len(found["!/b.txt"]) > len(plain) // 3
    assert unread == [(SkipReason.TRUNCATED, "", "no directory"), (SkipReason.TRUNCATED, "!/b.txt", "ends early")]


def test_damage_in_a_member_keeps_what_is_before_it() -> None:
    plain = b"".join(b"line %d of a letter\n" % number for number in range(300))
    data = bytearray(zipped({"a.txt": plain, "b.txt": b"second"}))
    at = data.index(b"PK\x03\x04", 4) // 2
    data[at : at + 4] = b"\xff\xff\xff\xff"
    found, unread = read(bytes(data))
    assert found["!/b.txt"] == "second"
    assert found["!/a.txt"].startswith("line 0 of a letter\nline 1 of a letter\n")
    assert [(reason, path) for reason, path, _ in unread] == [(SkipReason.UNREADABLE, "!/a.txt")]


def test_a_wrong_checksum_is_told() -> None:
    data = zip_of(0, b"Dear Dr Simple", b"Dear Dr Sample")
    assert read(data) == ({"!/a.txt": "Dear Dr Simple"}, [(SkipReason.UNREADABLE, "!/a.txt", "checksum")])


def test_a_damaged_directory_loses_no_member() -> None:
    data = bytearray(zipped(PARTS))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second] = 0
    found, unread = read(bytes(data))
    assert found == WHOLE
    assert unread == [(SkipReason.TRUNCATED, "", "directory")]


def test_carving_takes_no_member_of_a_stored_zip_inside_for_the_outer_ones() -> None:
    data = zipped({"inner.zip": zipped({"a.txt": b"inner"}), "b.txt": b"outer"}, zipfile.ZIP_STORED)
    found, _ = read(data[: data.rindex(b"outer") + 5])
    assert found == {"!/inner.zip!/a.txt": "inner", "!/b.txt": "outer"}


def test_nested_to_the_limit() -> None:
    assert read(layered(LETTER.encode(), ["a.txt", *["z.zip"] * 7]))[0] == {"!/z.zip" * 7 + "!/a.txt": LETTER}
    found, unread = read(layered(LETTER.encode(), ["a.txt", *["z.zip"] * 8]))
    assert found == {}
    assert unread == [(SkipReason.BUDGET_SPENT, "!/z.zip" * 8 + "!/a.txt", "depth")]


def test_an_empty_zip_and_empty_members_are_no_problem() -> None:
    assert read(zipped({})) == ({}, [])
    inside = zipped({"b.txt": b"Dear Dr Sample", "a.zip": zipped({"a.txt": b"", "folder/": b""})})
    assert read(inside) == ({"!/b.txt": "Dear Dr Sample"}, [])


def test_nothing_but_an_end_is_unreadable() -> None:
    assert read(b"PK\x05\x06 and nothing else")[1] == [(SkipReason.TRUNCATED, "", "no member left")]


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_makes_it_raise(seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - repeatable damage
    data = bytearray(zipped(PARTS, drawn.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])))
    for _ in range(drawn.randrange(1, 30)):
        data[drawn.randrange(len(data))] = drawn.randrange(256)
    extraction = extract(bytes(data))
    assert isinstance(extraction, Extraction)
    assert all(problem.reason is not SkipReason.PARSER_CRASHED for problem in extraction.problems)
