"""Long lists look like short ones, fit the terminal and can not steer it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.cells import cell_len

from findings.records import FindingState, TriageDecision
from findings.results import FindingRow
from reports.finding_table import MANY
from reports.table import TableReport

_NAMES = ("letter.pdf", "a name of many words that has to be parted somewhere.pdf", "文書" * 30 + ".pdf")


def varied(row: FindingRow, count: int) -> list[FindingRow]:
    states, triage = list(FindingState), list(TriageDecision)
    return [
        replace(
            row,
            finding_id=f"{n:08x}" * 4,
            state=states[n % len(states)],
            triage=triage[n % len(triage)],
            url=f"http://files.example.org/{'deep/' * (n % 20)}{n}",
            member=("", row.member, *_NAMES)[n % 5],
        )
        for n in range(count)
    ]


def written(rows: list[FindingRow], width: int, *, reveal: bool = True, colour: bool = False) -> str:
    out = io.StringIO()
    TableReport(out, reveal=reveal, width=width, colour=colour).findings(rows)
    return out.getvalue()


def cells(text: str) -> dict[str, list[str]]:
    """What stands in each column, parted differently or not."""
    held: dict[str, list[str]] = {}
    for line in text.splitlines()[2:]:
        known = line[:8].strip()
        if known:
            begun = held.setdefault(known, [])
        begun += line[8:].split()
    return {known: sorted("".join(words)) for known, words in held.items()}


@pytest.mark.parametrize("width", [80, 100, 200])
def test_it_says_what_a_short_one_says(row: FindingRow, width: int) -> None:
    rows = varied(row, MANY + 20)
    text = written(rows, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert text.replace("\n", "").isprintable()
    short = written(rows[: MANY - 1], width)
    assert short.split("\n")[0].split() == text.split("\n")[0].split()
    told, known = cells(text), cells(short)
    assert len(known) > MANY // 2, "ids of which the beginnings differ"
    assert {name: told[name] for name in known} == known


def test_it_is_masked_and_coloured_like_a_short_one(row: FindingRow) -> None:
    rows = varied(row, MANY + 20)
    text = written(rows, 80, reveal=False, colour=True)
    assert "Planted" not in text
    assert "files.example.org/~" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert plain == written(rows, 80, reveal=False)
    assert text.count("\x1b[") >= 2 * len(rows)


def test_it_is_written_as_it_comes(row: FindingRow) -> None:
    out = io.StringIO()

    def coming() -> Iterator[FindingRow]:
        yield from varied(row, MANY)
        assert f"{row.url[:20]}" in out.getvalue(), "those before stand there already"
        yield row

    TableReport(out, reveal=True, width=120).findings(coming())
    assert row.finding_id[:8] in out.getvalue()
