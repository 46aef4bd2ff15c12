from __future__ import annotations

from pathlib import Path
from typing import Any

from scope.loader import load_scope
from scope.model import NameSearch
from sweeps.plan import scope_digest, user_agent

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


def test_what_is_looked_at_makes_the_digest_and_nothing_else() -> None:
    scope = load_scope(EXAMPLE)
    slower = scope.model_copy(update={"limits": scope.limits.model_copy(update={"requests": 7})})
    fewer = scope.model_copy(update={"bucket": scope.bucket[:1]})
    assert scope_digest(scope) == scope_digest(load_scope(EXAMPLE)) == scope_digest(slower)
    assert scope_digest(scope) != scope_digest(fewer)


def test_the_names_that_are_searched_make_the_digest_and_the_pace_does_not() -> None:
    scope = load_scope(EXAMPLE)
    search = NameSearch(name_search=True, authority="r", keywords=("eht",))

    def digest(**changes: Any) -> str:
        return scope_digest(scope.model_copy(update={"names": search.model_copy(update=changes)}))

    assert digest() == digest(requests_per_second=3, fastest=4)
    assert len({digest(), digest(keywords=("eht", "ruh")), digest(candidates=7), digest(harvest=True)}) == 4
    assert digest() != scope_digest(scope.model_copy(update={"names": None}))


def test_the_user_agent_names_tool_contact_and_organisation_in_one_line() -> None:
    scope = load_scope(EXAMPLE).model_copy(update={"organisation": "Ysbyty Gwynedd ŵ\r\nX-Evil: 1"})
    agent = user_agent(scope, "1.2")
    assert agent.startswith("Stray/1.2 (+security@example.nhs.uk; Ysbyty Gwynedd ")
    assert agent.isascii()
    assert agent.isprintable()
