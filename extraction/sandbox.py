"""What a worker does to itself before the first byte of a document: no network, no files, no privileges, few resources.

Nothing here imports a parser: the parent imports this module, and parsers belong into workers.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import site
import socket
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from documents.media_type import sniff
from documents.records import SkipReason
from extraction import landlock, privileges, system_calls
from extraction.budget import ExtractionLimits
from extraction.ocr import languages
from extraction.ocr.settings import OcrSettings
from extraction.records import Extraction, Problem

# Files that a worker may hold open. It needs its channel and a few shared libraries.
OPEN_FILES = 64
# CPU seconds beyond a document's time limit after which the kernel ends the worker: the parent is gone or stuck.
CPU_GRACE_SECONDS = 5
_NICENESS = 10
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
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
        ocr: how pictures are read. A second pass has these seconds and those of its pages.
    """

    seconds: float = 20.0
    memory_bytes: int = 2 << 30
    document_bytes: int = 256 << 20
    documents_per_worker: int = 500
    budget: ExtractionLimits = field(default_factory=ExtractionLimits)
    ocr: OcrSettings = field(default_factory=OcrSettings)

    def seconds_for(self, pages: int) -> float:
        """For one document, or for so many pages of it in a second pass."""
        return self.seconds + pages * self.ocr.page_seconds


DEFAULT_LIMITS = IsolationLimits()


@dataclass(frozen=True, slots=True)
class Confinement:
    """What held in a worker: it reached no network; it could open no file but Python's own and the parsers'."""

    network_cut: bool
    files_cut: bool


def enter(limits: IsolationLimits, parent: int) -> Confinement:
    """Give up what a parser does not need, and try what came of it. If a limit can not be set, the worker ends.

    Args:
        limits: of this worker.
        parent: process id of the one that made this worker, which shall not outlive it.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a parser that hangs in C would never run a handler
    _silence()
    _cut_network()
    folders = [*import_folders(), *languages.data_folders(limits.ocr)]
    folders += [limits.budget.speech.model] if limits.budget.speech else []
    privileges.give_up(folders)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    landlock.keep_only(folders)
    system_calls.refuse()
    _lower(resource.RLIMIT_AS, limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_NPROC, 0)  # no process of its own; the kernel never counts root's
    _lower(resource.RLIMIT_CORE, 0)  # a core file would hold letters
    os.nice(_NICENESS)
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # last: new credentials clear the signal that is asked for here
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(1)
    return Confinement(network_cut=not _reaches_loopback(), files_cut=not _sees_files())


def import_folders() -> list[str]:
    """Where modules come from that are imported late: Python's own, installed ones, packages loaded from elsewhere."""
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")] + site.getsitepackages()
    for name, module in list(sys.modules.items()):
        if "." not in name:
            folders += [str(folder) for folder in getattr(module, "__path__", ())]
    return list(dict.fromkeys(folders))


def limit_cpu(seconds: float) -> None:
    """The kernel's own time limit for this document, for the case that nobody is left to keep the clock."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(time.process_time() + seconds) + CPU_GRACE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until if hard == resource.RLIM_INFINITY else min(until, hard), hard))


def failed(data: bytes, reason: SkipReason, detail: str, places: Sequence[str] = ()) -> Extraction:
    """The extraction of a document that gave nothing, or nothing of these places."""
    return Extraction(str(sniff(data)), problems=tuple(Problem(reason, place, detail) for place in places or ("",)))


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
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("127.0.0.1", _DISCARD_PORT))
    except OSError:
        return False
    return True


def _sees_files() -> bool:
    """Anyone may list the root folder, unless the kernel keeps this process from it."""
    try:
        os.scandir("/").close()
    except PermissionError:
        return False
    return True


def _lower(limit: int, value: int) -> None:
    """Set a limit for good, or keep the stricter one that this process was given."""
    _, hard = resource.getrlimit(limit)
    lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (lowest, lowest))
