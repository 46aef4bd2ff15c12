from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.written_dates import dates_in, labelled_dates


def _readings(text: str) -> set[str]:
    return {reading for found in dates_in(text) for reading in found.readings}


@pytest.mark.parametrize(
    "written",
    "12/04/2015|12/04/15|12.04.2015|12-04-15|2015-04-12|2015/4/12|12 / 04 / 2015|12 Apr 2015|12th April 2015"
    "|12-Apr-2015|12 April, 2015|12Apr2015|12th of April 2015|12 Apr '15|April 12, 2015|Apr. 12th 2015|12 Ebrill 2015"
    "|12 o Ebrill 2015|12 kwietnia 2015|2015年4月12日|l2/O4/2015|12 Apri1 2015|١٢/٠٤/٢٠١٥|१२/०४/२०१५".split("|"),
)
def test_every_usual_form(written: str) -> None:
    assert "2015-04-12" in _readings(f"born {written}, seen")


def test_day_and_month_may_stand_either_way_and_a_short_year_in_two_centuries() -> None:
    assert _readings("12/04/15") == {"1915-04-12", "1915-12-04", "2015-04-12", "2015-12-04"}
    assert _readings("25/04/1980") == {"1980-04-25"}


@pytest.mark.parametrize(
    "text",
    [
        "31/02/1980",
        "so is Bill",
        "12 eggs 14",
        "1.12.04.2015.6",
        "99/99/9999",
        "blood pressure 120/80",
        "May I say",
        "3/4",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert _readings(text) == set()


def test_a_wrong_beginning_does_not_swallow_a_date() -> None:
    assert "1980-05-14" in _readings("3 x 12 eggs 14 May 1980")


def test_digits_without_marks_only_after_a_label() -> None:
    for text in ("12041980", "12 04 1980", "19800412"):
        assert _readings(text) == set()
        assert "1980-04-12" in {one for found in labelled_dates(text, 0, len(text)) for one in found.readings}


def test_the_range_is_the_dates() -> None:
    text = "on 12 Apr 1980 at"
    (found,) = dates_in(text)
    assert text[found.start : found.end] == "12 Apr 1980"


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d %B %Y", "%Y-%m-%d", "%d.%m.%y"])
)
def test_whatever_the_day(day: date, form: str) -> None:
    assert day.isoformat() in _readings(f"seen {day.strftime(form)}.")


@given(st.text(alphabet="0123456789/.- OlIsBMay\n", max_size=80))
def test_any_text_gives_days_of_the_calendar(text: str) -> None:
    for reading in _readings(text):
        date.fromisoformat(reading)
