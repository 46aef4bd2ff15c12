"""Opens picture files by their headers alone; says where their frames are, and whether their end is lost."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PcxImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from documents.records import SkipReason
from extraction.budget import BudgetSpentError, UnreadableError

# What Pillow may take a file for; its other kinds are of no letter, and some start programs. They are loaded now: a
# worker that has given up its files would load them late, one after the other.
FORMATS = tuple(
    kind.format
    for kind in (
        TiffImagePlugin.TiffImageFile,
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        GifImagePlugin.GifImageFile,
        BmpImagePlugin.BmpImageFile,
        WebPImagePlugin.WebPImageFile,
        AvifImagePlugin.AvifImageFile,
        Jpeg2KImagePlugin.Jpeg2KImageFile,
        PcxImagePlugin.PcxImageFile,
        PpmImagePlugin.PpmImageFile,
        PsdImagePlugin.PsdImageFile,
    )
    if kind.format
)
# A worker may make no threads, and libavif fails without those that it was promised.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
# Kinds in which each frame is a page. Frames of the others are steps of an animation, or another size of one picture.
_PAGED = ("TIFF",)
_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
# Frames of one file that are listed; the budget of pages is judged too.
_MOST_FRAMES = 5000
_TAIL_BYTES = 1 << 16


@contextmanager
def opened_picture(data: bytes) -> Iterator[Image.Image]:
    """The picture, no pixel decoded.

    Raises:
        UnreadableError: not a picture that can be read.
        BudgetSpentError: more pixels than Pillow takes for honest.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged metadata; the sizes are judged below
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise BudgetSpentError("pixels") from None
        except UnidentifiedImageError:
            raise UnreadableError(SkipReason.UNREADABLE, "no picture after all") from None
        except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError) as error:
            reason = SkipReason.TRUNCATED if _is_cut_riff(data) else SkipReason.UNREADABLE
            raise UnreadableError(reason, type(error).__name__) from None
        with picture:
            yield picture


def frame_path(number: int, count: int) -> str:
    """The place of a frame, numbered from 1; the only one is the file itself."""
    return f"#page={number}" if count > 1 else ""


def frame_number(path: str) -> int:
    """From 1."""
    return int(path.removeprefix("#page=") or 1)


def page_count(picture: Image.Image) -> int:
    """How many pages the file has: its frames, if they are no animation."""
    return min(_frames(picture), _MOST_FRAMES) if picture.format in _PAGED else 1


def animation_frames(picture: Image.Image) -> int:
    """How many frames behind the first one show other pictures."""
    return _frames(picture) - 1 if picture.format in _ANIMATED else 0


def is_cut_short(data: bytes, picture: Image.Image) -> bool:
    """Does the file end before its kind says that it ends? False where the kind does not say."""
    match picture.format:
        case "JPEG" | "MPO":
            return b"\xff\xd9" not in data[-_TAIL_BYTES:]
        case "PNG":
            return b"IEND" not in data[-_TAIL_BYTES:]
        case "GIF":
            return not data.rstrip(b"\x00\r\n").endswith(b"\x3b")
        case "WEBP":
            return _is_cut_riff(data)
        case "BMP":
            return int.from_bytes(data[2:6], "little") > len(data)
        case _:
            return False


@contextmanager
def damaged_pictures_read() -> Iterator[None]:
    """Pillow gives what there is of a cut picture, the rest in one colour, instead of nothing."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _is_cut_riff(data: bytes) -> bool:
    """WEBP gives nothing of a cut file."""
    return data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") + 8 > len(data) + 1


def _frames(picture: Image.Image) -> int:
    try:
        return max(1, int(getattr(picture, "n_frames", 1)))
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, EOFError):
        return 1  # damaged behind the first one; what is lost shows where it is read
