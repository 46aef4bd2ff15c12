"""Which unit begins next: never two at one host, every host in its turn, found in constant time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from itertools import chain

from scope.units import Unit, UnitKind
from sweeps.job import Job
from sweeps.plan import Plan, Rows


class _Host:
    """What is left to do at one host: units that were planned, as their numbers, and units that came later."""

    __slots__ = ("later", "rows")

    def __init__(self) -> None:
        self.rows: deque[Rows] = deque()
        self.later: deque[Unit] = deque()


class JobQueue:
    """Units that wait, by host. For one thread.

    Args:
        plan: all units of the sweep.
        kinds: those that this queue holds.
        job_of: what a unit's process is told.
        is_open: of a unit's number in the plan: is it still to be run?
    """

    def __init__(
        self,
        plan: Plan,
        kinds: Collection[UnitKind],
        job_of: Callable[[Unit], Job],
        is_open: Callable[[int], bool] = lambda _: True,
    ) -> None:
        self._plan = plan
        self._job_of = job_of
        self._is_open = is_open
        self._hosts: dict[str, _Host] = {}
        self._busy: set[str] = set()
        for host, rows in plan.by_host(kinds):
            self._hosts.setdefault(host, _Host()).rows.append(rows)
        self._ready: deque[str] = deque(self._hosts)

    def take(self) -> Job | None:
        """A unit that may begin now; from now on somebody is at its host. None where there is none just now."""
        while self._ready:
            host = self._ready.popleft()
            unit = self._next_at(host)
            if unit is not None:
                self._busy.add(host)
                return self._job_of(unit)
            del self._hosts[host]
        return None

    def ended(self, unit: Unit) -> None:
        """Nobody is at this unit's host any more."""
        self._busy.discard(unit.host)
        if unit.host in self._hosts:
            self._ready.append(unit.host)

    def add(self, unit: Unit) -> None:
        """One more, of which the plan did not know; it comes before what is planned at its host."""
        is_known = unit.host in self._hosts
        self._hosts.setdefault(unit.host, _Host()).later.append(unit)
        if not is_known and unit.host not in self._busy:
            self._ready.append(unit.host)

    def left(self) -> Collection[Unit]:
        """All that was never taken; the queue is empty then."""
        hosts, self._hosts, self._ready = self._hosts, {}, deque()
        later = [unit for host in hosts.values() for unit in host.later]
        rows = chain.from_iterable(rows for host in hosts.values() for rows in host.rows)
        return [*later, *(self._plan.unit(row) for row in rows if self._is_open(row))]

    def _next_at(self, host: str) -> Unit | None:
        waiting = self._hosts[host]
        if waiting.later:
            return waiting.later.popleft()
        while waiting.rows:
            for row in waiting.rows[0]:
                if self._is_open(row):
                    return self._plan.unit(row)
            waiting.rows.popleft()
        return None
