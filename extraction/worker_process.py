"""The parent's side of one worker: it starts it, speaks to it with one eye on the clock, and ends it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from extraction import answers, worker
from extraction.budget import AnswerError, ClosedError, GoneError, LateError
from extraction.course import LeftOut
from extraction.records import Extraction
from extraction.sandbox import Confinement, IsolationLimits

# Seconds until a worker that does not say hello is given up. An idle machine loads the parsers in half a second.
START_SECONDS = 30.0
# Seconds for the keeper to end a worker and say so. It is given up itself, with all that it started, after that.
END_SECONDS = worker.LAST_SECONDS + 2.0
# Seconds between two looks at whether the pool is being closed.
_TICK = 0.05
_CHUNK = 1 << 20
# Below this a document is sent in one piece with its length, bytes.
_SMALL = 1 << 16
# Nothing of the parent's environment: it may hold passwords. Python's own choice of a charset needs the first one.
# Workers make no threads: Tesseract's would be refused, and libraries of numbers ask for their own when they load.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OMP_THREAD_LIMIT": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
# This copy of Stray goes before one that is installed, behind Python's own modules.
_PROGRAM = (
    "import json, sys; home, *given = json.loads(sys.argv[2]); "
    "sys.path.insert(next((at for at, p in enumerate(sys.path) if p.endswith('-packages')), len(sys.path)), home);"
    "sys.path += given; from extraction.worker import main; main()"
)


class WorkerProcess:
    """A keeper process with the parsers loaded, and its worker. Used by one thread."""

    def __init__(self, limits: IsolationLimits, readers: worker.Readers, closing: threading.Event) -> None:
        self._limits = limits
        self._readers = readers
        self._closing = closing
        self._keeper: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._channel: _Channel | None = None
        self._held: Confinement | None = None
        self._documents = 0
        # Number of the file inside the document that the worker was reading when it was last heard of; 0: the document.
        self.under_way = 0

    def start(self) -> None:
        """Have a worker made, without waiting for it.

        Raises:
            GoneError: it can not be.
        """
        if self._channel is not None:
            return
        self._held, self._documents = None, 0
        try:
            control = self._control or self._started()
            ours, theirs = socket.socketpair()
            self._channel = _Channel(ours, self._closing)
            with theirs:
                socket.send_fds(control, [worker.START], [theirs.fileno()])
        except OSError:
            self.stop()
            raise GoneError from None

    def read(
        self, data: bytes, places: Sequence[str] = (), left_out: LeftOut | None = None
    ) -> tuple[Extraction, Confinement]:
        """One document without these files, or some places of it in a second pass, by a worker that is held like this.

        Raises:
            GoneError, LateError, AnswerError, ClosedError: see there. After the last three, `end` it.
        """
        self.under_way = 0
        channel, held = self._ready()
        until = time.monotonic() + self._limits.seconds_for(len(places))
        told = {"places": places} if places else {"left_out": left_out.plain()} if left_out else None
        channel.send_document(data, json.dumps(told).encode("ascii") if told else b"", until)
        if channel.receive(len(worker.BEGUN), until) != worker.BEGUN:
            raise AnswerError("begin")
        try:
            header, text = answers.SIZES.unpack(channel.receive(answers.SIZES.size, until))
            while header == worker.UNDER_WAY:
                self.under_way = text
                header, text = answers.SIZES.unpack(channel.receive(answers.SIZES.size, until))
            answers.check_sizes(header, text, self._limits.budget)
            got = channel.receive(header, until), channel.receive(text, until)
        except GoneError:
            raise GoneError(begun=True) from None
        extraction = answers.decode(*got, self._limits.budget)
        self._documents += 1
        if self._documents >= self._limits.documents_per_worker:
            self.end(kill=True)
        return extraction, held

    def end(self, kill: bool) -> int | None:
        """End the worker, keep its keeper; the exit code, negative for a signal, or None if nobody knows it."""
        channel, self._channel = self._channel, None
        if channel is None or self._control is None:
            return None
        channel.close()
        try:
            self._control.sendall(worker.KILL if kill else worker.WAIT)
            code: int = worker.EXIT_CODE.unpack(_exactly(self._control, worker.EXIT_CODE.size))[0]
        except OSError:
            self._give_up_keeper()  # one that does not answer is of no more use
            return None
        return code

    def stop(self) -> None:
        """End the worker and its keeper."""
        if self._held is not None:
            self.end(kill=True)  # by its keeper: it may have left the keeper's process group
        self._give_up_keeper()

    def _give_up_keeper(self) -> None:
        keeper, self._keeper = self._keeper, None
        channel, self._channel = self._channel, None
        control, self._control = self._control, None
        for end in (channel, control):
            if end is not None:
                end.close()
        if keeper is not None:
            with suppress(ProcessLookupError):
                os.killpg(keeper.pid, signal.SIGKILL)
            keeper.wait()

    def _ready(self) -> tuple[_Channel, Confinement]:
        """The channel to a worker that is there and waits."""
        if self._channel is not None and self._held is not None and not self._channel.is_quiet():
            self.end(kill=True)  # it died since, or speaks unasked
        self.start()
        channel = self._channel
        if channel is None:
            raise GoneError
        if self._held is None:
            try:
                hello = channel.receive(worker.HELLO.size, time.monotonic() + START_SECONDS)
            except LateError:
                raise GoneError from None
            self._held = Confinement(*worker.HELLO.unpack(hello))
        return channel, self._held

    def _started(self) -> socket.socket:
        """A keeper, and the socket over which it is spoken to."""
        ours, theirs = socket.socketpair()
        self._control = ours
        ours.settimeout(END_SECONDS)
        with theirs:
            self._keeper = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-c", _PROGRAM),
                    *(worker.order(self._limits, self._readers), json.dumps(import_paths())),
                ],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        return ours


def import_paths() -> list[str]:
    """Where this Stray was loaded from, then the parent's own: never the current folder, where anything may lie.

    Except where Stray itself was loaded from it: then the parent runs what lies there anyway.
    """
    home = str(Path(__file__).parents[1])
    try:
        here = Path.cwd()
    except OSError:  # it was deleted, so nothing lies there
        here = Path()
    given = [path for path in sys.path if Path(path).is_absolute() and Path(path).resolve() != here]
    return list(dict.fromkeys([home, *given]))


def _exactly(control: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        if not (got := control.recv(count - len(data))):
            raise ConnectionResetError
        data += got
    return data


class _Channel:
    """The parent's end of the socket that documents go through. Every wait ends by a point in time, or by closing."""

    def __init__(self, end: socket.socket, closing: threading.Event) -> None:
        self._end = end
        self._closing = closing

    def close(self) -> None:
        self._end.close()

    def is_quiet(self) -> bool:
        """Is the other end there, and silent?"""
        self._end.settimeout(0)
        try:
            self._end.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def send_document(self, data: bytes, places: bytes, until: float) -> None:
        """Lengths, the places that are wanted, and it."""
        ahead = worker.LENGTHS.pack(len(places), len(data)) + places
        for part in [ahead + data] if len(data) < _SMALL else [ahead, data]:
            view = memoryview(part)
            while view:
                self._wait_at_most(until)
                try:
                    view = view[self._end.send(view[:_CHUNK]) :]
                except TimeoutError:
                    continue
                except OSError:
                    raise GoneError from None

    def receive(self, count: int, until: float) -> bytearray:
        """So many bytes."""
        data = bytearray(count)
        view, done = memoryview(data), 0
        while done < count:
            self._wait_at_most(until)
            try:
                got = self._end.recv_into(view[done:])
            except TimeoutError:
                continue
            except OSError:
                raise GoneError from None
            if not got:
                raise GoneError
            done += got
        return data

    def _wait_at_most(self, until: float) -> None:
        """Let the next call take no longer than until then, and no longer than a tick."""
        if self._closing.is_set():
            raise ClosedError
        left = until - time.monotonic()
        if left <= 0:
            raise LateError
        self._end.settimeout(min(left, _TICK))
