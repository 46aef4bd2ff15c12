"""Who had addresses shown in clear, and when: an address can name a patient."""

from __future__ import annotations

import getpass
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path


def log_reveal(database: Path) -> None:
    """Append a line to `<database>.reveals.jsonl` (mode 0600) before anything is shown."""
    path = database.with_name(database.name + ".reveals.jsonl")
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "who": getpass.getuser(), "command": sys.argv[1:3]}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
