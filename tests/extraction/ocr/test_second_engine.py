"""The second engine reads pages that Tesseract reads poorly, also in a worker that may do next to nothing."""

import io

import pytest
from PIL import ImageFilter

from extraction.isolation import ExtractorPool, IsolationLimits
from extraction.ocr.engine import OcrEngine
from extraction.ocr.second_engine import SecondEngine
from extraction.ocr.settings import OcrSettings
from tests.extraction.ocr_samples import drawn, needs_ocr, share_read

pytestmark = [
    needs_ocr,
    pytest.mark.skipif(not SecondEngine.is_installed(), reason="no rapidocr: .ci/run installs it apart"),
]
POOR = drawn(50).filter(ImageFilter.GaussianBlur(0.8)).resize((1240, 1754))


def test_it_reads_what_tesseract_reads_poorly_and_only_if_it_is_asked() -> None:
    alone = OcrEngine(OcrSettings(second_engine=False)).read(POOR, 150)
    both = OcrEngine(OcrSettings(second_engine=True)).read(POOR, 150)

    assert share_read(both.all_readings) > 0.6 > share_read(alone.all_readings)
    assert both.problem == alone.problem == f"OCR confidence {alone.confidence}"


def test_it_runs_in_a_worker() -> None:
    out = io.BytesIO()
    POOR.save(out, "PNG", dpi=(150, 150))
    with ExtractorPool(limits=IsolationLimits(ocr=OcrSettings())) as pool:
        extraction = pool.submit_scans(out.getvalue(), [""]).result()

    assert share_read(extraction.text) > 0.6
