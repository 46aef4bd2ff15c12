"""Records that a person answers for: one JSON object a line, appended, readable by their owner only."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path


def append_private_line(path: Path, fields: Mapping[str, object]) -> None:
    """Append one line to a file of mode 0600, on disk before this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(json.dumps(fields) + "\n")
        file.flush()
        os.fsync(file.fileno())
