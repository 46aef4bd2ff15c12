"""Pictures of pages, for OCR: frames of picture files, and pages of PDF files as they look."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from PIL import Image, ImageOps

from documents.media_type import MediaType
from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.pdf.pdf_file import from_start, opened_pdf
from extraction.pdf.pdf_revisions import earlier_ends
from extraction.pdf.pdf_shown import Shown
from extraction.pictures.picture_damage import hidden_damage
from extraction.pictures.picture_files import damaged_pictures_read, frame_number, is_cut_short, opened_picture
from extraction.pictures.pictures import PICTURE_TYPES
from extraction.records import Problem

# Path, picture, dots an inch where they are known.
PagePicture = tuple[str, Image.Image, int | None]
# Damage is told before the picture that has it.
Scanner = Callable[[bytes, Sequence[str], Budget], Iterator[PagePicture | Problem]]

# Dots an inch at which pages are drawn. 300 read no better, and 150 worse.
DPI = 200
# Dots of one picture: A3 at 300 dots an inch has 17 million. What has more is drawn or made smaller.
MOST_DOTS = 18_000_000
_POINTS = 72
# Inches of a page's longer side that paper has: a postcard's to A3's. Others are pictures whose size was made up.
_PAPER_INCHES = (5.0, 17.0)
_A4_INCHES = 11.69
# Inches beyond A0, and the share of such a page up to which its pictures are drawn alone, as the whole is too coarse.
_LARGEST_INCHES = 50
_CORNER_SHARE = 0.25
# Dots an inch that a file may claim, and from which a picture is halved.
_HONEST_DPI = (50, 1300)
_FINE_DPI = 400
# Two resolutions count as different from this ratio on: faxes have 204 by 98.
_SQUARE = 1.1
_REVISION = re.compile(r"#revision=(\d{1,6})#")


def pdf_pages(data: bytes, wanted: Sequence[str], budget: Budget) -> Iterator[PagePicture]:
    """Pages "#page=3", or "#revision=1#page=3" of an earlier revision, as they look, turned as the file says, in grey.

    Raises:
        UnreadableError, BudgetSpentError: as `opened_pdf`.
    """
    data = from_start(data)
    for revision, places in groupby(wanted, _revision):
        part = data[: earlier_ends(data)[revision - 1]] if revision else data
        with opened_pdf(part, budget).document as document:
            if document.get_formtype():
                document.init_forms()
            for path in places:
                budget.spend_page()
                yield path, *_drawn(document, frame_number(path[path.rindex("#") :]))


def _revision(path: str) -> int:
    """The earlier one that it is a page of; 0 for the document as it is now."""
    found = _REVISION.match(path)
    return int(found[1]) if found else 0


def _drawn(document: Any, number: int) -> tuple[Image.Image, int]:
    page = document[number - 1]
    shown = Shown(page)
    crop = _crop(page, shown)
    scale, dpi = _scale(page, crop, shown)
    picture: Image.Image = page.render(scale=scale, crop=crop, grayscale=True).to_pil()
    page.close()
    return picture, dpi


def picture_frames(data: bytes, wanted: Sequence[str], budget: Budget) -> Iterator[PagePicture | Problem]:
    """The picture itself (""), or frames "#page=3" of one that has several; upright, with square dots.

    Of a damaged one what is there, after a problem that says so.

    Raises:
        UnreadableError, BudgetSpentError: as `opened_picture`.
        OSError: Pillow can not decode it.
    """
    for path in wanted:
        budget.spend_page()
        number = frame_number(path)
        try:
            with _frame(data, number) as picture:
                picture.load()
                damage = hidden_damage(data, picture)
                prepared = _prepared(picture)
        except (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError) as error:
            damage = type(error).__name__
            with _frame(data, number) as picture, damaged_pictures_read():
                picture.load()
                prepared = _prepared(picture)
        if damage and not is_cut_short(data, picture):  # which the pass over text has told
            yield Problem(SkipReason.UNREADABLE, path, f"{picture.format}: damaged inside: {damage}")
        yield path, *prepared


@contextmanager
def _frame(data: bytes, number: int) -> Iterator[Image.Image]:
    with opened_picture(data) as picture, warnings.catch_warnings():
        try:
            picture.seek(number - 1)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise BudgetSpentError("pixels") from None
        warnings.simplefilter("ignore")
        yield picture


def _crop(page: Any, shown: Shown) -> tuple[float, float, float, float]:
    """What is cut off at the left, bottom, right and top of a page that is no paper, to its pictures in a corner."""
    width, height = page.get_size()
    box = shown.pictures_box
    if max(width, height) <= _LARGEST_INCHES * _POINTS or page.get_rotation() or box is None:
        return 0, 0, 0, 0
    if box.area > _CORNER_SHARE * width * height:
        return 0, 0, 0, 0
    left, bottom, right, top = page.get_cropbox()
    cut = (box.left - left, box.bottom - bottom, right - box.right, top - box.top)
    across, down = max(cut[0], 0.0) + max(cut[2], 0.0), max(cut[1], 0.0) + max(cut[3], 0.0)
    if across >= width or down >= height:  # it lies outside
        return 0, 0, 0, 0
    return max(cut[0], 0.0), max(cut[1], 0.0), max(cut[2], 0.0), max(cut[3], 0.0)


def _scale(page: Any, crop: tuple[float, float, float, float], shown: Shown) -> tuple[float, int]:
    """Dots a point, and the dots an inch that this is on the paper that the page most likely was."""
    width, height = page.get_size()
    width, height = width - crop[0] - crop[2], height - crop[1] - crop[3]
    inches = max(width, height, 1.0) / _POINTS
    low, high = _PAPER_INCHES
    if low <= inches <= high:
        dpi, true_dpi = float(DPI), float(DPI)
    else:  # scanners' software makes up sizes: what the picture on it has in dots counts then
        dots = inches * (shown.covering_dpi or DPI)
        dpi = min(dots, 1.5 * DPI * _A4_INCHES) / inches
        true_dpi = dpi * inches / _A4_INCHES
    area = max(width * height, 1.0) / _POINTS**2
    fitting = (MOST_DOTS / area) ** 0.5
    shrunk = min(1.0, fitting / dpi)
    return dpi * shrunk / _POINTS, max(1, round(true_dpi * shrunk))


def _prepared(picture: Image.Image) -> tuple[Image.Image, int | None]:
    across, down = _claimed_dpi(picture)
    upright = _upright(picture)
    if across and down and max(across, down) > _SQUARE * min(across, down):
        dpi = max(across, down)
        size = (round(upright.width * dpi / across), round(upright.height * dpi / down))
        if size[0] * size[1] <= MOST_DOTS:
            upright = upright.convert("L").resize(size) if upright.mode != "1" else upright.resize(size)
        return _small_enough(upright, round(dpi))
    return _small_enough(upright, round(across) if across else None)


def _upright(picture: Image.Image) -> Image.Image:
    """As the camera was held; a copy, for the file's own picture changes with the next frame."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001 - damaged metadata costs nothing of the picture
        return picture.copy()


def _small_enough(picture: Image.Image, dpi: int | None) -> tuple[Image.Image, int | None]:
    factor = 2 if dpi and dpi > _FINE_DPI else 1
    while picture.width * picture.height > MOST_DOTS * factor**2:
        factor += 1
    if factor == 1:
        return picture, dpi
    plain = picture if picture.mode in ("L", "RGB", "RGBA") else picture.convert("RGBA")
    return plain.reduce(factor), round(dpi / factor) if dpi else None


def _claimed_dpi(picture: Image.Image) -> tuple[float, float]:
    """Across and down; zeros where the file does not say, or not in earnest."""
    claimed = picture.info.get("dpi")
    try:
        across, down = (float(each) for each in claimed) if claimed else (0.0, 0.0)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    low, high = _HONEST_DPI
    return (across, down) if low <= across <= high and low <= down <= high else (0.0, 0.0)


SCANNERS: dict[MediaType, Scanner] = {MediaType.PDF: pdf_pages, **dict.fromkeys(PICTURE_TYPES, picture_frames)}
