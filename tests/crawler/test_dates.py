"""Times as servers print them, in every order, language and clock; and texts that are none."""

# ruff: noqa: DTZ001 - listings name no zone, and are not all written in Latin letters
from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler.listings.dates import LONGEST_TIME, DayOrder, day_order, find_time


def found(text: str, order: DayOrder | None = None) -> datetime | None:
    time = find_time(text, order)
    return None if time is None else time.value


DAY = datetime(2021, 3, 4)
MINUTE = datetime(2021, 3, 4, 22, 15)
SECOND = datetime(2021, 3, 4, 22, 15, 7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-03-04 22:15", MINUTE),
        ("2021-03-04T22:15:07", SECOND),
        ("2021/03/04 22:15:07.123456", SECOND),
        ("2021.03.04", DAY),
        ("2021. 3. 4. 오후 10:15", MINUTE),
        ("2021年3月4日 22:15", MINUTE),
        ("2021년 3월 4일 22시 15분", MINUTE),
        ("04-Mar-2021 22:15", MINUTE),
        ("2021-Mar-04 22:15:07", SECOND),
        ("4 Mar 2021", DAY),
        ("Thu, 04 Mar 2021 22:15:07", SECOND),
        ("Mar 4, 2021 10:15 PM", MINUTE),
        ("Mar 4, 2021, 10:15:07 p.m.", SECOND),
        ("March 4th, 2021", DAY),
        ("Thursday, March 04, 2021 10:15 PM", MINUTE),
        ("Donnerstag, 4. März 2021 22:15", MINUTE),
        ("4. März 2021 um 22:15", MINUTE),
        ("04-Mrz-21 22:15", MINUTE),
        ("4 mars 2021 à 22:15", MINUTE),
        ("4 mars 2021 22h15", MINUTE),
        ("4 de marzo de 2021 22:15", MINUTE),
        ("04-мар-2021 22:15", MINUTE),
        ("4 марта 2021 22:15", MINUTE),
        ("04.03.2021 22:15", MINUTE),
        ("04.03.21", DAY),
        ("04/03/2021 22:15", MINUTE),
        ("04-03-2021 22.15", MINUTE),
        ("3/4/2021 10:15 PM", MINUTE),
        ("04 Mar 99", datetime(1999, 3, 4)),
        ("20210304 22:15", MINUTE),
        ("20210304T221507", datetime(2021, 3, 4)),
        ("Thu Mar  4 22:15:07 2021", SECOND),
        ("Thu Mar  4 22:15:07 CET 2021", SECOND),
        ("12/31/2021 12:05 AM", datetime(2021, 12, 31, 0, 5)),
        ("31/12/2021 12:05 PM", datetime(2021, 12, 31, 12, 5)),
        ("changed on 2021-03-04 22:15, 12 kB", MINUTE),
        # A clock that is none is left out, the day stays.
        ("2021-03-04 27:99", DAY),
    ],
)
def test_times_of_listings(text: str, expected: datetime) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2021-03-04T22:15:07Z", UTC),
        ("Thu, 04 Mar 2021 22:15:07 GMT", UTC),
        ("2021-03-04 22:15:07 +0530", timezone(timedelta(hours=5, minutes=30))),
        ("2021-03-04T22:15:07-08:00", timezone(timedelta(hours=-8))),
    ],
)
def test_a_zone_is_kept_where_one_stands(text: str, zone: timezone) -> None:
    value = found(text)
    assert value is not None
    assert value == SECOND.replace(tzinfo=zone)
    assert value.utcoffset() == zone.utcoffset(None)


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "letter", "12 kB", "1,234,567", "1.2.3", "version 10.4.2", "192.168.10.21", "2021", "2021-13-04",
        "2021-02-30", "32 Mar 2021", "31.02.2021", "12 Foo 2021", "00/00/0000", "1234-56-789", "99 bottles 2021",
        "12:34", "5,2021-03", "9" * 60, "x" * LONGEST_TIME + " 2021-03-04",
    ],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert find_time(text) is None


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2021", "13/04/2021"], DayOrder.DAY_FIRST),
        (["03/04/2021", "04/13/2021"], DayOrder.MONTH_FIRST),
        (["03/04/2021", "05/06/2021"], None),
        (["2021-03-14"], None),
        ([], None),
    ],
)
def test_a_column_proves_its_order(texts: list[str], order: DayOrder | None) -> None:
    assert day_order(texts) is order


def test_the_columns_order_decides_where_both_readings_are_days() -> None:
    assert found("03/04/2021", DayOrder.DAY_FIRST) == datetime(2021, 4, 3)
    assert found("03/04/2021", DayOrder.MONTH_FIRST) == datetime(2021, 3, 4)
    # A value that proves itself is not bent.
    assert found("03/14/2021", DayOrder.DAY_FIRST) == datetime(2021, 3, 14)


def test_the_first_time_is_taken_and_its_place_told() -> None:
    text = "a 04-Mar-2021 22:15 b 2020-01-01"
    time = find_time(text)
    assert time is not None
    assert text[time.start : time.end].rstrip() == "04-Mar-2021 22:15"


@given(some.text(max_size=LONGEST_TIME + 5), some.sampled_from([None, *DayOrder]))
def test_no_text_breaks_it(text: str, order: DayOrder | None) -> None:
    time = find_time(text, order)
    assert time is None or 0 <= time.start < time.end <= len(text)


@given(some.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 31)).map(lambda t: t.replace(second=0, microsecond=0)))
def test_every_time_is_read_as_it_was_written(time: datetime) -> None:
    for form in ("%Y-%m-%d %H:%M", "%d-%b-%Y %H:%M", "%d.%m.%Y %H:%M", "%b %d, %Y %I:%M %p", "%m/%d/%Y %I:%M %p"):
        assert found(time.strftime(form)) == time
