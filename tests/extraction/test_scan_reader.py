"""The second pass: text of scans at their places, and an answer for each place asked for."""

import io
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.scanned_pages import installed_faces, pages_of
from demo_range.sheets import plain_sheet
from documents.records import SkipReason
from extraction.budget import ExtractionLimits
from extraction.isolation import ExtractorPool, IsolationLimits
from extraction.ocr.settings import OcrSettings
from extraction.records import Problem
from extraction.scan_reader import read_scans
from tests.extraction.ocr_samples import PARAGRAPHS, drawn, needs_ocr, share_read

LIMITS = ExtractionLimits()


def saved(*pages: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, form, append_images=list(pages[1:]), save_all=len(pages) > 1, **options)
    return out.getvalue()


@needs_ocr
def test_a_picture_is_read_at_its_place() -> None:
    extraction = read_scans(saved(drawn(), form="PNG", dpi=(150, 150)), [""], LIMITS)

    (piece,) = extraction.pieces
    assert piece.path == ""
    assert share_read(piece.text) > 0.9
    assert piece.confidence is not None
    assert piece.confidence > 80
    assert not extraction.problems


@needs_ocr
def test_only_the_pages_asked_for_are_read_each_once() -> None:
    page, blank = drawn(), Image.new("L", (1240, 1754), 255)
    data = saved(blank, page, page, form="PDF", resolution=150)

    extraction = read_scans(data, ["#page=2", "#page=1", "#page=2"], LIMITS)

    assert [piece.path for piece in extraction.pieces] == ["#page=2"]
    assert not extraction.problems


@needs_ocr
def test_a_place_that_is_not_there_is_a_problem_and_costs_no_other() -> None:
    data = saved(drawn(), form="PDF", resolution=150)

    extraction = read_scans(data, ["#page=9", "#page=1", "!/letter.png"], LIMITS)

    assert [piece.path for piece in extraction.pieces] == ["#page=1"]
    assert [(each.reason, each.path) for each in extraction.problems] == [
        (SkipReason.UNREADABLE, "#page=9"),
        (SkipReason.UNREADABLE, "!/letter.png"),
    ]


@needs_ocr
def test_a_damaged_picture_and_a_type_without_pictures_are_problems() -> None:
    (cut,) = read_scans(saved(drawn(), form="PNG")[:20], [""], LIMITS).problems
    (other,) = read_scans(b"words\n", [""], LIMITS).problems

    assert cut.reason is SkipReason.UNREADABLE
    assert other == Problem(SkipReason.UNREADABLE, "", "not found again")


@needs_ocr
def test_more_text_than_the_budget_allows_is_cut_and_said_so() -> None:
    extraction = read_scans(saved(drawn(), form="PNG"), [""], ExtractionLimits(characters=50))

    assert len(extraction.text) == 50
    assert [each.reason for each in extraction.problems] == [SkipReason.BUDGET_SPENT]


@pytest.mark.parametrize("wanted", [["#page=1", "#page=2"], [""]])
def test_a_language_without_data_is_told_by_name(wanted: list[str]) -> None:
    extraction = read_scans(b"%PDF-1.4", wanted, LIMITS, OcrSettings(("xyz",)))

    assert extraction.problems == tuple(
        Problem(SkipReason.EXTRA_MISSING, place, "ocr: no data for xyz") for place in wanted
    )


@needs_ocr
def test_a_worker_that_has_given_up_its_files_reads_scans_that_tesseract_has_remarks_on() -> None:
    page = pages_of(plain_sheet("Marlowe", "ü ŷ ẅ î ô é ã ñ ö. " * 20, *PARAGRAPHS), 150, installed_faces()[0])[0]
    with ExtractorPool() as pool:
        extraction = pool.submit_scans(saved(page, form="PNG"), [""]).result()

    assert not extraction.problems or extraction.problems[0].detail.startswith("OCR confidence")
    assert share_read(extraction.text) > 0.9


@needs_ocr
def test_a_damaged_language_file_is_told_by_a_worker(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "eng.traineddata").write_bytes(b"\x01" * 1000)
    settings = OcrSettings(data_folders=(str(tmp_path),))
    with ExtractorPool(limits=IsolationLimits(ocr=settings)) as pool:
        extraction = pool.submit_scans(saved(drawn(50), form="PNG"), [""]).result()

    assert extraction.problems == (Problem(SkipReason.EXTRA_MISSING, "", "ocr: data can not be loaded"),)
