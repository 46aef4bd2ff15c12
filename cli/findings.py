"""`stray findings`: triage from the shell."""

from __future__ import annotations

from pathlib import Path

import click

from cli.chosen_options import chosen_options
from cli.findings_gathered import about, incidents, people
from cli.findings_query import query
from cli.findings_reach import reach_command
from cli.findings_set import set_
from cli.options import database_option, format_option, reveal_option
from cli.reading import READ_WAIT, merge_what_waits, report_for
from cli.severity import severity
from findings.chosen import Chosen
from findings.listed import findings_listed
from findings.query import finding, letters_exposed, to_look_at


@click.group()
def findings() -> None:
    """Findings: list, show, decide."""


findings.add_command(set_)
for command in (incidents, people, about, query):
    findings.add_command(command)
findings.add_command(severity)


@findings.command("list")
@database_option
@format_option
@chosen_options
@click.option("--limit", "most", type=click.IntRange(min=1), metavar="N", help="The N worst of them.  [default: all]")
@reveal_option
def list_(database: Path, output: str, chosen: Chosen, most: int | None, reveal: bool) -> None:
    """List what someone has to act on, the worst first: not gone, and not put aside by a person.

    Options choose among them; a state or a decision that is named is listed though it be gone or put aside. Of a long
    list the first are shown at once, and `| less` or `| head` takes no longer for it.

    Example: stray findings list --state new --supplier "Example Transcription Ltd" --since 7d --db findings.duckdb
    """
    report = report_for(database, output, reveal=reveal)
    report.findings(findings_listed(database, chosen, READ_WAIT, most))


@findings.command()
@click.argument("finding_id", metavar="ID")
@database_option
@format_option
@reveal_option
def show(finding_id: str, database: Path, output: str, reveal: bool) -> None:
    """Show one finding with all that is known of it; the beginning of its id is enough.

    Example: stray findings show 3fa94c01 --db findings.duckdb
    """
    report_for(database, output, reveal=reveal).finding(finding(database, finding_id, READ_WAIT))


@findings.command()
@database_option
@format_option
def letters(database: Path, output: str) -> None:
    """List the letters that lie open, the worst first.

    Example: stray findings letters --db findings.duckdb
    """
    report_for(database, output).letters(letters_exposed(database, READ_WAIT))


findings.add_command(reach_command, "reach")


@findings.command()
@database_option
@format_option
@reveal_option
def look(database: Path, output: str, reveal: bool) -> None:
    """List documents that a person should look at: too little text to judge, or read in part.

    Example: stray findings look --db findings.duckdb
    """
    report_for(database, output, reveal=reveal).to_look_at(to_look_at(database, READ_WAIT))


@findings.command("copy")
@click.argument("target", type=click.Path(path_type=Path))
@database_option
@click.option("--replace", is_flag=True, help="Put the copy in the place of a file that is there.")
@click.option(
    "--wait", type=click.FloatRange(min=0), default=READ_WAIT, show_default=True,
    help="Seconds to wait for a program that writes; after them the file is copied from under it.",
)  # fmt: skip
def copy_(target: Path, database: Path, replace: bool, wait: float) -> None:
    """Copy the database to a file to work on, also while others hold it; the copy holds addresses in clear.

    Example: stray findings copy notebook.duckdb --db findings.duckdb
    """
    from cli.keeping import tell_copy  # noqa: PLC0415 - `stray findings list` has no time for it
    from findings.copying import copy_database  # noqa: PLC0415

    merge_what_waits(database)
    tell_copy(target, copy_database(database, target, wait, replace=replace))
