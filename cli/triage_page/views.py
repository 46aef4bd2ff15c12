"""Templates and what they are given. Everything in them is escaped; text from outside is `printable` before that."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from cli.triage_page.desk import Desk
from cli.triage_page.filters import query_of
from cli.triage_page.session import COOKIE, Doorkeeper
from cli.triage_typed import TYPED_NOTE_MOST, Typed
from cli.triage_words import DECISIONS, row_words, words_in_full
from findings.chosen import Chosen
from findings.records import FindingState, Severity, TriageDecision
from findings.triage import new_act_id
from findings.worklist import PAGE_SIZE, WorkEntry, WorkPage
from matchers.verdicts import Verdict
from reports.shown import printable

# Findings of a preview that are listed; the rest is counted.
_PREVIEW_SHOWN: Final = 200
_STATIC_TYPES: Final = {"triage.css": "text/css", "triage.js": "text/javascript", "mark.svg": "image/svg+xml"}
_FINDINGS: Final = (Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE)


class Views:
    """Draws the pages of one session."""

    def __init__(self, desk: Desk, doorkeeper: Doorkeeper) -> None:
        self._desk = desk
        self._doorkeeper = doorkeeper
        self._templates = Environment(
            loader=PackageLoader("cli.triage_page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def door(self, failed: str = "") -> Response:
        """What who has no session sees."""
        status = HTTPStatus.FORBIDDEN if failed else HTTPStatus.OK
        return HTMLResponse(self._templates.get_template("door.html").render(failed=failed), status)

    def listed(self, page: WorkPage, chosen: Chosen, problem: str = "") -> Response:
        """The list."""
        rows = [row_words(row, self._desk.shown, self._desk.today()) for row in page.rows]
        starts = {"earlier": page.start - PAGE_SIZE, "later": page.start + PAGE_SIZE}
        links = {
            name: f"{self._doorkeeper.home}{query_of(chosen, start=str(start))}"
            for name, start in starts.items()
            if 0 <= start < page.total
        }
        fields = {"page": page, "rows": rows, "links": links, "chosen": chosen, **_choices()}
        return self._page("list.html", fields, chosen, problem)

    def finding(
        self,
        entry: WorkEntry,
        chosen: Chosen,
        typed: Typed | None = None,
        problem: str = "",
        status: int = HTTPStatus.OK,
    ) -> Response:
        """One finding, with the form to decide; what was typed stays."""
        row = entry.detail.row
        words = words_in_full(entry.detail, self._desk.shown)
        typed = typed or Typed(assigned_to=printable(row.assigned_to or ""), due=row.due.isoformat() if row.due else "")
        form = {**typed.fields(), "mark": entry.mark, "act_id": new_act_id()}
        fields = {"entry": entry, "words": words, "form": form}
        return self._page("finding.html", fields, chosen, problem, status)

    def preview(self, act_id: str, chosen: Chosen, told: Mapping[str, Any]) -> Response:
        """What an act on several would do."""
        pending = self._desk.pending(act_id)
        rows = pending.preview.rows if pending else ()
        shown = [row_words(row, self._desk.shown, self._desk.today()) for row in rows[:_PREVIEW_SHOWN]]
        fields = {"act_id": act_id, "rows": shown, "count": len(rows), "more": len(rows) - len(shown), **told}
        return self._page("preview.html", fields, chosen)

    def problem(
        self, text: str, status: int, chosen: Chosen, again: str = "", fields: Mapping[str, str] | None = None
    ) -> Response:
        """What went wrong, and a button to try the same once more where that makes sense."""
        given = {"text": text, "again": again, "fields": fields or {}}
        return self._page("problem.html", given, chosen, status=status)

    def bye(self) -> Response:
        """The session has ended. The cookie of this one path is taken back."""
        response = HTMLResponse(self._templates.get_template("bye.html").render())
        response.delete_cookie(COOKIE, path=self._doorkeeper.home, httponly=True, samesite="strict")
        return response

    def static(self, name: str) -> Response:
        """Style and keys."""
        if name not in _STATIC_TYPES:
            return Response("no such file\n", HTTPStatus.NOT_FOUND, media_type="text/plain")
        content = resources.files("cli.triage_page").joinpath("static", name).read_bytes()
        return Response(content, media_type=_STATIC_TYPES[name])

    def _page(
        self, name: str, fields: Mapping[str, Any], chosen: Chosen, problem: str = "", status: int = HTTPStatus.OK
    ) -> Response:
        common = {
            "home": self._doorkeeper.home,
            "form_token": self._doorkeeper.form_token,
            "who": self._desk.who,
            "query": query_of(chosen),
            "filtered": chosen != Chosen(),
            "decisions": DECISIONS,
            "note_most": TYPED_NOTE_MOST,
            "said": self._desk.heard(),
            "problem": problem,
            "revealed": self._desk.shown.reveal,
        }
        return HTMLResponse(self._templates.get_template(name).render(**common, **fields), status)


def _choices() -> Mapping[str, Any]:
    return {
        "sets": (
            ("severity", "severities", list(Severity)),
            ("state", "states", list(FindingState)),
            ("verdict", "verdicts", list(_FINDINGS)),
            ("triage", "triage", list(TriageDecision)),
        )
    }
