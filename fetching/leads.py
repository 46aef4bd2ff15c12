"""Addresses of buckets that were met earlier, handed to a unit as a file: one JSON object a line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from documents.buckets import BucketLead

_MODE = 0o600


def write_leads(path: Path, leads: Iterable[BucketLead]) -> int:
    """Write them, in place of what was there; how many they are. Raises OSError."""
    aside = path.with_name(path.name + ".tmp")
    count = 0
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        for lead in leads:
            out.write(json.dumps(asdict(lead)) + "\n")
            count += 1
    aside.rename(path)
    return count


def read_leads(path: Path | None) -> Iterator[BucketLead]:
    """What `write_leads` wrote, in its order; nothing where there is no path or no file."""
    if path is None or not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield BucketLead(**json.loads(line))
