"""One peer over the files of a folder, in a process of its own: `python -m benchmarks.extraction.peer_process`.

Prints a JSON line for each file, flushed, so that whoever started it knows how far it came when it dies or hangs.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import tesserocr
from PIL import Image, ImageSequence

from benchmarks.extraction.recovering import DISTRIBUTION_DATA
from documents.media_type import MediaType, sniff

# Tesseract's own recommendation is 300; pages here are drawn at what they were scanned with at most.
_DPI = 200
_POINTS = 72


def by_pypdf(data: bytes) -> str:
    """Text of all pages."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def by_tesseract(data: bytes) -> str:
    """Each page or frame as it is, page segmentation left to the program."""
    with tesserocr.PyTessBaseAPI(path=DISTRIBUTION_DATA, lang="eng", psm=tesserocr.PSM.AUTO) as api:
        texts = []
        for page in _pictures(data):
            api.SetImage(page)
            api.SetSourceResolution(_DPI)
            texts.append(api.GetUTF8Text())
    return "\n".join(texts)


def _pictures(data: bytes) -> Iterator[Image.Image]:
    if sniff(data) is MediaType.PDF:
        document = pypdfium2.PdfDocument(data)
        for page in document:
            yield page.render(scale=_DPI / _POINTS, grayscale=True).to_pil()
        return
    with Image.open(io.BytesIO(data)) as picture:
        for frame in ImageSequence.Iterator(picture):
            yield frame.convert("L")


def by_xberg(data: bytes) -> str:
    """With recognition where it thinks that it is needed, language data from the distribution, no cache."""
    import xberg  # noqa: PLC0415 - lies in a folder of its own, see .ci/peers.lock

    kind = sniff(data)
    given = xberg.ExtractInput(kind="bytes", bytes=data, mime_type=_KINDS.get(kind, str(kind)))
    ocr = xberg.OcrConfig(enabled=True, backend="tesseract", language=["eng"], tessdata_path=DISTRIBUTION_DATA)
    found: Any = asyncio.run(_extracted(xberg, given, xberg.ExtractionConfig(use_cache=False, ocr=ocr)))
    if found.errors and not found.results:
        raise ValueError("refused")
    return "\n".join(document.content for document in found.results)


async def _extracted(xberg: Any, given: Any, config: Any) -> Any:
    return await xberg.extract(given, config)


# Its names for what we call otherwise.
_KINDS = {
    MediaType.CDA: "application/xml",
    MediaType.FHIR_JSON: "application/json",
    MediaType.MBOX: "application/mbox",
    MediaType.CSV: "text/csv",
    MediaType.HL7: "text/plain",
}
PEERS: dict[str, Callable[[bytes], str]] = {"pypdf": by_pypdf, "tesseract": by_tesseract, "xberg": by_xberg}


def main() -> None:
    """The files whose names come after `from`, in their order."""
    peer, folder, *after = sys.argv[1:]
    for path in sorted(Path(folder).iterdir()):
        if after and path.name <= after[0]:
            continue
        print(json.dumps({"name": path.name, "begun": True}), flush=True)
        began = time.perf_counter()
        try:
            text, error = PEERS[peer](path.read_bytes()), ""
        except Exception as failure:  # noqa: BLE001 - whatever a peer raises is its failure, and told
            text, error = "", type(failure).__name__
        seconds = time.perf_counter() - began
        print(json.dumps({"name": path.name, "text": text, "error": error, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
