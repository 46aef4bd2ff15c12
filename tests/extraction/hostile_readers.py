"""Readers that do what hostile files make parsers do. Workers find them by name."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

from extraction.budget import ExtractionLimits
from extraction.records import Extraction, TextPiece


def on_demand(data: bytes, limits: ExtractionLimits) -> Extraction:
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


def of_itself(data: bytes, limits: ExtractionLimits) -> Extraction:
    """Says what this worker can do."""
    match data:
        case b"pid":
            return answer(str(os.getpid()))
        case b"parsers":
            return answer(" ".join(sorted(name for name in sys.modules if name in ("trafilatura", "pypdfium2"))))
        case b"limits":
            names = ("RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE", "RLIMIT_AS")
            return answer(" ".join(str(resource.getrlimit(getattr(resource, name))[0]) for name in names))
        case b"privileges":
            return answer(Path("/proc/self/status").read_text())
        case b"output":
            os.write(1, b"text of a letter on standard output")
            os.write(2, b"text of a letter on standard error")
            return answer("written")
    return answer(attempt(data.decode()))


def attempt(what: str) -> str:
    """Write to a file, or connect to a port of this machine; the class of the error that stops it."""
    kind, _, where = what.partition(" ")
    try:
        if kind == "write":
            Path(where).write_text("a letter")
        else:
            socket.create_connection(("127.0.0.1", int(where)), timeout=5).close()
    except OSError as error:
        return type(error).__name__
    return "done"


def hang_and_tell(data: bytes, limits: ExtractionLimits) -> Extraction:
    """Tells its process id through a pipe with a name, then hangs as the document says."""
    path, _, how = data.decode().partition("\n")
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, str(os.getpid()).encode())
    os.close(descriptor)
    return on_demand(how.encode(), limits)


def answer(text: str) -> Extraction:
    return Extraction("text/plain", (TextPiece("", text),))
