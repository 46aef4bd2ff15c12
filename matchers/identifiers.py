"""Identifiers of a person in their normal form: what a register says and what a document says become the same text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache

from matchers.errors import PackBuildError
from matchers.normaliser import normalise


class IdentifierError(PackBuildError):
    """A value of the register can not be read as what its column says. The text names the column, never the value."""


class Kind(StrEnum):
    """What is known of a kind of identifier by its own rules; any other column of a register is compared as it is."""

    NHS_NUMBER = "nhs_number"
    HOSPITAL_NUMBER = "hospital_number"
    NAME = "name"
    DATE_OF_BIRTH = "date_of_birth"
    POSTCODE = "postcode"


class NumberRange(StrEnum):
    """Where a ten-digit number with a valid check digit belongs; the same rule serves several countries and books."""

    ISSUED = "issued"  # England, Wales, Isle of Man
    TEST = "test"  # 999..., never given to a person
    CHI = "chi"  # Scotland: begins with the date of birth
    H_AND_C = "h_and_c"  # Northern Ireland
    IRISH = "irish"
    UNISSUED = "unissued"


# Characters that stand for a digit in a number that recognition has read.
DIGIT_LIKE = "[0-9\u0660-\u0669\u06f0-\u06f9\u0966-\u096fOoIlSsB|]"
_AS_DIGIT = str.maketrans("OoIl|SsB", "00111558")
_NUMBER_DIGITS = 10
_CHECK_WEIGHTS = range(10, 1, -1)
_CHECK_MODULUS = 11
_NO_CHECK_DIGIT = 10
# First and last nine-digit stem of each range: datadictionary.nhs.uk and the public NHS number libraries.
_RANGES = (
    (300_000_000, 319_999_999, NumberRange.ISSUED),
    (320_000_001, 399_999_999, NumberRange.H_AND_C),
    (400_000_000, 499_999_999, NumberRange.ISSUED),
    (600_000_000, 799_999_999, NumberRange.ISSUED),
    (812_000_000, 859_999_999, NumberRange.IRISH),
    (999_000_000, 999_999_999, NumberRange.TEST),
)
_CHI_CENTURIES = (1900, 2000)

# Symbols of the shortest number or free value that says anything; three digits stand on every page.
LEAST_VALUE = 4
_LEAST_POSTCODE = 3
# Symbols of a part of a name: an initial is no name, an ideograph is.
_LEAST_NAME_PART = 2
EARLIEST_BIRTH = 1880
LATEST_BIRTH = 2100

_MAC = re.compile(r"^mc[\s'\u2019-]?(?=\w)")
_REGISTER_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ][\d:.]+Z?)?"),
    re.compile(r"(?P<d>\d{1,2})\s?[-/.]\s?(?P<m>\d{1,2})\s?[-/.]\s?(?P<y>\d{4})(?: [\d:.]+)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.\-/]{0,2}(?P<m>[^\W\d_]{3,14})[.,]?[\s\-/.,]{0,2}(?P<y>\d{4})"),
    re.compile(r"(?P<m>[^\W\d_]{3,14})\.?\s?(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y>\d{4})"),
)

# Months as letters write them: English, Welsh (also mutated, as after a number), Polish. In order, January first.
_MONTHS = (
    "january jan ionawr ion stycznia styczeń",
    "february feb chwefror chwef chwe lutego luty",
    "march mar mawrth fawrth maw marca marzec",
    "april apr ebrill ebr kwietnia kwiecień",
    "may mai fai maja maj",
    "june jun mehefin fehefin meh czerwca czerwiec",
    "july jul gorffennaf orffennaf gorff gor lipca lipiec",
    "august aug awst aws sierpnia sierpień",
    "september sept sep medi fedi września wrzesień",
    "october oct hydref hyd października październik",
    "november nov tachwedd dachwedd tach listopada listopad",
    "december dec rhagfyr ragfyr rhag grudnia grudzień",
)


class _Fold(dict[int, str]):
    """The normaliser's fold of each code point, asked once: its arrays take 80 microseconds for a text of one word."""

    def __init__(self) -> None:
        super().__init__()
        alphabet = [self[ord(character)] for character in "abcdefghijklmnopqrstuvwxyz"]
        pairs = [one + two for one in alphabet for two in alphabet]
        read = _normalised(_APART.join(pairs)).split(_APART)
        self.pairs = {pair: single for pair, single in zip(pairs, read, strict=True) if pair != single}

    def __missing__(self, point: int) -> str:
        self[point] = _normalised(chr(point))
        return self[point]


def _normalised(text: str) -> str:
    return normalise(text).symbols.astype("<u4").tobytes().decode("utf-32-le")


_APART = "\u4e2d"


@cache
def _fold() -> _Fold:
    """Made when it is first asked: what it calls is compiled, and a process that compares nothing loads no compiler."""
    return _Fold()


def folded(text: str) -> str:
    """Letters and digits of a text, folded as the normaliser folds them."""
    fold = _fold()
    symbols = text.translate(fold)
    for pair, single in fold.pairs.items():
        symbols = symbols.replace(pair, single)
    return symbols


@cache
def _month_numbers() -> dict[str, int]:
    return {folded(name): number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}


def month_number(word: str) -> int | None:
    """1 to 12 for the name of a month, also where recognition has confused characters of it."""
    return _month_numbers().get(folded(word))


def read_digits(text: str) -> str:
    """The digits of a number, as 0 to 9 whatever the script, with letters that look like digits read as such."""
    plain = (unicodedata.decimal(character, None) for character in text.translate(_AS_DIGIT))
    return "".join(str(digit) for digit in plain if digit is not None)


def passes_check(number: str) -> bool:
    """Has a number of ten digits the check digit of modulus 11? So has one in eleven random numbers."""
    if len(number) != _NUMBER_DIGITS:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _CHECK_WEIGHTS, strict=False))
    check = (_CHECK_MODULUS - total % _CHECK_MODULUS) % _CHECK_MODULUS
    return check != _NO_CHECK_DIGIT and check == int(number[-1])


def number_range(number: str) -> NumberRange:
    """The range of a number of ten digits."""
    stem = int(number[:-1])
    for first, last, found in _RANGES:
        if first <= stem <= last:
            return found
    day, month, year = int(number[0:2]), int(number[2:4]), int(number[4:6])
    if any(valid_date(century + year, month, day) for century in _CHI_CENTURIES):
        return NumberRange.CHI
    return NumberRange.UNISSUED


def valid_date(year: int, month: int, day: int) -> str | None:
    """A date as YYYY-MM-DD; None where there is no such day, or nobody with a letter was born then."""
    if not EARLIEST_BIRTH <= year <= LATEST_BIRTH:
        return None
    try:
        return date(year, month, day).isoformat()
    except (ValueError, OverflowError):
        return None


def name_part(text: str) -> str:
    """A forename or a surname: hyphens, apostrophes, spaces, marks and case gone; Mc written as Mac."""
    return folded(_MAC.sub("mac", unicodedata.normalize("NFKC", text).casefold()))


def name_value(one: str, other: str) -> str | None:
    """Forename and surname in either order as one value; None where a part is missing or an initial."""
    parts = sorted((name_part(one), name_part(other)))
    if any(len(part) < _LEAST_NAME_PART and not is_unspaced(part) for part in parts):
        return None
    return " ".join(parts)


def is_unspaced(word: str) -> bool:
    """Is a word written in ideographs, kana or hangul, where one symbol is a name?"""
    return bool(word) and all("\u3040" <= symbol <= "\u9fff" or "\uac00" <= symbol <= "\ud7a3" for symbol in word)


def registered_values(identifiers: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Kind and normal form of one row of a register.

    Surname and forename together give the kind `name`; one of them alone, or an initial, gives nothing. Every other
    column is a kind of its own. Empty values give nothing.

    Raises:
        IdentifierError: a value can not be read.
    """
    rest = {column: value.strip() for column, value in identifiers.items() if value.strip()}
    surname, forename = rest.pop("surname", ""), rest.pop("forename", "")
    first_forename = re.split(r"[\s,]+", forename)[0]
    if surname and forename and (name := name_value(surname, first_forename)):
        yield Kind.NAME, name
    for column, value in rest.items():
        yield column, registered_value(column, value)


def registered_value(column: str, value: str) -> str:
    """The normal form of one value of a register.

    Raises:
        IdentifierError: it can not be read.
    """
    match column:
        case Kind.NHS_NUMBER:
            return _registered_number(value)
        case Kind.DATE_OF_BIRTH:
            return _registered_date(value)
        case Kind.POSTCODE:
            least = _LEAST_POSTCODE
        case Kind.NAME:
            raise IdentifierError(f"{Kind.NAME}: is made of the columns surname and forename, and can not be a column")
        case _:
            least = LEAST_VALUE
    normal = folded(value)
    if len(normal) < least:
        raise IdentifierError(f"{column}: a value has fewer than {least} letters and digits, which tells nothing")
    return normal


def _registered_number(value: str) -> str:
    digits = re.sub(r"[\s\-\u2013.]", "", value)
    number = read_digits(digits)
    if not (digits.isdecimal() and passes_check(number)):
        raise IdentifierError(f"{Kind.NHS_NUMBER}: a value is not ten digits with a valid check digit")
    return number


def _registered_date(value: str) -> str:
    """Day before month where both are possible; documents are read both ways."""
    for pattern in _REGISTER_DATES:
        if written := pattern.fullmatch(value):
            month = written["m"] if written["m"].isdecimal() else month_number(written["m"])
            if month is not None:
                year, day = int(written["y"]), int(written["d"])
                if found := valid_date(year, int(month), day) or valid_date(year, day, int(month)):
                    return found
    raise IdentifierError(f"{Kind.DATE_OF_BIRTH}: a value is not a date with a year of four digits")
