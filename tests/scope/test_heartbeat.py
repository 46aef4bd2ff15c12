from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from scope.errors import ScopeError
from scope.heartbeat import Heartbeat, span
from scope.loader import load_scope
from scope.model import Scope

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


@pytest.mark.parametrize(("text", "hours"), [("90m", 1.5), ("12h", 12), ("1d", 24), ("2w", 336)])
def test_lengths_of_time(text: str, hours: float) -> None:
    assert span(text) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text", ["", "1", "0d", "-1d", "1 d", "1.5d", "1y", "P1D", "999999d", "1d12h", "\N{ARABIC-INDIC DIGIT TWO}d"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        span(text)


def test_seven_times_as_long_for_a_complete_one() -> None:
    assert Heartbeat(every="1d").complete_within == timedelta(days=7, hours=6)
    assert Heartbeat(every="1d", grace="1h", complete_every="2d").complete_within == timedelta(days=2, hours=1)
    assert Heartbeat(every="12h").ends_within == timedelta(hours=18)


def test_a_scope_says_what_would_be_right_and_keeps_it_on_its_way_to_a_worker(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    scope = load_scope(EXAMPLE)
    assert scope.heartbeat is not None
    assert scope.heartbeat.alive_file == EXAMPLE.parent / "alive.url"
    assert Scope.model_validate(scope.model_dump(mode="json")).heartbeat == scope.heartbeat
    (tmp_path / "scope.toml").write_text(text.replace('every = "1d"', 'every = "daily"'))
    with pytest.raises(ScopeError, match=r"every.*not a length of time.*1d"):
        load_scope(tmp_path / "scope.toml")
