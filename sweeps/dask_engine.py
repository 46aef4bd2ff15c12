"""Runs units on many machines: Dask's workers, each of which starts a unit as a process of its own."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final
from urllib.parse import urlsplit

from scope.units import Unit
from sweeps.engine import DEATHS, STOP_GRACE, Jobs, OnEnd, OnProgress
from sweeps.errors import EngineError
from sweeps.job import Job, parse_progress
from sweeps.progress import Progress

# Dask's own classes have no types.
Client = Any
Future = Any

# Seconds to reach the scheduler, and seconds without it, or without any worker, until the sweep is given up for now.
CONNECT_SECONDS: Final = 30.0
LOST_SECONDS: Final = 60.0
# Seconds between two words to the workers that the sweeping process is there; they end their units after ALONE (60 s).
BEAT_SECONDS: Final = 10.0
# Seconds between two looks, and between two words to stop: a worker that joins, or is started again, hears the next.
_LOOK: Final = 1.0
# Seconds that one answer of the cluster is waited for: who has fallen silent must not hold up the others.
_WORD_SECONDS: Final = 5.0
# How often a task that has ended may give no answer until its unit is given up.
_BROKEN_ANSWERS: Final = 3
# Seconds without any worker after a stop, and after the word to end at once, until the rest is given up for now: a
# unit's process dies within one; the word may have to wait for a worker to be started again.
STOP_LOST_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files of TLS: who signs for the cluster, and who we are."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(slots=True)
class _Task:
    job: Job
    future: Future
    deaths: int = 0
    broken: int = 0


@dataclass(slots=True)
class _Run:
    """What one call of `run` holds."""

    client: Client
    ended: SimpleQueue[Future] = field(default_factory=SimpleQueue)
    tasks: dict[str, _Task] = field(default_factory=dict)


class DaskEngine:
    """Implements `sweeps.engine.Engine`.

    Args:
        scheduler: its address: `tls://host:port`, or `tcp://` at a loopback address.
        certificates: needed for TLS.
        workers: units at a time at most; None for as many as the workers have threads.

    Raises:
        EngineError: the address is not one to be used, or the extra is not installed.
    """

    def __init__(self, scheduler: str, certificates: Certificates | None = None, workers: int | None = None) -> None:
        check_address(scheduler, certificates)
        _distributed()
        self._scheduler = scheduler
        self._certificates = certificates
        self._workers = workers
        self._run_id = f"stray-{secrets.token_hex(8)}"
        self._stopping = threading.Event()
        self._killed = threading.Event()
        # When units that were told to end, and did not, are given up; monotonic.
        self._until: float | None = None
        self._client: Client = None

    def run(self, queue: Jobs, on_progress: OnProgress, on_end: OnEnd) -> None:
        """See `Engine`."""
        with self._connected() as client:
            run = _Run(client)
            telling = threading.Lock()
            client.subscribe_topic(self._run_id, _teller(run, telling, on_progress))
            silence = threading.Event()
            beating = threading.Thread(target=self._beat, args=(silence,), daemon=True)
            beating.start()
            try:
                self._work(run, queue, telling, on_end)
            finally:
                silence.set()
                beating.join()
                self._client = None

    def stop(self) -> None:
        """See `Engine`."""
        from sweeps.dask_task import stop_units  # noqa: PLC0415

        if not self._stopping.is_set():
            self._until = time.monotonic() + STOP_GRACE + STOP_LOST_SECONDS
            self._stopping.set()
            self._say(stop_units)
            timer = threading.Timer(STOP_GRACE, self.kill)
            timer.daemon = True
            timer.start()

    def kill(self) -> None:
        """See `Engine`."""
        from sweeps.dask_task import kill_units  # noqa: PLC0415

        self._until = time.monotonic() + STOP_LOST_SECONDS
        self._killed.set()
        self._stopping.set()
        self._say(kill_units).join(_WORD_SECONDS)

    def _connected(self) -> Client:
        try:
            client = _distributed().Client(
                self._scheduler, security=_security(self._certificates), timeout=CONNECT_SECONDS, set_as_default=False
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(f"no scheduler answers at {self._scheduler} ({type(error).__name__})") from error
        self._client = client
        return client

    def _work(self, run: _Run, queue: Jobs, telling: threading.Lock, on_end: OnEnd) -> None:
        idle_since = time.monotonic()
        while True:
            room = self._room(run.client)
            while not self._stopping.is_set() and len(run.tasks) < room and (job := queue.take()):
                self._submit(run, job)
            if not run.tasks and (room or self._stopping.is_set()):
                return
            idle_since = time.monotonic() if room else idle_since
            self._check_reach(time.monotonic() - idle_since, len(run.tasks))
            for future in _ended(run):
                task = run.tasks[future.key]
                how = self._how(run, task)
                if how is not None:
                    del run.tasks[future.key]
                    with telling:
                        on_end(task.job.unit, how)
                    queue.ended(task.job.unit)

    def _check_reach(self, idle: float, at_work: int) -> None:
        """Raises EngineError where nobody has been there for too long, or somebody does not end."""
        patience = STOP_LOST_SECONDS if self._stopping.is_set() else LOST_SECONDS
        if idle > patience:
            raise EngineError(f"no worker has been reached at {self._scheduler} for {patience:.0f} s")
        if self._until is not None and time.monotonic() > self._until:
            units = "1 unit has" if at_work == 1 else f"{at_work} units have"
            raise EngineError(
                f"{units} not ended when told to, at {self._scheduler}; without a word they end themselves"
            )

    def _room(self, client: Client) -> int:
        """Units that the workers can run at a time, 0 where none is reached."""
        try:
            threads = sum(client.nthreads().values()) if client.status == "running" else 0
        except (OSError, TimeoutError, ValueError):
            threads = 0
        return min(threads, self._workers or threads)

    def _submit(self, run: _Run, job: Job, deaths: int = 0) -> None:
        from sweeps.dask_task import run_unit  # noqa: PLC0415

        key = f"{self._run_id}-{job.unit_id}-{deaths}"
        future = run.client.submit(run_unit, job.to_line(), self._run_id, key=key, pure=False)
        run.tasks[key] = _Task(job, future, deaths)
        future.add_done_callback(run.ended.put)

    def _how(self, run: _Run, task: _Task) -> str | None:
        """How a task ended, or None where its unit is at work once more."""
        if run.client.status == "running" and task.future.status in ("finished", "pending", "lost"):
            return self._answer(run, task)
        if task.future.status == "error":
            name = type(task.future.exception()).__name__
            if name == "UnitDiedError" and task.deaths + 1 < DEATHS and not self._stopping.is_set():
                del run.tasks[task.future.key]
                self._submit(run, task.job, task.deaths + 1)
                return None
            return "its process died" if name == "UnitDiedError" else name
        raise EngineError(f"the scheduler at {self._scheduler} is lost, and its tasks with it")

    def _answer(self, run: _Run, task: _Task) -> str | None:
        """What a task gave, or None where its worker has gone with it: another runs it once more."""
        try:
            return str(task.future.result(timeout=_WORD_SECONDS))
        except Exception as error:  # noqa: BLE001 - Dask's own, and one unit's error never ends a sweep
            task.broken += not isinstance(error, TimeoutError)
            if task.broken >= _BROKEN_ANSWERS:
                return type(error).__name__
        run.ended.put(task.future)
        return None

    def _beat(self, silence: threading.Event) -> None:
        """Say that we are there, or that units are to end, each time in a thread: a silent worker answers nothing."""
        from sweeps.dask_task import beat, kill_units, stop_units  # noqa: PLC0415

        said = time.monotonic()
        while not silence.wait(_LOOK):
            if self._stopping.is_set():
                self._say(kill_units if self._killed.is_set() else stop_units)
            elif time.monotonic() - said >= BEAT_SECONDS:
                said = time.monotonic()
                self._say(beat)

    def _say(self, word: Callable[[str], None]) -> threading.Thread:
        """Tell all workers, in a thread of its own: a signal handler must not wait for one."""
        client, run_id = self._client, self._run_id
        thread = threading.Thread(target=_say, args=(client, word, run_id), daemon=True)
        thread.start()
        return thread


def check_address(scheduler: str, certificates: Certificates | None) -> None:
    """Raises EngineError for an address that must not be used: whoever reaches a scheduler runs code on its workers."""
    try:
        parts = urlsplit(scheduler)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in ("tls", "tcp"):
        raise EngineError("a scheduler's address looks like tls://host:8786")
    if parts.scheme == "tls" and certificates is None:
        raise EngineError("tls:// needs --tls-ca, --tls-cert and --tls-key")
    if parts.scheme == "tcp" and not _is_loopback(host):
        raise EngineError("tcp:// is for a scheduler on this machine (127.0.0.1); others are reached by tls://")
    for file in (certificates.authority, certificates.certificate, certificates.key) if certificates else ():
        if not file.is_file():
            raise EngineError(f"{file} is not there")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False  # a name may resolve to anything


def _security(certificates: Certificates | None) -> Any:
    if certificates is None:
        return _distributed().Security(require_encryption=False)
    return _distributed().Security(
        require_encryption=True,
        tls_ca_file=str(certificates.authority),
        tls_client_cert=str(certificates.certificate),
        tls_client_key=str(certificates.key),
    )


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise EngineError("this needs the extra [dask]: pip install 'stray[dask]'") from error


def _say(client: Client, word: Callable[[str], None], run_id: str) -> None:
    if client is None:
        return
    try:
        client.run(word, run_id, on_error="ignore")
    except (OSError, TimeoutError, ValueError, RuntimeError):
        return  # the scheduler is lost; workers that hear nothing end their units


def _ended(run: _Run) -> list[Future]:
    """Those that have ended by now; waits a moment where none has."""
    ended: list[Future] = []
    try:
        ended.append(run.ended.get(timeout=_LOOK))
        while True:
            ended.append(run.ended.get_nowait())
    except Empty:
        return ended


def _teller(run: _Run, telling: threading.Lock, on_progress: OnProgress) -> Callable[[tuple[float, Any]], None]:
    """Takes what workers tell; anyone at the scheduler can say anything, so it is read with care."""

    def told(event: tuple[float, Any]) -> None:
        message = event[1]
        if not isinstance(message, Mapping):
            return
        unit = _unit(run, message.get("unit_id"))
        progress = _progress(message.get("progress"))
        if unit is not None and progress is not None:
            with telling:
                on_progress(unit, progress)

    return told


def _unit(run: _Run, unit_id: object) -> Unit | None:
    return next((task.job.unit for task in list(run.tasks.values()) if task.job.unit_id == unit_id), None)


def _progress(line: object) -> Progress | None:
    try:
        return parse_progress(line) if isinstance(line, str) else None
    except ValueError:
        return None
