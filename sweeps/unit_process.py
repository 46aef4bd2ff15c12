"""One unit's process, seen from outside: a job to its standard input, lines of progress from its output."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress

from sweeps.job import STOP_LINE

# Seconds beyond its own limit after which a unit's process is taken for hung and ended. A unit looks at its clock
# before each request, so it may be late by one request and by what the extractors still hold.
HUNG_GRACE = 120.0


class UnitProcess:
    """A running `sweeps.worker`. `lines` is read to its end, then `ended` is asked.

    Args:
        job_line: `Job.to_line`.
        seconds: that the unit may take.
        environment: of the process.
    """

    def __init__(self, job_line: str, seconds: float, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sweeps.worker"],  # -P: nothing is imported from the current folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's warning could hold a document's text
            text=True,
            env=dict(environment),
            start_new_session=True,  # Ctrl-C goes to us alone; we tell them
        )
        self._hung = threading.Timer(seconds + HUNG_GRACE, self._process.kill)
        self._hung.daemon = True
        self._hung.start()
        self._writing = threading.RLock()
        self._write(job_line)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def stop(self) -> None:
        """Ask it to end cleanly."""
        self._write(STOP_LINE)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def lines(self) -> Iterator[str]:
        """What it tells, until it ends."""
        with self._process as process:
            try:
                yield from process.stdout or ()
                process.wait()
            finally:
                self._hang_up()

    def ended(self) -> tuple[str, bool]:
        """How it ended: empty for as it should; and was it a signal that was not the clock's?"""
        is_hung = not self._hung.is_alive()
        self._hung.cancel()
        code = self._process.returncode
        if code == 0:
            return "", False
        if is_hung:
            return "hung", False
        return f"exit code {code}", code < 0

    def _hang_up(self) -> None:
        """Close its input. A word that came too late for it is still in the buffer, and goes nowhere."""
        with self._writing, suppress(BrokenPipeError):
            if self._process.stdin:
                self._process.stdin.close()

    def _write(self, line: str) -> None:
        try:
            with self._writing:
                if self._process.stdin:
                    self._process.stdin.write(line + "\n")
                    self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # it has ended already; its exit code says how
