"""The conduct log: every request that a unit made, for the owner of the target to read afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from scope.urls import masked_url


class ConductLog:
    """Appends one JSON object a line: when, what was asked (URL masked), what came back, how many bytes.

    Args:
        path: the file, made with mode 0600; None keeps counts only.
        now: aware time.
    """

    def __init__(self, path: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._file: IO[str] | None = None
        if path is not None:
            path.touch(mode=0o600)
            self._file = path.open("a", encoding="utf-8", buffering=1)
        self.requests = 0

    def answered(self, method: str, url: str, status: int, received: int) -> None:
        """A request that was answered."""
        self.requests += 1
        self._write({"method": method, "url": masked_url(url), "status": status, "bytes": received})

    def failed(self, method: str, url: str, cause: str) -> None:
        """A request that was made and brought no answer; `cause` is a class name or code."""
        self.requests += 1
        self._write({"method": method, "url": masked_url(url), "failed": cause})

    def refused(self, url: str, cause: str) -> None:
        """A request that the guard or the budget did not allow to be made."""
        self._write({"url": masked_url(url), "refused": cause})

    def observed(self, url: str, facts: Mapping[str, object]) -> None:
        """What the answers say of a place, such as a bucket's access; codes and counts, no text of a document."""
        self._write({"url": masked_url(url), **facts})

    def close(self) -> None:
        """Close the file; further calls only count."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, fields: dict[str, object]) -> None:
        if self._file is not None:
            self._file.write(json.dumps({"at": self._now().isoformat(timespec="milliseconds"), **fields}) + "\n")
