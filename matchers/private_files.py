"""Files and folders that only their owner can read, whatever the umask says."""

from __future__ import annotations

import os
from pathlib import Path

_OWNER_FILE = 0o600
_OWNER_FOLDER = 0o700


def private_opener(path: str, flags: int) -> int:
    """For the `opener` of `open`: the file has mode 0600 from its first moment."""
    descriptor = os.open(path, flags, _OWNER_FILE)
    os.fchmod(descriptor, _OWNER_FILE)
    return descriptor


def make_private_folder(folder: Path) -> None:
    """Make a folder of mode 0700, or give this mode to the one that is there; folders above it are made as usual."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
    folder.chmod(_OWNER_FOLDER)
