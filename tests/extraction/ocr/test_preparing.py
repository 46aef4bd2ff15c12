"""Pages made fit to be read: level, dark on white, without specks, at a size that suits."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from extraction.ocr import preparing
from extraction.ocr.preparing import assumed_dpi, in_grey, is_light_on_dark, prepared, skew, without_grain


def ruled(size: tuple[int, int] = (600, 800)) -> Image.Image:
    """Lines of strokes, as text looks from afar."""
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    for top in range(80, size[1] - 80, 24):
        for left in range(60, size[0] - 60, 9):
            draw.rectangle((left, top, left + 3, top + 10), fill=0)
    return page


@pytest.mark.parametrize("angle", [-37.0, -8.0, -2.3, 0.0, 1.0, 5.5, 9.0, 24.0])
def test_skew_is_found_in_either_direction(angle: float) -> None:
    page = ruled().rotate(-angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)

    assert skew(page) == pytest.approx(angle, abs=0.2)


def test_a_blank_page_is_not_turned() -> None:
    assert skew(Image.new("L", (600, 800), 255)) == pytest.approx(0.0, abs=preparing.LEAST_SKEW)
    assert prepared(Image.new("L", (600, 800), 255), 100).image.getextrema() == (255, 255)


def test_light_letters_on_dark_paper_are_told() -> None:
    assert not is_light_on_dark(ruled())
    assert is_light_on_dark(ImageOps.invert(ruled()))
    assert np.asarray(prepared(ImageOps.invert(ruled()), 200).image).mean() > 128


def test_specks_go_and_full_stops_stay() -> None:
    page = ruled()
    draw = ImageDraw.Draw(page)
    stops = [(70 + 40 * step, 40) for step in range(10)]
    for left, top in stops:
        draw.rectangle((left, top, left + 1, top + 1), fill=0)
    levels = np.array(page)
    generator = np.random.default_rng(7)
    blank = np.zeros_like(levels, bool)
    blank[720:, :] = True
    specks = (generator.random(levels.shape) < 0.02) & blank
    levels[specks] = 0

    cleaned = np.asarray(without_grain(Image.fromarray(levels)))

    assert (cleaned[725:] < 128).mean() < specks[725:].mean() / 10
    assert all(cleaned[top : top + 2, left : left + 2].min() < 128 for left, top in stops)


def test_a_clean_page_is_left_as_it_is() -> None:
    assert without_grain(ruled()).tobytes() == ruled().tobytes()


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr", "LAB"])
def test_every_kind_of_picture_becomes_grey(mode: str) -> None:
    page = ruled()
    if mode in ("I;16", "I", "F"):
        kinds = {"I;16": np.uint16, "I": np.int32, "F": np.float32}
        picture = Image.fromarray((np.asarray(page, np.float32) * 257).astype(kinds[mode]))
    elif mode == "LAB":
        picture = Image.merge("LAB", [page, Image.new("L", page.size, 128), Image.new("L", page.size, 128)])
    else:
        picture = (page.convert("RGB") if mode in ("CMYK", "YCbCr") else page).convert(mode)

    grey = in_grey(picture)

    assert grey.mode == "L"
    assert np.abs(np.asarray(grey, np.int16) - np.asarray(page, np.int16)).mean() < 8


def test_what_is_transparent_is_paper() -> None:
    picture = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (10, 10, 20, 20))

    grey = in_grey(picture)

    assert grey.getpixel((0, 0)) == 255
    assert grey.getpixel((15, 15)) == 0


@pytest.mark.parametrize(("size", "dpi", "width"), [((1240, 1754), 150, 1653), ((2480, 3508), 300, 1653)])
def test_pages_are_brought_to_one_resolution(size: tuple[int, int], dpi: int, width: int) -> None:
    page = prepared(Image.new("L", size, 255), dpi)

    assert page.dpi == 200
    assert page.image.width == width


@pytest.mark.parametrize("dpi", [None, 1, 96_000])
def test_without_a_plausible_resolution_a_picture_is_a_whole_page(dpi: int | None) -> None:
    assert assumed_dpi((1654, 2339)) == 200
    assert prepared(Image.new("L", (1654, 2339), 255), dpi).image.size == (1654, 2339)


def test_a_huge_picture_is_made_smaller_first() -> None:
    page = prepared(Image.new("1", (6200, 6200), 1), None)

    assert page.image.width * page.image.height <= preparing.MOST_PIXELS
