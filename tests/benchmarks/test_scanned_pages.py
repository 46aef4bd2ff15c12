"""Made scans: the same page from the same seed, and no word of the letter lost on the way to the paper."""

import numpy as np
import pytest

from benchmarks.scanned_pages import Spoiling, blank_page, installed_faces, pages_of, scene, spoilt
from demo_range.letters import House, letter
from demo_range.sheets import plain_sheet

needs_fonts = pytest.mark.skipif(
    not installed_faces(), reason="no fonts: install fonts-dejavu-core or fonts-liberation"
)


@needs_fonts
def test_a_long_letter_goes_on_on_a_second_page() -> None:
    face = installed_faces()[0]

    assert len(pages_of(letter(House.IVF, 1, seed=2).sheet, 75, face, points=13)) > 1
    assert len(pages_of(plain_sheet("Short", "A line."), 75, face)) == 1


@needs_fonts
@pytest.mark.parametrize("spoiling", list(Spoiling))
def test_a_page_is_spoilt_alike_by_the_same_seed(spoiling: Spoiling) -> None:
    page = pages_of(plain_sheet("Short", "A line."), 60, installed_faces()[0])[0]

    first, again, other = (np.asarray(spoilt(page, spoiling, 60, seed).convert("L")) for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert spoiling is Spoiling.CLEAN or not np.array_equal(first, other)


def test_blank_pages_and_scenes_have_the_size_asked_for() -> None:
    assert blank_page(50, seed=1).size == (414, 584)
    assert scene(200, 120, seed=1).size == (200, 120)
