"""Damaged files of every format through the worker pool: what becomes of them, and what they cost."""

from __future__ import annotations

import io
import resource
import time
import wave
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from email.mime.text import MIMEText

from PIL import Image

from benchmarks.extraction.archive_files import zipped
from benchmarks.extraction.catalogue import Files
from benchmarks.extraction.letters import Kind, letter
from benchmarks.extraction.mutations import mutated
from benchmarks.extraction.rendered import Family, Format
from benchmarks.matching.tables import number, table
from demo_range.recordings import dss_recording
from documents.media_type import MediaType
from documents.records import SkipReason
from extraction.isolation import ExtractorPool, IsolationLimits
from extraction.records import Extraction

# Files that wait for a worker, so that thousands do not lie in memory at once.
_AHEAD = 16
_SMALL_DPI = 72


def pictures() -> dict[str, bytes]:
    """Pictures of one size in every form that Pillow writes and letters come in."""
    page = Image.radial_gradient("L").resize((8 * _SMALL_DPI, 11 * _SMALL_DPI))
    made = {}
    for form in ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "PDF"):
        out = io.BytesIO()
        page.save(out, form)
        made[f"picture {form.lower()}"] = out.getvalue()
    out = io.BytesIO()
    page.convert("1").save(out, "TIFF", compression="group4", save_all=True, append_images=[page.convert("1")])
    return {**made, "picture fax tiff": out.getvalue()}


def others() -> dict[str, bytes]:
    """Files of formats that no letter of the corpus is written in."""
    text = letter(Kind.REFERRAL, 0).text
    sound = io.BytesIO()
    with wave.open(sound, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(bytes(32_000))
    page = MIMEText(f"<html><body><p>{text}</p></body></html>", "html", "utf-8")
    page["From"], page["Subject"] = "<Saved by a browser>", "Letter"
    chapter = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{text}</p></body></html>'
    book = {"mimetype": b"application/epub+zip", "OEBPS/1.xhtml": chapter.encode()}
    return {
        **pictures(),
        "wav": sound.getvalue(),
        "dss": dss_recording("Dr A", datetime(2024, 5, 6, 9), 60),  # noqa: DTZ001 - recorders know no zone
        "mht": page.as_bytes(),
        "epub": zipped(book),
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><text>{text[:300]}</text></svg>'.encode(),
        "ndjson": b'{"note": "%s"}\n' % text[:300].replace("\n", " ").encode() * 5,
    }


def samples(files: Files, formats: Sequence[Format]) -> dict[str, bytes]:
    """Whole files to be damaged: the first letter of the run in each of these text formats, and the other formats."""
    text = [form for form in formats if form.family is Family.TEXT]
    return {**{form.name: files.of(form)[0].data for form in text}, **others()}


@dataclass(slots=True)
class Tally:
    """What became of the damaged files, by the sample that they were made of.

    Attributes:
        outcomes: by sample, then by outcome in words; "whole" and "partial" are those with text.
        unaccounted: seeds of files that gave neither text nor a reason.
        crashed: sample, seed and what was told, of files whose parser raised or whose worker died.
        slowest: seconds of the slowest file, waiting for a worker included.
    """

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    unaccounted: list[tuple[str, int]] = field(default_factory=list)
    crashed: list[tuple[str, int, str]] = field(default_factory=list)
    slowest: float = 0.0

    def add(self, name: str, seed: int, extraction: Extraction, is_blank: bool = False) -> None:
        """One answer; a blank file holds nothing but white space."""
        said = "empty" if is_blank else outcome(extraction)
        self.outcomes.setdefault(name, Counter())[said] += 1
        if said == "unaccounted":
            self.unaccounted.append((name, seed))
        for problem in extraction.problems:
            if problem.reason is SkipReason.PARSER_CRASHED:
                self.crashed.append((name, seed, problem.detail))

    @property
    def files(self) -> int:
        """All that were answered."""
        return sum(sum(one.values()) for one in self.outcomes.values())

    @property
    def deaths(self) -> int:
        """Workers that died of a file."""
        return sum(detail.startswith("exit") for _, _, detail in self.crashed)

    def table(self) -> str:
        """A row for each sample."""
        said = sorted({words for one in self.outcomes.values() for words in one}, key=lambda words: words not in _READ)
        rows = [(name, *(number(one[words]) for words in said), "") for name, one in self.outcomes.items()]
        total = sum(self.outcomes.values(), Counter[str]())
        return table(("damaged", *said, ""), [*rows, ("all", *(number(total[words]) for words in said), "")])


_READ = ("whole", "partial", "named")


def outcome(extraction: Extraction) -> str:
    """In one word: read whole, in part, named for a later pass or as a recording, skipped and why, or unaccounted."""
    if extraction.text.strip():
        return "partial" if extraction.partial else "whole"
    if extraction.problems:
        return str(extraction.problems[0].reason)
    if extraction.scans or extraction.sounds:
        return "named"
    return "empty" if extraction.media_type == MediaType.EMPTY else "unaccounted"


def cases(names: Sequence[str], count: int) -> Iterator[tuple[str, int]]:
    """So many samples and seeds, the samples in turn."""
    for seed in range(count):
        yield names[seed % len(names)], seed


def tally(whole: Mapping[str, bytes], count: int, limits: IsolationLimits, workers: int = 2) -> Tally:
    """Damage and read `count` files."""
    found = Tally()
    with ExtractorPool(workers, limits) as pool:
        waiting = []
        for name, seed in cases(sorted(whole), count):
            data = mutated(name, whole, seed)
            waiting.append(_Waiting(name, seed, not data.strip(), time.monotonic(), pool.submit(data)))
            if len(waiting) >= _AHEAD:
                _take(found, waiting.pop(0))
        for one in waiting:
            _take(found, one)
    return found


@dataclass(frozen=True, slots=True)
class _Waiting:
    name: str
    seed: int
    is_blank: bool
    began: float
    future: Future[Extraction]


def _take(found: Tally, one: _Waiting) -> None:
    extraction = one.future.result()
    found.slowest = max(found.slowest, time.monotonic() - one.began)
    found.add(one.name, one.seed, extraction, one.is_blank)


def most_megabytes_of_a_child() -> float:
    """The most memory that an ended child had, or whoever it was started by."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
