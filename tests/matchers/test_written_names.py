import pytest

from matchers.identifiers import name_value
from matchers.written_names import capital_names, name_at, name_before, name_readings, titled_names


def _reads(words: str, forename: str, surname: str) -> bool:
    return name_value(forename, surname) in set(name_readings(words.split()))


@pytest.mark.parametrize(
    ("words", "forename", "surname"),
    [
        ("Jane SMITH", "Jane", "Smith"),
        ("SMITH Jane", "Jane", "Smith"),
        ("Anna Maria Smith", "Anna", "Smith"),
        ("SMITH Anna Maria", "Anna", "Smith"),
        ("Mary Jane Smith", "Mary-Jane", "Smith"),
        ("Anna van der Berg", "Anna", "van der Berg"),
        ("Gwen Llewellyn Jones", "Gwen", "Llewellyn-Jones"),
        ("Dafydd ap Rhys", "Dafydd", "ap Rhys"),
        ("Flora Mac Donald", "Flora", "McDonald"),
        ("王小明", "小明", "王"),
        ("محمد العلي", "محمد", "العلي"),
        ("राम शर्मा", "राम", "शर्मा"),
    ],
)
def test_words_are_read_as_forename_and_surname(words: str, forename: str, surname: str) -> None:
    assert _reads(words, forename, surname)


def test_an_initial_is_no_forename() -> None:
    assert list(name_readings(["J", "Smith"])) == []
    assert list(name_readings(["Smith"])) == []


@pytest.mark.parametrize(
    ("text", "words", "title"),
    [
        ("RE: Mrs Jane SMITH   DOB 12/04/80", ("Jane", "SMITH"), "mrs"),
        ("RE: SMITH, Jane (Mrs)\n", ("SMITH", "Jane"), "mrs"),
        ("RE: \nJane Smith\nNHS No", ("Jane", "Smith"), ""),
        ("RE: Mr. Christopher Ward seen", ("Christopher", "Ward"), "mr"),
        ("RE: Mrs Nia O\u2019Connor-Rees, 4 Elm Road", ("Nia", "O\u2019Connor-Rees"), "mrs"),
        ("RE: mrs jane smith spelt s m", ("jane", "smith"), "mrs"),
        ("RE: राम शर्मा", ("राम", "शर्मा"), ""),
    ],
)
def test_the_name_at_a_place(text: str, words: tuple[str, ...], title: str) -> None:
    found = name_at(text, 3)
    assert found is not None
    assert (found.words, found.title) == (words, title)


def test_no_name_where_a_sentence_goes_on() -> None:
    assert name_at("RE: your appointment", 3) is None


def test_a_name_before_a_date_of_birth() -> None:
    text = "seen today.\nMr Bruce O'WARD - d.o.b. 10/02/60"
    found = name_before(text, text.index("d.o.b."))
    assert found is not None
    assert (found.words, found.title) == (("Bruce", "O'WARD"), "mr")
    assert name_before("tell us your date of birth", 13) is None


def test_clinicians_titles() -> None:
    (doctor, mister) = titled_names("Dr Hugh Vale and Mr Ian Poe")
    assert (doctor.clinician, mister.clinician) == (True, False)


def test_pairs_of_capitalised_words_surname_in_capitals_first() -> None:
    found = [
        name.words for name in capital_names("Seen with Tom Reed today. Jones, Anna of Ashcombe Hospital. LEE, Amy")
    ]
    assert found == [("LEE", "Amy"), ("Tom", "Reed"), ("Jones", "Anna")]
