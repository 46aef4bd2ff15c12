"""The two places that the command writes to: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import TextIO

from rich.console import Console

from reports.console import PipeConsole
from reports.shown import printable


def results() -> Console:
    """For tables and lines that a person asked for."""
    return PipeConsole(file=sys.stdout, highlight=False, soft_wrap=False)


def notices() -> Console:
    """For progress, warnings and errors."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


_through: list[Callable[[str], None]] = []


def notices_through(tell: Callable[[str], None]) -> None:
    """From now on all notices go there: standard error is a program's, and takes no line that it can not read."""
    _through[:] = [tell]


def notice(text: str) -> None:
    """One plain line to standard error; what a name holds can not steer the terminal."""
    if _through:
        _through[0](printable(text))
        return
    try:
        sys.stderr.write(printable(text) + "\n")  # not by rich, which ends the program on a broken pipe
        sys.stderr.flush()
    except BrokenPipeError:
        to_nowhere(sys.stderr)


def result_line(text: str) -> None:
    """One plain line to standard output: not by rich, which takes a minute for a listing of 100,000 rows."""
    try:
        sys.stdout.write(printable(text) + "\n")
    except BrokenPipeError:
        to_nowhere(sys.stdout)


def json_line(fields: object) -> None:
    """One object, one line, in ASCII, to standard output, there at once for whoever reads along."""
    try:
        sys.stdout.write(json.dumps(fields).replace("\x7f", "\\u007f") + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        to_nowhere(sys.stdout)


def to_nowhere(stream: TextIO) -> None:
    """Whoever read along has gone. The work goes on, and its exit code stands."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
