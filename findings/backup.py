"""Back-ups: a folder that is whole or not there, every file with its digest."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from findings.asking import asked
from findings.copying import Copied, copy_database
from findings.database import LOCK_WAIT_SECONDS, open_as_it_is, private_files, stored_key_check
from findings.durable_files import FILE_MODE, FOLDER_MODE, read_json, storage_errors, sync_folder, write_json
from findings.errors import BackupError, DatabaseMissingError, SchemaNewerError
from findings.schema import applied_version, migrations
from findings.spool_folders import spool_root, sweep_folders

BACKUP_FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "findings.duckdb"
BESIDE: Final = "beside"
# Endings of what lies beside a database and is no part of a back-up: DuckDB's log is taken in, the spool is merged
# first, what sweeps remember is made anew by the next one, the rest are leavings.
_LEFT_OUT: Final = (".wal", ".spool", ".memory", ".spill", ".stop", ".tmp", ".key")
_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What a back-up holds.

    Attributes:
        made_at: when it was begun.
        schema: of its database.
        key_check: tells whether a key is the one of this database; None where nothing has been merged yet.
        files: digest and bytes by relative name.
        rows: of its database, by table.
        waiting: units that waited in the spool and are not in it.
    """

    made_at: datetime
    stray_version: str
    schema: int
    key_check: str | None
    files: Mapping[str, tuple[str, int]]
    rows: Mapping[str, int]
    waiting: int

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(size for _, size in self.files.values())


def back_up(
    database: Path, folder: Path, made_at: datetime, stray_version: str, wait_seconds: float = LOCK_WAIT_SECONDS
) -> tuple[Backup, Copied]:
    """Make `folder`: a copy of the database, what lies beside it, and a manifest. Not the key, which belongs elsewhere.

    Raises:
        BackupError: `folder` is there already.
        FindingsError: the database is missing or can not be used, the disk is full; no folder is left.
    """
    if not database.exists():
        raise DatabaseMissingError(database)
    aside = folder.with_name(folder.name + ".tmp")
    with storage_errors(folder.parent), private_files():
        if folder.exists():
            raise BackupError(f"{folder} is there already; each back-up has a folder of its own")
        if aside.exists() and not (aside / DATABASE).exists() and any(aside.iterdir()):
            raise BackupError(f"{aside} is in the way, and no back-up of ours")
        shutil.rmtree(aside, ignore_errors=True)  # killed right here, earlier
        aside.mkdir(mode=FOLDER_MODE, parents=True)
        try:
            copied = copy_database(database, aside / DATABASE, wait_seconds)
            for path in _beside(database):
                _copy_tree(path, aside / BESIDE / path.name.removeprefix(database.name + "."))
            backup = _described(database, aside, made_at, stray_version, copied)
            write_json(aside / MANIFEST, _manifest_of(backup))
            _sync_all(aside)
            aside.rename(folder)
            sync_folder(folder.parent)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    return backup, copied


def check_backup(folder: Path) -> Backup:
    """What a back-up holds, after every file of it has been read and held against its digest.

    Raises:
        BackupError: it is none, or not whole, or was altered.
        SchemaNewerError: a newer Stray has made it.
    """
    backup = _read_manifest(folder)
    there = {str(PurePosixPath(path.relative_to(folder))) for path in _files_below(folder)} - {MANIFEST}
    if missing := set(backup.files) - there:
        raise BackupError(f"{folder}: {len(missing)} of its files are missing")
    if added := there - set(backup.files):
        raise BackupError(f"{folder}: {len(added)} files in it are none of its own")
    with storage_errors(folder):
        for name, told in backup.files.items():
            if _digest(folder / name) != told:
                raise BackupError(f"{folder}: a file is not as it was backed up ({name.split('/')[0]})")
    if backup.schema > migrations()[-1].version:
        raise SchemaNewerError(folder / DATABASE, backup.schema, migrations()[-1].version)
    return backup


def _beside(database: Path) -> Iterator[Path]:
    for path in sorted(database.parent.glob("*")):
        is_ours = path.name.startswith(database.name + ".")
        if is_ours and not path.name.endswith(_LEFT_OUT) and ".before-restore-" not in path.name:
            yield path


def _described(database: Path, aside: Path, made_at: datetime, stray_version: str, copied: Copied) -> Backup:
    with open_as_it_is(aside / DATABASE) as connection:
        schema, key_check = applied_version(connection), stored_key_check(connection)
    files = {str(PurePosixPath(path.relative_to(aside))): _digest(path) for path in _files_below(aside)}
    waiting = sum(len(sweep.published()) for sweep in sweep_folders(spool_root(database)))
    return Backup(made_at, stray_version, schema, key_check, files, copied.rows, waiting)


def _manifest_of(backup: Backup) -> dict[str, Any]:
    return {
        "format": BACKUP_FORMAT,
        "made_at": backup.made_at.isoformat(),
        "stray_version": backup.stray_version,
        "schema": backup.schema,
        "key_check": backup.key_check,
        "files": {name: {"sha256": digest, "bytes": size} for name, (digest, size) in backup.files.items()},
        "rows": dict(backup.rows),
        "waiting": backup.waiting,
    }


def _read_manifest(folder: Path) -> Backup:
    told = read_json(folder / MANIFEST)
    if told is None:
        raise BackupError(f"{folder}: no back-up, or its {MANIFEST} can not be read")
    if told.get("format") != BACKUP_FORMAT:
        raise BackupError(f"{folder}: made by another version of Stray")
    try:
        backup = Backup(
            datetime.fromisoformat(told["made_at"]),
            str(told["stray_version"]),
            int(told["schema"]),
            told["key_check"],
            {name: (file["sha256"], file["bytes"]) for name, file in told["files"].items()},
            dict(told["rows"]),
            int(told["waiting"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BackupError(f"{folder}: its {MANIFEST} is none of ours") from None
    if DATABASE not in backup.files or any(_leads_out(name) for name in backup.files):
        raise BackupError(f"{folder}: its {MANIFEST} is none of ours")
    return backup


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return ".." in parts or name.startswith("/") or (name != DATABASE and parts[:1] != (BESIDE,))


def _files_below(folder: Path) -> list[Path]:
    return [Path(at, name) for at, _, names in os.walk(folder) for name in sorted(names)]


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()


def _copy_tree(source: Path, target: Path) -> None:
    """A file, or all regular files below a folder; links inside are no part of it."""
    if source.is_file():
        copy_file(source, target)
        return
    for at, folders, names in os.walk(source):
        below = target / Path(at).relative_to(source)
        below.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        folders[:] = [name for name in folders if not Path(at, name).is_symlink()]
        for name in names:
            path = Path(at, name)
            if path.is_file() and not path.is_symlink() and not name.endswith(".tmp"):
                copy_file(path, below / name)


def copy_file(source: Path, target: Path) -> None:
    """A private copy, on disk once this returns. What goes away meanwhile is left out."""
    target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with suppress(FileNotFoundError), source.open("rb") as file:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as out:
            shutil.copyfileobj(file, out, _PIECE_BYTES)
            out.flush()
            os.fsync(out.fileno())


def _sync_all(folder: Path) -> None:
    for at, _, _ in os.walk(folder):
        sync_folder(Path(at))


def merged_units(database: Path, sweep_id: str) -> frozenset[str]:
    """Units of a sweep that a database holds."""
    with open_as_it_is(database) as connection:
        rows = asked(connection, "SELECT unit_id FROM merged_spools WHERE sweep_id = ?", [sweep_id])
    return frozenset(str(row["unit_id"]) for row in rows)
