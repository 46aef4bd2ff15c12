"""`stray findings query`: a person's own SQL."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from cli.console import notice
from cli.options import database_option, format_option, reveal_option
from cli.reading import READ_WAIT, merge_what_waits
from cli.reveal_log import log_reveal


@click.command()
@click.argument("sql", default="FROM questions")
@database_option
@format_option
@click.option(
    "--rows", default=1_000, show_default=True, type=click.IntRange(1, 10_000_000), help="At most so many rows."
)
@reveal_option
def query(sql: str, database: Path, output: str, rows: int, reveal: bool) -> None:
    """Ask the database in SQL: one statement that reads, for a minute at most; - reads it from standard input.

    Without SQL it lists what can be asked: views, and macros such as letter('L-41'). Text that may name a patient is
    masked unless --reveal: addresses, names of files, notes, and whatever a query makes of them. Files, other databases
    and extensions are out of its reach.

    Example: stray findings query "FROM incidents LIMIT 5" --db findings.duckdb
    """
    from findings.free_query import free_query  # noqa: PLC0415 - other commands of the group start sooner
    from reports.free_answer import free_json, free_table  # noqa: PLC0415
    from reports.shown import Shown  # noqa: PLC0415
    from reports.table import DEFAULT_WIDTH  # noqa: PLC0415

    asked = sys.stdin.read() if sql == "-" else sql
    merge_what_waits(database)
    if reveal:
        log_reveal(database)
    answer = free_query(database, asked, rows=rows, wait_seconds=READ_WAIT)
    shown = Shown(reveal)
    if output == "json":
        masked = free_json(sys.stdout, answer, shown)
    else:
        width = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
        masked = free_table(sys.stdout, answer, shown, width, sys.stdout.isatty())
    if answer.is_cut:
        notice(f"there are more than {rows} rows; --rows shows more")
    if masked:
        notice(f"masked, unless --reveal: {', '.join(masked)}")
