"""Which news has been sent to whom: a file beside the database, one line an attempt, readable by its owner only.

A line is written before a message goes out and another one after: whatever is killed in between, no news is sent twice.
News whose sending failed waits for the next message; news whose sending was cut off is not sent again, and that is
told.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from findings.durable_files import FILE_MODE, storage_errors
from findings.errors import NoticesBusyError


class Outcome(StrEnum):
    """How one attempt ended. `BEGUN` is one that was cut off, or is under way."""

    BEGUN = "begun"
    SENT = "sent"
    FAILED = "failed"


@dataclass
class Notices:
    """What is on record. Services are named by a keyed digest of their address, news by its key (`news.News`)."""

    _file: int
    _attempts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def known(self, service: str) -> bool:
        """Has anything ever been sent to it? If not, only what is news today is sent: years of findings are none."""
        return any(attempt["service"] == service for attempt in self._attempts.values())

    def settled(self, service: str) -> frozenset[str]:
        """News that is not to be sent to it again: sent, or cut off while being sent."""
        return self._keys(service, Outcome.SENT, Outcome.BEGUN)

    def waiting(self, service: str) -> frozenset[str]:
        """News that could not be sent to it so far."""
        return self._keys(service, Outcome.FAILED) - self.settled(service)

    def cut_off(self) -> int:
        """How many attempts of others have no end on record. Asked once, when nothing is under way."""
        return sum(attempt["outcome"] == Outcome.BEGUN for attempt in self._attempts.values())

    def begin(self, service: str, keys: Iterable[str]) -> str:
        """Put on record that this news is about to be sent; the attempt's id."""
        attempt = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{len(self._attempts)}"
        told = {"service": service, "keys": sorted(keys), "outcome": Outcome.BEGUN.value}
        self._append({"attempt": attempt, **told})
        self._attempts[attempt] = told
        return attempt

    def end(self, attempt: str, outcome: Outcome) -> None:
        """Put on record how it ended."""
        self._append({"attempt": attempt, "outcome": outcome.value})
        self._attempts[attempt]["outcome"] = outcome.value

    def _keys(self, service: str, *outcomes: Outcome) -> frozenset[str]:
        told = [each for each in self._attempts.values() if each["service"] == service]
        return frozenset(key for each in told if each["outcome"] in outcomes for key in each["keys"])

    def _append(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")
        os.fsync(self._file)

    def read(self, text: bytes) -> None:
        """Take in what is on record. A torn last line is an attempt that never began."""
        for raw in text.splitlines():
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if not isinstance(line, dict) or "attempt" not in line:
                continue
            if "keys" in line:
                self._attempts[line["attempt"]] = line
            elif line["attempt"] in self._attempts:
                self._attempts[line["attempt"]]["outcome"] = line["outcome"]


@contextmanager
def opened_notices(database: Path) -> Iterator[Notices]:
    """The record of this database, made if need be; one process at a time has it.

    Raises:
        NoticesBusyError: another process is sending.
        SpoolError: the file can not be used.
    """
    path = database.with_name(database.name + ".notices.jsonl")
    with storage_errors(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise NoticesBusyError(path) from None
    try:
        with storage_errors(path.parent):
            text = path.read_bytes()
            if text and not text.endswith(b"\n"):  # torn: the next line must not grow onto it
                os.write(descriptor, b"\n")
        notices = Notices(descriptor)
        notices.read(text)
        yield notices
    finally:
        os.close(descriptor)
