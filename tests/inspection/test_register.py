"""The register: what fits, and how what does not is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspection.errors import LettersError
from inspection.register import read_register

TAKEN = "line 3: its letter_id or its file is that of another letter, first in line 2"


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_columns_in_any_order_and_case_with_a_mark_of_excel(tmp_path: Path) -> None:
    text = "\ufeffSurname,FILE , letter_id,Clinic,\r\nMüller,a/b.pdf,L-1, south ,\r\n,c.pdf,L-2,,\r\n\r\n"
    register = read_register(write(tmp_path / "r.csv", text))
    assert register.columns == ("surname", "clinic")
    assert register.people(register.rows["a/b.pdf"]) == [{"surname": "Müller", "clinic": "south"}]
    assert register.people(register.rows["c.pdf"]) == []
    assert [row.letter_id for row in register.rows.values()] == ["L-1", "L-2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,file\nL-1,a\n", "has no column letter_id"),
        ("", "has no column letter_id and no column file; columns are separated by commas"),
        ("letter_id;file\nL-1;a\n", "separated by commas"),
        ("letter_id,file\nL-1,\n", "line 2: letter_id and file must both be given"),
        (
            "letter_id,file\nL-1,a\nL-1,b\n",
            TAKEN,
        ),
        (
            "letter_id,file\nL-1,a\nL-2,a\n",
            TAKEN,
        ),
        ("letter_id,file\nL-1,/etc/services\n", "line 2: file must be a path below the letters folder"),
        ("letter_id,file\nL-1,a/../../b\n", "line 2: file must be a path below the letters folder"),
        ("letter_id,file,,x\nL-1,a,b,c\n", "line 1: column 3 has no name"),
        ("letter_id,file,x,x\n", "line 1: two columns have the same name"),
        ("letter_id,file,name\n", "line 1: a column is called name; call them surname and forename"),
        ("letter_id,file\nL-1,a,b\n", "line 2: has 3 fields, line 1 names 2"),
        ('letter_id,file\nL-1,"a\n', "can not be read"),
        (b"letter_id,file,surname\nL-1,a,M\xfcller\n", "line 2: is not UTF-8"),
    ],
)
def test_a_register_that_does_not_fit_names_the_line_and_no_value(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(LettersError, match=said) as caught:
        read_register(write(tmp_path / "r.csv", text))
    assert "L-1" not in str(caught.value)
    assert "ller" not in str(caught.value)


def test_values_that_can_not_be_read_are_left_out_and_named_by_line_and_column(tmp_path: Path) -> None:
    text = (
        "letter_id,file,nhs_number,date_of_birth,surname\n"
        "L-1,a,999 000 0000,12/04/1980,Example\n"
        "L-2,b,,yesterday,Sample\n"
    )
    register = read_register(write(tmp_path / "r.csv", text))
    assert register.faults == ((2, "nhs_number"), (3, "date_of_birth"))
    assert register.people(register.rows["a"]) == [{"date_of_birth": "12/04/1980", "surname": "Example"}]
    assert register.people(register.rows["b"]) == [{"surname": "Sample"}]


def test_a_letter_about_two_people_has_two_rows(tmp_path: Path) -> None:
    text = "letter_id,file,surname\nL-1,a,Example\nL-2,b,Other\nL-1,a,Sample\n"
    register = read_register(write(tmp_path / "r.csv", text))
    assert register.people(register.rows["a"]) == [{"surname": "Example"}, {"surname": "Sample"}]
    assert len(register.rows) == 2


def test_file_names_that_are_not_utf8_are_kept_as_bytes(tmp_path: Path) -> None:
    register = read_register(write(tmp_path / "r.csv", b"letter_id,file\nL-1,l\xe9.txt\n"))
    assert [name.encode("utf-8", "surrogateescape") for name in register.rows] == [b"l\xe9.txt"]


def test_a_register_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LettersError, match="no such register"):
        read_register(tmp_path / "none.csv")


def test_categories_are_of_the_closed_set_and_others_are_told_as_faults(tmp_path: Path) -> None:
    text = "letter_id,file,categories\nL-1,a.pdf,HIV; mental health\nL-2,b.pdf,none of them\n"
    register = read_register(write(tmp_path / "r.csv", text))
    assert register.people(register.rows["a.pdf"]) == [{"categories": "HIV; mental health"}]
    assert register.faults == ((3, "categories"),)
