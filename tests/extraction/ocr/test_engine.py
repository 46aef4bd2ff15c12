"""Pages of every kind are read, pictures without text give nothing, and what was read poorly says so."""

import pytest
from PIL import Image, ImageFilter

from benchmarks.scanned_pages import Spoiling, blank_page, installed_faces, pages_of, scene, spoilt
from demo_range.letters import House, letter
from demo_range.sheets import plain_sheet
from documents.records import SkipReason
from extraction.budget import UnreadableError
from extraction.ocr.engine import SURE, OcrEngine
from extraction.ocr.languages import all_found
from extraction.ocr.settings import OcrSettings
from tests.extraction.ocr_samples import drawn, needs_ocr, share_read

pytestmark = needs_ocr

ENGLISH = OcrSettings(second_engine=False)
WELSH = (
    "Diolch am atgyfeirio'r wraig hon, a welais yn y clinig ffrwythlondeb ar 14 Mawrth 2025 gyda'i gŵr.",
    "Nid yw ei mislif wedi bod yn rheolaidd ers iddi roi'r gorau i'r bilsen ddwy flynedd yn ôl.",
    "Dangosodd yr uwchsain fod y groth a'r ofarïau yn ymddangos yn iach, ac mae'r profion gwaed yn foddhaol.",
    "Eglurais y risgiau a'r manteision, a chytunasom i ddechrau'r driniaeth ym mis Ebrill.",
)


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return OcrEngine(ENGLISH)


@pytest.mark.parametrize(
    ("spoiling", "least"),
    [
        (Spoiling.FAX, 0.65),
        (Spoiling.SIDEWAYS, 0.85),
        pytest.param(Spoiling.NOISY, 0.9, marks=pytest.mark.slow),
        pytest.param(Spoiling.FAINT, 0.9, marks=pytest.mark.slow),
        pytest.param(Spoiling.INVERTED, 0.9, marks=pytest.mark.slow),
        pytest.param(Spoiling.COLOURED, 0.9, marks=pytest.mark.slow),
        pytest.param(Spoiling.BORDERED, 0.9, marks=pytest.mark.slow),
        pytest.param(Spoiling.PHOTOGRAPHED, 0.8, marks=pytest.mark.slow),
        pytest.param(Spoiling.UPSIDE_DOWN, 0.85, marks=pytest.mark.slow),
    ],
)
def test_spoilt_pages_are_read(engine: OcrEngine, spoiling: Spoiling, least: float) -> None:
    read = engine.read(spoilt(drawn(200), spoiling, 200, seed=77), 200)

    assert share_read(read.text) >= least
    assert read.problem is None


@pytest.mark.parametrize("size", [(1200, 900), (640, 480)])
def test_a_picture_without_text_gives_neither_text_nor_problem(engine: OcrEngine, size: tuple[int, int]) -> None:
    read = engine.read(scene(*size, seed=3), None)

    assert (read.text, read.problem) == ("", None)


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (40, 12)])
def test_the_smallest_pictures_do_no_harm(engine: OcrEngine, size: tuple[int, int]) -> None:
    assert engine.read(Image.new("L", size, 0), None).text == ""


def test_a_page_that_is_past_reading_is_a_problem(engine: OcrEngine) -> None:
    ruined = drawn(45).filter(ImageFilter.GaussianBlur(1)).resize((1240, 1754))

    read = engine.read(ruined, 150)

    assert read.confidence < SURE
    assert read.problem == f"OCR confidence {read.confidence}"
    assert share_read(read.text) < 0.5


def test_a_page_that_lies_far_askew_is_read(engine: OcrEngine) -> None:
    assert share_read(engine.read(drawn().rotate(31, fillcolor=255, expand=True), 150).text) > 0.9


@pytest.mark.parametrize("seconds", [0.001, 0.2])
def test_a_page_that_takes_too_long_keeps_what_was_read_and_says_so(seconds: float) -> None:
    page = spoilt(pages_of(letter(House.IVF, 3, seed=8).sheet, 200, installed_faces()[0])[0], Spoiling.NOISY, 200, 3)

    read = OcrEngine(OcrSettings(page_seconds=seconds)).read(page, 200)

    assert (read.problem, read.reason) == ("OCR time", SkipReason.TIMED_OUT)


@pytest.mark.parametrize("radius", [5, 8])
def test_a_page_of_which_no_letter_is_seen_is_a_problem(engine: OcrEngine, radius: int) -> None:
    page = pages_of(letter(House.IVF, 3, seed=8).sheet, 150, installed_faces()[0])[0]

    read = engine.read(page.filter(ImageFilter.GaussianBlur(radius)), 150)

    assert read.text == ""
    assert read.problem == f"OCR confidence {read.confidence}"


def test_an_empty_page_is_no_problem(engine: OcrEngine) -> None:
    read = engine.read(blank_page(150, seed=4, spoiling=Spoiling.FAX), 150)

    assert (read.text, read.problem) == ("", None)


def test_a_name_alone_is_read(engine: OcrEngine) -> None:
    page = pages_of(plain_sheet("Zebedee Quill"), 150, installed_faces()[0])[0]

    assert "Zebedee" in engine.read(page.crop((140, 140, 420, 190)), None).text


def test_repr_shows_no_text(engine: OcrEngine) -> None:
    read = engine.read(drawn(), 150)

    assert "letrozole" in read.text
    assert "letrozole" not in repr(read)


@pytest.mark.skipif(bool(all_found(["cym"], OcrSettings())[1]), reason="no Welsh data: install tesseract-ocr-cym")
@pytest.mark.parametrize("languages", [("cym",), ("eng", "cym")])
def test_welsh_is_read_by_its_own_data(languages: tuple[str, ...]) -> None:
    page = pages_of(plain_sheet("Canolfan Ffrwythlondeb", *WELSH), 200, installed_faces()[0])[0]

    read = OcrEngine(OcrSettings(languages)).read(page, 200)

    assert share_read(read.text, "\n".join(WELSH)) > 0.9


def test_a_missing_language_is_named() -> None:
    with pytest.raises(UnreadableError, match=r"^ocr: no data for xyz, abc$") as caught:
        OcrEngine(OcrSettings(("xyz", "eng", "abc")))
    assert caught.value.reason is SkipReason.EXTRA_MISSING
