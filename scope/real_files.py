"""A database that is named through a symbolic link is the file that the link leads to, for all that hangs on it."""

from __future__ import annotations

import os
from pathlib import Path


def real_file(path: Path) -> Path:
    """Where the file lies. Its log, locks, spool and vault are named after it, so they must not be named after a link.

    A path that is no link stays as it was written, and so does one that can not be looked at.
    """
    try:
        return Path(os.path.realpath(path)) if path.is_symlink() else path
    except OSError:
        return path
