"""What the terminal asks before it records: note, day and person; and of several, a yes to what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from cli.triage_typed import Typed, event_of
from cli.triage_words import RowWords
from findings.errors import TriageError
from findings.records import TriageDecision
from findings.results import FindingRow, TriageEvent
from findings.triage import check_act
from reports.shown import printable

# Findings of a preview that are listed; the rest is counted.
_LISTED: Final = 100
_BOX: Final = """
Vertical { width: 90%; max-width: 100; height: auto; max-height: 90%; padding: 1 2; }
Vertical { background: $surface; border: solid $primary; }
VerticalScroll { height: auto; max-height: 14; }
"""


class Decide(ModalScreen[TriageEvent | None]):
    """Note, day and person of one act.

    Args:
        kind: the decision; None for a note, an assignment or a due day alone.
        who: decides.
        row: the finding; None for several.
    """

    CSS = f"Decide {{ align: center middle; }} {_BOX}"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "do nothing")]

    def __init__(self, kind: TriageDecision | None, who: str, row: FindingRow | None) -> None:
        super().__init__()
        self._kind = kind
        self._who = who
        self._row = row

    def compose(self) -> ComposeResult:
        """The fields that this decision takes."""
        row = self._row
        with Vertical():
            yield Label(Text(self._kind.value.replace("_", " ") if self._kind else "note, assignment, due day"))
            if self._kind is TriageDecision.ACCEPTED_UNTIL:
                yield Label("Last day, like 2026-12-31")
                yield Input(id="until")
            yield Label("Note: why; no names of patients")
            yield Input(id="note")
            yield Label("Assigned to")
            yield Input(printable(row.assigned_to or "") if row else "", id="assigned_to")
            yield Label("Due, like 2026-12-31")
            yield Input(str(row.due or "") if row else "", id="due")
            yield Static(id="wrong", markup=False)
            yield Label("Enter records, Esc does nothing")

    def on_mount(self) -> None:
        """Begin with what has to be filled in."""
        self.query(Input).first().focus()

    def on_input_submitted(self) -> None:
        """Take it, unless it means nothing."""
        typed = {field.id: field.value for field in self.query(Input) if field.id}
        given = Typed(decision=self._kind.value if self._kind else "", **typed)
        try:
            event = event_of(given, self._who, self._row)
            check_act(event)
        except TriageError as error:
            self.query_one("#wrong", Static).update(Text(str(error), style="bold red"))
            return
        self.dismiss(event)


class Agree(ModalScreen[bool]):
    """What an act on several would do; the number has to be typed.

    Args:
        rows: the findings.
        does: the act in words.
        weigh: what to think of first.
    """

    CSS = f"Agree {{ align: center middle; }} {_BOX}"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "do nothing")]

    def __init__(self, rows: Sequence[RowWords], does: str, weigh: Sequence[str]) -> None:
        super().__init__()
        self._rows = rows
        self._does = does
        self._weigh = weigh

    def compose(self) -> ComposeResult:
        """The act, the findings, the question."""
        count = len(self._rows)
        more = f"\nand {count - _LISTED} more" if count > _LISTED else ""
        lines = [f"{row.short_id}  {row.severity}  {row.state}  {row.letter}  {row.where}" for row in self._rows]
        with Vertical():
            yield Label(Text(f"{count} findings: {self._does}", style="bold"))
            for line in self._weigh:
                yield Label(Text(line, style="bold red"))
            with VerticalScroll():
                yield Static(Text("\n".join(lines[:_LISTED]) + more))
            yield Label(f"Type {count} and Enter to do this to all of them; Esc does nothing")
            yield Input(id="count")

    def on_mount(self) -> None:
        """Wait for the number."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The number, or nothing."""
        self.dismiss(event.value.strip() == str(len(self._rows)))
