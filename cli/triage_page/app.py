"""The page's addresses, and what each of them does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cli.errors import CommandError
from cli.triage_page.desk import Desk, Pending
from cli.triage_page.filters import chosen_of, query_of, start_of
from cli.triage_page.session import COOKIE, Doorkeeper
from cli.triage_page.views import Views
from cli.triage_page.wall import ENTER, ENTRY, STATIC
from cli.triage_typed import Typed, event_of
from cli.triage_words import SHORT_ID
from findings.chosen import Chosen
from findings.errors import (
    DatabaseLockedError,
    FindingAmbiguousError,
    FindingsError,
    FindingUnknownError,
    TriageError,
    TriageOverlapError,
)
from findings.query import findings
from findings.results import TriageEvent
from findings.triage import act
from findings.worklist import Preview, WorkEntry, first_waiting, preview_of, work_entry, work_page
from reports.acts import did, note_lines
from reports.shown import printable

Handler = Callable[[Request], Awaitable[Response]]
# Fields of a form: a page of findings and what is done to them.
_FIELDS_MOST: Final = 200


class Page:
    """The application of one session; the wall stands before it.

    Args:
        desk: what is worked on.
        doorkeeper: who knows the session.
        stop: called when the person leaves.
        chosen: the filter to begin with.
    """

    def __init__(self, desk: Desk, doorkeeper: Doorkeeper, stop: Callable[[], None], chosen: Chosen) -> None:
        self._desk = desk
        self._doorkeeper = doorkeeper
        self._stop = stop
        self._chosen = chosen
        self._views = Views(desk, doorkeeper)

    def application(self) -> Starlette:
        """With all its routes."""
        home = self._doorkeeper.home
        routes = [
            Route(ENTRY, self._door, methods=["GET"]),
            Route(ENTER, self._enter, methods=["POST"]),
            Route(f"{STATIC}{{name}}", self._static, methods=["GET"]),
            Route(home, self._told(self._list), methods=["GET"]),
            Route(f"{home}work", self._told(self._work), methods=["GET"]),
            Route(f"{home}f/{{finding_id}}", self._told(self._finding), methods=["GET"]),
            Route(f"{home}f/{{finding_id}}", self._told(self._decide), methods=["POST"]),
            Route(f"{home}several", self._told(self._several), methods=["POST"]),
            Route(f"{home}several/{{act_id}}", self._told(self._agree), methods=["POST"]),
            Route(f"{home}leave", self._told(self._leave), methods=["POST"]),
        ]
        application = Starlette(routes=routes)
        application.router.redirect_slashes = False  # it would build an address from the request's
        return application

    async def _door(self, _: Request) -> Response:
        return self._views.door()

    async def _enter(self, request: Request) -> Response:
        """The token for the cookie; whoever comes second is told."""
        token = (await _form(request)).get("token", "")
        cookie = self._doorkeeper.admit(token) if isinstance(token, str) else None
        if cookie is None:
            return self._views.door("This link has been used, or is too old. Start the command again for a new one.")
        response = self._to("", self._chosen)
        response.set_cookie(COOKIE, cookie, path=self._doorkeeper.home, httponly=True, samesite="strict")
        return response

    async def _static(self, request: Request) -> Response:
        return self._views.static(request.path_params["name"])

    def _told(self, handler: Handler) -> Handler:
        """With what can go wrong told on a page, and forms that are not of this session refused."""

        async def told(request: Request) -> Response:
            try:
                if request.method == "POST" and not self._is_own(await _form(request)):
                    return self._views.problem("This form is not of this session.", HTTPStatus.FORBIDDEN, Chosen())
                return await handler(request)
            except DatabaseLockedError as error:
                return await self._locked(request, error)
            except (CommandError, FindingsError) as error:
                return self._views.problem(str(error), _status_of(error), Chosen())

        return told

    async def _locked(self, request: Request, error: DatabaseLockedError) -> Response:
        """Nothing is lost: what was typed waits in a form that can be sent once more."""
        again, fields = "", {}
        if request.method == "POST":
            again = f"{request.url.path}?{request.url.query}"
            form = await _form(request)
            fields = {name: value for name, value in _texts(form).items() if name != "ids"}
            fields |= {"ids": " ".join(_ids(form))} if _ids(form) else {}
        text = f"{error}. A merge takes some seconds. Nothing was recorded"
        return self._views.problem(text, HTTPStatus.SERVICE_UNAVAILABLE, Chosen(), again, fields)

    def _is_own(self, form: FormData) -> bool:
        token = form.get("form_token", "")
        return isinstance(token, str) and self._doorkeeper.is_own_form(token)

    async def _list(self, request: Request) -> Response:
        chosen = chosen_of(request.query_params)
        desk, start = self._desk, start_of(request.query_params)
        page = await run_in_threadpool(work_page, desk.database, chosen, start, wait_seconds=desk.wait_seconds)
        return self._views.listed(page, chosen)

    async def _work(self, request: Request) -> Response:
        chosen = chosen_of(request.query_params)
        desk = self._desk
        first = await run_in_threadpool(first_waiting, desk.database, chosen, desk.wait_seconds)
        return self._to(f"f/{first}" if first else "", chosen)

    async def _finding(self, request: Request) -> Response:
        chosen = chosen_of(request.query_params)
        return self._views.finding(await self._entry(chosen, request.path_params["finding_id"]), chosen)

    async def _decide(self, request: Request) -> Response:
        """Record what was typed, and go on to the next that waits."""
        chosen, typed = chosen_of(request.query_params), Typed.of(_texts(await _form(request)))
        entry = await self._entry(chosen, request.path_params["finding_id"])
        row = entry.detail.row
        try:
            event = event_of(typed, self._desk.who, row if typed.mark == entry.mark else None)
            await self._record(row.finding_id, event, typed)
        except TriageOverlapError:
            now = await self._entry(chosen, row.finding_id)
            row = now.detail.row
            left = Typed(note=typed.note, assigned_to=printable(row.assigned_to or ""), due=str(row.due or ""))
            problem = "It changed after you saw it: somebody else decided, or a sweep came in. Nothing was recorded. "
            problem += "This is how it stands now."
            return self._views.finding(now, chosen, left, problem, HTTPStatus.CONFLICT)
        except TriageError as error:
            return self._views.finding(entry, chosen, typed, f"{error}.", HTTPStatus.UNPROCESSABLE_ENTITY)
        self._desk.say("; ".join([f"{row.finding_id[:SHORT_ID]}: {did(event)}", *Preview((row,)).cautions(event)]))
        return self._to(f"f/{entry.waiting_id}" if entry.waiting_id else "", chosen)

    async def _several(self, request: Request) -> Response:
        """Lay out an act on several, as ticked or as filtered."""
        chosen, form = chosen_of(request.query_params), await _form(request)
        typed, desk = Typed.of(_texts(form)), self._desk
        event = event_of(typed, desk.who, None)
        if form.get("all") == "1":
            rows = await run_in_threadpool(findings, desk.database, chosen, desk.wait_seconds)
            preview = Preview(rows)
        else:
            preview = await run_in_threadpool(preview_of, desk.database, _ids(form), desk.wait_seconds)
        if not preview.rows:
            raise CommandError("tick the findings first")
        act_id = desk.lay_out(Pending(preview, event, query_of(chosen)))
        told = {"does": did(event), "note": note_lines(event.note), "weigh": preview.told(event)}
        return self._views.preview(act_id, chosen, told)

    async def _agree(self, request: Request) -> Response:
        """Do what was laid out, if the number is the one that was shown."""
        chosen, act_id = chosen_of(request.query_params), request.path_params["act_id"]
        pending = self._desk.pending(act_id)
        if pending is None:
            raise CommandError("this preview is too old; choose the findings again")
        if (await _form(request)).get("count") != str(len(pending.preview.rows)):
            raise CommandError("the number is not the one that was shown; nothing was recorded")
        recorded = await run_in_threadpool(self._desk.agree, act_id, pending)
        repeated = " (it had been recorded before)" if recorded.repeated else ""
        self._desk.say(f"{_so_many(recorded.findings)}: {did(pending.event)}{repeated}")
        return self._to("", chosen)

    async def _leave(self, _: Request) -> Response:
        response = self._views.bye()
        self._doorkeeper.leave()
        self._stop()
        return response

    async def _record(self, finding_id: str, event: TriageEvent, typed: Typed) -> None:
        desk = self._desk

        def record() -> None:
            marks = {finding_id: typed.mark}
            act_id = typed.act_id or None
            act(desk.database, [finding_id], event, act_id=act_id, marks=marks, wait_seconds=desk.wait_seconds)

        await run_in_threadpool(record)

    async def _entry(self, chosen: Chosen, finding_id: str) -> WorkEntry:
        return await run_in_threadpool(work_entry, self._desk.database, chosen, finding_id, self._desk.wait_seconds)

    def _to(self, place: str, chosen: Chosen) -> Response:
        """On to another page of ours; no address from a request is ever gone to."""
        return RedirectResponse(f"{self._doorkeeper.home}{place}{query_of(chosen)}", HTTPStatus.SEE_OTHER)


async def _form(request: Request) -> FormData:
    """Read once, kept by the request."""
    return await request.form(max_files=0, max_fields=_FIELDS_MOST)


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _ids(form: FormData) -> list[str]:
    """The findings that were ticked."""
    return " ".join(value for value in form.getlist("ids") if isinstance(value, str)).split()


def _status_of(error: CommandError | FindingsError) -> HTTPStatus:
    match error:
        case FindingUnknownError() | FindingAmbiguousError():
            return HTTPStatus.NOT_FOUND
        case CommandError() | TriageError():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case TriageOverlapError():
            return HTTPStatus.CONFLICT
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE


def _so_many(findings_: int) -> str:
    return "1 finding" if findings_ == 1 else f"{findings_} findings"
