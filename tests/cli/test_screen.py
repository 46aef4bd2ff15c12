"""The terminal, driven by keys: the same list as the page, decisions, previews, a held database, hostile text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from textual.pilot import Pilot
from textual.widgets import DataTable, HelpPanel, Input, Static

from cli.triage_screen.screen import TriageScreen
from findings.chosen import Chosen
from findings.query import findings
from findings.results import TriageEvent
from findings.worklist import work_page
from matchers.verdicts import Verdict
from reports.shown import Shown
from tests.cli.test_app import CONFIRMED, HOSTILE, held
from tests.findings.conftest import Estate, letter, set_triage

Steps = Callable[[Pilot[None], TriageScreen], Awaitable[None]]


@pytest.fixture
def three(tmp_path: Path) -> Estate:
    """Two known letters and a shared passage."""
    estate = Estate(tmp_path / "findings.duckdb")
    sure = [(estate.document(f"/1/Smith-Jane-{name}.pdf"), letter(f"L-{name}")) for name in "ab"]
    estate.sweep(*sure, (estate.document("/1/c.pdf"), letter("L-c", Verdict.SHARED_PASSAGE)))
    return estate


def played(estate: Estate, steps: Steps, *, chosen: Chosen | None = None, reveal: bool = False) -> None:
    async def play() -> None:
        screen = TriageScreen(estate.database, "J. Example", chosen or Chosen(), Shown(reveal), 0.5)
        async with screen.run_test(size=(160, 48)) as pilot:
            await settled(pilot, screen)
            await steps(pilot, screen)

    asyncio.run(play())


async def settled(pilot: Pilot[None], screen: TriageScreen) -> None:
    """Until nothing is asked of the database any more."""
    for _ in range(3):
        await pilot.pause()
        while any(worker.is_running and worker.group in ("read", "look", "write") for worker in screen.workers):
            await pilot.pause(0.02)


async def pressed(pilot: Pilot[None], screen: TriageScreen, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot, screen)


def text_of(screen: TriageScreen, selector: str) -> str:
    """What stands there, as a terminal would get it."""
    where = screen.screen if selector == "#wrong" else screen.screen_stack[0]
    console = Console(width=200, color_system=None, file=None)
    with console.capture() as capture:
        console.print(where.query_one(selector, Static).content)
    return capture.get()


def events(estate: Estate) -> list[tuple[object, ...]]:
    return estate.ask("SELECT decision, note, decided_by FROM triage_events ORDER BY event_number")


def test_next_decide_next(three: Estate) -> None:
    async def steps(pilot: Pilot[None], screen: TriageScreen) -> None:
        assert "1 of 3 findings, 3 to decide on" in text_of(screen, "#head")
        shown = [str(key.value) for key in screen.query_one(DataTable).rows]
        assert shown == [row.finding_id for row in work_page(three.database, Chosen()).rows], "as on the page"
        for key, note in (("c", "mine"), ("f", "leaflet"), ("l", "done")):
            await pressed(pilot, screen, key)
            await pilot.press(*note)
            await pressed(pilot, screen, "enter")
        assert "recorded" in text_of(screen, "#said")
        assert "0 to decide on" in text_of(screen, "#head")
        await pressed(pilot, screen, "n")
        assert "nothing waits" in text_of(screen, "#said")

    played(three, steps)
    who = "J. Example"
    assert events(three) == [("confirmed", "mine", who), ("false_positive", "leaflet", who), ("closed", "done", who)]


def test_an_acceptance_asks_until_it_holds_together(three: Estate) -> None:
    async def steps(pilot: Pilot[None], screen: TriageScreen) -> None:
        await pressed(pilot, screen, "a", "enter")
        assert "needs its last day" in text_of(screen, "#wrong")
        screen.screen.query_one("#until", Input).value = "2999-01-01"
        await pressed(pilot, screen, "enter")
        assert "needs a reason" in text_of(screen, "#wrong")
        screen.screen.query_one("#note", Input).value = "the supplier moves"
        await pressed(pilot, screen, "enter")
        assert "accepted_until 2999-01-01" in text_of(screen, "#said")
        await pressed(pilot, screen, "i", "escape")

    played(three, steps)
    assert events(three) == [("accepted_until", "the supplier moves", "J. Example")]


def test_several_are_shown_first_and_the_number_is_typed(three: Estate) -> None:
    async def steps(pilot: Pilot[None], screen: TriageScreen) -> None:
        await pressed(pilot, screen, "space", "space", "l", "enter")
        assert "2 ticked" in text_of(screen, "#head")
        await pressed(pilot, screen, "3", "enter")
        assert events(three) == []
        await pressed(pilot, screen, "l", "enter", "2", "enter")
        assert "recorded, 2 findings: closed" in text_of(screen, "#said")

    played(three, steps)
    assert [event[0] for event in events(three)] == ["closed", "closed"]


def test_what_another_decided_meanwhile_is_told(three: Estate) -> None:
    async def steps(pilot: Pilot[None], screen: TriageScreen) -> None:
        first = findings(three.database, Chosen())[0].finding_id
        set_triage(three.database, first, CONFIRMED)
        await pressed(pilot, screen, "f", "enter")
        assert "changed after you saw it" in text_of(screen, "#said")
        assert "B. Example" in text_of(screen, "#finding"), "and is shown now"
        await pressed(pilot, screen, "f", "enter")

    played(three, steps)
    assert [event[0] for event in events(three)] == ["confirmed", "false_positive"]


def test_a_held_database_is_told_and_the_keys_go_on(three: Estate) -> None:
    async def steps(pilot: Pilot[None], screen: TriageScreen) -> None:
        with held(three.database):
            await pressed(pilot, screen, "c", "enter")
            assert "is held open by" in text_of(screen, "#said")
        await pressed(pilot, screen, "R", "c", "enter")

    played(three, steps)
    assert [event[0] for event in events(three)] == ["confirmed"]


def test_hostile_text_stays_text_and_places_are_masked(tmp_path: Path) -> None:
    estate = Estate(tmp_path / "findings.duckdb")
    estate.sweep((estate.document("/1/Smith%1b[2J.pdf"), letter(f"[red]{HOSTILE}[/red]")))
    finding_id = findings(estate.database, Chosen())[0].finding_id
    set_triage(estate.database, finding_id, TriageEvent(None, HOSTILE, HOSTILE, datetime.now(UTC), assigned_to=HOSTILE))

    async def steps(pilot: Pilot[None], screen: TriageScreen) -> None:
        told = text_of(screen, "#finding")
        assert "[red]" in told
        assert not {"\x1b", "\u202e", "\x00"} & set(told)
        assert "Smith" not in told
        cells = screen.query_one(DataTable).get_row(finding_id)
        assert "\x1b" not in "".join(cell.plain for cell in cells)
        await pressed(pilot, screen, "i", "escape")

    played(estate, steps)


def test_an_empty_list_is_said(three: Estate) -> None:
    async def steps(pilot: Pilot[None], screen: TriageScreen) -> None:
        await pressed(pilot, screen, "c", "n", "space", "R")
        assert "0 findings" in text_of(screen, "#head")

    played(three, steps, chosen=Chosen(host="nowhere"))
    assert events(three) == []


def test_all_keys_are_told_on_request(three: Estate) -> None:
    async def steps(pilot: Pilot[None], screen: TriageScreen) -> None:
        await pressed(pilot, screen, "question_mark")
        assert screen.screen.query(HelpPanel)
        await pressed(pilot, screen, "question_mark")
        assert not screen.screen.query(HelpPanel)

    played(three, steps)
