"""The far side: a keeper process that has the parsers loaded and never sees a document, and the workers it forks.

The parent asks for one worker at a time over a socket, the keeper's standard input, and sends a channel's end with
it. So a worker that died is replaced in milliseconds, where loading the parsers takes half a second. No pickles.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from typing import Final

from documents.records import SkipReason
from extraction import answers, sandbox, sound_codecs
from extraction.budget import AnswerError, ExtractionLimits
from extraction.records import Extraction
from extraction.sandbox import IsolationLimits

# What the parent asks of the keeper: fork a worker for the channel sent along; wait for its end; kill it. The last two
# are answered by its exit code.
START: Final = b"s"
WAIT: Final = b"w"
KILL: Final = b"k"
EXIT_CODE = struct.Struct(">i")
# What a worker says: once what holds it, then for each document that it has come whole, and the answer.
HELLO = struct.Struct(">??")
BEGUN = b"\x06"
LENGTH = struct.Struct(">Q")
# Seconds that a worker which closed its channel has to be gone, before it is killed.
LAST_SECONDS = 1.0
_PAUSE = 0.001

Reader = Callable[[bytes, ExtractionLimits], Extraction]


def order(limits: IsolationLimits, reader: str) -> str:
    """What the keeper is told on its command line. Nothing of a document, and no secret: others may read it."""
    return json.dumps({"limits": asdict(limits), "reader": reader})


def main() -> None:
    """Load the parsers, then fork workers until the parent is gone."""
    told = json.loads(sys.argv[1])
    limits = IsolationLimits(**{**told["limits"], "budget": ExtractionLimits(**told["limits"]["budget"])})
    import_module("extraction.reader")
    sound_codecs.load()
    reader: Reader = pkgutil.resolve_name(told["reader"])
    gc.freeze()  # the loaded modules stay shared with the workers
    with socket.socket(fileno=os.dup(0)) as control:
        _keep(control, limits, reader)


def _keep(control: socket.socket, limits: IsolationLimits, reader: Reader) -> None:
    worker = 0
    try:
        while True:
            word, channels, _, _ = socket.recv_fds(control, 1, 1)
            match word:
                case b"s":
                    worker = _forked(control, channels[0], limits, reader)
                case b"w" | b"k":
                    code = _end(worker, LAST_SECONDS if word == WAIT else 0.0)
                    worker = 0
                    control.sendall(EXIT_CODE.pack(code))
                case _:
                    return
    finally:
        if worker:
            _end(worker, 0.0)


def _end(worker: int, seconds: float) -> int:
    """Its exit code, negative if a signal killed it; ours does after these seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(worker, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_PAUSE)
    os.kill(worker, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])


def _forked(control: socket.socket, channel: int, limits: IsolationLimits, reader: Reader) -> int:
    keeper = os.getpid()
    worker = os.fork()
    if worker:
        os.close(channel)
        return worker
    code = 1
    try:
        control.close()
        with socket.socket(fileno=channel) as opened:
            _work(opened, keeper, limits, reader)
        code = 0
    finally:
        os._exit(code)  # whatever happened, a worker never goes on as a keeper


def _work(channel: socket.socket, keeper: int, limits: IsolationLimits, reader: Reader) -> None:
    """Read one document after the other until the channel is closed."""
    held = sandbox.enter(limits, keeper)
    channel.sendall(HELLO.pack(held.network_cut, held.files_cut))
    while length := _received(channel, LENGTH.size):
        data = bytes(_received(channel, LENGTH.unpack(length)[0]))
        channel.sendall(BEGUN)
        sandbox.limit_cpu(limits.seconds)
        header, text = _answer(data, reader, limits.budget)
        channel.sendall(answers.SIZES.pack(len(header), len(text)) + header)
        channel.sendall(text)


def _received(channel: socket.socket, count: int) -> bytearray:
    """So many bytes, or none where the channel has ended."""
    data = bytearray(count)
    view, done = memoryview(data), 0
    while done < count:
        got = channel.recv_into(view[done:])
        if not got:
            return bytearray()
        done += got
    return data


def _answer(data: bytes, reader: Reader, budget: ExtractionLimits) -> tuple[bytes, bytes]:
    try:
        return answers.encode(reader(data, budget), budget)
    except (MemoryError, AnswerError) as error:
        detail = "memory" if isinstance(error, MemoryError) else "answer"
        extraction = sandbox.failed(data, SkipReason.BUDGET_SPENT, detail)
    except Exception as error:  # noqa: BLE001 - costs this document, never the next; its text may quote the letter
        extraction = sandbox.failed(data, SkipReason.PARSER_CRASHED, type(error).__name__)
    return answers.encode(extraction, budget)
