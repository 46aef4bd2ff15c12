"""`stray report`: findings as a page for people, or as a file for other programs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from cli.chosen_options import chosen_options
from cli.console import notice
from cli.errors import CommandError
from cli.options import database_option, reveal_option
from cli.reading import READ_WAIT, merge_what_waits
from cli.reveal_log import log_reveal
from findings.chosen import Chosen
from findings.durable_files import storage_errors, sync_folder, written_aside
from findings.report_facts import report_facts
from reports.formats import ReportFormat, written_report


@click.command()
@database_option
@click.option(
    "--format", "output", type=click.Choice([form.value for form in ReportFormat]), default=ReportFormat.HTML.value,
    show_default=True, help="html for people; jsonl, csv, sarif and ocsf for other programs.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; standard output if none.")
@chosen_options
@reveal_option
def report(database: Path, output: str, out: Path | None, chosen: Chosen, reveal: bool) -> None:
    """Write a report of findings, masked: no letter text, no patient's identifier, no address or file name.

    It shows what someone has to act on; options choose among findings, and --all adds those gone or put aside.

    Example: stray report --format html --out report.html --db findings.duckdb
    """
    form = ReportFormat(output)
    if out is None and form is ReportFormat.HTML and sys.stdout.isatty():
        raise CommandError("a page is for a browser: name a file, such as --out report.html")
    merge_what_waits(database)
    if reveal:
        log_reveal(database)
    facts = report_facts(database, chosen, READ_WAIT)
    text = written_report(form, facts, datetime.now(UTC), version("stray"), reveal=reveal)
    if out is None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
        return
    with storage_errors(out.absolute().parent), written_aside(out) as file:
        file.write(text)
    sync_folder(out.absolute().parent)
    notice(f"{out}: {len(facts.findings)} findings, {len(text):,} bytes")
