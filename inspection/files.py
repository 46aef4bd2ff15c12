"""Files below the places that a person names; what can not be reached is told, not left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Unreached:
    """A file or folder that was not entered, and why."""

    path: Path
    cause: str


def files_below(place: Path) -> Iterator[Path | Unreached]:
    """Every regular file, in a fixed order. A place that is itself a link is followed, links below it are told."""
    if not place.is_dir():
        yield place
        return
    failures: list[OSError] = []
    for folder, subfolders, names in os.walk(place, onerror=failures.append):
        yield from _failed(failures)
        subfolders.sort()
        for name in [*subfolders, *sorted(names)]:
            path = Path(folder) / name
            if path.is_symlink():
                yield Unreached(path, "a link, not followed")
            elif name not in subfolders:
                yield path if path.is_file() else Unreached(path, "not a regular file")
    yield from _failed(failures)


def _failed(failures: list[OSError]) -> Iterator[Unreached]:
    while failures:
        error = failures.pop(0)
        yield Unreached(Path(error.filename), error.strerror or type(error).__name__)
