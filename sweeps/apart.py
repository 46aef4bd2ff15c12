"""What takes much memory, done in a process of its own beside the sweeping one, which lives as long as its sweep.

A merge may hold 600 MB and more, matching against sketches 250: the system has them back when the process ends. It
gets one line of JSON and tells lines of JSON; `apart_work` is the process. It ends when we do, however that happens,
and what it does can be cut off at any moment and done again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from pydantic import TypeAdapter

from findings.errors import DatabaseLockedError, FindingsError
from matchers.errors import PackError
from sweeps.errors import ApartEndedError, ApartError
from sweeps.taking_in import Asked, TakenIn

STOP_LINE: Final = "stop"
# Seconds between two looks whether to pass a stop on.
_LOOK: Final = 0.2
# What the errors of each room come back as: with the same text.
_ROOTS: Final[dict[str, type[Exception]]] = {root.__name__: root for root in (FindingsError, PackError)}


def take_in_apart(asked: Asked) -> TakenIn:
    """`taking_in.take_in`, in a process of its own.

    Raises:
        DatabaseLockedError, FindingsError: as there.
        ApartEndedError: it was ended from outside; the spool waits.
        ApartError: it broke.
    """
    told = {"database": str(asked.database), "sweep_id": asked.sweep_id, "wait_seconds": asked.wait_seconds}
    done = _done("take_in", told, asked.stopping, asked.waits)
    return TypeAdapter(TakenIn).validate_python(done)


def settle_apart(database: Path, pack: Path, key: Path) -> None:
    """`rematching.settle`, in a process of its own.

    Raises:
        FindingsError, ApartError: as above; then everything is fetched.
        PackError: it can not be opened.
    """
    _done("settle", {"database": str(database), "pack": str(pack), "key": str(key)}, threading.Event(), lambda _: None)


def _done(
    task: str, told: Mapping[str, Any], stopping: threading.Event, waits: Callable[[str], None]
) -> dict[str, Any]:
    """What the process tells last."""
    over = threading.Event()
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "sweeps.apart_work"],  # -P: nothing is imported from the current folder
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what DuckDB says quotes values
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # Ctrl-C goes to us alone
    ) as process:
        _write(process.stdin, json.dumps({"task": task, **told}))
        passing = threading.Thread(target=_pass_on, args=(process.stdin, stopping, over), daemon=True)
        passing.start()
        try:
            last = _last(process.stdout, waits)
        except BaseException:
            process.kill()
            raise
        finally:
            over.set()
            passing.join()
            with suppress(BrokenPipeError):  # a word that came too late for it is still in the buffer
                if process.stdin:
                    process.stdin.close()
    return _given(task, last, process.returncode)


def _last(out: IO[str] | None, waits: Callable[[str], None]) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for line in out or ():
        try:
            told = json.loads(line)
        except ValueError:
            continue  # torn, when it was killed
        if not isinstance(told, dict):
            continue  # so is this
        held = told
        if "waits" in held:
            waits(held["waits"])
    return held


def _given(task: str, last: Mapping[str, Any], code: int) -> dict[str, Any]:
    if code < 0:
        raise ApartEndedError(f"the process that {_WHAT[task]} was ended by signal {-code}")
    match last:
        case {"done": dict(done)}:
            return done
        case {"locked": str(path), "pid": pid}:
            raise DatabaseLockedError(Path(path), pid)
        case {"error": str(root), "text": str(text)} if root in _ROOTS:
            raise _ROOTS[root](text)
        case {"crashed": str(where)}:
            raise ApartError(where)
        case _:
            raise ApartError(f"exit code {code} of {task}")


_WHAT: Final = {"take_in": "merges", "settle": "compares sketches"}


def _pass_on(into: IO[str] | None, stopping: threading.Event, over: threading.Event) -> None:
    while not over.wait(_LOOK):
        if stopping.is_set():
            _write(into, STOP_LINE)
            return


def _write(into: IO[str] | None, line: str) -> None:
    with suppress(BrokenPipeError, ValueError):  # it has ended: what it told last says how
        if into is not None:
            into.write(line + "\n")
            into.flush()
