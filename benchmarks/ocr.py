"""OCR beside plain Tesseract, on made pages: `python -m benchmarks ocr [--pages N] [--seed S]`.

For each way of spoiling a page and each resolution: the share of the letter's runs of five words that was read, worst
page in brackets (a poor page is read twice, and either reading counts), character errors of the best reading, CPU
seconds a page, pages of which less than half was read. Peers get the page as it is: the library that we use, called as
its manual shows, and the distribution's program where it is installed.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import resource
import shutil
import statistics
import subprocess
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import tesserocr
from PIL import Image
from rapidfuzz.distance import Levenshtein

from benchmarks.scanned_pages import Face, Spoiling, installed_faces, pages_of, spoilt
from demo_range.letters import House, letter
from extraction.ocr.engine import OcrEngine
from extraction.ocr.languages import found
from extraction.ocr.second_engine import SecondEngine
from extraction.ocr.settings import OcrSettings

_DPI = (150, 200, 300)
_PROGRAM = "tesseract"
_FAILED_BELOW = 0.5
_SECONDS = 60
# Type sizes at which a letter's first page is full in each face.
_POINTS = {Face.DEJAVU_SANS: 8.5, Face.DEJAVU_SERIF: 8.5, Face.MONO: 9.0, Face.SERIF: 10.5}
_RUN = 5

# What a reader says of a page: its best text, and all its readings together.
Reader = Callable[[Image.Image, int], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A page and what it says."""

    image: Image.Image
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """How one page was read."""

    share: float
    errors: float
    seconds: float


def main() -> None:
    """Measure all readers, print a line for each way, resolution and reader."""
    arguments = argparse.ArgumentParser(description="OCR beside plain Tesseract")
    arguments.add_argument("--pages", type=int, default=6, help="pages for each way and resolution")
    arguments.add_argument("--seed", type=int, default=7001, help="of the letters and of what happens to them")
    arguments.add_argument("--ways", nargs="*", choices=list(Spoiling), default=list(Spoiling))
    arguments.add_argument("--dpi", nargs="*", type=int, default=_DPI)
    given = arguments.parse_args()
    readers = dict(_readers())
    print(f"{'way':14}{'dpi':>4}  {'reader':12}{'read':>6} {'worst':>7}{'CER %':>8}{'s/page':>8}{'failed':>8}")
    for way in given.ways:
        for dpi in given.dpi if way in (Spoiling.CLEAN, Spoiling.NOISY, Spoiling.FAX) else (200,):
            samples = [_sample(Spoiling(way), dpi, number, given.seed) for number in range(given.pages)]
            _compare(way, dpi, readers, samples)


def _compare(way: str, dpi: int, readers: dict[str, Reader], samples: list[Sample]) -> None:
    means: dict[str, tuple[float, float]] = {}
    for name, read in readers.items():
        scores = [_score(read, sample, dpi) for sample in samples]
        share = statistics.mean(score.share for score in scores)
        seconds = statistics.mean(score.seconds for score in scores)
        errors = statistics.mean(score.errors for score in scores) * 100
        failed = sum(score.share < _FAILED_BELOW for score in scores)
        worst = min(score.share for score in scores)
        means[name] = (share, seconds)
        print(f"{way:14}{dpi:4}  {name:12}{share:6.3f} ({worst:.2f}){errors:8.2f}{seconds:8.2f}{failed:8}", flush=True)
    ours = means["stray"]
    for name, (share, seconds) in means.items():
        if name != "stray":
            words = f"{ours[0] / share:.2f} x read" if share else "nothing read by it"
            print(f"{'':18}  beside {name}: {words}, {ours[1] / max(seconds, 1e-3):.2f} x CPU", flush=True)


def _sample(way: Spoiling, dpi: int, number: int, seed: int) -> Sample:
    """The first page of a letter: what does not fit is left out of the letter."""
    faces = installed_faces()
    face = faces[number % len(faces)]
    houses = list(House)
    sheet = letter(houses[number % len(houses)], number, seed).sheet
    points = _POINTS.get(face, 10.0)
    while len(pages := pages_of(sheet, dpi, face, points)) > 1:
        sheet = replace(sheet, blocks=sheet.blocks[:-1])
    return Sample(spoilt(pages[0], way, dpi, seed + number), sheet.text)


def _readers() -> Iterator[tuple[str, Reader]]:
    yield "stray", partial(_ours, OcrEngine(OcrSettings(second_engine=False)))
    if SecondEngine.is_installed():
        yield "with second", partial(_ours, OcrEngine(OcrSettings()))
    english = found("eng", OcrSettings())
    assert english is not None
    yield "tesserocr", partial(_plain, tesserocr.PyTessBaseAPI(path=f"{english.path.parent}/", lang="eng"))
    if shutil.which(_PROGRAM):
        yield "tesseract", _by_program


def _ours(engine: OcrEngine, image: Image.Image, dpi: int) -> tuple[str, str]:
    read = engine.read(image, dpi)
    return read.text, read.all_readings


def _plain(tesseract: tesserocr.PyTessBaseAPI, image: Image.Image, _dpi: int) -> tuple[str, str]:
    tesseract.SetImage(image)
    text = str(tesseract.GetUTF8Text())
    return text, text


def _by_program(image: Image.Image, dpi: int) -> tuple[str, str]:
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi))
    ran = subprocess.run(
        [_PROGRAM, "stdin", "stdout", "-l", "eng"],
        input=out.getvalue(),
        env={"OMP_THREAD_LIMIT": "1", "LANG": "C.UTF-8", "PATH": os.defpath},
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    text = ran.stdout.decode("utf-8", "replace")
    return text, text


def _score(read: Reader, sample: Sample, dpi: int) -> Score:
    before = _cpu()
    text, everything = read(sample.image, dpi)
    seconds = _cpu() - before
    wanted, got = " ".join(sample.text.split()), " ".join(text.split())
    runs = _runs(wanted)
    share = len(runs & _runs(everything)) / len(runs)
    return Score(share, Levenshtein.distance(wanted, got) / len(wanted), seconds)


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _runs(text: str) -> set[tuple[str, ...]]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each)))
    return {tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)}


if __name__ == "__main__":
    main()
