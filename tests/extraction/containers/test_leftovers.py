from __future__ import annotations

import random

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits
from extraction.containers.leftovers import leftover, padding_end
from extraction.paths import MemberPaths
from extraction.records import Embedded, Problem
from tests.extraction.archives import zipped

NOISE = b"\x80" + random.Random(1).randbytes(600)  # noqa: S311 - repeatable noise


def found(data: bytes) -> list[Embedded | Problem]:
    return list(leftover(data, MemberPaths(), Budget(ExtractionLimits())))


@pytest.mark.parametrize("data", [b"", bytes(100_000), b"\xff" * 4096, b" \r\n\x1a" * 300, b"PK\x07\x08" + bytes(20)])
def test_what_is_ordinary_is_nothing(data: bytes) -> None:
    assert found(data) == []


@pytest.mark.parametrize("padding", [b"", bytes(9000)])
def test_files_and_text_are_handed_on(padding: bytes) -> None:
    assert [item.path for item in found(padding + b"Dr Sample" + padding) if isinstance(item, Embedded)] == ["!/part-1"]
    archive = zipped({"a.txt": b"letter"})
    assert found(padding + archive + padding) == [Embedded("!/part-1", archive + padding)]


def test_anything_else_is_told_and_counted() -> None:
    assert found(NOISE) == [Problem(SkipReason.UNREADABLE, "!/part-1", "bytes that belong to no member")]
    with pytest.raises(BudgetSpentError):
        list(leftover(NOISE, MemberPaths(), Budget(ExtractionLimits(members=0))))


def test_the_end_of_padding() -> None:
    assert [padding_end(data, 1) for data in (b"abc", b"a\0\0c", b"a\0\0", b"a")] == [1, 3, 3, 1]
