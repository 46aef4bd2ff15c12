"""Sheets as plain text."""

from __future__ import annotations

from demo_range.sheets import Block, BlockKind, Sheet, plain_sheet

SHEET = Sheet(
    ("Head", "Road"),
    "running",
    (
        Block(BlockKind.LINES, "Dear Dr A"),
        Block(BlockKind.PARAGRAPH, "She came.", story=True),
        Block(BlockKind.PARAGRAPH, "We thank you."),
        Block(BlockKind.TABLE, "a\tb\nc\td", story=True),
        Block(BlockKind.LINES, "Yours"),
    ),
    "foot",
)


def test_text_is_letterhead_body_and_footer_without_the_running_head() -> None:
    assert SHEET.text == "Head\nRoad\n\nDear Dr A\n\nShe came.\n\nWe thank you.\n\na   b\nc   d\n\nYours\n\nfoot"


def test_the_clinical_part_runs_from_the_first_story_to_the_last() -> None:
    assert SHEET.clinical == "She came.\n\nWe thank you.\n\na   b\nc   d"
    assert plain_sheet("Leaflet", "Stock.").clinical == ""


def test_rows_of_a_table() -> None:
    assert SHEET.blocks[3].rows == [["a", "b"], ["c", "d"]]
