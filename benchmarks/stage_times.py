"""Processor time of a sweep's own processes, by stage, measured in these processes while they work.

What `recording(folder)` puts before a command lets every Python process of ours that ends leave a file in `folder`:
what `getrusage` says of it and of the processes that it waited for, and what was spent in matching and in storing. It
is loaded by Python itself (`sitecustomize`), so the command and its workers run as they are.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

_WORKER = "sweeps.worker"
_INSIDE = threading.local()
_SPENT = {"match": 0.0, "store": 0.0}


def recording(folder: Path) -> tuple[str, ...]:
    """What goes before the command; `folder` must be there, and takes one file from each process."""
    code = f"import benchmarks.stage_times as stages; stages.install({str(folder)!r})\n"
    (folder / "sitecustomize.py").write_text(code)
    ours = str(Path(__file__).parent.parent)
    return ("env", f"PYTHONPATH={os.pathsep.join([str(folder), ours])}")


def install(folder: str) -> None:
    """Begin to count in this process, if it is one of a sweep's."""
    given = " ".join(sys.orig_argv)
    if _WORKER not in given and "cli.main" not in given:
        return
    role = "worker" if _WORKER in given else "command"
    if role == "worker":
        _count_worker()
    else:
        _count_command()
    atexit.register(_leave, Path(folder), role, time.process_time())


def _count_worker() -> None:
    from findings.spool import UnitSpool  # noqa: PLC0415 - only in the processes that are measured
    from findings.unit_store import UnitStore  # noqa: PLC0415
    from matchers.matcher import Matcher  # noqa: PLC0415
    from matchers.sketch import Sketcher  # noqa: PLC0415

    _count("match", Matcher, "match")
    _count("match", Sketcher, "stored")
    for name in ("document", "entry", "entries", "skipped", "finish"):
        _count("store", UnitSpool, name)
    _count("store", UnitStore, "commit")


def _count_command() -> None:
    import findings.merge as merging  # noqa: PLC0415

    _count("store", merging, "merge")


def _count(stage: str, owner: Any, name: str) -> None:
    plain: Callable[..., Any] = getattr(owner, name)

    @wraps(plain)
    def counted(*given: Any, **named: Any) -> Any:
        if getattr(_INSIDE, "stage", None):
            return plain(*given, **named)
        _INSIDE.stage, began = stage, _clock()
        try:
            return plain(*given, **named)
        finally:
            _SPENT[stage] += _clock() - began
            _INSIDE.stage = None

    def _clock() -> float:
        # DuckDB merges with threads of its own; a worker's other threads fetch meanwhile.
        return time.process_time() if stage == "store" and owner.__class__.__name__ == "module" else time.thread_time()

    setattr(owner, name, counted)


def _leave(folder: Path, role: str, started: float) -> None:
    own, waited = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "role": role,
        "start": started,
        "own": own.ru_utime + own.ru_stime,
        "children": waited.ru_utime + waited.ru_stime,
        "memory_kb": own.ru_maxrss,
        **_SPENT,
    }
    (folder / f"{role}-{os.getpid()}.json").write_text(json.dumps(told))


def stages(folder: Path) -> Mapping[str, float]:
    """Core-seconds of all processes together, by stage."""
    told = [json.loads(path.read_text()) for path in folder.glob("*-*.json")]
    workers = [each for each in told if each["role"] == "worker"]
    commands = [each for each in told if each["role"] == "command"]
    total = {name: sum(each[name] for each in workers) for name in ("own", "children", "start", "match", "store")}
    coordinator = {name: sum(each[name] for each in commands) for name in ("own", "start", "store")}
    return {
        "fetch": total["own"] - total["start"] - total["match"] - total["store"],
        "extract": total["children"],
        "match": total["match"],
        "store": total["store"] + coordinator["store"],
        "start-up": total["start"] + coordinator["start"],
        "rest of the command": coordinator["own"] - coordinator["start"] - coordinator["store"],
    }
