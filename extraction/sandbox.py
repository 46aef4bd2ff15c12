"""The inside of a worker: limits on itself, no network, no output; then one document after the other.

Nothing here imports a parser: the parent imports this module, and parsers belong into workers.
"""

from __future__ import annotations

import ctypes
import os
import pkgutil
import resource
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import connection, forkserver, parent_process

from documents.media_type import sniff
from documents.records import SkipReason
from extraction.budget import ExtractionLimits
from extraction.records import Extraction, Problem

# Files that a worker may hold open. It needs its pipes and a few shared libraries.
OPEN_FILES = 64
# CPU seconds beyond a document's time limit after which the kernel ends the worker: the parent is gone or stuck.
CPU_GRACE_SECONDS = 5
_NICENESS = 10
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_DISCARD_PORT = 9


@dataclass(frozen=True, slots=True)
class IsolationLimits:
    """What one worker may use.

    Attributes:
        seconds: for one document. The slowest honest file of the format samples took 2 s on a loaded machine.
        memory_bytes: address space. A flate bomb in a PDF asks for 6 GB, and nothing else stops PDFium.
        document_bytes: a larger document is refused before it is sent; two copies of it live in the worker.
        documents_per_worker: then a fresh one takes over, in case a parser leaks; none did over 9,000 documents.
        budget: of one document.
    """

    seconds: float = 20.0
    memory_bytes: int = 2 << 30
    document_bytes: int = 256 << 20
    documents_per_worker: int = 500
    budget: ExtractionLimits = field(default_factory=ExtractionLimits)


DEFAULT_LIMITS = IsolationLimits()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes back from a worker: the extraction, and whether this worker's network was cut."""

    extraction: Extraction
    network_cut: bool


# Whether the cut held in this process: set once by `enter`, in a worker only.
_NETWORK_CUT: list[bool] = []


def enter(limits: IsolationLimits) -> None:
    """Give up what a parser does not need. Runs first in every worker; if a limit can not be set, the worker ends."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a parser that hangs in C would never run a handler
    _silence()
    _cut_network()
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _lower(resource.RLIMIT_AS, limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)  # a core file would hold letters
    os.nice(_NICENESS)
    _die_with_parent()  # after the cut: new credentials clear the signal that is asked for here
    _NETWORK_CUT[:] = [not _reaches_loopback()]


def run(data: bytes, reader: str, seconds: float, budget: ExtractionLimits) -> Outcome:
    """Read one document with the reader named "module:function"."""
    _limit_cpu(seconds)
    extract: Callable[[bytes, ExtractionLimits], Extraction] = pkgutil.resolve_name(reader)
    try:
        extraction = extract(data, budget)
    except MemoryError:
        extraction = failed(data, SkipReason.BUDGET_SPENT, "memory")
    except Exception as error:  # noqa: BLE001 - costs this document, never the next; its text may quote the letter
        extraction = failed(data, SkipReason.PARSER_CRASHED, type(error).__name__)
    return Outcome(extraction, network_cut=_NETWORK_CUT == [True])


def failed(data: bytes, reason: SkipReason, detail: str) -> Extraction:
    """The extraction of a document that gave nothing."""
    return Extraction(str(sniff(data)), problems=(Problem(reason, "", detail),))


def _silence() -> None:
    """Parsers write what they complain of, and quote the document, to standard output and error."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)


def _cut_network() -> None:
    """An empty network of its own, where the kernel grants one: best effort; `enter` checks what came of it."""
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "unshare"):
        return
    if library.unshare(_CLONE_NEWNET) != 0:  # needs privileges, which a user namespace of one's own gives
        library.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _prctl(option: int, value: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "prctl"):
        library.prctl(option, value, 0, 0, 0)


def _reaches_loopback() -> bool:
    """Is there a network? A datagram socket finds its route without sending anything; an empty network has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("127.0.0.1", _DISCARD_PORT))
        except OSError:
            return False
    return True


def _die_with_parent() -> None:
    """Have the kernel kill this process with the fork server, and let the fork server end with the parent.

    A thread that watches the parent was tried: a parser that hangs with the interpreter locked keeps it from running.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The fork server ends when the last copy of this pipe's end closes; every child is given one.
    alive = getattr(forkserver._forkserver, "_forkserver_alive_fd", None)
    if alive is not None:
        os.close(alive)
    parent = parent_process()
    if parent is not None and connection.wait([parent.sentinel], 0):  # it died before the kernel was asked
        os._exit(1)


def _lower(limit: int, value: int) -> None:
    """Set a limit for good, or keep the stricter one that this process was given."""
    _, hard = resource.getrlimit(limit)
    lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (lowest, lowest))


def _limit_cpu(seconds: float) -> None:
    """The kernel's own time limit for this document, for the case that nobody is left to keep the clock."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(time.process_time() + seconds) + CPU_GRACE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until if hard == resource.RLIM_INFINITY else min(until, hard), hard))
