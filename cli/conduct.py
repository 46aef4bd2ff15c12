"""`stray conduct`: every request that was made for a database, proven unaltered, and handed over."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from cli.amounts import counted, size
from cli.console import json_line, notice, result_line
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.operator import operator_name
from cli.options import database_option, format_option, reveal_option
from cli.reading import READ_WAIT
from cli.reveal_log import log_reveal
from fetching.conduct import keyed_place
from findings.conduct.asking import Totals, Wanted, requests
from findings.conduct.checking import Checked, check
from findings.conduct.folder import conduct_root
from findings.conduct.letting_go import let_go, old_bundles
from findings.conduct.made import Made, requests_made
from findings.conduct.places import places_by_key
from findings.errors import FindingsError
from findings.keys import load_or_create_database_key
from findings.vault.chain import Head, parsed_head
from reports.shown import printable
from scope.urls import masked_url

_COLUMNS = (
    "at", "of", "unit", "method", "host", "place", "url", "status", "failed", "refused", "bytes", "why", "said",
    "found", "cause", "supplier", "authority", "target_authority",
)  # fmt: skip
# A cell that begins so is a formula to a spreadsheet.
_FORMULAS = ("=", "+", "-", "@")
# Hosts and reasons of a summary that are told, the most frequent first.
_TOLD = 20


class _Moment(click.ParamType):  # type: ignore[type-arg] # not generic when it runs
    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """A day (its beginning, UTC) or a time with its zone."""
        try:
            day = date.fromisoformat(value)
            return datetime.combine(day, time(), UTC)
        except ValueError:
            pass
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail("neither a day (2026-11-22) nor a time (2026-11-22T20:00Z)", param, ctx)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group()
def conduct() -> None:
    """Conduct: what was asked of whom, when, why and by whose authority; proven, and handed over."""


@conduct.command()
@database_option
@click.option("--head", "noted", help="A head that was noted elsewhere, NUMBER:DIGEST; the log has to hold it.")
@format_option
def verify(database: Path, noted: str | None, output: str) -> None:
    """Look through the whole log: what is missing, altered, reordered, cut or put in is named, and the exit code is 40.

    Held against the database as well: a finished unit whose requests are not in the log shows that its end was cut.
    What a kill left (a torn last line, a piece without an end) is told and is no fault. Changes nothing.

    Example: stray conduct verify --db findings.duckdb --head 12:3fa9...
    """
    head = _head(noted)
    root = _root(database)
    checked = check(root, head, _made(database))
    if output == "json":
        json_line({**asdict(checked), "head": str(checked.head)})
    else:
        for line in _told(checked):
            result_line(printable(line))
    sys.exit(ExitCode.EVIDENCE_BROKEN if checked.faults else ExitCode.NOTHING_FOUND)


@conduct.command()
@database_option
@click.option("--host", default="", help="Only requests to this host.")
@click.option("--supplier", default="", help="Only requests to this supplier's targets.")
@click.option("--sweep", default="", help="Only those of one sweep, or of one command (check, probe, evidence).")
@click.option("--url", default="", help="Only those for exactly this address, where places are keyed.")
@click.option("--since", type=_Moment(), help="A day, or a time, UTC.")
@click.option("--until", type=_Moment(), help="Likewise; what was asked at that moment is not in it.")
@click.option(
    "--format", "output", type=click.Choice(["csv", "jsonl", "summary"]), default="csv", show_default=True,
    help="Rows, objects (the last one holds the totals), or the totals alone.",
)  # fmt: skip
@reveal_option
def export(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    database: Path,
    host: str,
    supplier: str,
    sweep: str,
    url: str,
    since: datetime | None,
    until: datetime | None,
    output: str,
    reveal: bool,
) -> None:
    """Requests of one host, supplier, sweep or period, for who is to see them: a supplier, a regulator, a court.

    The totals name first and last, hosts, reasons and authorities, and the head of the chain, to be noted elsewhere.
    With --reveal keyed places are shown in clear where the database knows them. Where the log does not hold together
    it is handed over all the same, that is said, and the exit code is 40.

    Example: stray conduct export --host files.example.org --since 2026-11-01 > conduct.csv
    """
    root = _root(database)
    checked = check(root)
    wanted = Wanted(host, supplier, sweep, since, until, _keyed(database, url))
    known = _known(database, root, wanted) if reveal else {}
    totals = Totals()
    writer = csv.DictWriter(sys.stdout, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    if output == "csv":
        writer.writeheader()
    for line in requests(root, wanted):
        totals.take(line)
        shown = _shown(line, known, reveal=reveal)
        if output == "csv":
            writer.writerow({name: _cell(value) for name, value in shown.items()})
        elif output == "jsonl":
            json_line(shown)
    summary = _summary(totals, wanted, checked)
    if output == "csv":
        for name, value in summary.items():
            notice(f"{name}: {value}")
    else:
        json_line(summary)
    sys.exit(ExitCode.EVIDENCE_BROKEN if checked.faults else ExitCode.NOTHING_FOUND)


@conduct.command()
@database_option
@click.option("--older-than", "days", type=click.IntRange(min=1), required=True, metavar="DAYS")
@click.option("--yes", is_flag=True, help="Delete; without it, it is only told what would be.")
def purge(database: Path, days: int, yes: bool) -> None:
    """Let go of what is older. Its numbers stay on record in the chain, which holds all the same.

    Example: stray conduct purge --older-than 1095
    """
    root = _root(database)
    before = datetime.now(UTC) - timedelta(days=days)
    bundles = old_bundles(root, before)
    lines = sum(bundle.lines for bundle in bundles)
    told = f"{counted(len(bundles), 'bundle')} with {lines:,} lines, of before {before:%Y-%m-%d}"
    if not yes or not bundles:
        result_line(f"{told}; --yes deletes them" if bundles else "nothing is that old")
        return
    let_go(root, bundles, operator_name())
    result_line(f"deleted: {told}; the log says so")


def _made(database: Path) -> tuple[Made, ...]:
    """What the database says was asked for; without it the log is held against itself alone, and that is said."""
    try:
        return requests_made(database, READ_WAIT)
    except FindingsError as error:
        notice(f"not held against the database: {error}")
        return ()


def _root(database: Path) -> Path:
    root = conduct_root(database)
    if not root.is_dir():
        raise CommandError(f"{root}: no conduct is on record for this database")
    return root


def _head(noted: str | None) -> Head | None:
    head = parsed_head(noted) if noted is not None else None
    if noted is not None and head is None:
        raise CommandError("--head is NUMBER:DIGEST, as `stray conduct verify` and `export` tell it")
    return head


def _told(checked: Checked) -> Iterator[str]:
    yield f"{counted(checked.bundles, 'bundle')}, {counted(checked.pieces, 'piece')}, {checked.lines:,} lines"
    if checked.purged:
        yield f"{counted(checked.purged, 'bundle')} let go, on record"
    if checked.waiting:
        waits = "being written, or left by a kill for the next sweep"
        yield f"{counted(checked.waiting, 'piece')} not in the chain yet: {waits}"
    if checked.unfinished:
        torn = f", {size(checked.torn)} of torn lines" if checked.torn else ""
        yield f"{counted(checked.unfinished, 'piece')} of processes that were killed{torn}: what they hold is there"
    for fault in checked.faults:
        yield f"{fault.fault.value.replace('_', ' ').upper()}: {fault.where}: {fault.what}"
    yield f"head {checked.head}"
    yield "NOT as it was written" if checked.faults else "nothing is missing, altered or put in"


def _keyed(database: Path, url: str) -> str:
    return keyed_place(url, _key(database)) if url else ""


def _key(database: Path) -> bytes:
    return load_or_create_database_key(database.with_suffix(".key"), database_exists=True).subkey("conduct")


def _known(database: Path, root: Path, wanted: Wanted) -> dict[str, str]:
    """Addresses in clear, of the places that are asked for. On record before anything is shown."""
    log_reveal(database)
    asked = {str(line["place"]) for line in requests(root, wanted) if "place" in line}
    return places_by_key(database, _key(database), asked) if asked else {}


def _shown(line: dict[str, Any], known: dict[str, str], *, reveal: bool) -> dict[str, Any]:
    """A line as it may be shown: an address that was written in clear only with --reveal."""
    shown = dict(line)
    if reveal and (url := known.get(str(line.get("place")))):
        shown["url"] = url
    elif not reveal and "url" in line:
        shown["url"] = masked_url(str(line["url"]))
    return {name: printable(value) if isinstance(value, str) else value for name, value in shown.items()}


def _cell(value: object) -> object:
    """No cell that a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def _summary(totals: Totals, wanted: Wanted, checked: Checked) -> dict[str, Any]:
    return {
        "requests": totals.requests,
        "answered": totals.answered,
        "failed": totals.failed,
        "refused": totals.refused,
        "look_ups": totals.look_ups,
        "bytes": totals.bytes,
        "first": totals.first,
        "last": totals.last,
        "hosts": dict(totals.hosts.most_common(_TOLD)),
        "why": dict(totals.why.most_common(_TOLD)),
        "authorities": sorted(map(printable, totals.authorities)),
        "asked_for": {name: str(value) for name, value in asdict(wanted).items() if value},
        "head": str(checked.head),
        "holds_together": not checked.faults,
    }
