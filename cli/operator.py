"""Who sits at the command, for records that a person answers for."""

from __future__ import annotations

import getpass
import os


def operator_name() -> str:
    """The login name; in a container without one, the user's number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
