from __future__ import annotations

import io
import zipfile

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits, UnreadableError
from extraction.office.zip_members import Member, MemberIndex, read_members


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return buffer.getvalue()


def read(data: bytes, **limits: int) -> list[Member]:
    return list(read_members(data, lambda name: not name.endswith(".skip"), Budget(ExtractionLimits(**limits))))


PARTS = {"a.txt": b"first " * 1000, "b.skip": b"unwanted", "c.txt": b"third"}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_wanted_members_of_every_compression(compression: int) -> None:
    assert read(zipped(PARTS, compression)) == [Member("a.txt", PARTS["a.txt"]), Member("c.txt", b"third")]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_without_a_directory_are_carved(compression: int) -> None:
    whole = zipped(PARTS, compression)
    carved = read(whole[: whole.index(b"PK\x01\x02")])
    assert [(member.name, member.data) for member in carved] == [("a.txt", PARTS["a.txt"]), ("c.txt", b"third")]


def test_a_carved_member_that_is_cut_says_so() -> None:
    whole = zipped({"a.txt": bytes(range(256)) * 100}, zipfile.ZIP_STORED)
    (member,) = read(whole[:1000])
    assert member.problem is SkipReason.TRUNCATED
    assert len(member.data) == 1000 - 35


def test_no_member_at_all_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read(b"PK\x05\x06 and nothing else")


def test_names_are_only_names() -> None:
    assert [member.name for member in read(zipped({"../../etc/passwd": b"x"}))] == ["../../etc/passwd"]


def test_bombs_stop_at_the_budget_and_what_came_before_counts() -> None:
    members = read_members(
        zipped({"a.txt": b"read", "bomb": bytes(8 << 20)}), lambda _: True, Budget(ExtractionLimits())
    )
    assert next(members).data == b"read"
    with pytest.raises(BudgetSpentError, match="ratio"):
        next(members)


def test_a_compression_that_nobody_knows_is_a_problem_of_that_member() -> None:
    whole = bytearray(zipped(PARTS, zipfile.ZIP_STORED))
    for at in (8, whole.index(b"PK\x01\x02") + 10):
        whole[at : at + 2] = (9).to_bytes(2, "little")
    first, last = read(bytes(whole))
    assert first.problem is SkipReason.UNREADABLE
    assert last.data == b"third"


def test_an_index_reads_what_is_asked_for() -> None:
    whole = zipped(PARTS)
    for data, is_cut in ((whole, False), (whole[: whole.index(b"PK\x01\x02")], True)):
        index = MemberIndex(data, Budget(ExtractionLimits()))
        assert (index.names, index.is_cut) == (list(PARTS), is_cut)
        assert index.read(2) == Member("c.txt", b"third")


def test_members_of_a_stored_container_are_not_those_of_the_outer_one() -> None:
    whole = zipped({"inner.zip": zipped({"a.txt": b"inner"}), "b.txt": b"outer"}, zipfile.ZIP_STORED)
    index = MemberIndex(whole[: whole.rindex(b"PK\x01\x02")], Budget(ExtractionLimits()))
    assert index.names == ["inner.zip", "b.txt"]


def test_all_bytes_before_a_damage_are_kept() -> None:
    text = " ".join(str(number * 7919) for number in range(3000)).encode()
    whole = bytearray(zipped({"a.txt": text}))
    whole[4000:4010] = b"\xff" * 10
    (member,) = read(bytes(whole[:-60]))
    assert member.problem is not None
    same = next(place for place, pair in enumerate(zip(text, member.data, strict=False)) if pair[0] != pair[1])
    assert same / len(text) > 4000 / len(whole) - 0.05
