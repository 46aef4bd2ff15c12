"""A list that is shown while it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from findings.chosen import Chosen
from findings.database import open_writer
from findings.errors import DatabaseMissingError
from findings.listed import FIRST_ROWS, findings_listed
from findings.query import findings
from tests.findings.conftest import Estate, letter


@pytest.fixture
def many(estate: Estate) -> Estate:
    estate.sweep(*((estate.document(f"/1/{n}.pdf"), letter(f"L-{n}")) for n in range(FIRST_ROWS + 40)))
    return estate


def test_it_is_the_same_as_what_is_read_at_once(many: Estate) -> None:
    whole = findings(many.database, Chosen())
    assert len(whole) == FIRST_ROWS + 40
    assert tuple(findings_listed(many.database, Chosen())) == whole
    for most in (1, FIRST_ROWS - 1, FIRST_ROWS, FIRST_ROWS + 1, 2 * FIRST_ROWS, 2**63):
        assert tuple(findings_listed(many.database, Chosen(), most=most)) == whole[:most]
    one = Chosen(letter_id="L-7")
    assert tuple(findings_listed(many.database, one)) == findings(many.database, one)


def test_a_list_that_is_not_read_on_keeps_nobody_from_writing(many: Estate) -> None:
    coming = findings_listed(many.database, Chosen())
    assert next(coming).finding_id == findings(many.database, Chosen())[0].finding_id
    with open_writer(many.database) as connection:
        connection.execute("DELETE FROM findings")
    assert len(list(coming)) == FIRST_ROWS + 39, "as it was when it was read"


def test_nobody_reads_on(many: Estate) -> None:
    coming = findings_listed(many.database, Chosen())
    next(coming)
    coming.close()
    with open_writer(many.database, 0):
        pass


def test_what_goes_wrong_is_said_where_rows_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError):
        next(findings_listed(tmp_path / "none.duckdb", Chosen()))
