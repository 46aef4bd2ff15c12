"""The demo's findings beside its answer key."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from cli.console import results
from demo_range.answer_key import Place
from demo_range.range import DemoRange
from findings.query import open_findings
from matchers.verdicts import Verdict

# Characters of a path that leave room for the other columns on a terminal of 80.
LONGEST_PATH = 34


def show_answers(ground: DemoRange, database: Path) -> bool:
    """Print what was planted beside what was found; True where all is as it should be."""
    found = _found_letters(ground, database)
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("planted", no_wrap=True)
    table.add_column("where", no_wrap=True, overflow="ellipsis", max_width=LONGEST_PATH)
    table.add_column("found", overflow="fold")
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
    results().print(f"{hits} of {len(planted)} places with known letters found, each with the right ids")
    results().print(f"{cries} of {len(decoys)} decoys taken for a known letter")
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
    return f"{what}, {form}" if place.reachable else f"{what}, out of reach"


def _where(place: Place) -> str:
    """The root and the file's name, with what lies between left out where a line would get too long."""
    folders, _, name = place.path.rpartition("/")
    whole = f"{place.root}/{place.path}"
    return whole if len(whole) <= LONGEST_PATH or not folders else f"{place.root}/…/{name}"


def _told(got: dict[str, Verdict]) -> str:
    counts = Counter(got.values())
    known = counts.pop(Verdict.KNOWN_LETTER, 0)
    others = [verdict.value.replace("_", " ") for verdict in sorted(counts, key=lambda verdict: verdict.rank)]
    return ", ".join(([f"{known} known"] if known else []) + others) or "-"
