"""The demo's findings beside its answer key."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from cli.console import results
from demo_range.answer_key import Place
from demo_range.range import DemoRange
from findings.query import open_findings
from matchers.verdicts import Verdict


def show_answers(ground: DemoRange, database: Path) -> bool:
    """Print what was planted beside what was found; True where all is as it should be."""
    found = _found_letters(ground, database)
    table = Table(box=None, pad_edge=False)
    for heading in ("", "planted", "where", "found"):
        table.add_column(heading, overflow="fold")
    wrong = 0
    for place in ground.answer_key.places:
        got = found.get(place, {})
        good = _is_right(place, got)
        wrong += not good
        table.add_row("[green]ok[/]" if good else "[red]WRONG[/]", _planted(place), escape(_where(place)), _told(got))
    results().print(table)
    planted, decoys = ground.answer_key.planted, ground.answer_key.decoys
    hits = sum(_is_right(place, found.get(place, {})) for place in planted)
    cries = sum(not _is_right(place, found.get(place, {})) for place in decoys)
    results().print(
        f"{hits} of {len(planted)} places with known letters found, with the right ids; "
        f"{cries} of {len(decoys)} decoys taken for one."
    )
    return wrong == 0


def _found_letters(ground: DemoRange, database: Path) -> dict[Place, dict[str, Verdict]]:
    found: dict[Place, dict[str, Verdict]] = defaultdict(dict)
    for row in open_findings(database):
        place = ground.place_at(row.url)
        if place is not None:
            found[place][row.letter_id or ""] = row.verdict
    return found


def _is_right(place: Place, got: dict[str, Verdict]) -> bool:
    known = {letter_id for letter_id, verdict in got.items() if verdict is Verdict.KNOWN_LETTER}
    return known == (set(place.letter_ids) if place.reachable else set())


def _planted(place: Place) -> str:
    if place.decoy:
        return f"decoy: {place.decoy.value.replace('_', ' ')}"
    count = len(place.letter_ids)
    what = f"{count} letters" if count > 1 else "letter"
    form = place.form.value if place.form else ""
    return f"{what}, {form}" + ("" if place.reachable else ", out of reach")


def _where(place: Place) -> str:
    return f"{place.root}/{place.path}"


def _told(got: dict[str, Verdict]) -> str:
    known = sum(verdict is Verdict.KNOWN_LETTER for verdict in got.values())
    others = sorted({verdict.value for verdict in got.values() if verdict is not Verdict.KNOWN_LETTER})
    return ", ".join(([f"{known} known_letter"] if known else []) + others) or "-"
