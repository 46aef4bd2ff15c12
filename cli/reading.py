"""What commands that read the database share: they take in what waits, and answer in the form that was asked for."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from cli.console import notice
from cli.errors import CommandError
from cli.reveal_log import log_reveal
from findings.errors import DatabaseLockedError
from findings.spool_folders import spool_root, waits_in
from reports.interface import Report
from reports.json_lines import JsonLinesReport
from reports.table import DEFAULT_WIDTH, TableReport

# Seconds that a reading command waits for a sweep that is merging, before it reads what is there.
MERGE_WAIT = 2.0
# Seconds that it waits for the database itself: a merge of ours takes 1 to 3.
READ_WAIT = 8.0


def report_for(database: Path, output: str, *, reveal: bool = False) -> Report:
    """The report for this form, after taking in what waits; a reveal is put on record first."""
    merge_what_waits(database)
    if reveal:
        log_reveal(database)
    if output == "json":
        return JsonLinesReport(sys.stdout, reveal=reveal)
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
    return TableReport(sys.stdout, reveal=reveal, width=width, colour=is_terminal)


def merge_what_waits(database: Path) -> None:
    """A sweep that met a locked database left its results in the spool; they belong in the answer."""
    root = spool_root(database)
    if not database.exists() and not root.exists():
        raise CommandError(f"{database}: no such database; `stray sweep` makes it, --db names another")
    if not waits_in(root):
        return
    from findings.merge import merge  # noqa: PLC0415 - what it needs takes longer to load than most answers

    try:
        merged = merge(root, database, MERGE_WAIT)
    except DatabaseLockedError as error:
        notice(f"results of a sweep wait to be merged: {error}")
        return
    if merged.units:
        notice(f"merged {merged.units} units that waited")
    for path in merged.quarantined:
        notice(f"unreadable spool file set aside: {path}")
    for reason in merged.left:
        notice(f"left in the spool: {reason}")
