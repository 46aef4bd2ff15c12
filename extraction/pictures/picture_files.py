"""Opens picture files by their headers alone; says where their frames are, and whether their end is lost."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
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
from extraction.pictures.picture_damage import jpeg_end

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
# Kinds whose frames are steps of an animation. Those of a TIFF are pages, of others another size of one picture.
_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
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


def animation_frames(picture: Image.Image) -> int:
    """How many frames behind the first one show other pictures."""
    return _frames(picture) - 1 if picture.format in _ANIMATED else 0


def is_cut_short(data: bytes, picture: Image.Image) -> bool:
    """Does the file end before its kind says that it ends? False where the kind does not say."""
    lacks_its_end = _END_TESTS.get(picture.format or "")
    return lacks_its_end is not None and lacks_its_end(data)


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


def _is_cut_jpeg_2000(data: bytes) -> bool:
    """The pixels end with a mark, in a box of a length that is told, 1 for one told behind and 0 for all the rest."""
    at, end = 0, len(data)
    while data[:1] == b"\x00" and at + 16 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        length = int.from_bytes(data[at + 8 : at + 16], "big") if length == 1 else length
        if data[at + 4 : at + 8] == b"jp2c":
            end = at + length if length else len(data)
            break
        at += max(length, 8)
    return end > len(data) or not data[:end].rstrip(b"\x00").endswith(b"\xff\xd9")


def _frames(picture: Image.Image) -> int:
    try:
        return max(1, int(getattr(picture, "n_frames", 1)))
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, EOFError):
        return 1  # damaged behind the first one, and that one is read


_END_TESTS: dict[str, Callable[[bytes], bool]] = {
    "JPEG": lambda data: jpeg_end(data) is None,
    "MPO": lambda data: jpeg_end(data) is None,
    "PNG": lambda data: b"IEND" not in data[-_TAIL_BYTES:],
    "GIF": lambda data: not data.rstrip(b"\x00\r\n").endswith(b"\x3b"),
    "WEBP": _is_cut_riff,
    "BMP": lambda data: int.from_bytes(data[2:6], "little") > len(data),
    "JPEG2000": _is_cut_jpeg_2000,
}
