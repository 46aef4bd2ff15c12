"""`stray text`: what is read of a file, and what is not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import run_stray
from tests.extraction.samples import LETTER_LINES, pdf, pdf_with_attachments

# As the reader of PDF files names those that have no name of their own.
FIRST_ATTACHMENT, SECOND_ATTACHMENT = "attachment-1", "attachment-2"


def test_each_piece_comes_under_its_place_and_what_is_not_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(pdf_with_attachments(b"Dear Dr Sample", b"\x00\x01binary"))
    told = run_stray("text", "letter.pdf", cwd=tmp_path)
    assert told.returncode == 20
    lines = told.stdout.splitlines()
    assert lines[0].startswith("letter.pdf: application/pdf, ")
    headings = [line.partition(" (")[0] for line in lines if line.startswith("--- ")]
    assert headings == ["--- letter.pdf#page=1", f"--- letter.pdf!/{FIRST_ATTACHMENT}"]
    assert "Dear Dr Sample" in lines
    assert told.stderr == f"not read: letter.pdf!/{SECOND_ATTACHMENT}: unsupported_type (unknown binary)\n"


def test_json_has_all_of_it_and_no_text_keeps_the_text_back(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(pdf())
    told = json.loads(run_stray("text", "letter.pdf", "--format", "json", cwd=tmp_path).stdout)
    assert (told["target"], told["media_type"], told["skipped"]) == ("letter.pdf", "application/pdf", [])
    (piece,) = told["pieces"]
    assert (piece["path"], piece["characters"], piece["ocr_confidence"]) == ("#page=1", len(piece["text"]), None)
    kept_back = run_stray("text", "letter.pdf", "--no-text", "--format", "json", cwd=tmp_path).stdout
    shown = run_stray("text", "letter.pdf", "--no-text", cwd=tmp_path).stdout
    assert not any(line in kept_back + shown for line in LETTER_LINES)


def test_text_can_not_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Dear\x1b[31m Dr\u202e Sample\n")
    shown = run_stray("text", "a.txt", cwd=tmp_path).stdout
    assert "Dear Dr\\u202e Sample" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.pdf"], "nowhere.pdf: no such file or directory"),
        (["."], ".: a folder; name files"),
        (["/dev/zero"], "/dev/zero: not a regular file; name files"),
        (["a.txt", "--ocr-languages", "../eng"], "Invalid value for --ocr-languages"),
    ],
)
def test_what_can_not_be_done_is_said(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "a.txt").write_text("Dear")
    told = run_stray("text", *arguments, cwd=tmp_path)
    assert told.returncode == 2
    assert message in told.stderr


def test_one_file_that_is_not_there_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Dear Dr Sample")
    os.mkfifo(tmp_path / "pipe")
    told = run_stray("text", "typo.txt", "pipe", "a.txt", cwd=tmp_path)
    assert told.returncode == 20
    assert "Dear Dr Sample" in told.stdout
    assert told.stderr.splitlines() == [
        "typo.txt: no such file or directory",
        "pipe: not a regular file; name files",
    ]
