"""The filter of a list in its address, and back. An address can be kept as a bookmark; it names no place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import click
from starlette.datastructures import QueryParams

from cli.chosen_options import Moment
from cli.errors import CommandError
from findings.chosen import Chosen
from findings.records import FindingState, Severity, TriageDecision
from matchers.verdicts import Verdict

_SETS: Final[Mapping[str, tuple[str, Any]]] = {
    "severity": ("severities", Severity),
    "state": ("states", FindingState),
    "verdict": ("verdicts", Verdict),
    "triage": ("triage", TriageDecision),
}
_TEXTS: Final = {
    "host": "host",
    "supplier": "supplier",
    "letter": "letter_id",
    "incident": "incident_id",
    "assigned": "assigned_to",
}
_FLAGS: Final = {"overdue": "overdue", "all": "everything"}


def chosen_of(query: QueryParams) -> Chosen:
    """The filter that an address asks for; empty fields of its form ask for nothing.

    Raises:
        CommandError: a value that means nothing.
    """
    given: dict[str, Any] = {}
    for name, (field, kind) in _SETS.items():
        values = [value for value in query.getlist(name) if value]
        if not set(values) <= set(kind):
            raise CommandError(f"{name} is one of {', '.join(kind)}")
        given[field] = frozenset(map(kind, values))
    given |= {field: query.get(name) or None for name, field in _TEXTS.items()}
    given |= {field: query.get(name) == "1" for name, field in _FLAGS.items()}
    if since := query.get("since"):
        try:
            given["since"] = Moment().convert(since, None, None)
        except click.BadParameter as error:
            raise CommandError(f"since: {error.message}") from None
    return Chosen(**given)


def query_of(chosen: Chosen, **more: str) -> str:
    """The query of an address, with its question mark; empty where nothing is filtered."""
    pairs: list[tuple[str, str]] = []
    for name, (field, _) in _SETS.items():
        values: Iterable[str] = getattr(chosen, field)
        pairs += [(name, str(value)) for value in sorted(values)]
    pairs += [(name, text) for name, field in _TEXTS.items() if (text := getattr(chosen, field))]
    pairs += [(name, "1") for name, field in _FLAGS.items() if getattr(chosen, field)]
    if chosen.since:
        pairs.append(("since", chosen.since.isoformat()))
    pairs += [(name, value) for name, value in more.items() if value]
    return f"?{urlencode(pairs)}" if pairs else ""


def start_of(query: QueryParams) -> int:
    """The row that a page begins with; anything else than a number is the beginning."""
    told = query.get("start", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0  # noqa: PLR2004 - digits
