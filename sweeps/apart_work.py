"""The process beside a sweep: `python -m sweeps.apart_work`, a task on standard input, what came of it on output."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from findings.errors import DatabaseLockedError, FindingsError, SweepRunningError
from matchers.errors import PackError
from sweeps.apart import STOP_LINE
from sweeps.taking_in import Asked, TakenIn, take_in


def main() -> None:
    """Do what the first line says. Exit code 0 once it is told what came of it, whatever that is."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what is found, and keys
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # whoever started us says when to stop, and our input ends with them
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is not for whoever reads us
    asked = json.loads(sys.stdin.readline())
    stopping = threading.Event()
    threading.Thread(target=_listen, args=(stopping,), daemon=True).start()
    _tell(out, _came_of(asked, stopping, out))


def _came_of(asked: Mapping[str, Any], stopping: threading.Event, out: IO[str]) -> dict[str, Any]:
    try:
        if asked["task"] == "settle":
            return {"done": _settle(asked)}
        return {"done": _take_in(asked, stopping, out)}
    except DatabaseLockedError as error:
        return {"locked": str(error.path), "pid": error.pid}
    except FindingsError as error:
        return {"error": FindingsError.__name__, "text": str(error)}
    except PackError as error:
        return {"error": PackError.__name__, "text": str(error)}
    except Exception as error:  # noqa: BLE001 - its text could hold anything: where, not what
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        return {"crashed": f"{type(error).__name__} at {places}"}


def _take_in(asked: Mapping[str, Any], stopping: threading.Event, out: IO[str]) -> dict[str, Any]:
    def waits(what: str) -> None:
        _tell(out, {"waits": what})

    told = Asked(Path(asked["database"]), asked["sweep_id"], asked["wait_seconds"], stopping, waits)
    taken: dict[str, Any] = TypeAdapter(TakenIn).dump_python(take_in(told), mode="json")
    return taken


def _settle(asked: Mapping[str, Any]) -> dict[str, Any]:
    # What matching needs takes longer to load than a merge.
    from matchers.keys import load_key  # noqa: PLC0415
    from matchers.pack import open_pack  # noqa: PLC0415
    from sweeps.rematching import settle  # noqa: PLC0415

    with suppress(SweepRunningError):  # the sweep itself says so
        settle(Path(asked["database"]), open_pack(Path(asked["pack"]), load_key(Path(asked["key"]))))
    return {}


def _tell(out: IO[str], what: Mapping[str, Any]) -> None:
    out.write(json.dumps(what) + "\n")
    out.flush()


def _listen(stopping: threading.Event) -> None:
    """A stop line ends a wait; the end of input means that whoever started us is gone, and so are we."""
    for line in sys.stdin:
        if line.strip() == STOP_LINE:
            stopping.set()
    os._exit(1)


if __name__ == "__main__":
    main()
