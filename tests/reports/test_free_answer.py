"""What a person's own SQL gave: harmless text in clear, the rest masked, nothing steers."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from findings.free_query import FreeAnswer
from reports.free_answer import free_json, free_table
from reports.shown import Shown

HOSTILE = "Planted-Jane\x1b[31m\u202efdp.[bold]x[/bold]\x07\u2028"
# As `free_query` finds them in the database.
HARMLESS = frozenset({"L-1", "L-2", "L-41", "h:8080", f"h{HOSTILE}"})
COLUMNS = ("letter_id", "host", "url", "member", "x", "note", "n")
ROW = ("L-41", f"h{HOSTILE}", f"http://h/{HOSTILE}.pdf", f"{HOSTILE}.pdf", "PLANTED-JANE", "Planted-Jane rang", 3)


def answer(*row: object, columns: tuple[str, ...] = COLUMNS) -> FreeAnswer:
    return FreeAnswer(columns, tuple("VARCHAR" for _ in columns), (row,), harmless=HARMLESS)


def told_json(given: FreeAnswer, *, reveal: bool = False) -> tuple[dict[str, object], tuple[str, ...]]:
    out = io.StringIO()
    masked = free_json(out, given, Shown(reveal))
    assert out.getvalue().isascii()
    return json.loads(out.getvalue()), masked


def test_only_what_is_known_to_be_harmless_is_in_clear() -> None:
    told, masked = told_json(answer("L-41", "h:8080", "http://h/Planted-Jane.pdf", *ROW[3:]))
    assert (told["letter_id"], told["host"], told["n"]) == ("L-41", "h:8080", 3)
    assert str(told["url"]).startswith("http://h/~")
    assert "lanted" not in json.dumps(told).casefold().replace("h:8080", "")
    assert masked == ("url", "member", "x", "note")


def test_a_column_called_like_one_of_ours_is_not_believed() -> None:
    named = ("host", "finding_id", "reasons", "letter_id")
    told, masked = told_json(
        answer("http://h/Planted-Jane.pdf", "Planted-Jane", ["Planted-Jane"], "L-41", columns=named)
    )
    assert "Planted" not in json.dumps(told)
    assert (told["letter_id"], masked) == ("L-41", ("host", "finding_id", "reasons"))
    assert told_json(answer("L-41", columns=("x",)))[0] == {"x": "~"}


def test_all_is_in_clear_when_revealed_and_still_steers_nothing() -> None:
    told, masked = told_json(answer(*ROW), reveal=True)
    assert masked == ()
    assert "Planted-Jane" in str(told["member"])
    for reveal in (False, True):
        for width in (40, 200):
            out = io.StringIO()
            free_table(out, answer(*ROW), Shown(reveal), width)
            assert not {"\x1b", "\u202e", "\x07", "\u2028"} & set(out.getvalue())
            assert ("Planted" in out.getvalue()) == (reveal or "Planted" in ROW[1])


def test_words_of_closed_sets_are_shown_whatever_the_column_is_called() -> None:
    told, masked = told_json(answer("known_letter", "gone", columns=("v", "s")))
    assert (told, masked) == ({"v": "known_letter", "s": "gone"}, ())


def test_nested_text_is_masked_too() -> None:
    nested = {"a": ["Planted-Jane"], "Planted-Jane": 1}
    told, masked = told_json(answer([nested], columns=("x",)))
    assert "Planted" not in json.dumps(told)
    assert masked == ("x",)
    assert told_json(answer([("robots", 2)], columns=("skipped_by_reason",)))[0] == {
        "skipped_by_reason": [["robots", 2]]
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (datetime(2026, 3, 1, 8, tzinfo=UTC), "2026-03-01T08:00:00+00:00"),
        (date(2026, 3, 1), "2026-03-01"),
        (timedelta(hours=1), "1:00:00"),
        (Decimal("2"), 2),
        (Decimal("2.5"), 2.5),
        (b"Planted-Jane", "~"),
        ("", ""),
    ],
)
def test_values_of_every_kind(value: object, shown: object) -> None:
    assert told_json(answer(value, columns=("x",)))[0] == {"x": shown}


def test_a_table_that_fits_is_one_and_a_wide_one_stands_row_below_row() -> None:
    columns = ("letter_id", "verdict", "n")
    rows = (("L-1", "known_letter", 3), ("L-2", "gone", 40))
    given = FreeAnswer(columns, ("VARCHAR", "VARCHAR", "BIGINT"), rows, harmless=HARMLESS)
    out = io.StringIO()
    free_table(out, given, Shown(False), 80)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[0] == list(columns)
    assert lines[2:] == [["L-1", "known_letter", "3"], ["L-2", "gone", "40"]]
    out = io.StringIO()
    free_table(out, given, Shown(False), 20)
    assert [line.split() for line in out.getvalue().splitlines()][:2] == [["row", "1"], ["letter_id", "L-1"]]
    out = io.StringIO()
    free_table(out, answer(datetime(2026, 3, 1, 8, 30, 5, 7, tzinfo=UTC), columns=("t",)), Shown(False), 80)
    assert "2026-03-01 08:30:05" in out.getvalue()


def test_columns_of_one_name_are_numbered_and_no_rows_are_said() -> None:
    assert told_json(answer(1, 2, columns=("a", "a")))[0] == {"a": 1, "a_2": 2}
    out = io.StringIO()
    free_table(out, FreeAnswer(("a",), ("INTEGER",), ()), Shown(False), 80)
    assert out.getvalue() == "no rows\n"
