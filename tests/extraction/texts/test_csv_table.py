from __future__ import annotations

import base64

import pytest

from extraction.budget import Budget, ExtractionLimits
from extraction.records import Content, Embedded
from extraction.texts.csv_table import read_csv


def read(text: str) -> Content:
    return read_csv(text.encode(), Budget(ExtractionLimits()))


def lines(text: str) -> list[str]:
    (piece,) = read(text).pieces
    return [" ".join(line.split()) for line in piece.text.split("\n")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_are_lines(delimiter: str) -> None:
    rows = [["id", "name", "town"], ["A7", "Sample", "Sampletown"], ["A9", "Example", "Exampleham"]]
    assert lines("\n".join(delimiter.join(row) for row in rows)) == [" ".join(row) for row in rows]


def test_a_letter_in_a_cell_stays_whole() -> None:
    text = 'id,name,letter\n17,Sample,"Dear ""Dr"" Example,\n\nThank you, for all"\n'
    assert lines(text) == ["id name letter", '17 Sample Dear "Dr" Example,', "Thank you, for all"]


def test_numbers_of_rows_and_keys_beside_them_do_not_tear_a_letter() -> None:
    text = "note,line,text\nN1,1,Dear Dr Sample\nN1,2,thank you\nN1,3,for all\nN2,1,another letter\nN2,2,to another\n"
    shown = lines(text)
    assert shown[:6] == ["note text", "N1 Dear Dr Sample", "thank you", "for all", "N2 another letter", "to another"]
    assert {"line", "1", "2", "3"} <= set(shown[6:])


def test_repeated_words_of_a_table_without_numbers_stay() -> None:
    assert lines("test,result\nHb,normal\nFerritin,normal\nTSH,normal\n")[1:] == [
        "Hb normal",
        "Ferritin normal",
        "TSH normal",
    ]


def test_files_and_pages_in_cells() -> None:
    packed = base64.b64encode(b"%PDF-1.4 synthetic" + bytes(300)).decode()
    content = read(f"id,file,page\n1,{packed},<p>Dear <b>Dr</b></p>\n2,x,y\n")
    assert [each.data[:8] for each in content.embedded if isinstance(each, Embedded)] == [b"%PDF-1.4"]
    assert "Dear Dr" in content.pieces[0].text


@pytest.mark.parametrize("text", ['a,b\n"never closed', '"' * 10_000, "a,b\n" * 10_000, ",,,\n,,,\n", "a\x00b,c\n", ""])
def test_odd_tables_raise_nothing(text: str) -> None:
    read(text)
