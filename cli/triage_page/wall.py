"""What stands before every request: host, method, origin, frame, size, session; and the headers of every answer.

DNS rebinding fails at the host, a foreign page's form at the origin, a frame at its destination, another user of this
machine at the session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cli.triage_page.session import COOKIE, Doorkeeper

# Bytes of a form: a page of findings named one by one and a long note.
BODY_MOST: Final = 256 * 1024
# Seconds between two parts of a form.
BODY_SECONDS: Final = 10
ENTRY: Final = "/"
ENTER: Final = "/enter"
STATIC: Final = "/static/"
_FORM: Final = "application/x-www-form-urlencoded"
_FRAMES: Final = frozenset(["iframe", "frame", "object", "embed", "fencedframe"])
_HEADERS: Final = (
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    # Not `no-referrer`: with it a browser calls its own form's origin `null`. Other ports are other origins.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=()"),
    ("cache-control", "no-store"),
    ("x-robots-tag", "noindex, nofollow"),
    ("x-dns-prefetch-control", "off"),
)
Refusal = tuple[HTTPStatus, str]


class Wall:
    """The outermost application.

    Args:
        app: what is behind it.
        doorkeeper: who knows the session.
        port: that the server listens on.
        tell: takes one line of ours about a crash; never what a request held.
    """

    def __init__(self, app: ASGIApp, doorkeeper: Doorkeeper, port: int, tell: Callable[[str], None]) -> None:
        self._app = app
        self._doorkeeper = doorkeeper
        names = ("127.0.0.1", "localhost")
        self._hosts = frozenset([f"{name}:{port}" for name in names] + list(names if port == 80 else ()))  # noqa: PLR2004
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it; web sockets are none of ours."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": _with_ours(message.get("headers", []))}
            await send(message)

        refusal = self._refusal(scope)
        try:
            if refusal is not None:
                await _plain(*refusal)(scope, receive, sent)
            else:
                await self._app(scope, _in_time(receive), sent)
        except TimeoutError:
            if not begun:
                await _plain(HTTPStatus.REQUEST_TIMEOUT, "The form did not come.")(scope, receive, sent)
        except Exception as error:  # noqa: BLE001 - the last line: its text could hold a place, so it is not shown
            self._tell(f"the page crashed with {type(error).__name__}; please report this line")
            if not begun:
                await _plain(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a bug. Nothing more is known here.")(
                    scope, receive, sent
                )

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        path, method = str(scope["path"]), str(scope["method"])
        return (
            self._foreign_host(headers)
            or _no_method(method)
            or _in_a_frame(headers)
            or self._from_elsewhere(headers, path, method)
            or (_unfit_body(headers) if method == "POST" else None)
            or self._stranger(headers, path)
        )

    def _foreign_host(self, headers: Headers) -> Refusal | None:
        """One Host, and ours: a name that was rebound to this machine is another one."""
        hosts = headers.getlist("host")
        if len(hosts) == 1 and hosts[0].lower() in self._hosts:
            return None
        return HTTPStatus.MISDIRECTED_REQUEST, "This page answers at 127.0.0.1 alone."

    def _from_elsewhere(self, headers: Headers, path: str, method: str) -> Refusal | None:
        """What another page started: no form of ours, and no look at a page behind the door."""
        sites = headers.getlist("sec-fetch-site")
        refused = HTTPStatus.FORBIDDEN, "Another page sent this."
        if method == "POST":
            is_ours = headers.getlist("origin") == [f"http://{headers['host'].lower()}"]
            return None if is_ours and set(sites) <= {"same-origin"} else refused
        return None if path == ENTRY or set(sites) <= {"same-origin", "none"} else refused

    def _stranger(self, headers: Headers, path: str) -> Refusal | None:
        """Who has no session sees the door, and nothing tells apart a wrong address and a missing cookie."""
        if path in (ENTRY, ENTER) or path.startswith(STATIC):
            return None
        # Both are looked at, whatever the first one says.
        is_known = self._doorkeeper.knows(_cookies(headers)) & self._doorkeeper.is_below_home(path)
        return None if is_known else (HTTPStatus.FORBIDDEN, _NO_SESSION)


_NO_SESSION: Final = (
    "You are not let in here. The link that `stray triage --web` printed works once, in one browser; "
    "start the command again for a new one."
)


def _in_time(receive: Receive) -> Receive:
    """A form that does not come is not waited for."""

    async def received() -> Message:
        return await asyncio.wait_for(receive(), BODY_SECONDS)

    return received


def _no_method(method: str) -> Refusal | None:
    return None if method in ("GET", "HEAD", "POST") else (HTTPStatus.METHOD_NOT_ALLOWED, "GET and POST only.")


def _in_a_frame(headers: Headers) -> Refusal | None:
    framed = _FRAMES.intersection(headers.getlist("sec-fetch-dest"))
    return (HTTPStatus.FORBIDDEN, "Not in a frame.") if framed else None


def _unfit_body(headers: Headers) -> Refusal | None:
    """A form of ours, of a length that is told."""
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit()):
        return HTTPStatus.LENGTH_REQUIRED, "The length of the form has to be told."
    if len(length) > len(str(BODY_MOST)) or int(length) > BODY_MOST:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A form has at most {BODY_MOST} bytes."
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Forms only."
    return None


def _cookies(headers: Headers) -> list[str]:
    """All values of our cookie: several are sent where somebody has set one from another port."""
    values = []
    for header in headers.getlist("cookie"):
        for part in header.split(";"):
            try:
                values += [morsel.value for name, morsel in SimpleCookie(part.strip()).items() if name == COOKIE]
            except CookieError:
                continue
    return values


def _with_ours(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    ours = [(name.encode(), value.encode()) for name, value in _HEADERS]
    return [pair for pair in headers if pair[0].lower() not in {name for name, _ in ours}] + ours


def _plain(status: HTTPStatus, text: str) -> PlainTextResponse:
    return PlainTextResponse(f"{text}\n", status)
