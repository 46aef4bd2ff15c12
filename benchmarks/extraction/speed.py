"""How fast: mixed documents, pages of PDF and of noisy scans; and what the parent needs, whatever comes."""

from __future__ import annotations

import bz2
import gzip
import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path

import pypdf

from benchmarks.extraction.archive_files import zipped
from benchmarks.extraction.catalogue import Files, chosen
from benchmarks.extraction.hardening import others
from benchmarks.extraction.letters import Letter
from benchmarks.extraction.mutations import mutated
from benchmarks.extraction.recovering import read
from benchmarks.extraction.rendered import Family, Rendered
from benchmarks.extraction.scan_files import as_pdf
from benchmarks.matching.tables import number, table
from benchmarks.scanned_pages import Spoiling
from extraction.budget import Budget, ExtractionLimits
from extraction.isolation import ExtractorPool
from extraction.pdf.pdf import read_pdf
from extraction.records import Extraction

WORKERS = 2
# What is asked for.
DOCUMENTS_A_SECOND, PDF_PAGES_A_SECOND, SCANS_A_MINUTE, PARENT_MEGABYTES = 150, 400, 30, 300
_DOCUMENTS = 1_500
_PDF_PAGES = 200
_REPEATS = 3
_SCANS = 20
_AHEAD = 3 * WORKERS
# Of what the parent is shown: plain text and an archive as large as it takes, a bomb of each kind, damaged files.
_LARGE_BYTES = 200 << 20
_DAMAGED = 2_000
_PARENT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Speed:
    """One measure beside its target."""

    what: str
    measured: float
    target: float
    unit: str


def report(files: Files) -> list[Speed]:
    """All measures; made files are those of the run's letters."""
    by_clock, by_processor = scans(files.letters)
    peak, beyond = parent()
    return [
        Speed("mixed documents, 2 workers", mixed(files), DOCUMENTS_A_SECOND, "documents/s"),
        Speed("pages of PDF text, one core", pdf_pages(files), PDF_PAGES_A_SECOND, "pages/s of processor time"),
        Speed("noisy scans at 200 dpi, 2 workers", by_clock, SCANS_A_MINUTE, "pages/minute"),
        Speed("the same by processor time of two cores", by_processor, SCANS_A_MINUTE, "pages/minute"),
        Speed("parent, a document of 200 MB in its hands", peak, PARENT_MEGABYTES, "MB at most"),
        Speed("parent, without that document", beyond, PARENT_MEGABYTES, "MB at most"),
    ]


def speed_table(found: Sequence[Speed]) -> str:
    """A row for each measure."""
    rows = [(one.what, number(one.measured, 1), number(one.target), one.unit) for one in found]
    return table(("speed", "measured", "target", "unit"), rows)


def as_json(found: Sequence[Speed]) -> object:
    """Plain values."""
    return [asdict(one) for one in found]


def mixed(files: Files) -> float:
    """Documents a second of all text formats by turns, by the clock."""
    made = [one.data for form in chosen(families=[Family.TEXT]) for one in files.of(form)]
    with ExtractorPool(WORKERS) as pool:
        list(_through(pool, made[:_AHEAD]))
        began = time.perf_counter()
        count = sum(1 for _ in _through(pool, (made[turn % len(made)] for turn in range(_DOCUMENTS))))
        return count / (time.perf_counter() - began)


def _through(pool: ExtractorPool, documents: Iterator[bytes] | Sequence[bytes]) -> Iterator[Extraction]:
    """In order, a few ahead, as sweeps do."""
    waiting: list[Future[Extraction]] = []
    for data in documents:
        waiting.append(pool.submit(data))
        if len(waiting) >= _AHEAD:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def pdf_pages(files: Files) -> float:
    """Pages of text a second in this process: the best of three, by processor time."""
    (form,) = chosen(["pdf reportlab"])
    writer = pypdf.PdfWriter()
    turn = 0
    while len(writer.pages) < _PDF_PAGES:
        writer.append(io.BytesIO(files.of(form)[turn % len(files.letters)].data))
        turn += 1
    out = io.BytesIO()
    writer.write(out)
    best = 0.0
    for _ in range(_REPEATS):
        began = time.process_time()
        pages = len(read_pdf(out.getvalue(), Budget(ExtractionLimits())).pieces)
        best = max(best, pages / (time.process_time() - began))
    return best


def scans(letters: Sequence[Letter]) -> tuple[float, float]:
    """Pages a minute by the clock, and what that would be if the workers had a core each."""
    made: list[Rendered] = []
    for letter in letters:
        if len(made) * 2 < _SCANS:
            made.append(as_pdf(letter, Spoiling.NOISY, 200))
    before = _seconds_of_children()
    with ExtractorPool(WORKERS) as pool:
        pool.extract(b"The worker is started before the clock.")
        began = time.perf_counter()
        pages = sum(len(extraction.pieces) for extraction in read(pool, made, WORKERS))
        by_clock = 60 * pages / (time.perf_counter() - began)
    return by_clock, 60 * WORKERS * pages / (_seconds_of_children() - before)


def _seconds_of_children() -> float:
    """Processor time of processes that have ended, started by this one or by them."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def parent() -> tuple[float, float]:
    """Megabytes of a fresh process that has large, hostile and damaged files read: in all, and beyond the largest."""
    with tempfile.TemporaryDirectory(prefix="stray-memory-") as folder:
        for number, data in enumerate(_trying()):
            (Path(folder) / f"{number:05d}").write_bytes(data)
        command = [sys.executable, "-m", "benchmarks.extraction.parent_memory", folder]
        told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PARENT_SECONDS).stdout
    peak, beyond = told.split()
    return float(peak), float(beyond)


def _trying() -> Iterator[bytes]:
    whole = {**others(), "text": b"Dear Dr Sample, " * 1_000}
    for seed in range(_DAMAGED):
        yield mutated(sorted(whole)[seed % len(whole)], whole, seed)
    yield zipped({f"{place}.txt": bytes(20 << 20) for place in range(50)})
    yield zipped({f"{place}.txt": b"x" for place in range(20_000)})
    yield zipped({"letters.txt": b"".join(b"Line %d of a long letter, as it is.\n" % n for n in range(2_000_000))})
    for kind, packed in (("bz2", bz2.compress(bytes(500 << 20))), ("gz", gzip.compress(bytes(500 << 20)))):
        yield packed if kind == "gz" else zipped({"inside.bz2": packed})
    yield b"Dear Dr Sample, thank you for this letter. " * (_LARGE_BYTES // 43)
    yield "Dear Dr \u0141ukasz, ".encode() * (_LARGE_BYTES // 20)
