"""`stray findings reach`: how far a sweep saw, and a person's word that a fall is explained."""

from __future__ import annotations

from pathlib import Path

import click

from cli.console import notice
from cli.errors import CommandError
from cli.operator import operator_name
from cli.options import database_option, format_option
from cli.reading import READ_WAIT, report_for
from findings.query import latest_sweep_id, reach, told_reach
from findings.reaching import accept_fall


@click.command()
@database_option
@format_option
@click.option("--sweep", "sweep_id", help="Of this sweep; of the latest, if not given.")
@click.option("--whole", is_flag=True, help="Of the sweep as a whole, not unit by unit.")
@click.option("--accept", "unit", metavar="UNIT", help="Put on record that the fall of this unit is as it should be.")
@click.option("--note", help="Why, for --accept; names of patients do not belong in it.")
def reach_command(
    database: Path, output: str, sweep_id: str | None, whole: bool, unit: str | None, note: str | None
) -> None:
    """Say what a sweep looked at, skipped and never got to, unit by unit, and what is otherwise than before.

    Where a sweep sees much less than those before, it asks whether it is blind or the place has been tidied up, and
    goes on asking until the place is back or somebody accepts it.

    Example: stray findings reach --accept open_directory-0c1f --note "moved, ticket 4711" --db findings.duckdb
    """
    if (unit is None) != (note is None):
        raise CommandError("--accept UNIT and --note WHY go together")
    report = report_for(database, output)
    if unit is not None and note is not None:
        unit_id, of_sweep = accept_fall(database, unit, operator_name(), note, sweep_id, READ_WAIT)
        notice(f"{unit_id}: accepted; from now on it is held against what sweep {of_sweep} saw")
        return
    which = sweep_id or latest_sweep_id(database, READ_WAIT)
    if not whole or which is None:
        report.reach(reach(database, which, READ_WAIT))
    if which is not None and (whole or output == "table"):
        report.reach_told(told_reach(database, which, READ_WAIT))
