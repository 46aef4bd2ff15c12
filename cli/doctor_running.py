"""What `stray doctor` tells of running a scope for years: keys, spool, room, schedule, who is told, and the guard."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cli.amounts import counted, size
from cli.doctor_checks import LITTLE_DISK, Check, State
from cli.status_running import running
from fetching.clean_environment import clean_environment
from findings.errors import DatabaseMissingError, FindingsError
from findings.memory_file import memory_root
from findings.standing import Standing, standing
from matchers.errors import PackError
from matchers.keys import load_key
from matchers.pack import open_pack
from reports.alive import alive_address
from reports.notify import NotifyError, services
from scope.model import Scope

# Days before the authority's last one from which on it is warned of: a signature takes weeks.
AUTHORITY_DAYS: Final = 30
# Seconds for the trial of the guard: it starts Python.
_TRIAL_SECONDS: Final = 60
# Letters of a pack among which canaries are sought: 20 us each, so two seconds.
MOST_LETTERS: Final = 100_000


def running_checks(scope: Scope, environment: dict[str, str]) -> Iterator[Check]:
    """All of them; `environment` is that of the trial's process."""
    yield guard_trial(scope, environment)
    yield from _private_files(scope)
    yield from _store(scope)
    yield from _authority(scope)
    yield from _canaries(scope)
    yield from _told(scope)


def guard_trial(scope: Scope, environment: dict[str, str]) -> Check:
    """Connections that must be refused, tried in a process of its own."""
    name = "guard tried"
    try:
        told = subprocess.run(
            [sys.executable, "-P", "-m", "cli.guard_trial"],
            input=scope.model_dump_json(), env=clean_environment(environment),
            capture_output=True, text=True, timeout=_TRIAL_SECONDS, check=True,
        )  # fmt: skip
        held = json.loads(told.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return Check(name, State.UNKNOWN, f"could not be tried ({type(error).__name__})")
    if held["through"]:
        return Check(name, State.FAILED, f"let through: {', '.join(held['through'])}; please report this, do not sweep")
    return Check(name, State.OK, f"{held['tried']} connections to addresses inside were refused, and none arrived")


def _private_files(scope: Scope) -> Iterator[Check]:
    files = {"key of the pack": scope.pack.key, "key of the database": scope.database.key}
    for what, path in files.items():
        yield _private(what, path, is_made=what == "key of the database")
    yield _folder(scope.database.file)


def _private(what: str, path: Path, *, is_made: bool) -> Check:
    try:
        held = path.stat()
    except FileNotFoundError:
        told = "is made by the first sweep" if is_made else "is missing"
        return Check(what, State.OK if is_made else State.FAILED, f"{path} {told}")
    except OSError as error:
        return Check(what, State.FAILED, f"{path}: {error.strerror}")
    mode = stat.S_IMODE(held.st_mode)
    if mode & 0o077:
        return Check(what, State.FAILED, f"{path}: others may read it (mode {mode:o}); chmod 600 it")
    if held.st_uid != os.geteuid():
        return Check(what, State.WARNING, f"{path}: belongs to uid {held.st_uid}, and sweeps run as {os.geteuid()}")
    return Check(what, State.OK, f"{path}, mode {mode:o}")


def _folder(database: Path) -> Check:
    try:
        mode = stat.S_IMODE(database.parent.stat().st_mode)
    except OSError as error:
        return Check("folder", State.FAILED, f"{database.parent}: {error.strerror}")
    if mode & 0o022:
        return Check("folder", State.WARNING, f"{database.parent}: others may write to it (mode {mode:o})")
    return Check("folder", State.OK, f"{database.parent}, mode {mode:o}")


def _store(scope: Scope) -> Iterator[Check]:
    """What waits, who is at work, what was left, is there room for another sweep and a rewriting of the database."""
    database = scope.database.file
    try:
        told = standing(database)
    except DatabaseMissingError:
        yield Check("spool", State.OK, "nothing waits: no sweep yet")
        return
    except FindingsError as error:
        yield Check("spool", State.FAILED, str(error))
        return
    held = running(told)
    if told.sweeping:
        yield Check("sweep", State.OK, f"under way: {told.sweeping}")
    elif held is not None:
        yield Check("sweep", State.WARNING, "the last one was killed; the same command goes on with it (stray status)")
    else:
        yield Check("sweep", State.OK, "none under way")
    waiting = sum(sweep.waiting for sweep in told.spooled)
    yield Check(
        "spool",
        State.WARNING if waiting and not told.sweeping else State.OK,
        f"{counted(waiting, 'unit')} wait to be merged: stray findings list does it" if waiting else "nothing waits",
    )
    if told.quarantined:
        what = counted(told.quarantined, "unreadable file")
        yield Check("quarantine", State.WARNING, f"{what} below {database}.spool/quarantine: look, then delete")
    yield _remembered(told)
    yield _room(told)
    yield _leftovers(database)


def _remembered(told: Standing) -> Check:
    """What earlier sweeps know, by which the next one is short; it shows how much lies at a host, and no more."""
    name, folder = "remembered", memory_root(told.database)
    try:
        mode = stat.S_IMODE(folder.stat().st_mode)
    except FileNotFoundError:
        return Check(name, State.OK, "nothing: the next sweep fetches everything")
    except OSError as error:
        return Check(name, State.WARNING, f"{folder}: {error.strerror}; the next sweep fetches everything")
    if mode & 0o077:
        return Check(name, State.WARNING, f"{folder}: others may read it (mode {mode:o}); chmod 700 it")
    return Check(
        name, State.OK, f"{size(told.bytes.get('memory', 0))} of earlier sweeps; lost, everything is fetched once"
    )


def _room(told: Standing) -> Check:
    """A purge or a migration writes the whole database anew beside it, and a sweep spools before it merges."""
    wanted = told.bytes.get("database", 0) + told.bytes.get("spool", 0) + LITTLE_DISK
    if told.free_bytes is None:
        return Check("room", State.UNKNOWN, "the disk does not say what is free")
    told_of = f"{size(told.free_bytes)} free; a sweep and a rewriting of the database may want {size(wanted)}"
    return Check("room", State.OK if told.free_bytes >= wanted else State.WARNING, told_of)


def _leftovers(database: Path) -> Check:
    """Half-written copies that a kill left; nothing that runs now is older than an hour."""
    before = datetime.now(UTC).timestamp() - 3600
    left = []
    for path in database.parent.glob(f"{database.name}.*tmp*"):
        try:
            if path.stat().st_mtime < before:
                left.append(path.name)
        except OSError:
            continue
    told = f"{', '.join(sorted(left))}: from a kill, may be deleted" if left else "none"
    return Check("leftovers", State.WARNING if left else State.OK, told)


def _authority(scope: Scope) -> Iterator[Check]:
    if scope.authority is None:
        return
    left = (scope.authority.expires - datetime.now(UTC).date()).days
    if 0 <= left <= AUTHORITY_DAYS:
        yield Check("authority ends", State.WARNING, f"in {counted(left, 'day')}: have it renewed in writing")


def _canaries(scope: Scope) -> Iterator[Check]:
    """Are the planted letters in the pack? A sweep can not find them otherwise, and would call itself broken."""
    wanted = [canary.letter for canary in scope.canary if canary.letter is not None]
    if not scope.canary:
        yield Check("canary letters", State.OK, "none planted; stray canary make writes one: proof that a sweep sees")
        return
    try:
        pack = open_pack(scope.pack.path, load_key(scope.pack.key))
        if pack.letters > MOST_LETTERS:
            yield Check("canary letters", State.UNKNOWN, f"not sought among {pack.letters:,} letters; each sweep does")
            return
        marks = pack.marks()
    except PackError:
        return  # told of the pack itself
    missing = [letter for letter in wanted if letter not in marks]
    told = f"not in the pack: {', '.join(missing)}" if missing else f"{len(scope.canary)} planted"
    yield Check("canary letters", State.FAILED if missing else State.OK, told)


def _told(scope: Scope) -> Iterator[Check]:
    """Who hears of news, and who notices that there is none because nothing runs?"""
    if scope.notify is None:
        yield Check("notify", State.WARNING, "nobody is told of news; add [notify]")
    else:
        try:
            count = len(services(scope.notify.file))
            yield Check("notify", State.OK, f"{counted(count, 'service')}; stray notify --test tries them")
        except NotifyError as error:
            yield Check("notify", State.FAILED, str(error))
    rhythm = scope.heartbeat
    if rhythm is None:
        yield Check("heartbeat", State.WARNING, "nobody would notice that sweeps have stopped; add [heartbeat]")
        return
    yield Check("heartbeat", State.OK, f"a sweep every {rhythm.every}, grace {rhythm.grace}")
    if rhythm.alive_file is not None:
        try:
            alive_address(rhythm.alive_file)
            yield Check("sign of life", State.OK, "given after each sweep")
        except NotifyError as error:
            yield Check("sign of life", State.FAILED, str(error))
