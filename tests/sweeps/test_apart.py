from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from findings.database import open_writer
from findings.errors import DatabaseLockedError, FindingsError
from findings.query import sweep_summary
from matchers.errors import PackError
from sweeps.apart import settle_apart, take_in_apart
from sweeps.errors import ApartEndedError
from sweeps.taking_in import Asked, take_in
from tests.findings.conftest import Estate, letter

_ENDS = 60.0


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    made = Estate(tmp_path / "findings.duckdb")
    with open_writer(made.database):
        pass
    return made


def asked(estate: Estate, sweep_id: str, wait: float = 0.0, stopping: threading.Event | None = None) -> Asked:
    return Asked(estate.database, sweep_id, wait, stopping or threading.Event(), lambda _: None)


def swept(estate: Estate) -> str:
    found = (estate.document("/letters/1.pdf", b"one"), letter())
    return estate.sweep(found, estate.entry("/letters/2.pdf"), merged=False)


def children() -> list[int]:
    """Processes that this one has started and that work for it."""
    own = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            is_ours = int(status.read_text().rpartition(")")[2].split()[1]) == os.getpid()
            line = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if is_ours and b"sweeps.apart_work" in line:
            own.append(int(status.parent.name))
    return own


@contextmanager
def held_elsewhere(database: Path) -> Iterator[subprocess.Popen[str]]:
    code = f"import duckdb, sys; held = duckdb.connect({str(database)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as own:
        assert own.stdout
        assert own.stdout.readline() == "held\n"
        yield own
        assert own.stdin
        own.stdin.close()


def test_apart_the_same_is_merged_and_said_as_here(estate: Estate, tmp_path: Path) -> None:
    other = Estate(tmp_path / "other.duckdb")
    here, apart = take_in(asked(other, swept(other))), take_in_apart(asked(estate, swept(estate)))
    assert replace(apart.merged, sweeps=()) == replace(here.merged, sweeps=())
    assert replace(apart.summary, sweep_id="") == replace(here.summary, sweep_id="")
    assert apart.summary == sweep_summary(estate.database, apart.summary.sweep_id)
    assert apart.merged.units == 1
    assert apart.summary.findings


def test_a_held_database_is_waited_for_and_told_once(estate: Estate) -> None:
    sweep_id, told = swept(estate), list[str]()
    with held_elsewhere(estate.database) as holder:

        def waits(what: str) -> None:
            told.append(what)
            holder.terminate()

        taken = take_in_apart(Asked(estate.database, sweep_id, _ENDS, threading.Event(), waits))
    assert taken.merged.units == 1
    assert len(told) == 1
    assert str(holder.pid) in told[0]


def test_a_stop_ends_the_wait_for_a_held_database(estate: Estate) -> None:
    sweep_id, stopping = swept(estate), threading.Event()
    with held_elsewhere(estate.database) as holder, pytest.raises(DatabaseLockedError) as refused:
        take_in_apart(Asked(estate.database, sweep_id, _ENDS * 60, stopping, lambda _: stopping.set()))
    assert refused.value.pid == holder.pid
    assert take_in_apart(asked(estate, sweep_id)).merged.units == 1


def test_a_merge_that_is_killed_can_be_done_again(estate: Estate) -> None:
    sweep_id = swept(estate)

    def kill(_: str) -> None:
        (merging,) = children()
        os.kill(merging, signal.SIGKILL)

    with held_elsewhere(estate.database), pytest.raises(ApartEndedError, match="signal 9"):
        take_in_apart(Asked(estate.database, sweep_id, _ENDS, threading.Event(), kill))
    assert take_in_apart(asked(estate, sweep_id)).merged.units == 1


def test_it_ends_with_whoever_started_it(estate: Estate) -> None:
    sweep_id = swept(estate)
    code = (
        "import sys, threading; from pathlib import Path; from sweeps.apart import take_in_apart;"
        "from sweeps.taking_in import Asked;"
        f"take_in_apart(Asked(Path({str(estate.database)!r}), {sweep_id!r}, 600.0, threading.Event(),"
        "lambda _: print('waits', flush=True)))"
    )
    with held_elsewhere(estate.database):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout
            assert parent.stdout.readline() == "waits\n"
            started = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
            parent.kill()
        until = time.monotonic() + _ENDS
        while any(Path(f"/proc/{pid}/exe").exists() for pid in started):
            assert time.monotonic() < until
            time.sleep(0.02)
    assert started


def test_errors_come_back_as_what_they_are(estate: Estate, tmp_path: Path) -> None:
    with pytest.raises(FindingsError, match="no sweep"):
        take_in_apart(asked(estate, "20260301T000000Z-00000000"))
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"not a database" * 1000)
    with pytest.raises(FindingsError, match="can not be used"):
        take_in_apart(asked(Estate(broken), "20260301T000000Z-00000000"))
    with pytest.raises(PackError, match="no such"):
        settle_apart(estate.database, tmp_path / "pack", tmp_path / "pack.key")


def test_a_summary_in_full_comes_back_as_it_was(estate: Estate) -> None:
    """Every sort of fact that a summary can hold, of a second sweep that fell."""
    swept_first = estate.sweep(*(estate.document(f"/{number}", bytes([number])) for number in range(30)))
    second = estate.sweep((estate.document("/1", b"\1"), letter()), merged=False)
    apart = take_in_apart(asked(estate, second))
    assert apart.summary == sweep_summary(estate.database, second)
    assert swept_first != second
