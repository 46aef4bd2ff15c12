"""What `stray doctor` looks at. Each check answers ok, warning, failed or unknown, and says what would help."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from cli.amounts import counted
from crawler.browser import PROGRAMS as BROWSERS
from fetching.clean_environment import ambient_settings
from findings.database import open_reader
from findings.errors import FindingsError
from findings.schema import applied_version
from matchers.errors import PackError
from matchers.keys import load_key
from matchers.pack import open_pack
from scope.addresses import literal_address, may_dial
from scope.errors import ScopeError
from scope.guard import Guard
from scope.loader import load_scope
from scope.model import Scope
from scope.proxy import Resolve
from scope.recipients import can_seal
from scope.units import units_of
from sweeps.gates import Gates

# Bytes free where the database lies, below which a sweep may not be able to write its spool: a unit's default budget of
# bodies is never kept, but 10 million entries take about this much.
LITTLE_DISK = 2 << 30
# No clock of a machine that runs this can be right before it was written.
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
PACKAGES = ("scrapy", "boto3", "duckdb", "pyarrow", "pypdfium2", "rapidfuzz", "trafilatura")
# Ways to spell addresses that are nobody's to ask for from outside; the guard must refuse each.
INSIDE_SPELLINGS = (
    "127.0.0.1", "localhost.", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0",  # noqa: S104 - nothing is bound
    "[::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254",
)  # fmt: skip


class State(StrEnum):
    """Of one check."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what was seen."""

    name: str
    state: State
    detail: str


def machine_checks(environment: Mapping[str, str]) -> Iterator[Check]:
    """Python, packages, clock, what the environment would have an SDK do."""
    yield Check("python", State.OK, f"{platform.python_version()} ({sys.executable})")
    for package in PACKAGES:
        try:
            yield Check(package, State.OK, version(package))
        except PackageNotFoundError:
            yield Check(package, State.FAILED, "is not installed; run make setup")
    now = datetime.now(UTC)
    behind = now < WRITTEN
    told = f"{now:%Y-%m-%d %H:%M} UTC" + ("; is behind, so expiry dates mean nothing" if behind else "")
    yield Check("clock", State.FAILED if behind else State.OK, told)
    ambient = sorted(ambient_settings(environment))
    detail = f"set and not used: {', '.join(ambient)}" if ambient else "none in the environment"
    yield Check("credentials and proxies", State.OK, detail)


def scope_checks(path: Path) -> Iterator[Check]:
    """The scope file and everything that it names; without a request."""
    try:
        scope = load_scope(path)
    except ScopeError as error:
        yield Check("scope", State.FAILED, str(error))
        return
    yield Check("scope", State.OK, counted(len(list(units_of(scope))), "unit"))
    denied = Guard(scope).authority_denial()
    authority = scope.authority
    good = f"{authority.reference}, to {authority.expires}" if authority else ""
    yield Check("authority", State.FAILED if denied else State.OK, denied.detail if denied else good)
    if closed := Gates(scope, path).closed():
        yield Check("gates", State.WARNING, f"no sweep would begin now: {closed}")
    yield _guard_check(scope)
    yield _pack_check(scope)
    yield _database_check(scope)
    yield _disk_check(scope)
    if scope.evidence.recipients:
        yield _evidence_check(scope)
    if any(target.render for target in scope.site):
        yield _browser_check()
    if denied is None and (scope.network.proxy is None or scope.network.resolve is Resolve.HERE):
        yield from _name_checks(scope)


def _guard_check(scope: Scope) -> Check:
    guard = Guard(scope)
    let_through = [host for host in INSIDE_SPELLINGS if guard.url(f"http://{host}/") is None]
    named = [str(network) for network in scope.network.private_addresses]
    if let_through and not named:
        return Check("guard", State.FAILED, f"lets through {', '.join(let_through)}; please report this")
    told = f"; the scope names {', '.join(named)}" if named else ""
    return Check("guard", State.OK, f"refuses {len(INSIDE_SPELLINGS) - len(let_through)} spellings of inside{told}")


def _pack_check(scope: Scope) -> Check:
    try:
        letters = open_pack(scope.pack.path, load_key(scope.pack.key)).letters
    except PackError as error:
        return Check("pack", State.FAILED, str(error))
    return Check("pack", State.OK, counted(letters, "letter"))


def _database_check(scope: Scope) -> Check:
    if not scope.database.file.exists():
        return Check("database", State.OK, f"{scope.database.file} is made by the first sweep")
    try:
        with open_reader(scope.database.file) as connection:
            found = applied_version(connection)
    except FindingsError as error:
        return Check("database", State.FAILED, str(error))
    return Check("database", State.OK, f"schema {found}")


def _disk_check(scope: Scope) -> Check:
    folder = scope.database.file.parent
    if not folder.exists():
        return Check("disk", State.FAILED, f"{folder}: no such folder for the database")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Check("disk", State.FAILED, f"{folder} can not be written: {error.strerror}")
    free = shutil.disk_usage(folder).free
    return Check(
        "disk", State.WARNING if free < LITTLE_DISK else State.OK, f"{free / (1 << 30):.1f} GiB free at {folder}"
    )


def _evidence_check(scope: Scope) -> Check:
    """Can files be sealed, and would one lost key lose them all?"""
    count = len(scope.evidence.recipients)
    if not can_seal():
        return Check("evidence", State.FAILED, "the scope names recipients; install the extra: stray[evidence]")
    kept = "each file that makes a finding" if scope.evidence.keep == "sealed" else "files on request"
    if count == 1:
        return Check(
            "evidence", State.WARNING, f"{kept}, sealed to one key alone: what is sealed to it is lost with it"
        )
    return Check("evidence", State.OK, f"{kept}, sealed to {count} keys")


def _browser_check() -> Check:
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if find_spec("playwright") is None:
        return Check("browser", State.FAILED, "a target says render = true; install the extra: stray[browser]")
    if program is None:
        return Check("browser", State.FAILED, f"a target says render = true; none on the PATH of {', '.join(BROWSERS)}")
    if os.geteuid() == 0:
        return Check("browser", State.WARNING, f"{program}; as root it runs without its own sandbox")
    return Check("browser", State.OK, program)


def _name_checks(scope: Scope) -> Iterator[Check]:
    """Do the targets' names resolve, and to addresses that may be dialled? Asks the name server, nobody else."""
    for host in sorted({urlsplit(unit.start_url).hostname or "" for unit in units_of(scope)}):
        try:
            found = {str(answer[4][0]) for answer in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
        except OSError as error:
            yield Check(f"name {host}", State.UNKNOWN, f"does not resolve here: {type(error).__name__}")
            continue
        addresses = [address for text in found if (address := literal_address(text))]
        refused = [str(a) for a in addresses if not may_dial(a, scope.network.private_addresses)]
        if refused:
            told = f"{', '.join(refused)}: not public, and not named under [network]"
            yield Check(f"name {host}", State.WARNING, told)
        else:
            yield Check(f"name {host}", State.OK, ", ".join(sorted(found)))
