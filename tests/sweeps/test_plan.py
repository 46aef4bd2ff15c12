from __future__ import annotations

from pathlib import Path

from scope.loader import load_scope
from sweeps.plan import scope_digest, user_agent

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


def test_what_is_looked_at_makes_the_digest_and_nothing_else() -> None:
    scope = load_scope(EXAMPLE)
    slower = scope.model_copy(update={"limits": scope.limits.model_copy(update={"requests": 7})})
    fewer = scope.model_copy(update={"bucket": scope.bucket[:1]})
    assert scope_digest(scope) == scope_digest(load_scope(EXAMPLE)) == scope_digest(slower)
    assert scope_digest(scope) != scope_digest(fewer)


def test_the_user_agent_names_tool_contact_and_organisation_in_one_line() -> None:
    scope = load_scope(EXAMPLE).model_copy(update={"organisation": "Ysbyty Gwynedd ŵ\r\nX-Evil: 1"})
    agent = user_agent(scope, "1.2")
    assert agent.startswith("Stray/1.2 (+security@example.nhs.uk; Ysbyty Gwynedd ")
    assert agent.isascii()
    assert agent.isprintable()
