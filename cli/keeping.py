"""`stray backup` and `stray restore`; and what `stray findings copy` tells."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from cli.amounts import counted, moment, size
from cli.console import json_line, notice
from cli.errors import CommandError
from cli.options import database_option, format_option
from cli.reading import READ_WAIT, merge_what_waits
from findings.backup import Backup, back_up, check_backup
from findings.copying import Copied
from findings.database import check_key
from findings.keys import load_or_create_database_key
from findings.restoring import Restored
from findings.restoring import restore as put_back


def tell_copy(target: Path, copied: Copied) -> None:
    """One line, and one more where the copy is of a file that was being written."""
    rows = counted(copied.rows.get("findings", 0), "finding")
    notice(f"{target}: {rows}, {size(copied.bytes)}; it holds addresses in clear, as the database does")
    _tell_writer(copied)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@database_option
@click.option(
    "--wait", type=click.FloatRange(min=0), default=READ_WAIT, show_default=True,
    help="Seconds to wait for a program that writes; after them the file is copied from under it.",
)  # fmt: skip
@format_option
def backup(folder: Path, database: Path, wait: float, output: str) -> None:
    """Back a findings database up to a new folder, with its logs and sealed evidence; without its key.

    Example: stray backup /backup/stray/2026-03-01 --db findings.duckdb
    """
    merge_what_waits(database)
    made, copied = back_up(database, folder, datetime.now(UTC), version("stray"), wait)
    if output == "json":
        json_line(_fields(folder, made))
    _tell(folder, made)
    _tell_writer(copied)
    if made.waiting:
        notice(f"not in it: {counted(made.waiting, 'unit')} of sweeps, not merged yet; `stray status` says why")
    notice("not in it: the database key. Keep it apart, or a restored database knows none of its findings")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@database_option
@click.option("--key", "key_path", type=click.Path(path_type=Path), help="The key of this database, to be checked.")
@click.option("--replace", is_flag=True, help="Set aside the database that is there.")
@click.option("--check", is_flag=True, help="Only read the back-up and hold it against its digests.")
@format_option
def restore(folder: Path, database: Path, key_path: Path | None, replace: bool, check: bool, output: str) -> None:
    """Put a back-up where it was; every file of it is checked first, and what was there is set aside.

    Example: stray restore /backup/stray/2026-03-01 --db findings.duckdb --replace
    """
    held = check_backup(folder)
    if key_path is not None:
        if not key_path.exists():
            raise CommandError(f"{key_path}: no such key")
        check_key(folder / "findings.duckdb", load_or_create_database_key(key_path, database_exists=True), READ_WAIT)
    if check:
        if output == "json":
            json_line(_fields(folder, held))
        _tell(folder, held)
        notice("whole: every file is as it was backed up")
        return
    restored = put_back(folder, database, datetime.now(UTC), READ_WAIT, replace=replace)
    if output == "json":
        json_line(_fields(folder, held) | {"set_aside": str(restored.aside) if restored.aside else None})
    _tell_restored(database, restored, key_path)


def _fields(folder: Path, held: Backup) -> dict[str, object]:
    return {
        "folder": str(folder),
        "made_at": held.made_at.isoformat(),
        "schema": held.schema,
        "bytes": held.bytes,
        "files": len(held.files),
        "rows": dict(held.rows),
        "waiting": held.waiting,
    }


def _tell(folder: Path, held: Backup) -> None:
    rows = counted(held.rows.get("findings", 0), "finding")
    files = counted(len(held.files), "file")
    notice(
        f"{folder}: {files}, {size(held.bytes)}, {rows}, made {moment(held.made_at)} UTC; it holds addresses in clear"
    )


def _tell_writer(copied: Copied) -> None:
    if copied.writer:
        notice(f"{copied.writer} holds the database for writing: what it had not committed is not in the copy")


def _tell_restored(database: Path, restored: Restored, key_path: Path | None) -> None:
    _tell(database, restored.backup)
    if restored.aside:
        notice(f"what was there before lies in {restored.aside}")
    for sweep_id in restored.sweeps:
        notice(f"set aside with it: sweep {sweep_id}, part of which was only in the database before; sweep again")
    if restored.kept:
        notice(f"{counted(restored.kept, 'file')} beside the database stayed as they were")
    if key_path is None:
        notice("its key was not checked; --key does that. Sweeps refuse another key")
