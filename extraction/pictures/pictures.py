"""Picture files in the pass over text: their pages are left to OCR; what they say of themselves is read now."""

from __future__ import annotations

from PIL import Image

from documents.media_type import MediaType
from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.pictures.picture_files import animation_frames, frame_path, is_cut_short, opened_picture
from extraction.pictures.picture_metadata import metadata_of
from extraction.pictures.tiff_chain import MOST_FRAMES, tiff_chain
from extraction.records import Content, Origin, Problem, Scan, TextPiece

# Dots below which a picture holds no text that can be read. Of made crops of letters, in type of 6 to 12 dots and lines
# of 20 to 30 characters, the smallest that Tesseract read had 84 by 34.
LEAST_DOTS = 2500
LEAST_WIDTH = 60
LEAST_HEIGHT = 14
# Kinds of pictures that Pillow decodes.
PICTURE_TYPES = (
    *(MediaType.TIFF, MediaType.PNG, MediaType.JPEG, MediaType.GIF, MediaType.BMP, MediaType.WEBP),
    *(MediaType.AVIF, MediaType.JPEG_2000, MediaType.PCX, MediaType.PNM, MediaType.PHOTOSHOP),
)
# Place of captions and comments.
_CAPTION_PATH = "#metadata"


def read_picture(data: bytes, budget: Budget) -> Content:
    """A scan for each page that is large enough for text, captions as a piece. No pixel is decoded.

    Raises:
        UnreadableError: no picture that can be read.
        BudgetSpentError: too many pixels.
    """
    with opened_picture(data) as picture:
        origin, captions = metadata_of(picture, data)
        pieces = (TextPiece(_CAPTION_PATH, captions),) if captions else ()
        origins: tuple[Origin, ...] = (origin,) if origin else ()
        scans, problems = _pages(picture, data, budget)
        if scans and is_cut_short(data, picture):
            problems.append(Problem(SkipReason.TRUNCATED, "", f"{picture.format}: the end is missing"))
        if scans and (more := animation_frames(picture)) > 0:
            problems.append(Problem(SkipReason.UNSUPPORTED_TYPE, "", f"animation: {more} frames left"))
    return Content(pieces, tuple(problems), scans=tuple(scans), origins=origins)


def can_hold_text(width: int, height: int) -> bool:
    """Is there room for a few words?"""
    return width >= LEAST_WIDTH and height >= LEAST_HEIGHT and width * height >= LEAST_DOTS


def _pages(picture: Image.Image, data: bytes, budget: Budget) -> tuple[list[Scan], list[Problem]]:
    if picture.format != "TIFF":
        return _frames(picture, 1, 1, budget)
    chain = tiff_chain(data)
    count = min(max(chain.count, 1), MOST_FRAMES)
    scans, problems = _frames(picture, count, max(chain.count, 1) + (chain.damage is not None), budget)
    if not problems and chain.damage:
        problems.append(Problem(chain.damage, f"#page={count + 1}", f"chain of frames broken: {count} read"))
    elif not problems and chain.count > count:
        problems.append(Problem(SkipReason.BUDGET_SPENT, f"#page={count + 1}", f"frames: {chain.count - count} left"))
    return scans, problems


def _frames(picture: Image.Image, count: int, of: int, budget: Budget) -> tuple[list[Scan], list[Problem]]:
    scans: list[Scan] = []
    for number in range(1, count + 1):
        path = frame_path(number, of)
        try:
            budget.spend_page()
            if count > 1:
                picture.seek(number - 1)
        except (BudgetSpentError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            what = str(error) if isinstance(error, BudgetSpentError) else "pixels"
            return scans, [Problem(SkipReason.BUDGET_SPENT, path, f"{what}: {of - number + 1} left")]
        except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, EOFError) as error:
            return scans, [Problem(SkipReason.UNREADABLE, path, f"{type(error).__name__}: {of - number + 1} left")]
        if can_hold_text(*picture.size):
            scans.append(Scan(path))
    return scans, []
