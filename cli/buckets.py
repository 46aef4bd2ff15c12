"""`stray buckets`: what sweeps know of buckets themselves."""

from __future__ import annotations

from pathlib import Path

import click

from cli.options import database_option, format_option, reveal_option
from cli.reading import READ_WAIT, report_for
from findings.buckets import bucket_standings, buckets_met


@click.group()
def buckets() -> None:
    """Buckets: how open they are, whose they seem to be, and which were met in pages."""


@buckets.command("list")
@database_option
@format_option
@click.option("--all", "everything", is_flag=True, help="Absent ones too.")
def list_(database: Path, output: str, everything: bool) -> None:
    """List the buckets that were asked about, the most open first.

    The state is listable, readable (not listable, and an object was read all the same), not_listable (whether its
    objects can be read is unknown), exists (nothing more is known), unknown, closed or absent; since when it is seen
    so; and how likely the bucket is ours, 0 to 100, with the reasons.

    Example: stray buckets list --db findings.duckdb
    """
    report = report_for(database, output)
    report.buckets(bucket_standings(database, with_absent=everything, wait_seconds=READ_WAIT))


@buckets.command()
@database_option
@format_option
@reveal_option
def met(database: Path, output: str, reveal: bool) -> None:
    """List the buckets whose addresses stand in what was crawled, those with a signature or token in them first.

    Example: stray buckets met --db findings.duckdb
    """
    report_for(database, output, reveal=reveal).buckets_met(buckets_met(database, READ_WAIT))
