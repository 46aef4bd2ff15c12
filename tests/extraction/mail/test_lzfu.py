from __future__ import annotations

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits
from extraction.mail.lzfu import decompressed

# Both are examples of the specification; the second one copies what it is just writing.
HELLO = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
CROSSING = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"


def budget(**limits: int) -> Budget:
    return Budget(ExtractionLimits(**limits))


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (HELLO, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"),
        (CROSSING, b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
    ],
)
def test_examples_of_the_specification(packed: str, plain: bytes) -> None:
    assert decompressed(bytes.fromhex(packed), budget()).data == plain
    assert decompressed(bytes.fromhex(packed), budget()).reason is None


def test_every_cut_is_told_and_keeps_what_came_before() -> None:
    packed = bytes.fromhex(HELLO)
    for length in range(16, len(packed) - 4):
        body = decompressed(packed[:length], budget())
        assert body.reason is SkipReason.TRUNCATED
        assert b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n".startswith(body.data)


def test_a_bomb_ends_at_the_budget() -> None:
    packed = bytes(4) + (1 << 30).to_bytes(4, "little") + b"LZFu" + bytes(4) + (b"\xff" + b"\x00\x0e" * 8) * 100_000
    with pytest.raises(BudgetSpentError):
        decompressed(packed, budget(decompressed_bytes=1 << 20))
