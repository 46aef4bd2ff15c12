"""Makes a scan fit for Tesseract: even light, dark on white, without grain and skew, at a resolution that it likes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

# Dots an inch that pages are read at. Measured: 300 is no better on letters, and dearer.
READING_DPI = 200
# Beyond these a picture is made smaller before anything else. Specks are best told at 300, and A3 has 17 million then.
_WORKING_DPI = 300
MOST_PIXELS = 18_000_000
# Long side of the paper that a picture without a resolution is taken for, inches: A4.
_LONG_SIDE = 11.7
_LEAST_DPI, _MOST_DPI = 50, 1200

_WHITE = 255
# The light of a page is looked at in squares of this many dots at 200 dpi, ten millimetres of text in each.
_LIGHT_SQUARE = 16
# Upper quartile of the difference to a median of three by three, grey levels, from which there is grain: 0 to 2 on
# clean pages, faint and coloured ones too, 5 and more behind a copier's glass.
GRAIN = 4
# Share of dots that are specks from which they are taken out: up to 0.0007 on pages of text, 0.015 on a poor fax.
SPECKS = 0.001
# A dark dot is a speck if no more than this many are dark in the five by five around it. A full stop has four.
_SPECK_DOTS = 3
_SPECK_SQUARE = 5
# A light dot is a hole if at least so many of its eight neighbours are dark.
_HOLE_NEIGHBOURS = 6
_DARK = 128
# Dots: what is left of grain and ragged edges is smoothed with. Measured: 0.7 is better than 1, than none and than
# any median.
_SMOOTHING = 0.7
# The same for a second look at a poor page: worse by itself (0.56 of a fax at 150 dpi instead of 0.67), but it errs
# elsewhere: both together have 0.77.
_SOFT_SMOOTHING = 1.0
# Dots of half size beyond which paper, not letters, is compared with.
_PAPER_RADIUS = 12
# Degrees: how far a page lies askew at most on a glass, and what is not worth turning.
MOST_SKEW, LEAST_SKEW = 10.0, 0.15
# A sheet in a photograph may lie anyhow. Believed only where lines are clearer by this factor than at any small angle.
_FAR_SKEW = [angle for angle in range(-45, 46) if abs(angle) > MOST_SKEW]
_CLEARLY_ASKEW = 1.5

# Long side of the picture in which skew is measured.
_AFAR = 900
# Share of each side that is left out there: black edges of the glass are level when the letter is not.
_EDGE = 0.07
# How much clearer columns must be than rows for the page to lie on its side: up to 0.9 on upright letters, from 1.2 on
# those on their side. Ruled tables reach 1.5; Tesseract reads lines that run down, so a mistake costs little.
_SIDEWAYS = 1.15
# What a page of text has from afar, be it past reading: rows clearer than columns by the first factor (2.4 to 14;
# scenes, photographs and blank pages up to 1.6), in relation to its ink by the second (0.24 and more; up to 0.2), and
# some ink (0.005 and more; the dirty lines of an empty fax 0.002).
_LINES, _LINES_OF_INK, _INK_SHARE = 2.0, 0.22, 0.004

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page to read.

    Attributes:
        image: grey, dark on white.
        dpi: its resolution.
        bears_lines: it looks like a page of text from afar, whether or not a letter of it can be read.
    """

    image: Image.Image
    dpi: int
    bears_lines: bool = False


def prepared(picture: Image.Image, dpi: int | None, softly: bool = False) -> Prepared:
    """The page, fit to be read: upright or upside down. `softly`: grain and specks are smoothed, none taken out."""
    if dpi is None or not _LEAST_DPI <= dpi <= _MOST_DPI:
        dpi = assumed_dpi(picture.size)
    grey, dpi = _bounded(in_grey(picture), dpi)
    if is_light_on_dark(grey):
        grey = ImageOps.invert(grey)
    even = _evenly_lit(grey, dpi)
    clean = even.filter(ImageFilter.GaussianBlur(_SOFT_SMOOTHING)) if softly else without_grain(even)
    look = _look(clean)
    image, dpi = _at_reading_size(straightened(clean, look), dpi)
    return Prepared(image, dpi, look.bears_lines)


def in_grey(picture: Image.Image) -> Image.Image:
    """Any picture in grey: what is transparent is white paper, 16 bits a dot become 8."""
    if picture.mode in ("I", "F", "I;16", "I;16L", "I;16B", "I;16N"):
        values = np.asarray(picture, np.float32)
        low, high = float(values.min()), float(values.max())
        return Image.fromarray(((values - low) * (_WHITE / max(high - low, 1.0))).astype(np.uint8), "L")
    if picture.mode == "LAB":
        return picture.getchannel("L")
    if picture.has_transparency_data:
        opaque = picture.convert("RGBA")
        paper = Image.new("RGBA", opaque.size, "white")
        return Image.alpha_composite(paper, opaque).convert("L")
    return picture.convert("L")


def assumed_dpi(size: tuple[int, int]) -> int:
    """What the resolution is if the picture shows a whole page."""
    return min(_MOST_DPI, max(_LEAST_DPI, round(max(size) / _LONG_SIDE)))


def _bounded(grey: Image.Image, dpi: int) -> tuple[Image.Image, int]:
    share = min(_WORKING_DPI / dpi, (MOST_PIXELS / (grey.width * grey.height)) ** 0.5)
    return (grey, dpi) if share >= 1 / 1.1 else (_scaled(grey, share), max(1, round(dpi * share)))


def _evenly_lit(grey: Image.Image, dpi: int) -> Image.Image:
    """Divide by the light of the paper, which is what is brightest around each place."""
    square = max(4, _LIGHT_SQUARE * dpi // READING_DPI)
    small = grey.resize((max(1, grey.width // square), max(1, grey.height // square)), Image.Resampling.BOX)
    light = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(4))
    paper = np.asarray(light.resize(grey.size, Image.Resampling.BICUBIC), np.float32)
    even = np.asarray(grey, np.float32) * (_WHITE / np.maximum(paper, 1))
    return Image.fromarray(np.minimum(even, _WHITE).astype(np.uint8), "L")


def is_light_on_dark(grey: Image.Image) -> bool:
    """Are strokes lighter than what is around them? They are few and far from it, so the third power is theirs."""
    half = grey.resize((max(1, grey.width // 2), max(1, grey.height // 2)), Image.Resampling.BOX)
    around = half.filter(ImageFilter.GaussianBlur(_PAPER_RADIUS))
    difference = np.asarray(half, np.float32) - np.asarray(around, np.float32)
    return bool((difference**3).mean() > 0)


def without_grain(grey: Image.Image) -> Image.Image:
    """Specks taken out, holes in strokes filled, grain smoothed, each only where there is any."""
    levels = np.asarray(grey)
    dark = levels < _DARK
    specks = dark & (_dark_around(dark, _SPECK_SQUARE) <= _SPECK_DOTS)
    if specks.mean() > SPECKS:
        dark &= ~specks
        holes = ~dark & (_dark_around(dark, 3) >= _HOLE_NEIGHBOURS)
        cleaned = np.where(specks, _WHITE, np.where(holes, 0, levels)).astype(np.uint8)
        return Image.fromarray(cleaned, "L").filter(ImageFilter.GaussianBlur(_SMOOTHING))
    median = np.asarray(grey.filter(ImageFilter.MedianFilter(3)), np.int16)
    grain = np.percentile(np.abs(levels - median)[::2, ::2], 75)
    return grey.filter(ImageFilter.GaussianBlur(_SMOOTHING)) if grain >= GRAIN else grey


def _dark_around(dark: NDArray[np.bool_], square: int) -> NDArray[np.uint8]:
    """How many dots are dark in the square around each, itself included."""
    counts = dark.astype(np.uint8)
    for axis in (0, 1):
        padded = np.pad(counts, [(square // 2,) * 2 if each == axis else (0, 0) for each in (0, 1)])
        length = counts.shape[axis]
        parts = [np.take(padded, range(step, step + length), axis) for step in range(square)]
        counts = np.add.reduce(parts, dtype=np.uint8)
    return counts


@dataclass(frozen=True, slots=True)
class Look:
    """How a page lies: on its side or not, the degrees that level it, and whether it shows lines of text."""

    on_its_side: bool
    angle: float
    bears_lines: bool


def straightened(grey: Image.Image, look: Look | None = None) -> Image.Image:
    """The page turned so that its lines are level; whether they stand on their heads is not seen from afar."""
    look = look or _look(grey)
    if look.on_its_side:
        grey = grey.transpose(Image.Transpose.ROTATE_90)
    if abs(look.angle) <= LEAST_SKEW:
        return grey
    return grey.rotate(look.angle, Image.Resampling.BICUBIC, expand=abs(look.angle) > MOST_SKEW, fillcolor=_WHITE)


def _look(grey: Image.Image) -> Look:
    ink = _ink(grey)
    angle, level = _levelled(ink)
    upright, standing = _levelled(np.rot90(ink))
    low, high = sorted((level, standing))
    bears = high > _LINES * low and high > _LINES_OF_INK * ink.sum() and (ink > 0).mean() > _INK_SHARE
    on_its_side = standing > _SIDEWAYS * level
    return Look(on_its_side, upright if on_its_side else angle, bool(bears))


def skew(grey: Image.Image) -> float:
    """Degrees to turn a page by, counter-clockwise, so that its lines are level."""
    return _levelled(_ink(grey))[0]


def _ink(grey: Image.Image) -> Floats:
    """How dark each place is, from afar; what is lighter than a third counts as paper."""
    left, top = round(grey.width * _EDGE), round(grey.height * _EDGE)
    small = grey.crop((left, top, grey.width - left, grey.height - top))
    small.thumbnail((_AFAR, _AFAR))
    ink = _WHITE - np.asarray(ImageOps.autocontrast(small, cutoff=2), np.float32)
    ink[ink < _WHITE / 3] = 0
    return ink


def _levelled(ink: Floats) -> tuple[float, float]:
    """The turn after which rows differ most from their neighbours, and how clearly they do."""
    rows, columns = np.nonzero(ink)
    if len(rows) == 0:
        return 0.0, 0.0
    weights = ink[rows, columns]

    def differences(angle: float) -> Floats:
        across = np.tan(np.radians(angle))
        levels = (rows - (columns - ink.shape[1] / 2) * across).round().astype(np.int64)
        profile = np.bincount(levels - levels.min(), weights)
        apart: Floats = np.abs(profile[2:] - profile[:-2]).astype(np.float32)  # next ones alternate at a slope of one
        return apart

    def contrast(angle: float) -> float:
        return float(np.square(differences(angle)).sum())

    coarse = max(np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 0.5), key=contrast)
    askew = max(_FAR_SKEW, key=contrast)
    if contrast(askew) > _CLEARLY_ASKEW * contrast(coarse):
        coarse = askew
    angle = float(max(coarse + np.arange(-0.4, 0.41, 0.1), key=contrast))
    return angle, float(differences(angle).sum())  # not squared: few ruled lines count for little


def _at_reading_size(grey: Image.Image, dpi: int) -> tuple[Image.Image, int]:
    if dpi > READING_DPI * 1.15:
        return _scaled(grey, READING_DPI / dpi), READING_DPI
    if dpi < READING_DPI:
        share = max(4 / 3, READING_DPI / dpi)
        return _scaled(grey, share), round(dpi * share)
    return grey, dpi


def _scaled(grey: Image.Image, share: float) -> Image.Image:
    size = max(1, round(grey.width * share)), max(1, round(grey.height * share))
    return grey.resize(size, Image.Resampling.LANCZOS if share < 1 else Image.Resampling.BICUBIC)
