"""Numbers and dates of spreadsheets as a person sees them: what a cell's format code makes of its value.

Written for what letters and lists of patients hold: dates, times, decimals, thousands, per cent, masks of numbers such
as "000 000 0000". What a code says beyond that (fractions, colours, conditions) is left out, never the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

# Codes that a file names by number alone. Those of dates depend on the language of whoever looks; British here.
_DATE, _TIME = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
_BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"},
    **{14: _DATE, 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm"},
    **{21: "h:mm:ss", 22: _TIME, 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"},
    **{45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss"},
    **dict.fromkeys((*range(27, 37), *range(50, 59)), _DATE),
}
# A code of more characters than this is there to cost time; Excel allows 255.
_LONGEST_CODE = 255
# Tokens of one section. The longest of Excel's own has 25.
_MOST_TOKENS = 50
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|[_*].|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]?|(?P<noon>am/pm|a/p)'
    r"|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?)|(?P<general>general)|(?P<digit>[0#?])|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Days from the two beginnings of time; Excel's 1900 has a 29 February, which moves the days before it.
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - cells have no time zone
_FALSE_LEAP_DAY = 60
_LAST_DAY = 2_958_465
_SECONDS = 86_400
_SIGNIFICANT = 15
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def format_code(number: int, own: dict[int, str]) -> str:
    """The code of this number: the file's own, or one that programs know by heart; empty for none."""
    return own.get(number) or _BUILT_IN.get(number, "")


def shown_number(value: str, code: str, from_1904: bool = False) -> str:
    """A cell's value as its format code shows it; the value itself where that can not be told."""
    try:
        number = float(value)
    except ValueError:
        return value
    if not abs(number) < _LARGEST:
        return value
    tokens = _section(code[:_LONGEST_CODE], number)
    if any(token.kind in ("date", "elapsed") for token in tokens):
        return _date(number, tokens, from_1904) or _plain(number)
    if any(token.kind == "digit" for token in tokens):
        return _number(number, tokens)
    return _plain(number)


def shown_date(value: str, code: str) -> str:
    """A date that a file spells by ISO 8601, as strict files do, in the cell's own format."""
    try:
        moment = datetime.fromisoformat(value.strip().removesuffix("Z"))
    except ValueError:
        return value
    tokens = _section(code[:_LONGEST_CODE], 1)
    if not any(token.kind == "date" for token in tokens):
        tokens = _section(_TIME if moment.hour or moment.minute else _DATE, 1)
    return _spelt(moment, 0.0, tokens)


def unescaped(text: str) -> str:
    """Characters that Excel writes by their number."""
    return _ESCAPED.sub(_character, text).replace("\r\n", "\n").replace("\r", "\n") if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if not 0xD800 <= ord(character) <= 0xDFFF else ""  # noqa: PLR2004 - halves of a pair


def _section(code: str, number: float) -> tuple[_Token, ...]:
    """The part of the code that is for numbers of this sign."""
    sections = _sections(code)
    if number < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if not number and len(sections) > 2 and sections[2] else sections[0]  # noqa: PLR2004


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[tuple[_Token, ...], ...]:
    sections: list[list[_Token]] = [[]]
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup
        if kind == "literal" and found[0] == ";":
            sections.append([])
        elif kind is not None:
            text = found[kind]
            sections[-1].append(_Token("literal" if kind in ("quoted", "escaped") else kind, text))
            if kind in ("quoted", "escaped"):
                sections[-1][-1] = _Token("quoted", text)
    return tuple(_with_minutes(section) if len(section) <= _MOST_TOKENS else () for section in sections)


def _with_minutes(section: list[_Token]) -> tuple[_Token, ...]:
    """An `m` behind hours or in front of seconds stands for minutes, any other for months."""
    times = [place for place, token in enumerate(section) if token.kind in ("date", "elapsed")]
    for before, place, behind in zip([None, *times], times, [*times[1:], None], strict=False):
        token = section[place]
        if token.kind != "date" or token.text[0] not in "mM" or len(token.text) > 2:  # noqa: PLR2004 - "mm"
            continue
        after_hours = before is not None and section[before].text[0] in "hH"
        if after_hours or (behind is not None and section[behind].text[0] in "sS"):
            section[place] = _Token("date", "i" * len(token.text))
    return tuple(section)


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.{_SIGNIFICANT}g}"


def _date(number: float, tokens: tuple[_Token, ...], from_1904: bool) -> str:
    """Empty for a number that is no date."""
    if not 0 <= number <= _LAST_DAY:
        return ""
    days = number + 1 if not from_1904 and number < _FALSE_LEAP_DAY and number >= 1 else number
    moment = _EPOCHS[from_1904] + timedelta(seconds=round(days * _SECONDS))
    return _spelt(moment, number * _SECONDS, tokens)


def _spelt(moment: datetime, elapsed: float, tokens: tuple[_Token, ...]) -> str:
    noon = any(token.kind == "noon" for token in tokens)
    out = ""
    for token in tokens:
        if token.kind == "date":
            out += _date_part(moment, token.text.lower(), noon)
        elif token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0].lower()]
            out += str(int(round(elapsed) // unit)).zfill(len(token.text))
        elif token.kind == "noon":
            out += f"{moment:%p}"
        else:
            out += token.text
    return out.strip().removesuffix(";@").removesuffix("@").strip()


def _date_part(moment: datetime, text: str, noon: bool) -> str:
    length = len(text)
    match text[0]:
        case "y":
            return f"{moment.year:04}" if length > 2 else f"{moment.year % 100:02}"  # noqa: PLR2004 - "yy"
        case "m" | "d" if length > 2:  # noqa: PLR2004 - names from three letters on
            full, short = ("%B", "%b") if text[0] == "m" else ("%A", "%a")
            return moment.strftime(short if length == 3 else full)  # noqa: PLR2004 - "mmm"
        case "h":
            hour = (moment.hour - 1) % 12 + 1 if noon else moment.hour
            return str(hour).zfill(min(length, 2))
    value = {"m": moment.month, "d": moment.day, "i": moment.minute, "s": moment.second}[text[0]]
    return str(value).zfill(min(length, 2))


def _number(number: float, tokens: tuple[_Token, ...]) -> str:
    """Digits put into the places of the code, from the right; those that find no place stand first."""
    texts = [token.text for token in tokens if token.kind == "literal"]
    if any(text in "eE/" for text in texts):  # powers of ten and fractions
        return _plain(number)
    number *= 100 if "%" in texts else 1
    point = next((at for at, token in enumerate(tokens) if token == _Token("literal", ".")), len(tokens))
    whole, behind = tokens[:point], tokens[point + 1 :]
    decimals = "".join(token.text for token in behind if token.kind == "digit")
    digits, _, fraction = f"{abs(number):.{len(decimals)}f}".partition(".")
    while fraction and decimals[len(fraction) - 1] != "0" and fraction.endswith("0"):
        fraction = fraction[:-1]
    out = _whole(digits, whole) + (f".{fraction}" if fraction else "")
    out += "".join(token.text for token in behind if token.kind != "digit")
    negative = number < 0 and "(" not in texts and "-" not in texts and out.strip("0., %")
    return ("-" if negative else "") + out.replace("@", "").strip()


def _whole(digits: str, tokens: tuple[_Token, ...]) -> str:
    places = [at for at, token in enumerate(tokens) if token.kind == "digit"]
    grouped = any(token == _Token("literal", ",") for token in tokens[: places[-1]] if places) if places else False
    left = digits.lstrip("0") if places else digits
    out: list[str] = []
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.kind != "digit":
            out.append("" if token == _Token("literal", ",") else token.text)
            continue
        taken = left if at == places[0] else left[-1:]
        left = left[: len(left) - len(taken)]
        out.append(taken or ("0" if token.text == "0" else ""))
    text = "".join(reversed(out))
    return re.sub(r"\d+", lambda found: f"{int(found[0]):,}", text, count=1) if grouped else text
