from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extraction.budget import Budget, BudgetSpentError, ExtractionLimits, UnreadableError
from extraction.pictures.page_pictures import DPI, MOST_DOTS, PagePicture, pdf_pages, picture_frames
from extraction.records import Problem
from tests.extraction.pictures.test_pictures import png_bomb, tiff
from tests.extraction.samples import one_page_pdf, pdf, pdf_stream


def drawn(data: bytes, wanted: Sequence[str] = ("#page=1",), **limits: int) -> list[PagePicture]:
    return list(pdf_pages(data, wanted, Budget(ExtractionLimits(**limits))))


def frames(data: bytes, wanted: Sequence[str] = ("",)) -> list[PagePicture]:
    return [found for found in picture_frames(data, wanted, Budget(ExtractionLimits())) if isinstance(found, tuple)]


def damages(data: bytes, wanted: Sequence[str] = ("",)) -> list[Problem]:
    return [found for found in picture_frames(data, wanted, Budget(ExtractionLimits())) if isinstance(found, Problem)]


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def scan(width: int, height: int) -> Image.Image:
    """White paper, black in the upper left corner."""
    page = Image.new("L", (width, height), 255)
    ImageDraw.Draw(page).rectangle((0, 0, width // 4, height // 4), 0)
    return page


def darkest(picture: Image.Image) -> int:
    return min(picture.tobytes())


def scanned_pdf(page_size: tuple[float, float], picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=page_size)
    canvas.drawImage(ImageReader(picture), 0, 0, *page_size)
    canvas.save()
    return buffer.getvalue()


def test_pages_come_as_asked_for_in_grey_at_200_dots_an_inch() -> None:
    pages = drawn(pdf(3), ["#page=3", "#page=1"])
    assert [(path, dpi) for path, _, dpi in pages] == [("#page=3", DPI), ("#page=1", DPI)]
    for _, picture, _ in pages:
        assert (picture.mode, picture.size) == ("L", (1654, 2339))
        assert darkest(picture) < 50


@pytest.mark.parametrize("box", [b"0 0 1 1", b"0 0 14400 14400", b"0 0 1000000 3", b"0 0 0 0", b"-9e30 0 9e30 9e30"])
def test_no_page_is_drawn_larger_than_the_bound(box: bytes) -> None:
    data = one_page_pdf(pdf_stream(b"BT /F 12 Tf 0 0 Td (letter) Tj ET")).replace(b"0 0 600 800", box)
    for _, picture, dpi in drawn(data):
        assert picture.width * picture.height <= MOST_DOTS * 1.01
        assert dpi is not None
        assert dpi >= 1


def test_a_page_whose_size_is_made_up_is_drawn_as_fine_as_its_picture() -> None:
    ((_, picture, dpi),) = drawn(scanned_pdf((1654, 2339), scan(1654, 2339)))  # a point for each dot
    assert picture.size == (1654, 2339)
    assert dpi == pytest.approx(DPI, abs=1)


def test_of_a_page_beyond_any_paper_its_pictures_are_drawn() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(20_000, 20_000))
    canvas.drawImage(ImageReader(scan(1654, 2339)), 300, 18_000, 595, 842)
    canvas.save()
    ((_, picture, dpi),) = drawn(buffer.getvalue())
    assert picture.size == pytest.approx((1654, 2339), abs=3)
    assert dpi == DPI
    assert picture.getpixel((100, 100)) == 0


def test_values_of_forms_are_drawn() -> None:
    def field(canvas: Any) -> None:
        canvas.acroForm.textfield(name="name", value="Sample", x=60, y=300, width=300, height=30, fillColor=None)

    ((_, empty, _),) = drawn(pdf(lines=[]))
    ((_, filled, _),) = drawn(pdf(lines=[], draw=field))
    assert darkest(empty) == 255
    assert darkest(filled) < 100


def test_a_cut_pdf_is_mended_before_its_pages_are_drawn() -> None:
    data = pdf(5)
    ((_, picture, _),) = drawn(data[: len(data) * 8 // 10], ["#page=2"])
    assert darkest(picture) < 50


def test_each_frame_comes_by_its_number() -> None:
    found = frames(tiff((400, 300), (300, 500), dpi=(200, 200)), ["#page=2", "#page=1"])
    assert [(path, picture.size, dpi) for path, picture, dpi in found] == [
        ("#page=2", (300, 500), 200),
        ("#page=1", (400, 300), 200),
    ]
    assert found[0][1].mode == "1"


def test_a_fax_gets_square_dots() -> None:
    ((_, picture, dpi),) = frames(tiff((1728, 1100), dpi=(204, 98), compression="group4"))
    assert picture.size == (1728, round(1100 * 204 / 98))
    assert dpi == 204


def test_a_photograph_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # the camera was held on its side
    ((_, picture, _),) = frames(saved(scan(400, 200), "JPEG", exif=exif))
    assert picture.size == (200, 400)
    assert picture.getpixel((195, 5)) == pytest.approx(0, abs=9)


def test_very_fine_and_very_large_pictures_are_made_smaller() -> None:
    ((_, picture, dpi),) = frames(saved(scan(1200, 800), "PNG", dpi=(600, 600)))
    assert (picture.size, dpi) == ((600, 400), 300)
    ((_, picture, dpi),) = frames(saved(Image.new("1", (9000, 8000), 1), "PNG"))
    assert picture.width * picture.height <= MOST_DOTS
    assert dpi is None


@pytest.mark.parametrize("claimed", [(1, 1), (0, 0), (96000, 96000)])
def test_a_resolution_that_is_not_in_earnest_is_unknown(claimed: tuple[int, int]) -> None:
    ((_, _, dpi),) = frames(saved(scan(400, 300), "JPEG", dpi=claimed))
    assert dpi is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_of_a_cut_picture_what_is_there_is_given(kind: str) -> None:
    noise = Image.effect_noise((400, 300), 90)
    whole = saved(noise, kind)
    ((_, picture, _),) = frames(whole[: len(whole) // 2])
    assert picture.size == (400, 300)
    assert len(set(picture.tobytes())) > 20


def test_what_can_not_be_decoded_raises() -> None:
    with pytest.raises(BudgetSpentError):
        frames(png_bomb(60_000))
    with pytest.raises(UnreadableError):
        frames(b"\x89PNG\r\n\x1a\nno more")
    with pytest.raises(EOFError):
        frames(saved(scan(400, 300), "TIFF"), ["#page=7"])
    with pytest.raises(BudgetSpentError):
        drawn(pdf(2), ["#page=1", "#page=2"], pages=1)
