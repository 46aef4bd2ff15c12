"""The log's file: lines are only ever added, one writer at a time, on disk before anything is acknowledged."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from findings.durable_files import FILE_MODE, private_folder, storage_errors, sync_folder
from findings.vault.chain import Deed, Event, Head, digest_of, event_of, line_of

LOG_NAME: Final = "log.jsonl"
_LOCK_NAME: Final = "lock"
_LINE_FEED: Final = b"\n"


class EvidenceLog:
    """The log of one vault.

    Args:
        folder: the vault's.
        clock: aware time.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = folder / LOG_NAME
        self._folder = folder
        self._clock = clock
        self._offset = 0
        self._head = Head()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes to the vault meanwhile. The system frees the lock when its holder ends, however.

        Raises:
            SpoolError: the folder can not be used.
        """
        with storage_errors(self._folder):
            private_folder(self._folder)
            descriptor = os.open(self._folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Nobody writes meanwhile, where anybody does; for reading, also of a copy that can not be written to."""
        try:
            descriptor = os.open(self._folder / _LOCK_NAME, os.O_RDONLY)
        except OSError:
            yield
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    def lines(self) -> list[bytes]:
        """All lines, a torn last one too; none where there is no log."""
        with storage_errors(self._folder):
            try:
                text = self.path.read_bytes()
            except FileNotFoundError:
                return []
        return text.removesuffix(_LINE_FEED).split(_LINE_FEED) if text else []

    def events(self) -> Iterator[Event]:
        """Those lines that can be read."""
        for line in self.lines():
            event = event_of(line)
            if event is not None:
                yield event

    def news(self) -> list[Event]:
        """Events that were written since this was asked last; `held` must be entered. Lines that are none are left."""
        with storage_errors(self._folder):
            try:
                descriptor = os.open(self.path, os.O_RDONLY)
            except FileNotFoundError:
                return []
            try:
                return self._caught_up(descriptor)
            finally:
                os.close(descriptor)

    def append(self, deed: Deed) -> Event:
        """Add a line; `held` must be entered. Once this returns, it is on disk.

        A last line that a power cut tore is closed, not removed: the log never loses a byte.

        Raises:
            SpoolError: the disk gives up; then nothing has been added.
        """
        with storage_errors(self._folder):
            fresh = not self.path.exists()
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, FILE_MODE)
            try:
                self._caught_up(descriptor)
                torn = os.fstat(descriptor).st_size > self._offset
                line = line_of(deed, self._clock(), self._after(descriptor))
                _write_whole(descriptor, (_LINE_FEED if torn else b"") + line + _LINE_FEED)
                self._caught_up(descriptor)
            finally:
                os.close(descriptor)
            if fresh:
                sync_folder(self._folder)
        event = event_of(line)
        if event is None:
            raise AssertionError("what we write we can read")
        return event

    def _after(self, descriptor: int) -> Head:
        """What the next line comes after: the last whole line, or what there is of a torn one."""
        torn = _read_from(descriptor, self._offset)
        return Head(self._head.number + 1, digest_of(torn)) if torn else self._head

    def _caught_up(self, descriptor: int) -> list[Event]:
        """Read on from where we were. A log of 100,000 events has 70 MB, too much to be read for each one."""
        if os.fstat(descriptor).st_size < self._offset:  # somebody cut it; `stray evidence verify` tells
            self._offset, self._head = 0, Head()
        whole, feed, _ = _read_from(descriptor, self._offset).rpartition(_LINE_FEED)
        lines = whole.split(_LINE_FEED) if feed else []
        for line in lines:
            self._head = Head(self._head.number + 1, digest_of(line))
        self._offset += len(whole) + len(feed)
        return [event for line in lines if (event := event_of(line)) is not None]


def _read_from(descriptor: int, offset: int) -> bytes:
    size = os.fstat(descriptor).st_size - offset
    return os.pread(descriptor, size, offset) if size > 0 else b""


def _write_whole(descriptor: int, written: bytes) -> None:
    """All of it and on disk, or nothing: a disk that fills up in the midst leaves no half of a line."""
    before = os.fstat(descriptor).st_size
    try:
        left = memoryview(written)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, before)
        raise
