from __future__ import annotations

import io
import random
import tarfile
from pathlib import Path

import pytest

from documents.records import SkipReason
from tests.extraction.archives import LETTER, made_by, read, tarred

PARTS = {"day1/a.txt": LETTER.encode(), "b.txt": b"second " * 500, "c.txt": b"third"}
WHOLE = {"!/day1/a.txt": LETTER, "!/b.txt": "second " * 500, "!/c.txt": "third"}
LONG = "folder/" * 30 + "Ŵyn's letter.txt"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_of_every_dialect(form: int) -> None:
    assert read(tarred(PARTS, form)) == (WHOLE, [])


@pytest.mark.parametrize("padding", [0, 512, 300_032])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_and_text_behind_the_end_are_read(form: int, padding: int) -> None:
    second = bytes(padding) + tarred({"d.txt": b"fourth"}, form)
    assert read(tarred(PARTS, form) + second) == ({**WHOLE, "!/d.txt": "fourth"}, [])
    found, unread = read(tarred(PARTS, form) + bytes(padding) + LETTER.encode() + bytes(512 - len(LETTER)) + second)
    assert (found, unread) == ({**WHOLE, "!/part-1": LETTER, "!/d.txt": "fourth"}, [])
    unread = read(tarred(PARTS, form) + b"\x80" + random.Random(1).randbytes(600))[1]  # noqa: S311 - noise
    assert unread == [(SkipReason.UNREADABLE, "!/part-1", "bytes that belong to no member")]


def test_a_member_of_a_type_that_nobody_knows_is_a_file() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as container:
        member = tarfile.TarInfo("a.txt")
        member.type, member.size = b"Z", len(LETTER)
        container.addfile(member, io.BytesIO(LETTER.encode()))
    assert read(buffer.getvalue()) == ({"!/a.txt": LETTER}, [])


def test_comments_are_text() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", pax_headers={"comment": "Dear Dr Archive"}) as container:
        for name, comment in (("a.txt", "Dear Dr Sample"), ("b.txt", "Dear Dr Sample"), ("c.txt", "Dear Dr Other")):
            member = tarfile.TarInfo(name)
            member.pax_headers = {"comment": comment, "SCHILY.ino": "1234"}
            container.addfile(member)
    found, unread = read(buffer.getvalue())
    assert (list(found.values()), unread) == (["Dear Dr Archive", "Dear Dr Sample", "Dear Dr Other"], [])


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names(form: int) -> None:
    assert read(tarred({LONG: LETTER.encode()}, form)) == ({f"!/{LONG}": LETTER}, [])


@pytest.mark.parametrize("form", ["v7", "oldgnu", "gnu", "ustar", "posix"])
def test_archives_of_the_systems_tar(form: str, tmp_path: Path) -> None:
    (tmp_path / "day1").mkdir()
    (tmp_path / "day1" / "a.txt").write_text(LETTER)
    (tmp_path / "link").symlink_to("day1/a.txt")
    data = made_by(tmp_path, "tar", f"--format={form}", "-cf", "a.tar", "day1", "link", result="a.tar")
    assert read(data) == ({"!/day1/a.txt": LETTER}, [])


@pytest.mark.parametrize("form", ["gnu", "posix"])
def test_sparse_files_are_read_whole(form: str, tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.write(b" " * 4096)
        file.seek(1 << 19)
        file.write(LETTER.encode())
    data = made_by(tmp_path, "tar", f"--format={form}", "-cSf", "a.tar", "a.txt", result="a.tar")
    assert len(data) < 100_000
    found, unread = read(data)
    assert found["!/a.txt"].endswith(LETTER)
    assert {reason for reason, _, _ in unread} <= {SkipReason.UNREADABLE}  # the holes are told by the reader of texts


def test_a_huge_sparse_member_is_a_bomb(tmp_path: Path) -> None:
    with (tmp_path / "bomb").open("wb") as file:
        file.truncate(8 << 30)
    (tmp_path / "a.txt").write_text(LETTER)
    data = made_by(tmp_path, "tar", "-cSf", "a.tar", "bomb", "a.txt", result="a.tar")
    found, unread = read(data)
    assert found == {"!/a.txt": LETTER}
    assert unread[0] == (SkipReason.BUDGET_SPENT, "!/bomb", "compression ratio")


def test_links_devices_and_folders_are_left_alone() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as container:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            member = tarfile.TarInfo(f"of type {kind.decode()}")
            member.type, member.linkname = kind, "/etc/passwd"
            container.addfile(member)
        member = tarfile.TarInfo("../../a.txt")
        member.size = len(LETTER)
        container.addfile(member, io.BytesIO(LETTER.encode()))
    assert read(buffer.getvalue()) == ({"!/../../a.txt": LETTER}, [])


def test_a_member_twice() -> None:
    data = tarred({"a.txt": b"one"})[:1024] + tarred({"a.txt": b"two"})
    assert read(data) == ({"!/a.txt": "one", "!/a.txt~2": "two"}, [])


def test_a_cut_archive_keeps_what_is_there() -> None:
    data = tarred({"a.txt": LETTER.encode(), "b.txt": b"line of a letter\n" * 1000})
    found, unread = read(data[:10_000])
    assert found["!/a.txt"] == LETTER
    assert len(found["!/b.txt"]) == 10_000 - 3 * 512
    assert unread == [(SkipReason.TRUNCATED, "!/b.txt", "ends early")]
    assert read(data[:1200])[1] == [(SkipReason.TRUNCATED, "", "header")]


def test_a_damaged_header_costs_one_member() -> None:
    data = bytearray(tarred(PARTS))
    data[1024 + 148] = 0xFF
    assert read(bytes(data)) == (
        {"!/day1/a.txt": LETTER, "!/c.txt": "third"},
        [(SkipReason.UNREADABLE, "", "header")],
    )


def test_extended_headers_that_take_hours_are_refused() -> None:
    digits = b"1" * 200_000
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, len(digits)
    data = header.tobuf() + digits + bytes(-len(digits) % 512) + tarred({"a.txt": LETTER.encode()})
    found, unread = read(data)
    assert found == {"!/a.txt": LETTER}
    assert unread == [(SkipReason.UNREADABLE, "", "header")]


def test_headers_that_lead_to_headers_end() -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 0
    data = header.tobuf() * 20_000 + tarred({"a.txt": LETTER.encode()})
    assert read(data)[1][-1] == (SkipReason.BUDGET_SPENT, "", "damaged headers")


@pytest.mark.parametrize("seed", range(30))
def test_no_damage_makes_it_raise(seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - repeatable damage
    data = bytearray(tarred(PARTS, drawn.choice([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])))
    for _ in range(drawn.randrange(1, 60)):
        data[drawn.randrange(len(data) // 2)] = drawn.randrange(256)
    data[257:262] = b"ustar"
    assert all(reason is not SkipReason.PARSER_CRASHED for reason, _, _ in read(bytes(data))[1])
