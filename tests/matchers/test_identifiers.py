import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.identifiers import (
    IdentifierError,
    NumberRange,
    folded,
    month_number,
    name_part,
    name_value,
    number_range,
    passes_check,
    read_digits,
    registered_value,
    registered_values,
)
from matchers.normaliser import normalise


@given(st.text(max_size=30))
def test_the_short_fold_is_the_normalisers(text: str) -> None:
    assert folded(text) == "".join(map(chr, normalise(text).symbols.tolist()))


@given(st.text(alphabet="rnclmdi1 -", max_size=20))
def test_the_short_fold_joins_pairs_as_the_normaliser_does(text: str) -> None:
    assert folded(text) == "".join(map(chr, normalise(text).symbols.tolist()))


def test_one_random_number_in_eleven_has_a_valid_check_digit() -> None:
    generator = random.Random(3)  # noqa: S311 - the same in every run
    passing = sum(passes_check(f"{generator.randrange(10**10):010d}") for _ in range(20_000))
    assert 0.085 < passing / 20_000 < 0.097


@pytest.mark.parametrize(
    ("number", "valid"),
    [("9434765919", True), ("9990000018", True), ("9990000019", False), ("999000001", False), ("99900000180", False)],
)
def test_check_digit(number: str, valid: bool) -> None:
    assert passes_check(number) is valid


@given(st.integers(0, 999_999_999), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_never_passes(stem: int, place: int, by: int) -> None:
    number = next((one for check in range(10) if passes_check(one := f"{stem:09d}{check}")), None)
    if number is not None:
        wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
        assert not passes_check(wrong)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("4010232137", NumberRange.ISSUED),
        ("6328798309", NumberRange.ISSUED),
        ("9990000018", NumberRange.TEST),
        ("0101001234", NumberRange.CHI),
        ("3112991234", NumberRange.ISSUED),  # a stem of 311 million: CHI and the later English range overlap
        ("3200000017", NumberRange.H_AND_C),
        ("8120000011", NumberRange.IRISH),
        ("9434765919", NumberRange.UNISSUED),
        ("4101001014", NumberRange.ISSUED),  # a Japanese ISBN-10
        ("7111075757", NumberRange.ISSUED),  # a Chinese ISBN-10
        ("0306406152", NumberRange.CHI),  # an English ISBN-10
    ],
)
def test_ranges(number: str, expected: NumberRange) -> None:
    assert number_range(number) is expected


def test_every_numeric_isbn_10_passes_so_a_check_digit_says_nothing() -> None:
    assert all(map(passes_check, ("4101001014", "7111075757", "0306406152")))


def test_letters_that_look_like_digits_are_read_as_such() -> None:
    assert read_digits("9O9 l23 4S6B") == "9091234568"
    assert read_digits("٩٩٩ ०१२") == "999012"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Connor", "O\u2019CONNOR"),
        ("O'Connor", "0Connor"),
        ("Llewellyn-Jones", "Llewellyn Jones"),
        ("McDonald", "MacDonald"),
        ("Mc Donald", "MACDONALD"),
        ("Mac'Aulay", "McAulay"),
        ("ap Rhys", "Ap-Rhys"),
        ("Fernández", "FERNANDEZ"),
        ("Łuczak", "Luczak"),
        ("Bernard", "Bemard"),
    ],
)
def test_parts_of_names_that_are_the_same(one: str, other: str) -> None:
    assert name_part(one) == name_part(other)


@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12))
def test_the_order_of_forename_and_surname_does_not_matter(one: str, other: str) -> None:
    assert name_value(one, other) == name_value(other, one)


def test_different_forenames_are_different_names_and_an_initial_is_none() -> None:
    assert name_value("Anna", "Smith") != name_value("Tom", "Smith")
    assert name_value("J.", "Smith") is None
    assert name_value("王", "小明") is not None


@pytest.mark.parametrize(
    "value",
    "2015-04-12|12/04/2015|12.04.2015|12-04-2015|20150412|12 Apr 2015|12th April 2015|12 Ebrill 2015|12 kwietnia 2015"
    "|April 12, 2015|12-Apr-2015|2015-04-12T00:00:00|12/04/2015 00:00".split("|"),
)
def test_a_registered_date_in_any_form(value: str) -> None:
    assert registered_value("date_of_birth", value) == "2015-04-12"


def test_a_registered_date_with_the_month_first_where_the_day_says_so() -> None:
    assert registered_value("date_of_birth", "04/25/1980") == "1980-04-25"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("date_of_birth", "12/04/15"),
        ("date_of_birth", "31/02/1980"),
        ("date_of_birth", "unknown to us"),
        ("nhs_number", "999 000 0019"),
        ("nhs_number", "12"),
        ("nhs_number", "99900O0018"),
        ("hospital_number", "A1"),
        ("postcode", "-"),
        ("name", "Jane Smith"),
        ("donor", "??"),
    ],
)
def test_a_value_that_can_not_be_read_names_its_column_only(column: str, value: str) -> None:
    with pytest.raises(IdentifierError) as error:
        registered_value(column, value)
    assert column in str(error.value)
    assert value not in str(error.value).replace(column, "")


def test_a_row_gives_its_kinds() -> None:
    row = {"nhs_number": "999 000 0018", "surname": "Smith", "forename": "Anna Maria", "postcode": "", "donor": "D-123"}
    assert dict(registered_values(row)) == {
        "name": name_value("Anna", "Smith"),
        "nhs_number": "9990000018",
        "donor": folded("D123"),
    }


def test_a_surname_alone_is_no_name() -> None:
    assert list(registered_values({"surname": "Smith", "forename": ""})) == []


@pytest.mark.parametrize(("word", "number"), [("Mai", 5), ("0ctober", 10), ("Gorffennaf", 7), ("października", 10)])
def test_months(word: str, number: int) -> None:
    assert month_number(word) == number


def test_a_word_that_is_no_month() -> None:
    assert month_number("eggs") is None
