"""The two places that the command writes to: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.markup import escape

from reports.shown import printable


def results() -> Console:
    """For tables and lines that a person asked for."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=False)


def notices() -> Console:
    """For progress, warnings and errors."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def notice(text: str) -> None:
    """One plain line to standard error; what a name holds can not steer the terminal."""
    notices().print(escape(printable(text)))


def json_line(fields: object) -> None:
    """One object, one line, in ASCII, to standard output, there at once for whoever reads along."""
    sys.stdout.write(json.dumps(fields).replace("\x7f", "\\u007f") + "\n")
    sys.stdout.flush()
