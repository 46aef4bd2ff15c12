"""The recogniser that breaks off does."""

from __future__ import annotations

import pytest

from demo_range.recogniser import breaks_off


def test_it_breaks_off() -> None:
    with pytest.raises(RuntimeError):
        breaks_off(b"\0\0", "dictations")
