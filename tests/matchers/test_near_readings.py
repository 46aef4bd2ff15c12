from matchers.identifiers import Kind, folded, passes_check
from matchers.near_readings import near_readings


def test_a_wrong_number_has_few_mendings_and_the_right_one_is_among_them() -> None:
    mended = list(near_readings(Kind.NHS_NUMBER, "9990000618"))
    assert "9990000018" in mended
    assert len(mended) <= 20
    assert all(map(passes_check, mended))


def test_a_valid_number_has_none() -> None:
    assert list(near_readings(Kind.NHS_NUMBER, "9990000018")) == []


def test_dates_stay_dates() -> None:
    near = list(near_readings(Kind.DATE_OF_BIRTH, "1980-04-12"))
    assert "1986-04-12" in near
    assert "1980-94-12" not in near


def test_hospital_numbers_are_folded() -> None:
    assert folded("AG118205") in set(near_readings(Kind.HOSPITAL_NUMBER, folded("AG118295")))


def test_names_keep_the_order_of_their_parts() -> None:
    assert "jane smitb" in set(near_readings(Kind.NAME, "jane smith"))
    assert all(one == " ".join(sorted(one.split())) for one in near_readings(Kind.NAME, "anna brown"))


def test_other_kinds_have_none() -> None:
    assert list(near_readings("donor", "d123")) == []
    assert list(near_readings(Kind.POSTCODE, "zz993aa")) == []
