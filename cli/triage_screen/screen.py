"""Triage on the terminal: the list on the left, the finding on the right; next, decide, next.

Everything is shown as plain text of ours: no markup is read, and `printable` has been over it. The database is asked
in threads, so that a merge that holds it does not freeze the keys.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import DataTable, Footer, HelpPanel, Static

from cli.triage_screen.asking import Agree, Decide
from cli.triage_words import DECISIONS, SHORT_ID, FindingWordsInFull, RowWords, row_words, words_in_full
from findings.chosen import Chosen
from findings.errors import FindingsError
from findings.records import TriageDecision
from findings.results import TriageEvent
from findings.triage import act, new_act_id
from findings.worklist import Preview, WorkEntry, WorkPage, first_waiting, preview_of, work_entry, work_page
from reports.acts import did
from reports.shown import Shown

# Findings in the list at once; `<` and `>` turn the page.
_LISTED: Final = 200
_SEVERITY_STYLES: Final = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "blue"}
_COLUMNS: Final = ("", "severity", "state", "letter", "triage")


class TriageScreen(App[None]):
    """The whole terminal.

    Args:
        database: which.
        who: decides.
        chosen: the list.
        shown: how places are shown.
        wait_seconds: for a database that a merge holds.
    """

    TITLE = "Stray triage"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #list { width: 52%; height: 1fr; }
    #right { width: 48%; height: 1fr; padding: 0 1; border-left: solid $panel; }
    #head, #said { height: auto; padding: 0 1; }
    """
    # In the order of need: a narrow terminal shows the first ones.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "waiting", "next"),
        Binding("q", "quit", "quit"),
        Binding("question_mark", "keys", "keys"),
        Binding("space", "tick", "tick"),
        Binding("i", "decide('')", "note, who, due"),
        *(
            Binding(key, f"decide('{kind.value}')", kind.value.replace("_", " "))
            for kind, (key, _) in DECISIONS.items()
        ),
        Binding("less_than_sign", "turn(-1)", "page back", show=False),
        Binding("greater_than_sign", "turn(1)", "page on", show=False),
        Binding("R", "reload", "read again", show=False),
        Binding("j", "step(1)", "down", show=False),
        Binding("k", "step(-1)", "up", show=False),
    ]

    def __init__(self, database: Path, who: str, chosen: Chosen, shown: Shown, wait_seconds: float) -> None:
        super().__init__()
        self._database = database
        self._who = who
        self._chosen = chosen
        self._shown = shown
        self._wait_seconds = wait_seconds
        self._page: WorkPage | None = None
        self._entry: WorkEntry | None = None
        self._ticked: set[str] = set()

    def compose(self) -> ComposeResult:
        """The parts, from top to bottom."""
        yield Static(id="head", markup=False)
        with Horizontal():
            yield DataTable(id="list", cursor_type="row", zebra_stripes=True)
            with VerticalScroll(id="right", can_focus=False):
                yield Static(id="finding", markup=False)
        yield Static(id="said", markup=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin with the first that waits."""
        table = self.screen_stack[0].query_one(DataTable)
        table.add_columns(*_COLUMNS)
        table.focus()
        self._read(lambda: first_waiting(self._database, self._chosen, self._wait_seconds))

    def on_data_table_row_highlighted(self) -> None:
        """Show what the cursor is on now; it may have moved on since this was said."""
        here = self._under_cursor()
        if here and (self._entry is None or self._entry.detail.row.finding_id != here):
            self._look(here)

    def action_step(self, by: int) -> None:
        """Up or down."""
        table = self.screen_stack[0].query_one(DataTable)
        table.move_cursor(row=table.cursor_row + by)

    def action_turn(self, by: int) -> None:
        """To another page of the list."""
        if self._page and 0 <= self._page.start + by * _LISTED < self._page.total:
            self._read(lambda: None, start=self._page.start + by * _LISTED)

    def action_reload(self) -> None:
        """Read the list anew: a sweep may have come in."""
        self._read(lambda: self._entry.detail.row.finding_id if self._entry else None)

    def action_keys(self) -> None:
        """All keys beside the list, and away again."""
        if self.screen.query(HelpPanel):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def action_waiting(self) -> None:
        """To the next that nobody has decided on."""
        if self._entry and self._entry.waiting_id:
            self._go(self._entry.waiting_id)
        else:
            self._say("nothing waits for a decision")

    def action_tick(self) -> None:
        """Take it up for an act on several, or put it back."""
        if self._entry is None:
            return
        finding_id = self._entry.detail.row.finding_id
        self._ticked ^= {finding_id}
        table = self.screen_stack[0].query_one(DataTable)
        table.update_cell(finding_id, self._keys[0], _tick(finding_id in self._ticked))
        self._tell_head()
        self.action_step(1)

    def action_decide(self, decision: str) -> None:
        """Ask for note, day and person, then record; of several after a preview.

        The question is there at once, so that no key typed into it is taken for a decision.
        """
        if self._entry is None:
            return
        kind = TriageDecision(decision) if decision else None
        row, mark, ticked = self._entry.detail.row, self._entry.mark, sorted(self._ticked)

        def answered(event: TriageEvent | None) -> None:
            if event is None:
                self._say("nothing was recorded")
            elif ticked:
                self._preview(ticked, event)
            else:
                self._record([row.finding_id], event, {row.finding_id: mark})

        self.push_screen(Decide(kind, self._who, None if ticked else row), answered)

    @work(thread=True, exclusive=True, group="write")
    def _preview(self, finding_ids: list[str], event: TriageEvent) -> None:
        try:
            preview = preview_of(self._database, finding_ids, self._wait_seconds)
        except FindingsError as error:
            self.call_from_thread(self._say, str(error), failed=True)
            return
        self.call_from_thread(self._ask_to_agree, preview, event)

    def _ask_to_agree(self, preview: Preview, event: TriageEvent) -> None:
        def answered(agreed: bool | None) -> None:
            if agreed:
                self._record(list(preview.marks), event, preview.marks)
            else:
                self._say("nothing was recorded")

        rows = [row_words(row, self._shown) for row in preview.rows]
        self.push_screen(Agree(rows, did(event), preview.told(event)), answered)

    @work(thread=True, exclusive=True, group="write")
    def _record(self, finding_ids: list[str], event: TriageEvent, marks: Any) -> None:
        act_id = new_act_id()
        before = self._entry
        try:
            recorded = act(
                self._database, finding_ids, event, act_id=act_id, marks=marks, wait_seconds=self._wait_seconds
            )
        except FindingsError as error:
            self.call_from_thread(self._failed, str(error))
            return
        which = finding_ids[0][:SHORT_ID] if recorded.findings == 1 else f"{recorded.findings} findings"
        weigh = Preview((before.detail.row,)).cautions(event) if before and recorded.findings == 1 else []
        self.call_from_thread(self._recorded, "; ".join([f"recorded, {which}: {did(event)}", *weigh]), before)

    def _recorded(self, said: str, before: WorkEntry | None) -> None:
        self._ticked.clear()
        self._say(said)
        here = before.detail.row.finding_id if before else None
        self._read(lambda: self._after(here))

    def _after(self, finding_id: str | None) -> str | None:
        """Where to go on once this one is decided."""
        if finding_id is None:
            return None
        entry = work_entry(self._database, self._chosen, finding_id, self._wait_seconds)
        return entry.waiting_id or entry.next_id or entry.previous_id

    def _failed(self, text: str) -> None:
        self._say(text, failed=True)
        self.action_reload()

    def _go(self, finding_id: str) -> None:
        """Put the cursor on a finding, on whatever page it is."""
        table = self.screen_stack[0].query_one(DataTable)
        if finding_id in {key.value for key in table.rows}:
            table.move_cursor(row=table.get_row_index(finding_id))
        else:
            self._read(lambda: finding_id)

    @work(thread=True, exclusive=True, group="read")
    def _read(self, where: Callable[[], str | None], start: int | None = None) -> None:
        """The list, around the finding that `where` names."""
        try:
            finding_id = where()
            entry = self._entry_of(finding_id)
            begin = (entry.place - 1) // _LISTED * _LISTED if entry else 0
            begin = begin if start is None else start
            page = work_page(self._database, self._chosen, begin, _LISTED, self._wait_seconds)
        except FindingsError as error:
            self.call_from_thread(self._say, str(error), failed=True)
            return
        self.call_from_thread(self._list, page, entry)

    def _entry_of(self, finding_id: str | None) -> WorkEntry | None:
        return work_entry(self._database, self._chosen, finding_id, self._wait_seconds) if finding_id else None

    @work(thread=True, exclusive=True, group="look")
    def _look(self, finding_id: str) -> None:
        try:
            entry = self._entry_of(finding_id)
        except FindingsError as error:
            self.call_from_thread(self._say, str(error), failed=True)
            return
        self.call_from_thread(self._show_if_here, entry)

    def _show_if_here(self, entry: WorkEntry | None) -> None:
        """An answer that comes late, for a finding that the cursor has left, is not shown."""
        if entry and entry.detail.row.finding_id == self._under_cursor():
            self._show(entry)

    def _under_cursor(self) -> str | None:
        table = self.screen_stack[0].query_one(DataTable)
        if not table.is_valid_coordinate(table.cursor_coordinate):
            return None
        return table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value

    def _list(self, page: WorkPage, entry: WorkEntry | None) -> None:
        self._page = page
        table = self.screen_stack[0].query_one(DataTable)
        self._keys = list(table.columns)
        table.clear()
        for row in page.rows:
            table.add_row(*_cells(row_words(row, self._shown), row.finding_id in self._ticked), key=row.finding_id)
        self._show(entry)
        if entry and entry.detail.row.finding_id in {row.finding_id for row in page.rows}:
            table.move_cursor(row=table.get_row_index(entry.detail.row.finding_id))

    def _show(self, entry: WorkEntry | None) -> None:
        self._entry = entry
        finding = self.screen_stack[0].query_one("#finding", Static)
        finding.update(_drawn(words_in_full(entry.detail, self._shown)) if entry else Text("no finding"))
        self.screen_stack[0].query_one("#right", VerticalScroll).scroll_home(animate=False)
        self._tell_head()

    def _tell_head(self) -> None:
        total, waiting = (self._page.total, self._page.waiting) if self._page else (0, 0)
        place = f"{self._entry.place} of " if self._entry else ""
        ticked = f", {len(self._ticked)} ticked: a decision is for all of them" if self._ticked else ""
        clear = ", places in clear" if self._shown.reveal else ""
        text = f"{place}{total} findings, {waiting} to decide on{ticked}; you decide as {self._who}{clear}"
        self.screen_stack[0].query_one("#head", Static).update(Text(text, style="bold"))

    def _say(self, text: str, *, failed: bool = False) -> None:
        self.screen_stack[0].query_one("#said", Static).update(Text(text, style="bold red" if failed else "green"))


def _tick(is_ticked: bool) -> Text:
    return Text("x" if is_ticked else " ")


def _cells(row: RowWords, is_ticked: bool) -> list[Text]:
    return [
        _tick(is_ticked),
        Text(row.severity, style=_SEVERITY_STYLES.get(row.severity, "")),
        Text(row.state),
        Text(row.letter[:24]),
        Text(row.triage, style="" if row.is_waiting else "green"),
    ]


def _drawn(words: FindingWordsInFull) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    if words.row.reopened:
        table.add_row("", Text(words.row.reopened, style="bold red"))
    for name, value in words.facts:
        table.add_row(Text(name), Text(value))
    for name, value in (("assigned to", words.row.assigned_to), ("due", words.row.due)):
        if value:
            table.add_row(Text(name), Text(value + (", overdue" if name == "due" and words.row.is_overdue else "")))
    for place, (when, answer, basis, state) in enumerate(words.sightings):
        table.add_row(Text("" if place else "sightings"), Text(f"{when}  {answer}  {basis}  {state}".rstrip()))
    for place, done in enumerate(words.acts):
        note = f"\n  {done.note}" if done.note else ""
        table.add_row(Text("" if place else "history"), Text(f"{done.when}  {done.who}: {done.did}{note}"))
    return table
