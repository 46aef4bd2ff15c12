"""Readers that do what hostile files make parsers do. Workers find them by name."""

from __future__ import annotations

import ctypes
import json
import os
import pickle
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from documents.records import SkipReason
from extraction.answers import SIZES
from extraction.budget import ExtractionLimits
from extraction.course import Course
from extraction.ocr.settings import OcrSettings
from extraction.records import Extraction, Problem, TextPiece


def on_demand(data: bytes, limits: ExtractionLimits, course: Course | None = None) -> Extraction:
    """Does what the document says; reads every other document as text."""
    match data:
        case b"segfault":
            ctypes.string_at(0)
        case b"exit":
            os._exit(3)
        case b"spin":
            while True:
                pass
        case b"sleep":
            time.sleep(3600)
        case b"hang in C with the interpreter locked":
            ctypes.PyDLL(None).sleep(3600)
        case b"eat":
            return answer(str(len(bytearray(8 << 30))))
        case b"raise":
            raise ValueError("NHS number 999 000 0000 was in here")
        case b"leave":
            os.kill(os.getpid(), signal.SIGKILL)
    return answer(data.decode())


def of_itself(data: bytes, limits: ExtractionLimits, course: Course) -> Extraction:
    """Says what this worker can do."""
    match data:
        case b"pid":
            return answer(str(os.getpid()))
        case b"parsers":
            return answer(" ".join(sorted(name for name in sys.modules if name in ("trafilatura", "pypdfium2"))))
        case b"limits":
            names = ("RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE", "RLIMIT_AS")
            return answer(" ".join(str(resource.getrlimit(getattr(resource, name))[0]) for name in names))
        case b"output":
            os.write(1, b"text of a letter on standard output")
            os.write(2, b"text of a letter on standard error")
            return answer("written")
    return answer(attempt(data.decode()))


def of_its_start(data: bytes, limits: ExtractionLimits, course: Course) -> Extraction:
    """Says with what it was started."""
    return answer("\n".join(sorted(os.environ) if data == b"environment" else sys.path))


def attempt(what: str) -> str:
    """What comes of reaching for something outside: a file, another process, a socket."""
    kind, _, where = what.partition(" ")
    if kind == "connect":
        return of_trying(lambda: socket.create_connection(("127.0.0.1", int(where)), timeout=5).close())
    if kind == "name":
        return of_trying(lambda: socket.socket(socket.AF_UNIX).connect(where))
    return attempt_by_kernel(kind, where)


def attempt_by_kernel(kind: str, where: str) -> str:
    attempts: dict[str, Callable[[], object]] = {
        "read": lambda: Path(where).read_bytes(),
        "list": lambda: next(Path(where).iterdir()),
        "write": lambda: Path(where).write_text("a letter"),
        "signal": lambda: os.kill(int(where), 0),
        "run": lambda: os.execv(where, [where]),  # noqa: S606 - must fail
        "fork": lambda: os.fork() or os._exit(0),
        "mode": lambda: Path(where).chmod(0o777),
        "times": lambda: os.utime(where),
        "go": lambda: os.chdir(where),
        "memory": lambda: os.close(os.memfd_create("letter")),
    }
    return of_trying(attempts[kind])


def of_trying(what: Callable[[], object]) -> str:
    """The class of the error that stops it."""
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"


def hang_or_tell(data: bytes, limits: ExtractionLimits, course: Course) -> Extraction:
    """Tells its process id, or hangs as the document says, under a name that others can see."""
    if data == b"pid":
        return answer(str(os.getpid()))
    ctypes.CDLL(None).prctl(15, b"hanging", 0, 0, 0)
    if data == b"leave the group and sleep":
        os.setsid()
        time.sleep(3600)
    return on_demand(data, limits)


class Command:
    """Runs in whoever unpickles it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return os.open, (self.path, str(os.O_CREAT))


LIES: dict[str, dict[str, object]] = {
    "reason": {"problems": [["no such reason", "", ""]]},
    "detail": {"problems": [["unreadable", "", "Dear Dr Sample" * 1000]]},
    "type": {"media_type": 3},
    "media type": {"media_type": "no such type"},
    "field": {"__reduce__": "os.system"},
    "size": {"pieces": [["", None, 10]]},
    "negative": {"pieces": [["", None, -1]]},
    "row": {"origins": [["title"]]},
}


def taken_over(data: bytes, limits: ExtractionLimits, course: Course) -> Extraction:
    """Sends what no honest worker sends, past the code that would write the answer."""
    kind, _, path = data.decode().partition("\n")
    if kind in LIES:
        say_header(LIES[kind])
    match kind:
        case "pickle":
            say(pickle.dumps(Command(path)))
        case "object":
            return Extraction("text/plain", (), reading=Command(path))  # type: ignore[arg-type]
        case "length":
            say(SIZES.pack(1 << 62, 1 << 62))
        case "nested":
            say(SIZES.pack(1 << 20, 0) + b"[" * (1 << 20))
        case "nothing":
            os.closerange(3, 1000)
            time.sleep(3600)
    return answer("text")


def say_header(fields: dict[str, object]) -> None:
    honest: dict[str, object] = {
        "media_type": "text/plain",
        **{key: [] for key in ["pieces", "problems", "origins", "files", "scans", "sounds"]},
        "reading": None,
    }
    header = json.dumps(honest | fields).encode()
    say(SIZES.pack(len(header), 0) + header)


def say(data: bytes) -> None:
    """To the parent, through whichever descriptor leads there."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, data)
        except OSError:
            continue
    time.sleep(3600)


def of_long_names(data: bytes, limits: ExtractionLimits, course: Course) -> Extraction:
    return Extraction("text/plain", (TextPiece("x" * (64 << 20), "text"),))


SURROGATES = "Dear Dr \udc80 Sample \x00\u202e \U0001f9ec"


def of_surrogates(data: bytes, limits: ExtractionLimits, course: Course) -> Extraction:
    return answer(SURROGATES)


def answer(text: str) -> Extraction:
    return Extraction("text/plain", (TextPiece("", text),))


def of_scans(data: bytes, places: Sequence[str], limits: ExtractionLimits, settings: OcrSettings) -> Extraction:
    """Does to a page what its place says."""
    missing = tuple(Problem(SkipReason.EXTRA_MISSING, place, "ocr") for place in places if "no extra" in place)
    for place in places:
        on_demand(place.removeprefix("#").encode("utf-8", "replace"), limits)
    if "#forged" in places:
        forged = (TextPiece("", "forged"), TextPiece("#page=99", "forged"), *(TextPiece(p, "letter") for p in places))
        return Extraction("text/plain", forged, (Problem(SkipReason.ENCRYPTED, "#page=98", ""),))
    given = [place for place in places if not missing and place != "#blank"]
    text = f"{data.decode()} in {'+'.join(settings.languages)}"
    return Extraction(
        "text/plain",
        tuple(
            TextPiece(place, text, confidence=37 if place == "#unsure" else 90) for place in places if place in given
        ),
        missing,
    )
