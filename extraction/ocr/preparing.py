"""Makes a scan fit for Tesseract: even light, dark on white, without grain and skew, at a resolution that it likes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

# Dots an inch that pages are read at. Measured: 300 is no better on letters, and dearer.
READING_DPI = 200
# Beyond this a picture is made smaller before anything else: A3 at 600 dpi has twice as much, and no more to read.
MOST_PIXELS = 36_000_000
# Long side of the paper that a picture without a resolution is taken for, inches: A4.
_LONG_SIDE = 11.7
_LEAST_DPI, _MOST_DPI = 50, 1200

_WHITE = 255
# The light of a page is looked at in squares of this many dots at 200 dpi, ten millimetres of text in each.
_LIGHT_SQUARE = 16
# Mean difference of a page to its own median of three by three, grey levels, above which it is grain.
GRAIN = 6.0
# Degrees: how far a page may lie askew, and what is not worth turning.
MOST_SKEW, LEAST_SKEW = 10.0, 0.15

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page to read: grey, dark on white, and its resolution."""

    image: Image.Image
    dpi: int


def prepared(picture: Image.Image, dpi: int | None) -> Prepared:
    """The page, fit to be read. Its edges stay where they are but for the turn by its skew."""
    two_tones = picture.mode == "1"
    grey, dpi = _bounded(in_grey(picture), dpi)
    dpi = dpi if dpi and _LEAST_DPI <= dpi <= _MOST_DPI else assumed_dpi(grey.size)
    if not two_tones:
        grey = _evenly_lit(grey, dpi)
    grey = _without_grain(grey)
    grey = straightened(grey)
    return _at_reading_size(grey, dpi)


def in_grey(picture: Image.Image) -> Image.Image:
    """Any picture in grey: what is transparent is white paper, 16 bits a dot become 8."""
    if picture.mode in ("I", "F", "I;16", "I;16L", "I;16B", "I;16N"):
        values = np.asarray(picture, np.float32)
        low, high = float(values.min()), float(values.max())
        return Image.fromarray(((values - low) * (_WHITE / max(high - low, 1.0))).astype(np.uint8), "L")
    if picture.has_transparency_data:
        opaque = picture.convert("RGBA")
        paper = Image.new("RGBA", opaque.size, "white")
        return Image.alpha_composite(paper, opaque).convert("L")
    return picture.convert("L")


def assumed_dpi(size: tuple[int, int]) -> int:
    """What the resolution is if the picture shows a whole page."""
    return min(_MOST_DPI, max(_LEAST_DPI, round(max(size) / _LONG_SIDE)))


def _bounded(grey: Image.Image, dpi: int | None) -> tuple[Image.Image, int | None]:
    pixels = grey.width * grey.height
    if pixels <= MOST_PIXELS:
        return grey, dpi
    share = (MOST_PIXELS / pixels) ** 0.5
    return _scaled(grey, share), round(dpi * share) if dpi else None


def _evenly_lit(grey: Image.Image, dpi: int) -> Image.Image:
    """Divide by the light of the paper, which is what is brightest around each place."""
    square = max(4, _LIGHT_SQUARE * dpi // READING_DPI)
    small = grey.resize((max(1, grey.width // square), max(1, grey.height // square)), Image.Resampling.BOX)
    light = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(4))
    paper = np.asarray(light.resize(grey.size, Image.Resampling.BICUBIC), np.float32)
    even = np.asarray(grey, np.float32) * (_WHITE / np.maximum(paper, 1))
    return Image.fromarray(np.minimum(even, _WHITE).astype(np.uint8), "L")


def _without_grain(grey: Image.Image) -> Image.Image:
    smooth = grey.filter(ImageFilter.MedianFilter(3))
    grain = np.abs(np.asarray(grey, np.int16) - np.asarray(smooth, np.int16)).mean()
    return smooth if grain > GRAIN else grey


def straightened(grey: Image.Image) -> Image.Image:
    """The page turned so that its lines are level."""
    angle = skew(grey)
    if abs(angle) <= LEAST_SKEW:
        return grey
    return grey.rotate(angle, Image.Resampling.BICUBIC, fillcolor=_WHITE)


def skew(grey: Image.Image) -> float:
    """Degrees to turn the page by, counter-clockwise: where rows of dots differ most from their neighbours."""
    small = grey.copy()
    small.thumbnail((900, 900))
    ink = _WHITE - np.asarray(ImageOps.autocontrast(small, cutoff=2), np.float32)
    rows, columns = np.nonzero(ink > _WHITE / 3)
    if len(rows) == 0:
        return 0.0
    weights = ink[rows, columns]

    def contrast(angle: float) -> float:
        across = np.tan(np.radians(angle))
        levels = (rows - (columns - ink.shape[1] / 2) * across).round().astype(np.int64)
        profile = np.bincount(levels - levels.min(), weights)
        return float(np.square(np.diff(profile)).sum())

    coarse = max(np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 0.5), key=contrast)
    return float(max(coarse + np.arange(-0.4, 0.41, 0.1), key=contrast))


def _at_reading_size(grey: Image.Image, dpi: int) -> Prepared:
    if dpi > READING_DPI * 1.15:
        return Prepared(_scaled(grey, READING_DPI / dpi), READING_DPI)
    if dpi < READING_DPI:
        share = max(4 / 3, READING_DPI / dpi)
        return Prepared(_scaled(grey, share), round(dpi * share))
    return Prepared(grey, dpi)


def _scaled(grey: Image.Image, share: float) -> Image.Image:
    size = max(1, round(grey.width * share)), max(1, round(grey.height * share))
    return grey.resize(size, Image.Resampling.LANCZOS if share < 1 else Image.Resampling.BICUBIC)
