"""What may end a sweep from outside: its authority, a stop file, its windows, the opt-out list, an edited scope file.

The sweeping process looks every few seconds, and each worker looks for itself: it may be on another machine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from findings.records import StopCause
from scope.errors import ScopeError
from scope.guard import Guard
from scope.loader import load_scope
from scope.model import AnyTarget, NameTarget, Scope
from scope.opt_out import parse_opt_outs, read_opt_outs, stamp_of
from scope.stop_files import standing_order, stop_order

# Seconds between two looks: a stop takes hold within this and the request that is under way. A look takes 60 µs.
LOOK_SECONDS: Final = 2.0
# Looks in a row at which a scope file is no scope: an editor may be writing it at the first.
BROKEN_LOOKS: Final = 3


@dataclass(frozen=True, slots=True)
class Closed:
    """A no, with why.

    Attributes:
        cause: which gate.
        detail: in plain words; no address of a place.
        opens: when, where that is known; UTC.
    """

    cause: StopCause
    detail: str
    opens: datetime | None = None

    def __str__(self) -> str:
        return self.detail


def now_utc() -> datetime:
    """The time that counts."""
    return datetime.now(UTC)


class Gates:
    """Of one sweep.

    What narrows a scope while a sweep runs ends the sweep: authority withdrawn or expired, a target taken out, a
    private address no longer named, another opt-out list. What widens it counts from the next sweep on.

    Args:
        scope: as the sweep read it.
        scope_file: where it was read from, to be read again when it changes; None to leave that.
        clock: aware time.
        look_seconds: between two looks.
    """

    def __init__(
        self,
        scope: Scope,
        scope_file: Path | None = None,
        clock: Callable[[], datetime] = now_utc,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._scope = scope
        self._file = scope_file
        self._clock = clock
        self._look_seconds = look_seconds
        self._guard = Guard(scope, lambda: clock().date())
        self._schedule = scope.schedule
        self._windows = {target.windows for target in scope.targets}
        self._stamp = stamp_of(scope_file) if scope_file else None
        self._broken = 0
        self._narrowed: Closed | None = None
        # The scope as its file says it now, where that was edited.
        self._latest: Scope | None = None
        self._opt_outs = _OptOuts(scope)

    def closed(self) -> Closed | None:
        """Why nothing of this sweep may be asked now; None where something may be."""
        return _surely(lambda: self._stopped() or self._all_windows_closed())

    @contextmanager
    def watching(self, stop: Callable[[Closed], None]) -> Iterator[None]:
        """While the block runs, a thread looks; where a gate closes, `stop` is called once, in that thread."""
        with _looking(self.closed, stop, self._look_seconds):
            yield

    def wait_until_open(self, halt: threading.Event) -> Closed | None:
        """Wait for a window; None once something may be asked, else what else is closed, or the window when halted."""
        while (closed := self.closed()) is not None and closed.cause is StopCause.WINDOW:
            if halt.wait(self._look_seconds):
                return closed
        return closed

    def _stopped(self) -> Closed | None:
        order = standing_order(self._scope)
        if order is not None:
            return Closed(StopCause.STOP_FILE, str(order))
        if denied := self._guard.authority_denial():
            return Closed(StopCause.AUTHORITY, denied.detail)
        return self._opt_outs.closed() or self._edited() or self._withdrawn()

    def _all_windows_closed(self) -> Closed | None:
        now, schedule = self._clock(), self._schedule
        if any(schedule.is_open(now, windows) for windows in self._windows) or not self._windows:
            return None
        return _outside(min(schedule.next_opening(now, windows) for windows in self._windows))

    def _edited(self) -> Closed | None:
        if self._file is None or self._narrowed is not None:
            return self._narrowed
        stamp = stamp_of(self._file)
        if stamp == self._stamp and not self._broken:
            return None
        try:
            edited = load_scope(self._file)
        except ScopeError:
            self._broken += 1
            if self._broken >= BROKEN_LOOKS:
                self._narrowed = Closed(StopCause.SCOPE, "the scope file is gone, or is no scope any more")
            return self._narrowed
        self._stamp, self._broken = stamp, 0
        self._narrowed = self._narrower(edited)
        if self._narrowed is None:
            self._schedule, self._latest = edited.schedule, edited
        return self._narrowed

    def _withdrawn(self) -> Closed | None:
        """What the edited scope forbids by now, or at this time, and the sweep's own does not."""
        latest, own = self._latest, {_what(target): target for target in self._scope.targets}
        if latest is None:
            return None
        named = latest.schedule.stop_file
        if named is not None and (order := stop_order(named)) is not None:
            return Closed(StopCause.STOP_FILE, str(order))
        guard, now = Guard(latest, lambda: self._clock().date()), self._clock()
        for target in latest.targets:
            before = own.get(_what(target))
            if before is None:
                continue
            denied = guard.target_denial(target)
            if denied is not None and self._guard.target_denial(before) is None:
                return Closed(StopCause.AUTHORITY, f"in the scope file as it is now, {denied.detail}")
            if _window_closed(self._scope, before, now) is None and (shut := _window_closed(latest, target, now)):
                return shut
        return None

    def _narrower(self, edited: Scope) -> Closed | None:
        if denied := Guard(edited, lambda: self._clock().date()).authority_denial():
            return Closed(StopCause.AUTHORITY, f"in the scope file as it is now, {denied.detail}")
        if edited.opt_out.file != self._scope.opt_out.file:
            return Closed(StopCause.OPT_OUT, "the scope file names another opt-out list now")
        kept = {_what(target) for target in edited.targets}
        if any(_what(target) not in kept for target in self._scope.targets):
            return Closed(StopCause.SCOPE, "a target was taken out of the scope file, or changed")
        if not set(self._scope.network.private_addresses) <= set(edited.network.private_addresses):
            return Closed(StopCause.SCOPE, "the scope file names fewer private addresses now")
        if edited.network != self._scope.network.model_copy(
            update={"private_addresses": edited.network.private_addresses}
        ):
            return Closed(StopCause.SCOPE, "the scope file says another way out to the network now")
        return None


class UnitGate:
    """What a worker looks at for itself. `watch_unit` makes one that looks.

    Args:
        scope: as the job has it.
        target: the unit's.
        guard: told of a new opt-out list.
        clock: aware time.
    """

    def __init__(self, scope: Scope, target: AnyTarget, guard: Guard, clock: Callable[[], datetime] = now_utc) -> None:
        self._scope = scope
        self._target = target
        self._guard = guard
        self._clock = clock
        self._opt_outs = _OptOuts(scope, guard)
        # Why the unit was stopped; None while it was not.
        self.shut: Closed | None = None

    def closed(self) -> Closed | None:
        """Why nothing of this unit may be asked now. Its authority is the guard's affair: each place is told of."""
        return _surely(self._closed)

    @contextmanager
    def watching(self, stop: threading.Event, look_seconds: float = LOOK_SECONDS) -> Iterator[None]:
        """While the block runs, a thread looks; where a gate is closed, `stop` is set. The first look is now."""

        def shut(closed: Closed) -> None:
            self.shut = closed
            stop.set()

        if closed := self.closed():
            shut(closed)
            yield
            return
        with _looking(self.closed, shut, look_seconds):
            yield

    def _closed(self) -> Closed | None:
        order = standing_order(self._scope)
        if order is not None:
            return Closed(StopCause.STOP_FILE, str(order))
        return self._opt_outs.closed() or _window_closed(self._scope, self._target, self._clock())


class _OptOuts:
    """The opt-out list, read again when its file changes. A file that is not here (another machine) changes nothing."""

    def __init__(self, scope: Scope, guard: Guard | None = None) -> None:
        self._file = scope.opt_out.file
        self._guard = guard
        # Not the time at which the scope was read: what was changed in between is read once more.
        self._stamp: tuple[int, int, int] | None = None
        self._lines = scope.opt_out.lines
        self._was_here = False

    def closed(self) -> Closed | None:
        """The list can not be used any more: who stands on it now is not known. What it held until now still holds."""
        if self._file is None:
            return None
        stamp = stamp_of(self._file)
        if stamp is None and not self._was_here:
            return None
        self._was_here = True
        if stamp is not None and stamp == self._stamp:
            return None
        try:
            lines = read_opt_outs(self._file)
        except ValueError as error:
            return Closed(StopCause.OPT_OUT, f"the opt-out list: {error}")
        self._stamp = stamp
        if lines != self._lines and self._guard is not None:
            self._guard.use_opt_outs(parse_opt_outs(lines))
        self._lines = lines
        return None


def _window_closed(scope: Scope, target: AnyTarget, now: datetime) -> Closed | None:
    if not scope.schedule.is_open(now, target.windows):
        return _outside(scope.schedule.next_opening(now, target.windows))
    return None


def _outside(opens: datetime) -> Closed:
    return Closed(StopCause.WINDOW, f"outside the windows of time; the next opens at {opens:%Y-%m-%d %H:%M} UTC", opens)


def _what(target: AnyTarget) -> str:
    """What a target allows, but for when."""
    if isinstance(target, NameTarget):
        return repr(target)
    return repr(target.model_copy(update={"windows": (), "expires": None}))


def _surely(look: Callable[[], Closed | None]) -> Closed | None:
    """What was seen; a gate at which an error makes looking impossible counts as closed, whatever the error."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - what is not foreseen closes too
        # Its text may hold what a file holds.
        return Closed(
            StopCause.STOP_FILE, f"what may end the sweep can not be looked at ({type(error).__name__}), so it counts"
        )


@contextmanager
def _looking(look: Callable[[], Closed | None], stop: Callable[[Closed], None], look_seconds: float) -> Iterator[None]:
    done = threading.Event()

    def watch() -> None:
        while not done.wait(look_seconds):
            if (closed := look()) is not None:
                stop(closed)
                return

    thread = threading.Thread(target=watch, name="gates", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
