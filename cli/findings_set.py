"""`stray findings set`: decisions, notes, assignments and due days, on one finding or on many."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import click

from cli.chosen_options import chosen_options
from cli.console import notice
from cli.errors import CommandError
from cli.operator import operator_name
from cli.options import database_option
from cli.reading import READ_WAIT, merge_what_waits
from findings.chosen import Chosen
from findings.query import findings, is_finding_id
from findings.records import TriageDecision
from findings.results import TriageEvent
from findings.triage import act
from findings.worklist import Preview, preview_of
from reports.acts import did
from reports.table import DEFAULT_WIDTH, TableReport

DECISIONS: Final = [decision.value for decision in TriageDecision]
# Findings of a preview that are listed; the rest is counted, and `stray findings list` takes the same options.
_LISTED: Final = 20
_DAY: Final = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True, slots=True)
class _Consent:
    """How far a bulk act may go."""

    preview: bool
    yes: bool
    count: int | None


@click.command("set")
@click.argument("words", metavar="[ID]... [DECISION]", nargs=-1)
@click.option("--by", "decided_by", default=operator_name, help="Who decides; you, if not given.")
@click.option("--note", default="", help="Why. Names of patients do not belong in it.")
@click.option("--until", type=_DAY, help="Last day, with accepted_until; it needs a --note that says why, too.")
@click.option("--assign", metavar="WHO", help="Who is to see to it from now on.")
@click.option("--unassign", is_flag=True, help="Nobody is.")
@click.option("--due", type=_DAY, help="Day by which it is to be dealt with.")
@click.option("--no-due", is_flag=True, help="No such day.")
@click.option("--preview", is_flag=True, help="Only say what would be done, and to how many.")
@click.option("--yes", is_flag=True, help="Do it to several without asking.")
@click.option("--count", type=click.IntRange(min=1), help="Do it only if it is exactly so many.")
@chosen_options
@database_option
def set_(words: tuple[str, ...], chosen: Chosen, database: Path, **given: Any) -> None:
    """Record a decision, a note, an assignment or a due day; what was recorded before is kept, the latest counts.

    DECISION is to_triage, confirmed, false_positive, accepted_until, reported, taken_down or closed. Findings are named
    by the beginnings of their ids, or chosen by the options that `stray findings list` takes. An act on several is
    shown first, with their number, and then done to all of them or to none.

    Example: stray findings set 3fa94c01 confirmed --note "supplier told, ticket 117" --assign jane --due 2026-12-01

    Example: stray findings set false_positive --host www.example.org --verdict shared_passage --note leaflet --preview
    """
    consent = _Consent(given.pop("preview"), given.pop("yes"), given.pop("count"))
    ids, decision = _told(words)
    event = _event(decision, **given)
    if bool(ids) == (chosen != Chosen()):
        raise CommandError("name findings by their ids, or choose them by options such as --host; one of the two")
    merge_what_waits(database)
    preview = preview_of(database, ids) if ids else Preview(findings(database, chosen, READ_WAIT))
    if not preview.rows:
        raise CommandError("no finding is chosen")
    if consent.count not in (None, len(preview.rows)):
        raise CommandError(f"{len(preview.rows)} findings are chosen, not {consent.count}; nothing was recorded")
    is_bulk = consent.preview or len(preview.rows) > 1 or not ids
    if is_bulk and not _agreed(preview, event, consent):
        return
    recorded = act(database, list(preview.marks), event, marks=preview.marks if is_bulk else None)
    which = preview.rows[0].finding_id if recorded.findings == 1 else f"{recorded.findings} findings"
    notice(f"{which}: {did(event)}")
    for line in [] if is_bulk else preview.cautions(event):
        notice(f"  {line}")


def _told(words: Sequence[str]) -> tuple[list[str], TriageDecision | None]:
    """Ids and the decision; no decision can be taken for an id."""
    decisions = [word for word in words if word in DECISIONS]
    ids = [word for word in words if word not in DECISIONS]
    if len(decisions) > 1:
        raise click.UsageError(f"one decision at a time, not {' and '.join(decisions)}")
    for word in ids:
        if word and not is_finding_id(word):
            raise click.UsageError(f"{word[:40]!a} is neither an id nor one of {', '.join(DECISIONS)}")
    return ids, TriageDecision(decisions[0]) if decisions else None


def _event(decision: TriageDecision | None, **given: Any) -> TriageEvent:
    if given["unassign"] and given["assign"]:
        raise click.UsageError("--assign and --unassign exclude each other")
    last_day: date | None = given["until"].date() if given["until"] else None
    now = datetime.now(UTC)
    if last_day is not None and last_day < now.date():
        raise CommandError(f"{last_day} has passed; --until is the last day on which the finding is accepted")
    return TriageEvent(
        decision,
        given["note"],
        given["decided_by"],
        now,
        last_day,
        assigned_to="" if given["unassign"] else given["assign"],
        due=given["due"].date() if given["due"] else None,
        without_due=given["no_due"],
    )


def _agreed(preview: Preview, event: TriageEvent, consent: _Consent) -> bool:
    """Show what would be done, and ask, unless that was settled beforehand."""
    count = len(preview.rows)
    if consent.preview or not consent.yes:
        TableReport(sys.stdout, width=DEFAULT_WIDTH).findings(preview.rows[:_LISTED])
    if count > _LISTED and not consent.yes:
        notice(f"and {count - _LISTED} more: `stray findings list` with the same options shows all")
    findings_ = "1 finding" if count == 1 else f"{count} findings"
    notice(f"{findings_}: {did(event)}")
    for line in preview.told(event):
        notice(f"  {line}")
    if consent.preview:
        notice("nothing was recorded: this is a preview")
        return False
    if consent.yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CommandError(
            "nothing was recorded: say --yes (and --count, to be sure of the number) to do it to several"
        )
    if click.prompt(f"Type {count} to do this to all of them", default="", show_default=False, err=True) != str(count):
        notice("nothing was recorded")
        return False
    return True
