"""Marks of a person: what counts, in which scripts, and what only looks like it. All people are made up."""

# ruff: noqa: RUF001 - letters of many scripts look alike

from __future__ import annotations

import pytest

from matchers.person_marks import MarkKind, marks_in


def found(text: str, kind: MarkKind, noisy: bool = False) -> list[str]:
    return [text[mark.start : mark.end].strip() for mark in marks_in(text, noisy) if mark.kind is kind]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (MarkKind.BORN, "DOB 13 December 1988", "13 December 1988"),
        (MarkKind.BORN, "d.o.b. 28/09/53", "28/09/53"),
        (MarkKind.BORN, "Date of birth:\n04.11.1939", "04.11.1939"),
        (MarkKind.BORN, "Dyddiad geni: 25/08/1950", "25/08/1950"),
        (MarkKind.BORN, "जन्म तिथि: १०/०९/१९५७", "१०/०९/१९५७"),
        (MarkKind.BORN, "تاريخ الميلاد: ٤/٧/٢٠٠٠", "٤/٧/٢٠٠٠"),
        (MarkKind.BORN, "出生日期：1937年2月7日", "1937年2月7日"),
        (MarkKind.NUMBER, "NHS No: 999 285 0841", "999 285 0841"),
        (MarkKind.NUMBER, "MRN: 80732340", "80732340"),
        (MarkKind.NUMBER, "Hosp No AG489954", "AG489954"),
        (MarkKind.NUMBER, "hospitai nurnber AG489954", "AG489954"),  # as recognition reads it
        (MarkKind.NUMBER, "رقم الملف: ٧٤٨٦٩٠٢٠", "٧٤٨٦٩٠٢٠"),
        (MarkKind.REGISTER_NUMBER, "she is 999 285 0841 here", "999 285 0841"),
        (MarkKind.REGISTER_NUMBER, "pan o numerze 61121774924", "61121774924"),
        (MarkKind.SALUTATION, "Dear Mrs O'Connor,", "O'Connor"),
        (MarkKind.SALUTATION, "Annwyl Mrs Jenkins", "Jenkins"),
        (MarkKind.SALUTATION, "Szanowna Pani Kowalska", "Kowalska"),
        (MarkKind.SALUTATION, "尊敬的王女士", "王"),
        (MarkKind.PATIENT, "RE: Mrs Kim PATEL", "Kim PATEL"),
        (MarkKind.PATIENT, "Patient   MARTIN, Ashley (Mr)", "MARTIN, Ashley"),
        (MarkKind.PATIENT, "اسم المريض: حلا الجفالي", "حلا الجفالي"),
        (MarkKind.NAME, "姓名：王亮", "王亮"),
        (MarkKind.ADDRESSEE, "Mr John Cox\nStudio 72H, Willis Points", "John Cox"),
        (MarkKind.DOCTOR, "Dear Dr Bolton", "Bolton"),
        (MarkKind.PERSON_OF_AGE, "this 34-year-old lady", "34"),
        (MarkKind.AGE, "a gardener aged 45", "45"),
        (MarkKind.AGE, "患者45岁", "45"),
        (MarkKind.MEASURE, "sertraline 50 mg", "50"),
        (MarkKind.OLD_DATE, "seen 3 May 2024, came on 5 August 1978", "5 August 1978"),
    ],
)
def test_marks(kind: MarkKind, text: str, value: str) -> None:
    assert value in found(text, kind)


@pytest.mark.parametrize(
    "text",
    [
        "Date of birth: ____________",
        "DOB [date of birth]   NHS No: ............",
        "NHS number: {{nhs}} Hospital number: XXXXXXXX",
        "RE: <<Title>> <<Surname>>",
        "RE: Your appointment",
        "Patient: [name]",
        "Patient information: what to bring",
        "Name: XXXXXX XXXXXX",
        "Dear Sir/Madam",
        "Dear Patient",
        "Dear Parent or Guardian",
        "Dear Mr Colleague",
        "Dear Mrs Surname",
        "Szanowny Panie Doktorze",
        "Sehr geehrter Herr Kollege",
        "प्रिय चिकित्सक महोदय",
        "尊敬的医生",
        "Tel 999 285 0841, fax 999 285 0841",
        "ISBN 9992850841",
        "Registered charity 1099999. VAT 999285084",
        "Out of hours 01632 960700 or 0800 555 0199",
    ],
)
def test_blanks_and_office_numbers_are_no_marks(text: str) -> None:
    assert {mark.kind for mark in marks_in(text)} <= {MarkKind.BLANK}


def test_a_label_with_wrong_characters_is_found_where_the_text_is_noisy() -> None:
    text = "Datc of bjrth 15-Dec-1967"
    assert found(text, MarkKind.BORN) == []
    assert found(text, MarkKind.BORN, noisy=True)
    assert found("Datc of bjrth ____________", MarkKind.BORN, noisy=True) == []


def test_a_name_that_is_no_name_with_a_wrong_character_is_none() -> None:
    assert found("Sehr geehrter Herr Kolulege", MarkKind.SALUTATION) == []
    assert found("RE: Mr XXXzXX XXXXXX", MarkKind.PATIENT) == []


def test_marks_hold_places_and_no_values() -> None:
    text = "NHS No: 999 285 0841"
    for mark in marks_in(text):
        assert "0841" not in repr(mark)
        assert 0 <= mark.start < mark.end <= len(text)


HOSTILE = {
    "digits": "1234567890",
    "groups": "999 285 0841 ",
    "labels": "date of birth: nhs no ",
    "near labels": "dateofbirt ",
    "colons": ":",
    "dates": "12/12/2012 ",
    "salutations": "Dear Mrs ",
    "names": "Aaaa Bbbb ",
    "titles": "Mr A\n",
    "brackets": "[",
    "lines to write on": "_",
    "dots": ".",
    "white space": " ",
    "new lines": "\n",
}


@pytest.mark.parametrize("part", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_linear(part: str) -> None:
    """Anything that grows with the square of 100,000 would not end in the time that a test has."""
    text = part * (100_000 // len(part))
    assert sum(1 for _ in marks_in(text, noisy=True)) <= len(text)
