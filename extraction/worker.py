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
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from typing import Any, Final

from documents.records import SkipReason
from extraction import answers, sandbox
from extraction.budget import AnswerError, ExtractionLimits, SpeechSettings
from extraction.course import Course, LeftOut
from extraction.ocr.settings import OcrSettings
from extraction.recordings import sound_codecs, speech
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
# In place of an answer's sizes: the number of the file inside that is being read now, behind a size that no header has.
UNDER_WAY: Final = (1 << 64) - 1
# Ahead of a document: bytes of what is told with it, as JSON (the places that are wanted in a second pass, or the files
# that a first one is to leave out); none for most. Then its own.
LENGTHS = struct.Struct(">QQ")
# Seconds that a worker which closed its channel has to be gone, before it is killed.
LAST_SECONDS = 1.0
_PAUSE = 0.001

Reader = Callable[[bytes, ExtractionLimits, Course], Extraction]
ScanReader = Callable[[bytes, Sequence[str], ExtractionLimits, OcrSettings], Extraction]


@dataclass(frozen=True, slots=True)
class Readers:
    """What workers call, by name: "module:function". Tests name hostile ones here."""

    text: str = "extraction.reader:extract"
    scans: str = "extraction.scan_reader:read_scans"


def order(limits: IsolationLimits, readers: Readers) -> str:
    """What the keeper is told on its command line. Nothing of a document, and no secret: others may read it."""
    return json.dumps({"limits": asdict(limits), "readers": asdict(readers)})


def main() -> None:
    """Load the parsers, then fork workers until the parent is gone."""
    told = json.loads(sys.argv[1])
    limits = _limits(told["limits"])
    import_module("extraction.reader")
    sound_codecs.load()
    if limits.budget.speech is not None:
        speech.loaded(limits.budget.speech.recogniser)
    call = _Call(pkgutil.resolve_name(told["readers"]["text"]), pkgutil.resolve_name(told["readers"]["scans"]), limits)
    gc.freeze()  # the loaded modules stay shared with the workers
    with socket.socket(fileno=os.dup(0)) as control:
        _keep(control, call)


def _limits(told: dict[str, Any]) -> IsolationLimits:
    budget = dict(told["budget"])
    budget["speech"] = SpeechSettings(**budget["speech"]) if budget["speech"] else None
    parts = {"budget": ExtractionLimits(**budget), "ocr": OcrSettings.from_plain(told["ocr"])}
    return IsolationLimits(**{**told, **parts})


@dataclass(frozen=True, slots=True)
class _Call:
    """What a worker calls, and within which limits."""

    text: Reader
    scans: ScanReader
    limits: IsolationLimits

    def __call__(self, data: bytes, places: Sequence[str], course: Course) -> Extraction:
        if places:
            return self.scans(data, places, self.limits.budget, self.limits.ocr)
        return self.text(data, self.limits.budget, course)


def _keep(control: socket.socket, call: _Call) -> None:
    worker = 0
    try:
        while True:
            word, channels, _, _ = socket.recv_fds(control, 1, 1)
            match word:
                case b"s":
                    worker = _forked(control, channels[0], call)
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


def _forked(control: socket.socket, channel: int, call: _Call) -> int:
    keeper = os.getpid()
    worker = os.fork()
    if worker:
        os.close(channel)
        return worker
    code = 1
    try:
        control.close()
        with socket.socket(fileno=channel) as opened:
            _work(opened, keeper, call)
        code = 0
    finally:
        os._exit(code)  # whatever happened, a worker never goes on as a keeper


def _work(channel: socket.socket, keeper: int, call: _Call) -> None:
    """Read one document after the other until the channel is closed."""
    held = sandbox.enter(call.limits, keeper)
    channel.sendall(HELLO.pack(held.network_cut, held.files_cut))
    while lengths := _received(channel, LENGTHS.size):
        wanted, length = LENGTHS.unpack(lengths)
        told = json.loads(_received(channel, wanted)) if wanted else {}
        places = told.get("places", [])
        course = Course(partial(_tell, channel), LeftOut.from_plain(told.get("left_out", [None])))
        data = bytes(_received(channel, length))
        channel.sendall(BEGUN)
        sandbox.limit_cpu(call.limits.seconds_for(len(places)))
        header, text = _answer(data, places, call, course)
        channel.sendall(answers.SIZES.pack(len(header), len(text)) + header)
        channel.sendall(text)


def _tell(channel: socket.socket, number: int) -> None:
    channel.sendall(answers.SIZES.pack(UNDER_WAY, number))


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


def _answer(data: bytes, places: Sequence[str], call: _Call, course: Course) -> tuple[bytes, bytes]:
    try:
        extraction = call(data, places, course)
        try:
            return answers.encode(extraction, call.limits.budget)
        except AnswerError:
            return answers.encode(answers.reduced(extraction), call.limits.budget)
    except (MemoryError, AnswerError) as error:
        detail = "memory" if isinstance(error, MemoryError) else "answer"
        extraction = sandbox.failed(data, SkipReason.BUDGET_SPENT, detail, places)
    except Exception as error:  # noqa: BLE001 - costs this document, never the next; its text may quote the letter
        extraction = sandbox.failed(data, SkipReason.PARSER_CRASHED, type(error).__name__, places)
    return answers.encode(extraction, call.limits.budget)
