"""What `stray doctor` tells of reading: are documents read in isolation, scans by OCR, recordings by their sound."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cli.doctor_checks import Check, State
from extraction.isolation import ExtractorPool
from extraction.ocr.languages import all_found
from inspection.reading import isolation_limits
from inspection.scans import ScanPass
from scope.errors import ScopeError
from scope.loader import load_scope
from scope.sections import Ocr

# Written on a page, and read from it by whatever languages are set.
_WORDS = "STRAY DOCTOR READS THIS PAGE"
_LETTERING = 48
_PAGE = (1200, 300)
# What each extra is imported as.
_OCR = ("tesserocr",)
_SECOND_ENGINE = ("rapidocr", "onnxruntime")
_AUDIO = ("av", "pydsscodec")


def reading_checks(scope_path: Path | None) -> Iterator[Check]:
    """What this machine lets us do to contain hostile files, and what it reads."""
    ocr = _ocr_of(scope_path)
    with ExtractorPool(1, isolation_limits(ocr)) as extractors:
        extraction = extractors.extract(b"stray doctor")
        read = "".join(piece.text for piece in extraction.pieces).strip() == "stray doctor"
        cuts = (("network", extractors.network_cut), ("files", extractors.files_cut))
        yield Check("extractor", State.OK if read else State.FAILED, "reads text" if read else "reads no plain text")
        for what, cut in cuts:
            told = "held" if cut else "this system does not allow it; memory and time limits hold"
            yield Check(f"extractor without {what}", State.OK if cut else State.WARNING, told)
        yield _ocr_check(extractors, ocr)
    missing = _missing(_AUDIO)
    told = f"{', '.join(missing)} not installed: recordings are not compared; install stray[audio]"
    yield Check("audio", State.WARNING if missing else State.OK, told if missing else "recordings are compared")


def _ocr_of(scope_path: Path | None) -> Ocr:
    """The scope's; another check says what is wrong with the file."""
    try:
        return load_scope(scope_path).ocr if scope_path else Ocr()
    except ScopeError:
        return Ocr()


def _ocr_check(extractors: ExtractorPool, ocr: Ocr) -> Check:
    if ocr.pages == 0:
        return Check("ocr", State.WARNING, "the scope says pages = 0: no scan is read")
    if _missing(_OCR):
        return Check("ocr", State.WARNING, "not installed: scans are not read; install stray[ocr]")
    files, missing = all_found(ocr.languages, isolation_limits(ocr).ocr)
    if missing:
        return Check("ocr", State.WARNING, f"no data for {', '.join(missing)}: put its file into a folder of ocr.data")
    page = _page()
    read = ScanPass(extractors).completed(page, extractors.extract(page)).text.upper()
    if any(word not in read for word in _WORDS.split()):
        return Check("ocr", State.FAILED, "a page with plain words was not read")
    named = ", ".join(file.language if file.known else f"{file.language} ({file.path}, your own)" for file in files)
    second = "" if _missing(_SECOND_ENGINE) else "; poor pages by RapidOCR too"
    return Check("ocr", State.OK, f"reads {named}{second}")


def _page() -> bytes:
    """A picture of a few words."""
    picture = Image.new("L", _PAGE, 255)
    ImageDraw.Draw(picture).text((60, 110), _WORDS, fill=0, font=ImageFont.load_default(_LETTERING))
    data = io.BytesIO()
    picture.save(data, "PNG", dpi=(200, 200))
    return data.getvalue()


def _missing(modules: tuple[str, ...]) -> list[str]:
    return [module for module in modules if find_spec(module) is None]
