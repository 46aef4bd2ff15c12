"""What can go wrong with findings.

FindingsError
 ├── DatabaseLockedError     another process holds the database; the spool is kept
 ├── DatabaseMissingError    there is nothing to read yet
 ├── DatabaseUnusableError   the file is not a findings database, or DuckDB gave up on it
 │    └── DiskFullError      no room; what was committed stays
 ├── DatabaseKeyError        the database key is gone, readable by others or another one
 ├── SchemaNewerError        the file was written by a newer Stray
 ├── SpoolError              the spool can not be written or read: disk full, no permission
 ├── MemoryDamagedError      what is remembered of places can not be used; they are fetched
 ├── SweepRunningError       another sweep of this database is under way
 ├── NoticesBusyError        another process is sending this database's notifications
 ├── FindingUnknownError     no finding has this id
 ├── FindingAmbiguousError   several findings begin with this prefix
 ├── SweepUnknownError       no sweep has this id
 ├── UnitUnknownError        no unit, or more than one, is meant
 ├── QueryError              a person's own SQL that is not understood, fails or takes too long
 ├── SeverityRulesError      rules of severity that can not stand
 ├── RetentionError          nothing is deleted by this clock
 ├── BackupError             a back-up that can not be made or used
 ├── TriageError             a decision that does not hold together
 ├── TriageOverlapError      somebody else, or a sweep, came in between
 └── EvidenceError           evidence can not be sealed, found, opened or exported
      └── EvidenceKeyError   none of the private keys opens it

No text holds a URL, a file name of a document, an identifier or what DuckDB said: its messages quote values.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final


class FindingsError(Exception):
    """Root of this room's errors; the command shows the text as it is."""


class DatabaseLockedError(FindingsError):
    """The database stayed locked for as long as we waited. `pid` is None where the holder could not be told."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"{path} is held open by {holder}; close it there and try again")
        self.path = path
        self.pid = pid


class DatabaseMissingError(FindingsError):
    """There is no database file yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: no such database; a sweep makes it")
        self.path = path


# Errors of DuckDB at a file that was cut or altered.
_DAMAGED: Final = frozenset({"IOException", "SerializationException", "InternalException", "FatalException"})


class DatabaseUnusableError(FindingsError):
    """The file is no findings database, or DuckDB gave up on it: `cause` is then its error's class, never its text."""

    def __init__(self, path: Path, cause: str) -> None:
        next_step = "; if it is damaged: stray restore, see docs/keeping.md" if cause in _DAMAGED else ""
        super().__init__(f"{path} can not be used as a findings database ({cause}){next_step}")
        self.path = path
        self.cause = cause


class DiskFullError(DatabaseUnusableError):
    """No room for what was to be written. What had been committed stays; nothing else has changed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "the disk is full; free some space and run the same again")


class DatabaseKeyError(FindingsError):
    """The database key does not fit."""


class SchemaNewerError(FindingsError):
    """A newer Stray has migrated this database; an older one would misread it."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(f"{path} has schema {found}, this Stray knows up to {known}; use a newer Stray")
        self.path = path
        self.found = found
        self.known = known


class SpoolError(FindingsError):
    """The spool can not be written or read."""


class MemoryDamagedError(FindingsError):
    """A unit's memory, or a record in it, is damaged or not ours: whoever reads it does without."""


class SweepRunningError(FindingsError):
    """Two sweeps of one database would fetch everything twice; the second one is refused."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"another sweep is under way ({holder}); its lock is {path}")
        self.path = path
        self.holder = holder


class NoticesBusyError(FindingsError):
    """Two that send at once would send everything twice; the second one is refused."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"another process is sending notifications; its record is {path}")
        self.path = path


class FindingUnknownError(FindingsError):
    """No finding has an id that begins so."""

    def __init__(self, prefix: str) -> None:
        said = f"no finding begins with {prefix!a}"
        if len(prefix) > _SHOWN_PREFIX:
            said = f"an id has at most {_SHOWN_PREFIX} characters, not {len(prefix)}"
        super().__init__(said)


class FindingAmbiguousError(FindingsError):
    """More than one finding begins so."""

    def __init__(self, prefix: str, count: int) -> None:
        super().__init__(f"{count} findings begin with {prefix[:_SHOWN_PREFIX]!a}; give more of the id")


class SweepUnknownError(FindingsError):
    """No sweep of this id has been merged."""

    def __init__(self, sweep_id: str) -> None:
        super().__init__(f"no sweep {sweep_id[:_SHOWN_PREFIX]!a} in the database")


class UnitUnknownError(FindingsError):
    """Nothing is put on record: no unit of this name has a fall that nobody has accepted, or several have."""

    def __init__(self, found: int) -> None:
        several = f"{found} units begin so; give more of the id" if found else "no such unit has an unexplained fall"
        super().__init__(f"{several}; `stray findings reach --format json` names them")


class RetentionError(FindingsError):
    """What is old can not be told, so nothing is deleted."""


class BackupError(FindingsError):
    """A back-up can not be made, is not whole, or does not belong here."""


class QueryError(FindingsError):
    """A person's own SQL can not be answered."""


class TriageError(FindingsError):
    """A decision that does not hold together, such as an acceptance without an end."""


class TriageOverlapError(FindingsError):
    """Findings are not what the person had before them, so nothing was recorded."""

    def __init__(self, finding_ids: Sequence[str]) -> None:
        count = len(finding_ids)
        which = f"finding {finding_ids[0][:_SHOWN_PREFIX]!a}" if count == 1 else f"{count} findings"
        super().__init__(f"{which} changed after you saw it; look again. Nothing was recorded")
        self.finding_ids = tuple(finding_ids)


class SeverityRulesError(FindingsError):
    """A file of severity rules says something that can not stand."""


class EvidenceError(FindingsError):
    """Evidence can not be sealed, found, opened or exported."""


class EvidenceKeyError(EvidenceError):
    """None of the private keys opens it."""


# Characters of what a person typed that an error repeats: a whole finding id, and no more.
_SHOWN_PREFIX = 32
