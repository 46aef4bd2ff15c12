"""Scans: paper letters as a copier sends them, each page a picture and no text layer anywhere."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from typing import Any

import pypdfium2
from PIL import Image, ImageFilter

from demo_range.rendering import Format, rendered
from demo_range.sheets import Sheet

# Dots an inch of an office copier's smallest setting; a page of type is read well from here on.
_DPI = 200
_POINTS_PER_INCH = 72
# A sheet lies askew on the glass by up to this, degrees; and the lens is a little soft.
_ASKEW, _SOFT = 0.6, 0.6
_JPEG_QUALITY = 60
# Lighter than this is paper, of 255.
_PAPER = 160


def scanned_pdf(seed: int, pages: int | None, *sheets: Sheet) -> bytes:
    """The first pages of each letter as a PDF of pictures; None for all of them."""
    first, *others = _pages(seed, pages, sheets)
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others, resolution=_DPI, quality=_JPEG_QUALITY)
    return out.getvalue()


def scanned_tiff(seed: int, pages: int | None, *sheets: Sheet) -> bytes:
    """The same as a TIFF of many pages, one bit a dot, as fax servers keep them."""
    first, *others = (page.point(_black_or_white, "1") for page in _pages(seed, pages, sheets))
    out = io.BytesIO()
    first.save(out, "TIFF", save_all=True, append_images=others, compression="group4", dpi=(_DPI, _DPI))
    return out.getvalue()


def _black_or_white(grey: int) -> int:
    return 255 if grey > _PAPER else 0


def _pages(seed: int, pages: int | None, sheets: Iterable[Sheet]) -> Iterator[Image.Image]:
    generator = random.Random(f"scan/{seed}")
    for sheet in sheets:
        document: Any = pypdfium2.PdfDocument(rendered(Format.PDF, sheet))
        try:
            for number in range(len(document) if pages is None else min(pages, len(document))):
                page = document[number].render(scale=_DPI / _POINTS_PER_INCH).to_pil().convert("L")
                turned = page.rotate(generator.uniform(-_ASKEW, _ASKEW), Image.Resampling.BICUBIC, fillcolor=255)
                yield turned.filter(ImageFilter.GaussianBlur(_SOFT))
        finally:
            document.close()
