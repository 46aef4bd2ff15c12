"""Who is kept out: other hosts, other origins, frames, other users, replays; and what every answer carries."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.triage_page import server, wall
from cli.triage_page.server import ADDRESS
from cli.triage_page.session import IDLE_SECONDS, TOKEN_SECONDS, Doorkeeper
from cli.triage_page.wall import BODY_MOST
from tests.cli.page_session import Running, running
from tests.findings.conftest import Estate, letter


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    made = Estate(tmp_path_factory.mktemp("wall") / "findings.duckdb")
    made.sweep((made.document("/1/a.pdf"), letter()))
    return made


@pytest.fixture(scope="module")
def page(estate: Estate) -> Iterator[Running]:
    with running(estate.database) as page:
        page.enter()
        yield page


HOSTS = ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", "0.0.0.0:{port}", None]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/", "{home}", "/static/triage.js"])
def test_another_host_is_not_answered(page: Running, host: str | None, path: str) -> None:
    named = host.format(port=page.port) if host else None
    answer = page.ask(path.format(home=page.home), host=named)
    assert answer.status in (400, 421), "a name that was rebound to this machine, or none"
    assert "L-41" not in answer.text


def test_two_hosts_are_one_too_many(page: Running) -> None:
    request = f"GET {page.home} HTTP/1.1\r\nHost: {ADDRESS}:{page.port}\r\nHost: evil.example\r\n\r\n"
    with socket.create_connection((ADDRESS, page.port), timeout=30) as connection:
        connection.sendall(request.encode())
        assert connection.recv(100).split()[1] in (b"400", b"421")


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://127.0.0.1:{port}", "http://127.0.0.1:1"]
)
@pytest.mark.parametrize("path", ["/enter", "{home}several", "{home}leave"])
def test_a_form_from_another_page_is_refused(page: Running, origin: str | None, path: str) -> None:
    given = origin.format(port=page.port) if origin else None
    form = {"form_token": page.doorkeeper.form_token, "token": "x"}
    assert page.ask(path.format(home=page.home), form, origin=given).status == 403


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
def test_what_another_page_starts_does_not_look_behind_the_door(page: Running, site: str, status: int) -> None:
    assert page.ask(page.home, sec_fetch_site=site).status == status
    assert page.ask("/", sec_fetch_site=site).status == 200, "the link may stand in a mail"


@pytest.mark.parametrize("frame", ["iframe", "frame", "object", "embed"])
def test_not_in_a_frame(page: Running, frame: str) -> None:
    assert page.ask(page.home, sec_fetch_dest=frame).status == 403


def test_a_form_without_the_token_of_the_session_is_refused(page: Running) -> None:
    for form in ({}, {"form_token": ""}, {"form_token": "x" * 43}):
        assert page.ask(f"{page.home}several", form).status == 403


@pytest.mark.parametrize("cookie", ["", "stray-triage=", "stray-triage=x", "other={cookie}", "stray-triage={cookie}x"])
def test_without_the_cookie_nobody_is_let_in(page: Running, cookie: str) -> None:
    answer = page.ask(page.home, cookie=cookie.format(cookie=page.cookie) or None)
    assert answer.status == 403
    assert page.ask("/elsewhere/", cookie=None).text == answer.text, "a wrong address looks the same"


def test_a_cookie_that_another_port_has_set_does_not_lock_out(page: Running) -> None:
    assert page.ask(page.home, cookie=f"stray-triage=theirs; a=b; stray-triage={page.cookie}").status == 200


def test_the_cookie_alone_opens_no_other_path(page: Running) -> None:
    for path in ("/", "//", f"/x{page.home}", page.home.rstrip("/"), "/../" + page.home.strip("/") + "/"):
        assert "L-41" not in page.ask(path).text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH"])
def test_other_methods_are_none_of_ours(page: Running, method: str) -> None:
    assert page.ask(page.home, method=method).status in (400, 405)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_length": None}, 411),
        ({"content_length": str(BODY_MOST + 1)}, 413),
        ({"content_length": "9" * 400}, 413),
        ({"transfer_encoding": "chunked", "content_length": None}, 411),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
        ({"content_type": "application/json"}, 415),
    ],
)
def test_only_forms_of_a_length_that_is_told(page: Running, headers: dict[str, str | None], status: int) -> None:
    form = {"form_token": page.doorkeeper.form_token}
    assert page.ask(f"{page.home}several", form, **headers).status in (status, 400)


def test_connections_that_ask_for_nothing_are_dropped(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PATIENCE_SECONDS", 0.5)
    with running(estate.database) as page:
        page.enter()
        held = [socket.create_connection((ADDRESS, page.port), timeout=30) for _ in range(50)]
        held[0].sendall(b"GET / HTTP/1.1\r\nHost:")
        assert page.ask(page.home).status == 200
        assert [connection.recv(1) for connection in held] == [b""] * 50
        for connection in held:
            connection.close()


def test_who_holds_many_connections_keeps_nobody_out(page: Running) -> None:
    held = [socket.create_connection((ADDRESS, page.port), timeout=30) for _ in range(400)]
    for _ in range(3):
        assert page.ask(page.home).status == 200
    for connection in held:
        connection.close()
    assert page.told == []


def test_a_form_that_does_not_come_is_not_waited_for(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall, "BODY_SECONDS", 0.5)
    with running(estate.database) as page:
        answer = page.ask("/enter", {"token": "x"}, content_length="1000")
        assert answer.status in (408, 500)
        assert page.doorkeeper.token


def test_no_web_sockets(page: Running, capfd: pytest.CaptureFixture[str]) -> None:
    upgrade: dict[str, str | None] = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec_websocket_key": "x",
        "sec_websocket_version": "13",
    }
    asked = page.ask(page.home, None, sec_fetch_site="cross-site", **upgrade)
    assert asked.status == 403
    assert capfd.readouterr().err == ""


def test_every_answer_carries_the_headers(page: Running) -> None:
    for path in ("/", page.home, f"{page.home}nothing", "/static/triage.css", "/static/none", "/elsewhere"):
        headers = page.ask(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "server" not in headers
        assert not any(name.startswith("access-control") for name in headers)


def test_no_redirect_leads_elsewhere(page: Running) -> None:
    for path in (
        f"{page.home}work",
        f"{page.home}//evil.example",
        f"{page.home}work?host=//evil.example",
        "//evil.example/",
    ):
        location = page.ask(path).headers.get("location", page.home)
        assert location.startswith(page.home)


def test_the_token_is_good_once_and_the_cookie_is_for_its_path_alone(estate: Estate) -> None:
    with running(estate.database) as page:
        token = page.doorkeeper.token
        for wrong in ("", "x" * 43, token[:-1], "\udc80"):
            assert page.ask("/enter", {"token": wrong.encode("utf-8", "replace").decode()}).status == 403
        entered = page.enter()
        assert entered.status == 303
        assert entered.headers["location"] == page.home
        attributes = entered.headers["set-cookie"].lower().split("; ")[1:]
        assert set(attributes) == {"httponly", "samesite=strict", f"path={page.home.lower()}"}
        replayed = page.ask("/enter", {"token": token})
        assert (replayed.status, "set-cookie" in replayed.headers) == (403, False)
        assert page.ask(page.home).status == 200, "the session of the first goes on"
        assert page.told == []


def test_who_leaves_ends_the_session(estate: Estate) -> None:
    with running(estate.database) as page:
        page.enter()
        answer = page.send("leave", {})
        assert answer.status == 200
        assert "max-age=0" in answer.headers["set-cookie"].lower()
        assert not page.doorkeeper.knows([page.cookie])


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_token_and_session_end_with_time() -> None:
    clock = Clock()
    door = Doorkeeper(clock)
    token = door.token
    clock.now = TOKEN_SECONDS + 1
    assert door.admit(token) is None
    assert door.is_over()
    clock.now = 0.0
    door = Doorkeeper(clock)
    cookie = door.admit(door.token)
    assert cookie is not None
    for clock.now in (IDLE_SECONDS - 1, 2 * IDLE_SECONDS - 2):
        assert door.knows([cookie])
    clock.now += IDLE_SECONDS + 1
    assert not door.knows([cookie])
    assert door.is_over()


def test_secrets_are_not_shown() -> None:
    door = Doorkeeper()
    for secret in (door.token, door.home, door.form_token):
        assert secret not in repr(door)


def test_no_secret_is_in_a_page_that_strangers_see(page: Running) -> None:
    for path in ("/", "/static/triage.js", "/elsewhere"):
        text = page.ask(path, cookie=None).text
        assert page.home not in text
        assert page.doorkeeper.form_token not in text
    assert Path("/proc/self/cmdline").read_bytes().find(page.cookie.encode()) < 0
