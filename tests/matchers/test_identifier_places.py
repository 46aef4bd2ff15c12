import pytest

from matchers.identifier_places import MOST_SEARCHED, PART, Candidate, IdentifierPlaces, Strength, joined_places
from matchers.identifiers import Kind, folded
from matchers.verdicts import Piece, Span


def _found(text: str, kind: str, loose: bool = False) -> list[Candidate]:
    places = IdentifierPlaces([Piece("p", text)])
    found, whole = places.candidates(kind, [(0, len(text))], loose)
    assert whole
    return found


def _readings(text: str, kind: str) -> set[str]:
    return {reading for loose in (False, True) for one in _found(text, kind, loose) for reading in one.readings}


@pytest.mark.parametrize(
    "text",
    [
        "NHS No: 999 000 0018",
        "NHS No: 999-000-0018 12/04/1980",
        "NHS Number\n9990000018",
        "NHS no 99 9000 0018",
        "NHS No: 9 9 9 0 0 0 0 0 1 8",
        "NHS number is 999O0000l8.",
        "CHI No: 999.000.0018",
        "NHS\u00a0No.:\u00a0999\u00a0000\u00a00018",
    ],
)
def test_a_labelled_number(text: str) -> None:
    (found,) = _found(text, Kind.NHS_NUMBER)
    assert (found.readings, found.strength, found.claims) == (("9990000018",), Strength.LABELLED, True)


@pytest.mark.parametrize(
    "text",
    [
        "call 019990000018 now",
        "call 0 999 000 0018 now",
        "+44 9990000018",
        "+9990000018",
        "999 000 0018 12",
        "999000001812",
        "Tel: 999 000 0018",
        "Fax 9990000018",
        "ISBN 9990000018",
        "Invoice 9990000018",
        "12-999-000-0018",
        "9990000019",
        "07700 900123 and 01632 960 200",
    ],
)
def test_no_window_of_more_digits_no_telephone_no_book(text: str) -> None:
    assert _readings(text, Kind.NHS_NUMBER) == set()


@pytest.mark.parametrize("number", ["4101001014", "7111075757", "410 100 1014"])
def test_a_book_number_without_its_label_claims_nothing(number: str) -> None:
    """Every ISBN-10 has a valid check digit, and some groups lie in the issued range: only the register decides."""
    assert _found(f"see {number}.", Kind.NHS_NUMBER) == []
    (found,) = _found(f"see {number}.", Kind.NHS_NUMBER, loose=True)
    assert not found.claims


@pytest.mark.parametrize("text", ["NHS No: 999 000 0019", "NHS No: 999 000 00"])
def test_a_labelled_number_that_can_not_be_read(text: str) -> None:
    (found,) = _found(text, Kind.NHS_NUMBER)
    assert (found.readings, found.claims) == ((), True)


@pytest.mark.parametrize("text", ["NHS No: ________", "Tell us your NHS number when you call"])
def test_a_blank_form_has_none(text: str) -> None:
    assert _found(text, Kind.NHS_NUMBER) == []
    assert _found(text.replace("NHS number", "date of birth").replace("NHS No", "DOB"), Kind.DATE_OF_BIRTH) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Hosp No AG118295   NHS No", "AG118295"),
        ("Hospital number: AGll8295", "AG118295"),
        ("MRN 0118295", "0118295"),
        ("Unit No. AG 118295", "AG118295"),
        ("Case note No: RX1/118295", "RX1/118295"),
        ("Our ref: MH/kt/AG118295", "AG118295"),
        ("in confidence - AG118295", "AG118295"),
    ],
)
def test_hospital_numbers(text: str, number: str) -> None:
    assert folded(number) in _readings(text, Kind.HOSPITAL_NUMBER)


def test_a_telephone_or_a_date_is_no_hospital_number() -> None:
    assert _readings("Tel 01632960200, seen 12/04/2015, GMC 9901001", Kind.HOSPITAL_NUMBER) == set()


def test_only_a_labelled_date_claims_to_be_the_birth() -> None:
    text = "Seen 01/02/2024. DOB: 12/04/1980. Her son, born on 3 May 2010, came too."
    (birth,) = _found(text, Kind.DATE_OF_BIRTH)
    assert birth.claims
    assert "1980-04-12" in birth.readings
    others = _found(text, Kind.DATE_OF_BIRTH, loose=True)
    assert [one.claims for one in others] == [False, False]
    assert [one.strength for one in others] == [Strength.SHAPED, Strength.LOOSE]


@pytest.mark.parametrize(
    "text",
    [
        "RE: Mrs Jane SMITH   DOB 12 April 1980",
        "Re Jane Smith, NHS No 999 000 0018",
        "Patient: SMITH, Jane (Mrs)",
        "Patient\tSMITH, Jane (Mrs)\nDate of birth",
        "Name\tJane SMITH\n",
        "Name\nJane Smith\nDate of birth\n",
        "Full name: jane smith",
        "Surname: Smith   Forename(s): Jane",
        "First name: Jane\nSurname: Smith",
        "Mrs Jane SMITH - d.o.b. 12/04/80",
        "Enw'r claf: Jane Smith",
    ],
)
def test_places_of_a_patients_name(text: str) -> None:
    found = [one for one in _found(text, Kind.NAME) if one.strength is Strength.LABELLED]
    assert any("jane smlth" in one.readings for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "Dear Dr Jane Smith",
        "Yours sincerely\nMiss Jane Smith\nConsultant",
        "GP: Dr Jane Smith",
        "Name: Dr Jane Smith",
        "seen by Jane Smith today",
        "RE: Follow-up Clinic on Monday",
        "RE: your appointment",
    ],
)
def test_others_names_claim_nothing(text: str) -> None:
    assert not any(one.claims for one in _found(text, Kind.NAME))


def test_postcodes_claim_after_an_address_label_only() -> None:
    text = "Ashcombe Hospital, ZZ99 3AA\n\nAddress\t4 Elm Road, Ashcombe, ZZ99 1AB"
    assert [(one.readings, one.claims) for one in _found(text, Kind.POSTCODE)] == [
        ((folded("ZZ991AB"),), True),
        ((folded("ZZ993AA"),), False),
    ]


def test_free_columns_by_their_name_or_as_a_token() -> None:
    assert folded("D-1234") in _readings("Donor code: D-1234 given", "donor_code")
    assert folded("07700900123") in _readings("ring 07700 900123 please", "mobile")
    assert folded("jo@example.org") in _readings("mail jo@example.org.", "e_mail")


def test_places_count_through_all_pieces() -> None:
    pieces = [Piece("1", "first page\n"), Piece("2", ""), Piece("3", "NHS No: 999 000 0018")]
    places = IdentifierPlaces(pieces)
    (start, end) = places.place(Span("3", (0, 20), (0, 0)))
    found, _ = places.candidates(Kind.NHS_NUMBER, [(start, end)], loose=False)
    assert [one.start for one in found] == [start + 8]
    assert places.candidates(Kind.NHS_NUMBER, [(0, start)], loose=False) == ([], True)


@pytest.mark.parametrize("shift", range(-30, 30, 7))
def test_what_lies_over_the_end_of_a_part_is_found_once_and_whole(shift: int) -> None:
    text = "x " * ((PART + shift) // 2) + "NHS No: 999 000 0018 " + "x " * 100
    assert [one.readings for one in _found(text, Kind.NHS_NUMBER)] == [("9990000018",)]


def test_no_window_at_the_end_of_a_part() -> None:
    digits = "9990000018" * 200
    for shift in range(10):
        assert _readings("x" * (PART - 700 + shift) + " " + digits, Kind.NHS_NUMBER) == set()


@pytest.mark.slow
def test_a_text_beyond_the_bound_is_said_to_be_cut() -> None:
    text = " " * MOST_SEARCHED + "NHS No: 999 000 0018"
    found, whole = IdentifierPlaces([Piece("p", text)]).candidates(Kind.NHS_NUMBER, [(0, len(text))], loose=False)
    assert (found, whole) == ([], False)


def test_a_document_of_many_pages_is_searched_whole() -> None:
    places = IdentifierPlaces([Piece(str(page), f"Page {page}. NHS No: 999 000 0018") for page in range(500)])
    found, whole = places.candidates(Kind.NHS_NUMBER, [(0, places.starts[-1])], loose=False)
    assert (len(found), whole) == (500, True)


def test_more_candidates_than_are_kept_are_said_to_be_cut() -> None:
    text = "999 000 0018. " * 2000
    _, whole = IdentifierPlaces([Piece("p", text)]).candidates(Kind.NHS_NUMBER, [(0, len(text))], loose=True)
    assert not whole


def test_ranges_that_touch_are_joined() -> None:
    assert joined_places([(5, 9), (0, 3), (3, 4), (8, 12)]) == [(0, 4), (5, 12)]
