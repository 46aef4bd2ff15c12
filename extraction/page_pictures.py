"""Pictures of pages, for OCR: frames of image files, and pages of PDF files as they look."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence

import pypdfium2
from PIL import Image

from documents.media_type import MediaType
from extraction.budget import Budget

# Path, picture, dots an inch where they are known.
PagePicture = tuple[str, Image.Image, int | None]
Scanner = Callable[[bytes, Sequence[str], Budget], Iterator[PagePicture]]

_DPI = 200
_POINTS = 72


def pdf_pages(data: bytes, wanted: Sequence[str], budget: Budget) -> Iterator[PagePicture]:
    """Pages "#page=3" as they look, turned as the file says."""
    with pypdfium2.PdfDocument(data[max(0, data.find(b"%PDF-")) :]) as document:
        for path in wanted:
            budget.spend_page()
            page = document[int(path.removeprefix("#page=")) - 1]
            yield path, page.render(scale=_DPI / _POINTS, grayscale=True).to_pil(), _DPI
            page.close()


def picture_frames(data: bytes, wanted: Sequence[str], budget: Budget) -> Iterator[PagePicture]:
    """The picture itself (""), or frames "#page=3" of one that has several."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data)) as picture:
            for path in wanted:
                budget.spend_page()
                picture.seek(int(path.removeprefix("#page=")) - 1 if path else 0)
                picture.load()
                dpi = picture.info.get("dpi", (0,))[0]
                yield path, picture, round(dpi) or None


SCANNERS: dict[MediaType, Scanner] = {
    MediaType.PDF: pdf_pages,
    **dict.fromkeys(
        (MediaType.TIFF, MediaType.PNG, MediaType.JPEG, MediaType.GIF, MediaType.BMP, MediaType.WEBP), picture_frames
    ),
}
