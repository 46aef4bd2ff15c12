from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.anchors import (
    ANCHOR_BYTES,
    MOST_STRETCHED,
    Anchor,
    AnchorFinding,
    Compared,
    DocumentIdentifiers,
    Stretcher,
    compare,
    compare_letter,
    decoded,
    encoded,
    registered,
    settles,
)
from matchers.errors import PackDamagedError
from matchers.identifiers import IdentifierError, Kind
from matchers.keys import PackKey
from matchers.verdicts import AnchorState, Piece, Span

_STRETCHER = Stretcher(PackKey(b"k" * 32))
_AGREE, _CONFLICT, _ABSENT = AnchorState.AGREE, AnchorState.CONFLICT, AnchorState.ABSENT

_JANE = {
    "nhs_number": "999 000 0018",
    "hospital_number": "AG118295",
    "surname": "Okonkwo",
    "forename": "Jane",
    "date_of_birth": "1980-04-12",
    "postcode": "ZZ99 1AB",
}
_ANCHORS = registered(_JANE, _STRETCHER)
_LETTER = """THORNFIELD FERTILITY CENTRE
14 Larch Walk, Westmarsh, ZZ99 3AA   Telephone 01632 960114
Our ref: MH/kt/AG118295
Dr Newman
Bellfield Health Centre

Dear Dr Newman

RE: Mrs Jane OKONKWO   DOB 12 April 1980   NHS No: 999 000 0018
AND: Mr Ashley HUSSAIN   DOB 10 April 1992   Hospital No: AG393674
4 Elm Road, Ashcombe, ZZ99 1AB

Thank you for referring this couple, seen on 9 May 2023.

Yours sincerely
Miss Odile Marchbank
Consultant   GMC 9901001
"""
_OTHER = """RE: Mrs Ruth PATEL   DOB 3 May 1975   NHS No: 999 000 0026   Hosp No: AG555555
Address: 9 Oak Road, Ashcombe, ZZ99 2CD
"""


def _compared(text: str, anchors: list[Anchor] = _ANCHORS) -> Compared:
    document = DocumentIdentifiers([Piece("p", text)], _STRETCHER)
    return compare(anchors, document, document.everywhere())


def _states(text: str, anchors: list[Anchor] = _ANCHORS) -> Mapping[str, AnchorState]:
    return _compared(text, anchors).states


def _all(state: AnchorState) -> dict[str, AnchorState]:
    return dict.fromkeys(("nhs_number", "hospital_number", "name", "date_of_birth", "postcode"), state)


def test_the_letter_itself() -> None:
    assert _compared(_LETTER) == Compared(_all(_AGREE), frozenset())
    assert settles(_states(_LETTER)) is AnchorFinding.SAME_PERSON


def test_another_patients_letter() -> None:
    assert _states(_OTHER) == _all(_CONFLICT)
    assert settles(_states(_OTHER)) is AnchorFinding.OTHER_PERSON


def test_a_masked_letter_and_a_blank_form() -> None:
    for text in ("RE: [NAME]   DOB XX/XX/XXXX   NHS No: XXX XXX XXXX", "RE: ______  DOB ______  NHS No: ______", ""):
        assert _states(text) == _all(_ABSENT)
    assert settles(_all(_ABSENT)) is AnchorFinding.OPEN


def test_a_couples_letter_is_either_partners() -> None:
    ashley = registered({"surname": "Hussain", "forename": "Ashley", "date_of_birth": "10/04/1992"}, _STRETCHER)
    assert _states(_LETTER, ashley) == {"name": _AGREE, "date_of_birth": _AGREE}
    assert _states(_LETTER, ashley + _ANCHORS) == _all(_AGREE)


@pytest.mark.parametrize(
    ("written", "kind", "state"),
    [
        ("RE: Mrs Jane 0k0nkwo DOB 12/04/80", "name", _AGREE),
        ("RE: Mrs Jane OKONKVVO DOB 12/04/80", "name", _CONFLICT),
        ("RE: Mrs Janc OKONKWO DOB 12/04/80", "name", _ABSENT),
        ("DOB l2/O4/1980", "date_of_birth", _AGREE),
        ("DOB 12/04/1986", "date_of_birth", _ABSENT),
        ("DOB 12/0A/1980", "date_of_birth", _ABSENT),
        ("NHS No 999 0O0 00l8", "nhs_number", _AGREE),
        ("NHS No 999 000 0618", "nhs_number", _AGREE),
        ("NHS No 999 000 0699", "nhs_number", _ABSENT),
        ("Hosp No AGll8295", "hospital_number", _AGREE),
        ("Hosp No AG118205", "hospital_number", _ABSENT),
        ("Hosp No AG118777", "hospital_number", _CONFLICT),
    ],
)
def test_one_misread_character_is_no_conflict(written: str, kind: str, state: AnchorState) -> None:
    assert _states(written)[kind] is state


@pytest.mark.parametrize(
    "date", ["12/04/80", "04/12/1980", "12 Apr 1980", "12th April 1980", "12.04.1980", "1980-04-12"]
)
def test_every_usual_date_agrees(date: str) -> None:
    assert _states(f"Date of birth: {date}")["date_of_birth"] is _AGREE


@pytest.mark.parametrize(
    "text",
    [
        "Tel: 0999 000 0018",
        "call 09990000018 or 99900000180",
        "ISBN 4101001014",
        "Invoice 7111075757, order no 4101001014",
        "415 555 0132 and 4101001014",
        "Mr Crispin Vale, Consultant, GMC 9901001, 01632 960200",
        "Dear Dr Hugh Vale, seen on 03/05/1975 with Tom Reed",
        "Ashcombe General Hospital, Quarry Road, ZZ99 3BD",
        "Her daughter was born on 3 May 2001.",
    ],
)
def test_what_names_no_patient_is_no_conflict(text: str) -> None:
    assert _states(text) == _all(_ABSENT)


def test_a_chi_or_irish_number_with_the_label_is_another_number() -> None:
    for number in ("010 180 0010", "812 000 0008"):
        assert _states(f"NHS No: {number}")["nhs_number"] in {_CONFLICT, _ABSENT}


def test_a_training_manual_that_quotes_the_letter_with_an_invented_patient_is_another_person() -> None:
    manual = _LETTER.replace("Jane OKONKWO", "Anna EXAMPLE").replace("999 000 0018", "999 000 0026")
    manual = manual.replace("12 April 1980", "1 January 1970").replace("ZZ99 1AB", "ZZ99 9ZZ").replace("AG118295", "")
    assert settles(_states(manual)) is AnchorFinding.OTHER_PERSON


def test_the_number_alone_settles_nothing() -> None:
    assert settles(_states("a list: 999 000 0018")) is AnchorFinding.OPEN
    assert settles(_states("NHS No: 999 000 0018, ZZ99 1AB")) is AnchorFinding.OPEN


def test_a_twin_is_not_the_same_person() -> None:
    states = _states("RE: Mrs Ruth OKONKWO  DOB 12/04/1980\nAddress: 4 Elm Road, ZZ99 1AB")
    assert (states["name"], states["date_of_birth"], states["postcode"]) == (_CONFLICT, _AGREE, _AGREE)
    assert settles(states) is AnchorFinding.OPEN


def test_a_family_at_one_address_is_not_the_same_person() -> None:
    states = _states("RE: Mr Jane OKONKWO  DOB 3 May 1950\nAddress: 4 Elm Road, ZZ99 1AB")
    assert settles(states) is AnchorFinding.OPEN


def test_another_person_of_the_same_name_and_date_of_birth_is_told_by_the_number() -> None:
    assert settles(_states("RE: Jane Okonkwo DOB 12/04/1980")) is AnchorFinding.SAME_PERSON
    states = _states("RE: Jane Okonkwo DOB 12/04/1980 NHS No 999 000 0026")
    assert states["nhs_number"] is _CONFLICT
    assert settles(states) is AnchorFinding.OPEN


def test_a_new_name_under_both_numbers_is_the_same_person() -> None:
    states = _states("RE: Mrs Jane FLETCHER DOB 12/04/1980 NHS No 999 000 0018 Hosp No AG118295")
    assert states["name"] is _CONFLICT
    assert settles(states) is AnchorFinding.SAME_PERSON


def test_postcodes_and_free_columns_settle_nothing() -> None:
    same = {"postcode": _AGREE, "consultant": _AGREE, "date_of_birth": _AGREE}
    assert settles(same) is AnchorFinding.OPEN
    assert settles({"postcode": _CONFLICT, "ward": _CONFLICT, "name": _CONFLICT}) is AnchorFinding.OPEN
    assert settles({}) is AnchorFinding.OPEN


def test_a_salutation_counts_where_no_place_of_a_name_is_near() -> None:
    assert _states("Dear Mrs Ruth Patel,\nIt was good to see you.")["name"] is _CONFLICT
    assert _states("Dear Mr Hugh Vale,\nRE: Mrs [NAME], DOB XX")["name"] is _CONFLICT
    assert _states("Dear Mr Hugh Vale,\nMrs Jane Okonkwo came")["name"] is _AGREE


def test_a_value_that_can_not_be_read_forbids_a_conflict() -> None:
    text = "RE: Mrs Jane Okonkwo DOB 1# Apnl 198~   AND: Mr Ian Poe DOB 3 May 1975"
    assert _states(text)["date_of_birth"] is _ABSENT


_BODY = "The clinic sees people every day of the week. "


def _letter_compared(pieces: list[str], piece: int, start: int = 0) -> Mapping[str, AnchorState]:
    document = DocumentIdentifiers([Piece(str(index), text) for index, text in enumerate(pieces)], _STRETCHER)
    span = Span(str(piece), (start, len(pieces[piece])), (0, 100))
    return compare_letter(_ANCHORS, document, [span]).states


def test_in_a_bundle_the_letters_own_text_comes_first() -> None:
    pieces = [_OTHER + _BODY, _LETTER + _BODY, _OTHER + _BODY]
    assert _letter_compared(pieces, 1) == _all(_AGREE)
    assert settles(_letter_compared(pieces, 0)) is AnchorFinding.OTHER_PERSON


def test_the_head_before_a_letters_text_counts_and_the_next_letters_head_does_not() -> None:
    assert _letter_compared([_LETTER + _BODY], 0, start=len(_LETTER)) == _all(_AGREE)
    assert _letter_compared([_OTHER + _BODY], 0, start=len(_OTHER)) == _all(_CONFLICT)
    assert _letter_compared([_BODY, _OTHER], 0) == _all(_ABSENT)
    assert _letter_compared([_BODY, "Your date of birth: 12/04/1980"], 0)["date_of_birth"] is _AGREE


def test_a_head_far_from_the_letters_text_does_not_count() -> None:
    assert _letter_compared([_LETTER + _BODY * 60, _BODY], 1) == _all(_ABSENT)


def test_identifiers_between_two_spans_of_a_letter_are_the_letters() -> None:
    document = DocumentIdentifiers([Piece("p", _BODY + _LETTER + _BODY)], _STRETCHER)
    spans = [
        Span("p", (0, len(_BODY)), (0, 9)),
        Span("p", (len(_BODY + _LETTER), len(_BODY + _LETTER + _BODY)), (9, 18)),
    ]
    assert compare_letter(_ANCHORS, document, spans).states == _all(_AGREE)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            {"surname": "ap Rhys", "forename": "Dafydd", "date_of_birth": "1980-04-12"},
            "Enw: Dafydd ap Rhys\nDyddiad geni: 12 Ebrill 1980",
        ),
        (
            {"surname": "Łuczak", "forename": "Żaneta", "date_of_birth": "1980-04-12"},
            "Pacjentka: Żaneta Łuczak\nData urodzenia: 12 kwietnia 1980",
        ),
        ({"surname": "शर्मा", "forename": "राम", "date_of_birth": "1980-04-12"}, "नाम: राम शर्मा\nजन्म तिथि: १२/०४/१९८०"),
        (
            {"surname": "العلي", "forename": "محمد", "date_of_birth": "1980-04-12"},
            "الاسم: محمد العلي\nتاريخ الميلاد: ١٢/٠٤/١٩٨٠",  # noqa: RUF001 (Arabic digits)
        ),
        ({"surname": "王", "forename": "小明", "date_of_birth": "1980-04-12"}, "姓名:王小明\n出生日期:1980年4月12日"),
    ],
)
def test_other_languages_and_scripts(row: dict[str, str], text: str) -> None:
    assert _states(text, registered(row, _STRETCHER)) == {"name": _AGREE, "date_of_birth": _AGREE}


def test_free_columns_are_compared_as_they_are() -> None:
    anchors = registered({"donor_code": "D-1234", "mobile": "07700 900123"}, _STRETCHER)
    assert _states("Donor code: d 1234. Ring 07700 900 123.", anchors)["donor_code"] is _AGREE
    assert _states("Mobile 07700 900123", anchors)["mobile"] is _AGREE
    assert _states("Donor code: D-9999", anchors) == {"donor_code": _CONFLICT, "mobile": _ABSENT}


def test_a_value_is_stretched_once_for_all_letters() -> None:
    document = DocumentIdentifiers([Piece("p", _LETTER)], _STRETCHER)
    assert document.stretched == 0
    compare(_ANCHORS, document, document.everywhere())
    first = document.stretched
    assert 0 < first < 20
    compare(_ANCHORS, document, document.everywhere())
    assert document.stretched == first


def test_the_bound_on_stretching_is_told_and_gives_no_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchers.anchors.MOST_STRETCHED", 3)
    compared = _compared(_OTHER)
    assert compared.cut
    assert all(compared.states[kind] is _ABSENT for kind in compared.cut)
    assert MOST_STRETCHED > 3


def test_hostile_text_is_bounded_and_told() -> None:
    """10 million code points; what lies beyond the bound is not searched, and the result says so."""
    compared = _compared("1 " * 5_000_000)
    assert compared.cut == set(compared.states)
    assert set(compared.states.values()) == {_ABSENT}


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    "a|RE: |DOB |DOB: 12/04/1981 |Aa Bb |Mr |Mr A |1/|\n|NHS No 999 000 001 |999 000 0018 |A-|O'|d.o.b|姓名".split("|"),
)
def test_no_hostile_text_is_slow(unit: str) -> None:
    compared = _compared(unit * (10_000_000 // len(unit)))
    assert compared.cut == set(compared.states)
    assert _CONFLICT not in compared.states.values()


def test_anchors_are_stored_and_read_back() -> None:
    anchors = registered(_JANE | {"donor": "D-1234", "mobile": "07700 900123"}, _STRETCHER)
    raw = encoded(anchors, ["mobile", "donor"])
    assert len(raw) == ANCHOR_BYTES * 7
    assert decoded(raw, ["mobile", "donor"]) == anchors
    assert decoded(b"", []) == []


@given(st.lists(st.builds(Anchor, st.sampled_from([*map(str, Kind), "donor"]), st.integers(0, 2**64 - 1))))
def test_any_anchors_are_read_back(anchors: list[Anchor]) -> None:
    assert decoded(encoded(anchors, ["donor"]), ["donor"]) == anchors


def test_a_column_that_the_pack_lacks() -> None:
    with pytest.raises(ValueError, match="no code"):
        encoded([Anchor("donor", 1)], [])
    for raw in (b"123", b"\xff" * ANCHOR_BYTES):
        with pytest.raises(PackDamagedError):
            decoded(raw, ["donor"])


def test_kinds_and_keys_part_the_same_value() -> None:
    values = {_STRETCHER.stretched(kind, "1980") for kind in ("name", "donor", "mobile")}
    values.add(Stretcher(PackKey(b"l" * 32)).stretched("name", "1980"))
    assert len(values) == 4


def test_an_unreadable_row_says_no_value() -> None:
    with pytest.raises(IdentifierError, match="date_of_birth") as error:
        registered(_JANE | {"date_of_birth": "Okonkwo"}, _STRETCHER)
    assert "Okonkwo" not in str(error.value)
