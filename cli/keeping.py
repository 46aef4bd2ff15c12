"""What `stray findings copy`, `stray backup` and `stray restore` tell of what they have kept."""

from __future__ import annotations

from pathlib import Path

from cli.amounts import counted, size
from cli.console import notice
from findings.copying import Copied


def tell_copy(target: Path, copied: Copied) -> None:
    """One line, and one more where the copy is of a file that was being written."""
    rows = counted(copied.rows.get("findings", 0), "finding")
    notice(f"{target}: {rows}, {size(copied.bytes)}; it holds addresses in clear, as the database does")
    if copied.writer:
        notice(f"{copied.writer} holds the database for writing: what it had not committed is not in the copy")
