"""Language files: whose is taken, what a missing one is called, and that the environment has no say."""

from pathlib import Path

import pytest

from extraction.ocr.languages import KNOWN, LanguageFile, all_found, data_folders, found, told_together
from extraction.ocr.settings import OcrSettings

needs_english = pytest.mark.skipif(found("eng", OcrSettings()) is None, reason="no English data: install the extra ocr")


def test_the_operators_own_folder_comes_first_and_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "eng.traineddata").write_bytes(b"trained by the operator")
    settings = OcrSettings(data_folders=(str(tmp_path),))

    assert data_folders(settings)[0] == str(tmp_path)
    assert found("eng", settings) == LanguageFile("eng", tmp_path / "eng.traineddata", known=False)


@needs_english
def test_english_is_the_file_that_was_tested() -> None:
    english = found("eng", OcrSettings())

    assert english is not None
    assert english.known
    assert english.path.parent.as_posix() in data_folders()


def test_languages_that_are_missing_are_named() -> None:
    files, missing = all_found(["xyz", "eng", "xyz"], OcrSettings())

    assert missing in (["xyz"], ["xyz", "eng"])
    assert all(file.language == "eng" for file in files)


def test_the_environment_names_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "eng.traineddata").write_bytes(b"planted")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))

    assert str(tmp_path) not in data_folders(OcrSettings())
    chosen = found("eng", OcrSettings())
    assert chosen is None or chosen.path.parent != tmp_path


def test_files_of_one_folder_and_of_several_are_told_to_tesseract(tmp_path: Path) -> None:
    english, welsh = (LanguageFile(name, tmp_path / f"{name}.traineddata", known=False) for name in ("eng", "cym"))
    elsewhere = LanguageFile("cym", tmp_path / "own" / "cym.traineddata", known=False)
    inside = str(tmp_path.resolve()).lstrip("/")

    assert told_together([english, welsh]) == (f"{tmp_path}/", "eng+cym")
    assert told_together([english, elsewhere]) == ("/", f"{inside}/eng+{inside}/own/cym")


def test_what_is_pinned_is_a_digest() -> None:
    assert {name for name, _ in KNOWN} == {"eng", "cym"}
    assert all(len(digest) == 64 for _, digest in KNOWN)
