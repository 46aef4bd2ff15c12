"""Who had addresses shown in clear, and when: an address can name a patient."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from cli.operator import operator_name
from cli.private_log import append_private_line


def log_reveal(beside: Path) -> None:
    """Append a line to `<beside>.reveals.jsonl`, beside the database or the pack's key, before anything is shown."""
    path = beside.with_name(beside.name + ".reveals.jsonl")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    append_private_line(path, {"at": at, "who": operator_name(), "command": sys.argv[1:3]})
