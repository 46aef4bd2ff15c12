"""`stray findings incidents | people | about`: what lies open, as it is handled and reported."""

from __future__ import annotations

from pathlib import Path

import click

from cli.options import database_option, format_option, reveal_option
from cli.reading import READ_WAIT, report_for


@click.command()
@database_option
@format_option
@click.option("--all", "everything", is_flag=True, help="Gone and settled ones too.")
@reveal_option
def incidents(database: Path, output: str, everything: bool, reveal: bool) -> None:
    """List incidents, the worst first: findings of one supplier, on one host, in one folder.

    Folders below it that are only numbered (days, jobs) belong to it. `stray findings list --incident ID` lists the
    findings of one.

    Example: stray findings incidents --db findings.duckdb
    """
    from findings.incidents import incidents as gathered  # noqa: PLC0415 - other commands of the group start sooner

    report_for(database, output, reveal=reveal).incidents(
        gathered(database, everything=everything, wait_seconds=READ_WAIT)
    )


@click.command()
@database_option
@format_option
def people(database: Path, output: str) -> None:
    """Say how many people and letters lie open: sure, possible, and what is listed and was never opened.

    Example: stray findings people --db findings.duckdb
    """
    from findings.incidents import people_exposed  # noqa: PLC0415 - other commands of the group start sooner

    report_for(database, output).people(people_exposed(database, READ_WAIT))


@click.command()
@click.argument("what")
@database_option
@format_option
@reveal_option
def about(what: str, database: Path, output: str, reveal: bool) -> None:
    """Say all that is known of an address, a letter, a file's SHA-256, a finding or an incident.

    Of ids and digests the beginning is enough. Nothing is requested: `stray check` looks at an address now.

    Example: stray findings about https://files.example.org/letters/a.pdf --db findings.duckdb
    """
    from findings.about import about as known  # noqa: PLC0415 - other commands of the group start sooner

    report_for(database, output, reveal=reveal).about(known(database, what, READ_WAIT))
