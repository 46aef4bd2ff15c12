"""Made scans: a letter set on pages as a printer would, and what scanners, fax machines and cameras do to paper.

Everything is drawn from seeds, so that a page is the same on every machine that has the same fonts.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from demo_range.sheets import Block, BlockKind, Sheet

Generator = np.random.Generator
Grey = NDArray[np.float32]
Pages = list[Image.Image]

_FONT_FOLDERS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/liberation", "/usr/share/fonts")
# A4, inches; margins and type of an ordinary letter.
_PAPER = (8.27, 11.69)
_MARGIN = 1.0
_LEADING = 1.35
_WHITE = 255


class Face(StrEnum):
    """Typefaces that Debian's two commonest font packages bring. Values are file names."""

    DEJAVU_SANS = "DejaVuSans.ttf"
    DEJAVU_SERIF = "DejaVuSerif.ttf"
    DEJAVU_CONDENSED = "DejaVuSansCondensed.ttf"
    SANS = "LiberationSans-Regular.ttf"  # as wide as Arial
    SERIF = "LiberationSerif-Regular.ttf"  # as wide as Times New Roman
    NARROW = "LiberationSansNarrow-Regular.ttf"
    MONO = "LiberationMono-Regular.ttf"  # as wide as Courier New


class Spoiling(StrEnum):
    """What happened to a page between the printer and the file."""

    CLEAN = "clean"
    NOISY = "noisy"  # a copier's glass: blur, uneven light, grain, skew, strong JPEG
    FAX = "fax"  # one bit a pixel, speckle, skew
    FAINT = "faint"  # an empty toner: pale text on grey
    INVERTED = "inverted"  # light on dark
    COLOURED = "coloured"  # on pink or yellow paper, text in blue
    BORDERED = "bordered"  # black edges of the glass, two punched holes, a staple's shadow
    PHOTOGRAPHED = "photographed"  # by a telephone: perspective, a table around it, a lamp on one side
    SIDEWAYS = "sideways"
    UPSIDE_DOWN = "upside_down"


def installed_faces() -> tuple[Face, ...]:
    """Those whose files are here."""
    return tuple(face for face in Face if _font_file(face) is not None)


def pages_of(
    sheet: Sheet, dpi: int, face: Face = Face.SERIF, points: float = 11, columns: int = 1
) -> list[Image.Image]:
    """A letter on A4 pages, grey, letterhead at the top of the first and the footer on each."""
    return list(_Typesetter(dpi, face, points, columns).pages(sheet))


def spoilt(page: Image.Image, spoiling: Spoiling, dpi: int, seed: int) -> Image.Image:
    """The page after this; the strength is drawn from the seed."""
    return _WAYS[spoiling](page, dpi, np.random.default_rng([seed, dpi, list(Spoiling).index(spoiling)]))


def blank_page(dpi: int, seed: int, spoiling: Spoiling = Spoiling.NOISY) -> Image.Image:
    """An empty page as a scanner gives it."""
    size = (round(_PAPER[0] * dpi), round(_PAPER[1] * dpi))
    return spoilt(Image.new("L", size, _WHITE), spoiling, dpi, seed)


def scene(width: int, height: int, seed: int) -> Image.Image:
    """A picture without text that has what a photograph has: light, texture at all sizes, edges, round things."""
    generator = np.random.default_rng([seed, width, height])
    layers = [_cloud(generator, width, height, cells) for cells in (3, 7, 19, 60, 180)]
    picture = sum(layer * weight for layer, weight in zip(layers, (1.0, 0.7, 0.5, 0.35, 0.25), strict=True))
    channels = [picture + 0.4 * _cloud(generator, width, height, 5) for _ in range(3)]
    stacked = np.stack([_stretched(each) for each in channels], axis=-1)
    image = Image.fromarray(stacked.astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(int(generator.integers(4, 30))):
        x, y = generator.uniform(0, width), generator.uniform(0, height)
        w, h = generator.uniform(width / 60, width / 4), generator.uniform(height / 60, height / 4)
        colour = tuple(int(part) for part in generator.integers(0, 256, 3))
        shape = (draw.ellipse, draw.rectangle)[int(generator.integers(0, 2))]
        shape((x, y, x + w, y + h), fill=colour, outline=tuple(part // 2 for part in colour), width=3)
    return _compressed(image.filter(ImageFilter.GaussianBlur(1)), 80)


def _font_file(face: Face) -> Path | None:
    for folder in _FONT_FOLDERS:
        found = Path(folder) / face.value
        if found.is_file():
            return found
    return next(Path(_FONT_FOLDERS[-1]).rglob(face.value), None)


@dataclass(slots=True)
class _Place:
    """Where the next line goes."""

    draw: ImageDraw.ImageDraw
    left: int
    top: int


class _Typesetter:
    """Breaks lines, columns and pages."""

    def __init__(self, dpi: int, face: Face, points: float, columns: int) -> None:
        found = _font_file(face)
        if found is None:
            raise FileNotFoundError(face.value)
        self._font = ImageFont.truetype(str(found), round(points * dpi / 72))
        self._small = ImageFont.truetype(str(found), round(8 * dpi / 72))
        self._size = round(_PAPER[0] * dpi), round(_PAPER[1] * dpi)
        self._margin = round(_MARGIN * dpi)
        self._step = round(points * _LEADING * dpi / 72)
        self._columns = columns
        self._gap = self._margin // 2
        self._width = (self._size[0] - 2 * self._margin - (columns - 1) * self._gap) // columns

    def pages(self, sheet: Sheet) -> Iterator[Image.Image]:
        lines = list(self._lines(sheet))
        page = 0
        while lines or not page:
            image = Image.new("L", self._size, _WHITE)
            draw = ImageDraw.Draw(image)
            top = self._head(draw, sheet, page)
            self._foot(draw, sheet, page)
            for column in range(self._columns):
                place = _Place(draw, self._margin + column * (self._width + self._gap), top)
                lines = self._filled(place, lines)
            page += 1
            yield image

    def _filled(self, place: _Place, lines: list[list[tuple[float, str]]]) -> list[list[tuple[float, str]]]:
        """Set lines until the column is full; what is left."""
        bottom = self._size[1] - self._margin - self._step
        for number, cells in enumerate(lines):
            if place.top > bottom:
                return lines[number:]
            for share, text in cells:
                place.draw.text((place.left + round(share * self._width), place.top), text, 0, self._font)
            place.top += self._step
        return []

    def _head(self, draw: ImageDraw.ImageDraw, sheet: Sheet, page: int) -> int:
        top = self._margin // 2
        if page:
            draw.text((self._margin, top), sheet.running, 0, self._small)
            return self._margin
        for line in sheet.header:
            left = (self._size[0] - draw.textlength(line, self._font)) // 2
            draw.text((left, top), line, 0, self._font)
            top += self._step
        return max(self._margin, top + self._step)

    def _foot(self, draw: ImageDraw.ImageDraw, sheet: Sheet, page: int) -> None:
        bottom = self._size[1] - self._margin * 3 // 4
        step = round(self._small.size * _LEADING)
        for line in _broken(sheet.footer, self._small, self._size[0] - 2 * self._margin):
            draw.text((self._margin, bottom), line, 0, self._small)
            bottom += step
        draw.text((self._size[0] - 2 * self._margin, self._margin // 4), f"Page {page + 1}", 0, self._small)

    def _lines(self, sheet: Sheet) -> Iterator[list[tuple[float, str]]]:
        """Each line as cells: where it begins, as a share of the column, and what it says."""
        for block in sheet.blocks:
            if block.kind is BlockKind.TABLE:
                yield from self._rows(block)
            else:
                for line in block.text.split("\n"):
                    yield from ([(0.0, part)] for part in _broken(line, self._font, self._width))
            yield []

    def _rows(self, block: Block) -> Iterator[list[tuple[float, str]]]:
        for row in block.rows:
            share = 1 / len(row)
            cells = [_broken(cell, self._font, self._width * share * 0.95) for cell in row]
            for number in range(max(map(len, cells))):
                yield [(place * share, cell[number]) for place, cell in enumerate(cells) if number < len(cell)]


def _broken(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _noisy(page: Image.Image, dpi: int, generator: Generator) -> Image.Image:
    turned = _turned(page, generator.uniform(-2.2, 2.2))
    blurred = turned.filter(ImageFilter.GaussianBlur(generator.uniform(0.4, 1.1) * dpi / 200))
    grey = _floats(blurred) * _shade(generator, *page.size, low=0.55)
    grey += generator.normal(0, generator.uniform(10, 30), grey.shape).astype(np.float32)
    return _compressed(_image(grey), int(generator.integers(25, 45)))


def _fax(page: Image.Image, dpi: int, generator: Generator) -> Image.Image:
    turned = _turned(page, generator.uniform(-1.2, 1.2))
    blurred = turned.filter(ImageFilter.GaussianBlur(0.5 * dpi / 200))
    grey = _floats(blurred) + generator.normal(0, 25, (page.height, page.width)).astype(np.float32)
    black = grey < generator.uniform(120, 165)
    black ^= generator.random(black.shape) < generator.uniform(0.01, 0.03)
    for _ in range(int(generator.integers(0, 4))):  # lines that a dirty roller leaves out
        black[int(generator.integers(0, black.shape[0]))] = generator.random() < 1 / 2
    return Image.fromarray(np.where(black, 0, _WHITE).astype(np.uint8), "L").convert("1", dither=Image.Dither.NONE)


def _faint(page: Image.Image, dpi: int, generator: Generator) -> Image.Image:
    ink, paper = generator.uniform(140, 170), generator.uniform(195, 225)
    turned = _turned(page, generator.uniform(-1, 1)).filter(ImageFilter.GaussianBlur(0.5 * dpi / 200))
    grey = np.float32(ink) + _floats(turned) * np.float32((paper - ink) / _WHITE)
    return _compressed(_image(grey + generator.normal(0, 3, grey.shape).astype(np.float32)), 60)


def _inverted(page: Image.Image, dpi: int, generator: Generator) -> Image.Image:
    soft = page.filter(ImageFilter.GaussianBlur(0.4 * dpi / 200))
    grey = 235 - _floats(soft) * generator.uniform(0.75, 0.88)
    return _compressed(_image(grey + generator.normal(0, 4, grey.shape).astype(np.float32)), 70)


def _coloured(page: Image.Image, dpi: int, generator: Generator) -> Image.Image:
    paper = np.array(((255, 205, 215), (250, 240, 150), (190, 225, 250))[int(generator.integers(0, 3))], np.float32)
    ink = np.array(((30, 50, 140), (20, 20, 20), (110, 20, 40))[int(generator.integers(0, 3))], np.float32)
    soft = _turned(page, generator.uniform(-1, 1)).filter(ImageFilter.GaussianBlur(0.4 * dpi / 200))
    mixed = ink + (paper - ink) * (_floats(soft) / _WHITE)[..., None]
    mixed += generator.normal(0, 6, mixed.shape).astype(np.float32)
    return _compressed(Image.fromarray(np.clip(mixed, 0, _WHITE).astype(np.uint8), "RGB"), 60)


def _bordered(page: Image.Image, dpi: int, generator: Generator) -> Image.Image:
    turned = _turned(page, generator.uniform(-1.5, 1.5))
    left, top, right, bottom = (int(generator.uniform(0, 0.35) * dpi) for _ in range(4))
    image = Image.new("L", (page.width + left + right, page.height + top + bottom), 12)
    image.paste(turned, (left, top))
    draw = ImageDraw.Draw(image)
    radius, x = round(0.12 * dpi), left + round(0.45 * dpi)
    for share in (0.365, 0.635):
        y = top + round(page.height * share)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=20)
    draw.line((left + dpi // 3, top + dpi // 3, left + dpi * 2 // 3, top + dpi // 4), fill=60, width=max(2, dpi // 60))
    grey = _floats(image.filter(ImageFilter.GaussianBlur(0.5 * dpi / 200)))
    return _compressed(_image(grey + generator.normal(0, 6, grey.shape).astype(np.float32)), 55)


def _photographed(page: Image.Image, dpi: int, generator: Generator) -> Image.Image:
    width, height = page.size
    wide, high = round(width * 1.15), round(height * 1.12)
    table = _image(_stretched(_cloud(generator, wide, high, 9) + 0.3 * _cloud(generator, wide, high, 120)) * 0.35 + 30)
    jitter = generator.uniform(0, 0.045, 8) * np.array([width, height] * 4)
    x, y = (wide - width) / 2, (high - height) / 2
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    moved = [
        (px + dx * sx, py + dy * sy)
        for (px, py), dx, dy, sx, sy in zip(
            corners, jitter[::2], jitter[1::2], (1, -1, -1, 1), (1, 1, -1, -1), strict=True
        )
    ]
    data = _perspective(moved, [(0, 0), (width, 0), (width, height), (0, height)])
    filters = {"resample": Image.Resampling.BICUBIC}
    mask = Image.new("L", page.size, _WHITE).transform((wide, high), Image.Transform.PERSPECTIVE, data, **filters)
    paper = page.transform((wide, high), Image.Transform.PERSPECTIVE, data, **filters)
    table.paste(paper, (0, 0), mask)
    blurred = table.filter(ImageFilter.GaussianBlur(generator.uniform(0.5, 0.9) * dpi / 200))
    grey = _floats(blurred) * _shade(generator, wide, high, low=0.5)
    return _compressed(_image(grey + generator.normal(0, 7, grey.shape).astype(np.float32)), 70)


def _perspective(found: Iterable[tuple[float, float]], wanted: Iterable[tuple[float, float]]) -> list[float]:
    """Pillow's eight coefficients: from places in the result to places in the source."""
    rows, values = [], []
    for (x, y), (u, v) in zip(found, wanted, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    solved: list[float] = np.linalg.solve(np.array(rows), np.array(values)).tolist()
    return solved


def _turned(page: Image.Image, degrees: float) -> Image.Image:
    return page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=_WHITE)


def _shade(generator: Generator, width: int, height: int, low: float) -> Grey:
    """Uneven light: a slope in some direction and a soft shadow."""
    angle = generator.uniform(0, 2 * np.pi)
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * np.float32(np.cos(angle))
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(np.sin(angle))
    slope = _stretched(across + down) / _WHITE
    soft = _stretched(_cloud(generator, width, height, 4)) / _WHITE
    shade: Grey = (low + (1 - low) * (0.6 * slope + 0.4 * soft)).astype(np.float32)
    return shade


def _cloud(generator: Generator, width: int, height: int, cells: int) -> Grey:
    small = generator.random((max(2, cells * height // max(width, 1)), max(2, cells))).astype(np.float32)
    return np.asarray(Image.fromarray(small, "F").resize((width, height), Image.Resampling.BICUBIC), np.float32)


def _stretched(grey: Grey) -> Grey:
    low, high = float(grey.min()), float(grey.max())
    stretched: Grey = (grey - low) * (_WHITE / max(high - low, 1e-6))
    return stretched


def _floats(image: Image.Image) -> Grey:
    return np.asarray(image, np.float32)


def _image(grey: Grey) -> Image.Image:
    return Image.fromarray(np.clip(grey, 0, _WHITE).astype(np.uint8), "L")


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    """As it comes back from a JPEG file."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    with Image.open(io.BytesIO(out.getvalue())) as opened:
        opened.load()
        return opened


_WAYS: dict[Spoiling, Callable[[Image.Image, int, Generator], Image.Image]] = {
    Spoiling.CLEAN: lambda page, _dpi, _generator: page,
    Spoiling.NOISY: _noisy,
    Spoiling.FAX: _fax,
    Spoiling.FAINT: _faint,
    Spoiling.INVERTED: _inverted,
    Spoiling.COLOURED: _coloured,
    Spoiling.BORDERED: _bordered,
    Spoiling.PHOTOGRAPHED: _photographed,
    Spoiling.SIDEWAYS: lambda page, dpi, generator: _noisy(page, dpi, generator).rotate(90, expand=True),
    Spoiling.UPSIDE_DOWN: lambda page, dpi, generator: _noisy(page, dpi, generator).rotate(180),
}
