"""Runs units as `fetch_unit.py` does, each in a process forked off one that has imported everything.

A crawl needs a process of its own, and most of the time of a small one went into imports.
Arguments: the path of a Unix socket. A connection sends one request and is answered with what the process wrote.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path

import crawler.source  # noqa: F401 - what takes the time

sys.path.insert(0, str(Path(__file__).parent))
import fetch_unit  # type: ignore[import-not-found]


def serve(path: str) -> None:
    """Until the standard input ends, which it does with whoever started this."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        if os.fork():
            sys.stdin.read()
            os.kill(0, signal.SIGTERM)
        while True:
            connection, _ = listener.accept()
            if os.fork():
                connection.close()
                continue
            listener.close()
            answer(connection)
            os._exit(0)


def answer(connection: socket.socket) -> None:
    """Run the one unit that is asked for, and send what came of it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with (
        connection,
        connection.makefile("rb") as asking,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given = asking.readline()
        child = os.fork()
        if not child:
            os._exit(run(given, out.fileno(), err.fileno()))
        _, status = os.waitpid(child, 0)
        told: dict[str, object] = {"status": os.waitstatus_to_exitcode(status)}
        for name, file in (("out", out), ("err", err)):
            file.seek(0)
            told[name] = file.read().decode(errors="backslashreplace")
        connection.sendall(json.dumps(told).encode())


def run(given: bytes, out: int, err: int) -> int:
    """The unit, with streams of its own; its exit code."""
    os.environ.clear()
    os.environ.update(json.loads(given)["environment"])
    with tempfile.TemporaryFile() as asked:
        asked.write(given)
        asked.seek(0)
        for source, target in ((asked.fileno(), 0), (out, 1), (err, 2)):
            os.dup2(source, target)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    try:
        fetch_unit.main()
    except BaseException:  # noqa: BLE001 - the test shows it
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
