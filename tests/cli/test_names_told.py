"""What is said of a search for names, and to whom it did not settle."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.names_told import searched
from findings.results import NameSearchReach
from scope.loader import load_scope
from scope.model import NameSearch, Scope

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


@pytest.fixture
def scope() -> Scope:
    search = NameSearch(name_search=True, authority="r", keywords=("eht",), providers=("s3", "gcs", "wasabi"))
    return load_scope(EXAMPLE).model_copy(update={"names": search})


def reach(unknown: int, candidates: int = 12_000, *, lies: int = 0, throttled: int = 0, **more: str) -> NameSearchReach:
    absent = candidates - 14 - unknown
    share = (candidates - unknown) / candidates
    provider = more.get("provider", "s3")
    return NameSearchReach(provider, candidates, 14, absent, unknown, share, 13_000, lies, throttled, 60.5)


def test_a_search_for_names_in_a_line(scope: Scope) -> None:
    assert next(searched(reach(36), scope)) == (
        "12,000 names at Amazon S3: 14 exist, 11,950 absent, 36 unknown; 99.7 % with an answer that counts"
    )
    # Only all of them are 100 %.
    assert next(searched(reach(1, 20_000), scope)).endswith("1 unknown; 99.9 % with an answer that counts")
    assert [line.rpartition("; ")[2] for line in searched(reach(0, lies=3), scope)] == [
        "100 % with an answer that counts"
    ]
    assert "at one-that-left-the-scope: 14 exist" in next(searched(reach(0, provider="one-that-left-the-scope"), scope))


@pytest.mark.parametrize(
    ("search", "why", "helps"),
    [
        (reach(36, lies=1, throttled=9), "Amazon S3 denied a bucket that exists, or showed", "fastest in [names]"),
        (reach(36, lies=3), "3 times, and what it said around that does not count", "as [[bucket]]"),
        (reach(36, throttled=2), "Amazon S3 asked 2 times to slow down", "requests_per_second"),
        (reach(36), "a limit of the scope ended the search", "asks again"),
        (reach(36, lies=1, provider="one-that-left-the-scope"), "one-that-left-the-scope denied", "once"),
        (
            NameSearchReach("wasabi", 90, 0, 0, 90, 0.0, 99, 0, 4, 1.0),
            "no bucket at Wasabi is known to exist",
            "name one in [names.canaries]",
        ),
    ],
)
def test_where_names_are_unknown_it_says_why_and_what_helps(
    scope: Scope, search: NameSearchReach, why: str, helps: str
) -> None:
    line, told = searched(search, scope)
    assert " unknown; " in line
    assert told.startswith("unknown is neither there nor absent: ")
    assert why in told
    assert helps in told
