from __future__ import annotations

import random
from typing import Any

import py7zr
import pytest

from documents.records import SkipReason
from tests.extraction.archives import LETTER, read, seven_zipped

PARTS = {"a.txt": LETTER.encode(), "day1/b.txt": b"second " * 5000, "c.txt": b"third"}
WHOLE = {"!/a.txt": LETTER, "!/day1/b.txt": "second " * 5000, "!/c.txt": "third"}
METHODS: list[list[dict[str, Any]]] = [
    [{"id": py7zr.FILTER_LZMA2, "preset": 6}],
    [{"id": py7zr.FILTER_LZMA}],
    [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 6}],
    [{"id": py7zr.FILTER_DELTA}, {"id": py7zr.FILTER_LZMA2, "preset": 6}],
    [{"id": py7zr.FILTER_BZIP2}],
    [{"id": py7zr.FILTER_DEFLATE}],
    [{"id": py7zr.properties.FILTER_DEFLATE64}],
    [{"id": py7zr.FILTER_COPY}],
    [{"id": py7zr.FILTER_ZSTD, "level": 3}],
    [{"id": py7zr.FILTER_BROTLI, "level": 5}],
]


@pytest.mark.parametrize("filters", METHODS)
def test_members_of_every_method(filters: list[dict[str, Any]]) -> None:
    assert read(seven_zipped(PARTS, filters=filters)) == (WHOLE, [])


def test_members_with_a_password_are_named() -> None:
    unread = [(SkipReason.ENCRYPTED, f"!/{name}", "password") for name in PARTS]
    assert read(seven_zipped(PARTS, password="sesame")) == ({}, unread)


def test_an_encrypted_directory_names_nothing() -> None:
    data = seven_zipped(PARTS, password="sesame", header_encryption=True)
    assert read(data) == ({}, [(SkipReason.ENCRYPTED, "", "password, names too")])


def test_a_cut_archive_gives_its_first_stream() -> None:
    plain = b"".join(b"line %d of a letter\n" % number for number in range(20000))
    data = seven_zipped({"a.txt": plain})
    found, unread = read(data[: len(data) * 2 // 3])
    assert plain.decode().startswith(found["!/part-1"])
    assert len(found["!/part-1"]) > len(plain) // 2
    assert unread == [(SkipReason.TRUNCATED, "", "no directory")]


def noise(seed: int) -> bytes:
    """Text that hardly compresses."""
    return random.Random(seed).randbytes(40_000).hex().encode()  # noqa: S311 - repeatable


def test_damage_costs_what_is_behind_it() -> None:
    parts = {f"{number}.txt": noise(number) for number in range(4)}
    data = bytearray(seven_zipped(parts))
    data[len(data) * 6 // 10] ^= 0xFF
    found, unread = read(bytes(data))
    assert found["!/0.txt"] == parts["0.txt"].decode()
    assert {path for _, path, _ in unread} >= {"!/2.txt", "!/3.txt"}
    assert {reason for reason, _, _ in unread} == {SkipReason.UNREADABLE}


def test_a_member_too_large_does_not_hide_the_next() -> None:
    plain = noise(1)
    found, unread = read(seven_zipped({"a.txt": plain, "b.txt": LETTER.encode()}), member_bytes=50_000)
    assert found == {"!/a.txt": plain[:50_000].decode(), "!/b.txt": LETTER}
    assert unread == [(SkipReason.BUDGET_SPENT, "!/a.txt", "member bytes")]


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_makes_it_raise(seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - repeatable damage
    data = bytearray(seven_zipped(PARTS))
    for _ in range(drawn.randrange(1, 5)):
        data[drawn.randrange(6, len(data))] = drawn.randrange(256)
    assert all(reason is not SkipReason.PARSER_CRASHED for reason, _, _ in read(bytes(data))[1])


def test_what_lies_behind_an_archive() -> None:
    data = seven_zipped({"a.txt": LETTER.encode()})
    behind = data + bytes(600) + seven_zipped({"b.txt": b"second"})
    assert read(behind) == ({"!/a.txt": LETTER, "!/part-1!/b.txt": "second"}, [])
    assert read(data + b"Dear Dr Sample") == ({"!/a.txt": LETTER, "!/part-1": "Dear Dr Sample"}, [])


def test_ppmd_is_named_at_once() -> None:
    data = seven_zipped({"a.txt": LETTER.encode()}, filters=[{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}])
    assert read(data) == ({}, [(SkipReason.UNREADABLE, "!/a.txt", "compression method PPMd")])
