from __future__ import annotations

import pytest

from extraction.office.number_formats import format_code, shown_date, shown_number, unescaped


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("12.4", "", "12.4"),
        ("12.399999999999999", "General", "12.4"),
        ("5", "General", "5"),
        ("-3", "", "-3"),
        ("9990000000", "000 000 0000", "999 000 0000"),
        ("990000000", "000\\ 000\\ 0000", "099 000 0000"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("0.5", "0%", "50%"),
        ("0.125", "0.0%", "12.5%"),
        ("12", "0.00", "12.00"),
        ("12.5", "0.##", "12.5"),
        ("12", "0.##", "12"),
        ("-12.5", "0.0;(0.0)", "(12.5)"),
        ("-12.5", "0.0", "-12.5"),
        ("7", "00000", "00007"),
        ("12.4", '0.0" pmol/L"', "12.4 pmol/L"),
        ("1234", "[$\u00a3-809]#,##0", "1,234"),
        ("0.00001", "0.00E+00", "1e-05"),
        ("no number", "0.00", "no number"),
        ("1e999", "0.00", "1e999"),
        ("nan", "0", "nan"),
        ("29285", "dd/mm/yyyy", "05/03/1980"),
        ("29285", "d mmmm yyyy", "5 March 1980"),
        ("29285", "[$-809]dddd, d mmm yy;@", "Wednesday, 5 Mar 80"),
        ("29285.5625", "dd/mm/yyyy hh:mm", "05/03/1980 13:30"),
        ("0.5625", "h:mm AM/PM", "1:30 PM"),
        ("1.5", "[h]:mm", "36:00"),
        ("29285.5625", "yyyy-mm-dd\\Thh:mm:ss", "1980-03-05T13:30:00"),
        ("59", "dd/mm/yyyy", "28/02/1900"),
        ("-1", "dd/mm/yyyy", "-1"),
        ("3e9", "dd/mm/yyyy", "3000000000"),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: str, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


def test_dates_since_1904() -> None:
    assert shown_number("27823", "dd/mm/yyyy", from_1904=True) == "05/03/1980"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("1980-03-05", "d mmm yyyy", "5 Mar 1980"),
        ("1980-03-05T00:00:00", "", "05/03/1980"),
        ("1980-03-05T13:30:00Z", "General", "05/03/1980 13:30"),
        ("soon", "", "soon"),
    ],
)
def test_dates_that_are_spelt(value: str, code: str, shown: str) -> None:
    assert shown_date(value, code) == shown


def test_codes_by_number() -> None:
    assert format_code(14, {}) == "dd/mm/yyyy"
    assert format_code(14, {14: "yyyy"}) == "yyyy"
    assert format_code(999, {}) == ""


def test_characters_by_number() -> None:
    assert unescaped("one_x000D__x000A_two_xD800_") == "one\ntwo"
