"""Labels in a document: the words before an identifier that say what it is, and whose."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Code points between a label and what it names (` on our records: `), and lines below it.
LABEL_REACH = 24


class LabelKind(StrEnum):
    """What a label says of what follows; values are the names of the groups that find it."""

    NHS = "nhs"
    HOSPITAL = "hospital"
    BIRTH = "birth"
    BORN = "born"  # in a sentence, so of anyone
    SUBJECT = "subject"  # RE:
    NAME = "name"
    SURNAME = "surname"
    FORENAME = "forename"
    SALUTATION = "salutation"
    ADDRESS = "address"
    OTHER = "other"  # telephones, books, clinicians: what follows is not the patient's number


@dataclass(frozen=True, slots=True)
class Label:
    """A label and its range in the text, as code points."""

    kind: LabelKind
    start: int
    end: int


# English, Welsh, Polish; Hindi, Arabic and Chinese as far as the words are unmistakable.
_NUMBER = r"(?:n[o0]\b\.?|num(?:ber|\.)?|nr\b|id\b|#)"
_ANYWHERE = {
    LabelKind.NHS: rf"nhs\s?{_NUMBER}|chi\s?{_NUMBER}|h\s?&\s?c\s?{_NUMBER}|rhif\s(?:y\s)?gig",
    LabelKind.HOSPITAL: (
        rf"(?:hosp(?:ital)?|unit|district|clinic|patient|case\s?notes?|medical\srecords?|pas|crn)\.?\s?{_NUMBER}"
        r"|mrn\b|case\s?notes?(?=\s*[:\t])|crn\b|rhif\s(?:yr\s)?ysbyty"
    ),
    LabelKind.BIRTH: (
        r"d\.?\s?[o0]\.?\s?b\b\.?|date\s+of\s+birth|birth\s?date|dyddiad\s+geni|data\s+urodzenia"
        r"|जन्म\s?(?:तिथि|तारीख)|تاريخ\s+الميلاد|出生日期|出生年月日|生年月日"
    ),
    LabelKind.BORN: r"born\b(?:\s+on)?|ganwyd|urodzon[ya]",
    LabelKind.OTHER: (
        r"tel(?:ephone)?\b|(?:tele)?phone|fax|mob(?:ile)?\b|switchboard|helpline|appointments|isbn(?:-1[03])?|invoice"
        r"|order\s?(?:no|number)|account|gmc|nmc|gphc|practice\scode|job\s?(?:#|no|number)|ffôn"
    ),
    LabelKind.SALUTATION: r"dear\b|annwyl|szanown[ya]\s+pani?e?",
}
# These are words of the language too: they count at the start of a line or cell, mostly with a mark behind them.
_MARK = r"(?:(?:\s?\([^()\n]{1,12}\))?[ \u00a0]{0,3}(?:[:\uff1a\t|\u2013-]|$))"
_AT_START = {
    LabelKind.SUBJECT: r"(?:re|and|parthed|ynghylch)\s?[:\uff1a]|re\b(?=\s)|parthed\b",
    LabelKind.NAME: (
        r"(?:(?:patient|client)(?:['\u2019]?s)?(?:\sname)?|(?:full\s)?name(?:\sof\spatient)?|enw(?:'r\sclaf)?"
        r"|pacjent(?:ka)?|imię\si\snazwisko|(?:रोगी\sका\s)?नाम|(?:患者)?姓名|患者|氏名"
        rf"|اسم\sالمريض|الاسم){_MARK}"  # noqa: RUF001 (Arabic)
    ),
    LabelKind.SURNAME: rf"(?:surname|last\sname|family\sname|cyfenw|nazwisko|姓){_MARK}",
    LabelKind.FORENAME: rf"(?:forenames?|(?:first|given|christian)\snames?|enw\scyntaf|imię|名){_MARK}",
    LabelKind.ADDRESS: rf"(?:(?:home\s|patient\s)?address|post\s?code|cyfeiriad|cod\spost|adres){_MARK}",
}


def _group(kinds: dict[LabelKind, str]) -> str:
    return "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items())


_START = r"(?:^[ \u00a0>*]{0,8}|(?<=[\t|])[ \u00a0]{0,8}|(?<=  ))"
_LABELS = re.compile(
    rf"(?<!\w)(?:{_group(_ANYWHERE)})|{_START}(?:{_group(_AT_START)})",
    re.IGNORECASE | re.MULTILINE,
)


def labels_in(text: str) -> Iterator[Label]:
    """Labels in the order of the text; linear in its length."""
    for found in _LABELS.finditer(text):
        kind = LabelKind(found.lastgroup or LabelKind.OTHER)
        yield Label(kind, found.start(), found.end())


class LabelRow:
    """The labels of one text, to be asked which of them stands before a place."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self.labels = labels
        self._ends = [label.end for label in labels]

    def before(self, place: int, reach: int = LABEL_REACH) -> Label | None:
        """The last label that ends at most `reach` code points before a place."""
        index = bisect_right(self._ends, place) - 1
        if index < 0 or place - self._ends[index] > reach:
            return None
        return self.labels[index]

    def close(self, place: int, reach: int, kinds: frozenset[LabelKind]) -> bool:
        """Does a label of these kinds begin within `reach` code points after a place?"""
        index = bisect_right(self._ends, place)
        while index < len(self.labels) and self.labels[index].start - place <= reach:
            if self.labels[index].kind in kinds:
                return True
            index += 1
        return False
