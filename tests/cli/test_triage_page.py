"""The page in a real browser: the link, keys, cookies, and what another server on this machine gets to see."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cli.page_session import Running, running
from tests.findings.conftest import Estate, letter

playwright = pytest.importorskip("playwright.sync_api", reason="the extra [browser] is not installed")
PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no chromium here")
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
LAPTOP = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as play:
        launched = play.chromium.launch(executable_path=PROGRAM, chromium_sandbox=os.geteuid() != 0)
        yield launched
        launched.close()


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    """Three findings, one with hostile names."""
    made = Estate(tmp_path / "findings.duckdb")
    made.sweep(
        *((made.document(f"/1/{name}.pdf"), letter(f"L-{name}")) for name in "ab"),
        (made.document("/1/%3Cimg%20src=x%3E.pdf"), letter(HOSTILE)),
    )
    return made


@pytest.fixture
def page(estate: Estate) -> Iterator[Running]:
    with running(estate.database, reveal=True) as page:
        yield page


@pytest.fixture
def tab(browser: Any, page: Running) -> Iterator[Any]:
    """A tab that came in by the link."""
    context = browser.new_context(viewport=LAPTOP)
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(page.link)
    tab.wait_for_url(f"{page.origin}{page.home}")
    yield tab
    context.close()


def test_somebody_works_through_all_by_keys(tab: Any, page: Running, estate: Estate) -> None:
    assert "3 findings, 3 to decide on" in tab.inner_text("h1")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "fits a laptop"
    tab.keyboard.press("w")
    for number, key in enumerate("cfl", 1):
        tab.wait_for_selector("#decide")
        assert f"{4 - number} to decide on" in tab.inner_text(".head nav")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tab.keyboard.press(key)
        tab.keyboard.press("m")
        tab.keyboard.type(f"n{number} kjx")  # keys are letters in a note
        with tab.expect_navigation():
            tab.keyboard.press("Control+Enter")
    assert tab.url == f"{page.origin}{page.home}"
    assert "0 to decide on" in tab.inner_text("h1")
    decided = estate.ask("SELECT decision, note, decided_by FROM triage_events ORDER BY event_number")
    assert decided == [
        ("confirmed", "n1 kjx", "J. Example"),
        ("false_positive", "n2 kjx", "J. Example"),
        ("closed", "n3 kjx", "J. Example"),
    ]
    assert tab.complaints == []


def test_an_acceptance_shows_its_day_and_a_list_is_decided_by_keys(tab: Any, estate: Estate) -> None:
    tab.keyboard.press("j")
    tab.keyboard.press("x")
    tab.keyboard.press("j")
    tab.keyboard.press("x")
    tab.keyboard.press("d")
    assert not tab.is_visible("input[name=until]")
    tab.keyboard.press("a")
    tab.check("#bulk input[value=accepted_until]")
    assert tab.is_visible("input[name=until]")
    tab.fill("input[name=until]", "2999-01-01")
    tab.fill("#note", "the supplier moves")
    with tab.expect_navigation():
        tab.click("text=Preview for the ticked")
    assert "2 findings: accepted_until 2999-01-01" in tab.inner_text("h1")
    assert "longer than 180 days" in tab.inner_text("main")
    assert estate.ask("SELECT count(*) FROM triage_events") == [(0,)]
    tab.keyboard.type("2")
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    assert "Recorded. 2 findings: accepted_until 2999-01-01" in tab.inner_text("main")
    assert estate.ask("SELECT DISTINCT decision FROM triage_events") == [("accepted_until",)]
    assert tab.complaints == []


def test_hostile_names_are_text(tab: Any, page: Running) -> None:
    assert HOSTILE in tab.inner_text("table.list")
    tab.click(f"text={HOSTILE}")
    assert HOSTILE in tab.inner_text("h1")
    assert tab.title().startswith(tuple("0123456789abcdef"))
    assert tab.locator("img").count() == 0
    assert tab.complaints == []


def test_the_token_is_gone_from_the_address_and_the_cookie_is_out_of_reach(tab: Any, page: Running) -> None:
    assert tab.evaluate("document.cookie") == ""
    cookies = tab.context.cookies()
    assert [(each["httpOnly"], each["sameSite"], each["path"]) for each in cookies] == [(True, "Strict", page.home)]
    tab.go_back()
    assert "#" not in tab.url
    assert page.doorkeeper.token == ""
    second = tab.context.browser.new_context().new_page()
    second.goto(f"{page.origin}{page.home}")
    assert "You are not let in here" in second.inner_text("body")
    second.context.close()


class Spy(BaseHTTPRequestHandler):
    """Another user's server on another port; it keeps what browsers send."""

    seen: list[dict[str, str]] = []  # noqa: RUF012 - one server at a time
    target = ""

    def do_GET(self) -> None:
        Spy.seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        body = f"<iframe src='{Spy.target}'></iframe><form id=f method=post action='{Spy.target}several'></form>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("set-cookie", "stray-triage=theirs; Path=/")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def spy(page: Running) -> Iterator[str]:
    Spy.seen, Spy.target = [], f"{page.origin}{page.home}"
    with ThreadingHTTPServer(("127.0.0.1", 0), Spy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_server_on_another_port_gets_no_cookie_and_nothing_out_of_the_page(
    tab: Any, page: Running, estate: Estate, spy: str
) -> None:
    """Even one that knows the session's own path, which it can not."""
    other = tab.context.new_page()
    other.goto(f"{spy}/look")
    asked = [request for request in Spy.seen if request["path"] == "/look"]
    assert all("stray-triage" not in request.get("cookie", "") for request in asked)
    assert all(page.home not in request.get("referer", "") for request in asked)
    for frame in other.frames:
        assert "L-a" not in frame.content()
    read = "target => fetch(target, {credentials: 'include'}).then(r => r.text(), error => 'refused')"
    assert other.evaluate(read, Spy.target) == "refused"
    with other.expect_navigation():
        other.evaluate("document.getElementById('f').submit()")
    assert "Another page sent this" in other.inner_text("body")
    assert estate.ask("SELECT count(*) FROM triage_events") == [(0,)]
    tab.reload()
    assert "3 findings" in tab.inner_text("h1"), "their cookie of the same name does no harm"


def test_without_scripts_it_works_too(browser: Any, page: Running, estate: Estate) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=LAPTOP)
    tab = context.new_page()
    tab.goto(page.link)
    tab.fill("#token", page.doorkeeper.token)
    with tab.expect_navigation():
        tab.click("text=Enter")
    with tab.expect_navigation():
        tab.click("#work")
    tab.check("input[value=confirmed]")
    with tab.expect_navigation():
        tab.click("text=Record and go on")
    assert estate.ask("SELECT decision FROM triage_events") == [("confirmed",)]
    context.close()


def test_stop_ends_it(tab: Any, page: Running) -> None:
    with tab.expect_navigation():
        tab.click("text=Stop")
    assert "Stopped" in tab.inner_text("h1")
    assert tab.context.cookies() == []
