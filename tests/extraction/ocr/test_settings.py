"""Settings of OCR survive the way to a worker, and name no paths."""

import json
from dataclasses import asdict

import pytest

from extraction.ocr.settings import OcrSettings


def test_they_come_back_from_json_as_they_went() -> None:
    settings = OcrSettings(("eng", "cym"), second_engine=False, data_folders=("/opt/languages",), page_seconds=5)

    assert OcrSettings.from_plain(json.loads(json.dumps(asdict(settings)))) == settings


@pytest.mark.parametrize("languages", [(), ("../../etc/passwd",), ("eng+cym",), ("",), ("eng", "/a")])
def test_what_is_no_name_of_a_language_is_refused(languages: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="languages of OCR"):
        OcrSettings(languages)
