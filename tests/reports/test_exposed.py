"""How a finding lies open, in words: masked, whatever a server calls itself, and three answers each."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import fields, replace

import pytest

from documents.exposure import IndexBasis, TlsState, Transport, Truth
from findings.results import FindingDetail, FindingExposure, FindingRow
from reports.exposed import exposure_facts
from reports.json_lines import JsonLinesReport
from reports.shown import Shown
from reports.table import TableReport
from tests.reports.conftest import HOSTILE, SEEN

START = "http://files.example.org:8080/"
WAY = (START, f"{START}letters/{HOSTILE}/")
OPEN = FindingExposure(
    fetched_at=SEEN,
    transport=Transport.HTTP,
    tls=TlsState.NONE,
    auth_above=Truth.NO,
    listed=Truth.YES,
    folder_listed=Truth.YES,
    indexable=Truth.YES,
    index_basis=IndexBasis.NOTHING_FORBIDS,
    robots_disallow=Truth.NO,
    parent=WAY[-1],
    reached_by=WAY,
    found_as=f"{START}letters/{HOSTILE}.pdf?session=1",
    requested_url=f"{START}go/{HOSTILE}",
    server="nginx \x1b[2J",
    etag='"abc"',
    server_modified=None,
    size=12345,
    is_current=Truth.UNKNOWN,
)


def detail(row: FindingRow, exposure: FindingExposure | None) -> FindingDetail:
    return FindingDetail(row, (), (), (), {}, (), exposure)


@pytest.mark.parametrize("reveal", [False, True])
def test_it_stands_with_the_finding(row: FindingRow, reveal: bool) -> None:
    out = io.StringIO()
    TableReport(out, reveal=reveal, width=80).finding(detail(row, OPEN))
    text = " ".join(out.getvalue().split())
    assert "by anyone over plain http, not encrypted on the way" in text
    assert "no folder above it, inside the target, asks for one" in text
    assert "the server lists it" in text
    assert "an engine may hold it: nothing keeps them out" in text
    assert "nginx \\x1b[2J" in text
    assert ("Planted" in text) is reveal
    assert max(len(line) for line in out.getvalue().splitlines()) <= 80


@pytest.mark.parametrize("reveal", [False, True])
def test_programs_get_it_too(row: FindingRow, reveal: bool) -> None:
    out = io.StringIO()
    JsonLinesReport(out, reveal=reveal).finding(detail(row, OPEN))
    told = json.loads(out.getvalue())["exposure"]
    assert set(told) == {field.name for field in fields(FindingExposure)}
    assert (told["transport"], told["auth_above"], told["index_basis"]) == ("http", "no", "nothing_forbids")
    assert len(told["reached_by"]) == 2
    assert ("Planted" in out.getvalue()) is reveal


def test_what_was_never_recorded_is_not_told(row: FindingRow) -> None:
    for exposure in (None, replace(OPEN, transport=None)):
        assert exposure_facts(exposure, Shown(False)) == []
    out = io.StringIO()
    JsonLinesReport(out).finding(detail(row, None))
    assert json.loads(out.getvalue())["exposure"] is None


def test_every_answer_has_words() -> None:
    told = set()
    for transport, tls, truth in itertools.product(Transport, TlsState, Truth):
        changed = replace(OPEN, transport=transport, tls=tls, auth_above=truth, listed=Truth.NO, folder_listed=truth)
        told.add(str(exposure_facts(changed, Shown(False))))
    for truth, basis in itertools.product(Truth, [*IndexBasis, None]):
        told.add(str(exposure_facts(replace(OPEN, indexable=truth, index_basis=basis), Shown(False))))
    assert len(told) == len(Transport) * len(TlsState) * len(Truth) + len(Truth) * (len(IndexBasis) + 1)


def test_a_long_way_is_shortened() -> None:
    way = tuple(f"{START}{number}/" for number in range(40))
    facts = exposure_facts(replace(OPEN, reached_by=way), Shown(True))
    steps = [value for name, value in facts[facts.index(("reached by", way[0])) :][:7]]
    assert steps[3] == "(34 steps more)"
    assert steps[6] == way[-1]
