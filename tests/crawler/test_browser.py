"""Pages that scripts draw, drawn by a real browser that has no network."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from crawler.browser import MOST_REQUESTS, PROGRAMS

pytestmark = pytest.mark.skipif(
    not any(map(shutil.which, PROGRAMS)) or importlib.util.find_spec("playwright") is None,
    reason="needs a chromium on the PATH and the extra `browser`",
)

SHELL = "<title>App</title><div id=root></div><script src=/app.js></script>"
APP = """
fetch("/api/letters").then(answer => answer.json()).then(letters => {
  document.getElementById("root").innerHTML = letters.map(letter => `<p>Dear ${letter.name}
  <a href="/letters/${letter.id}.pdf">open</a>`).join("");
});
"""


@pytest.fixture
def app(web: Any) -> Any:
    web.page("/", SHELL)
    web.page("/app.js", APP, Content_Type="text/javascript")
    web.page("/api/letters", '[{"id": 7, "name": "Mrs Example"}]', Content_Type="application/json")
    web.page("/letters/7.pdf", b"%PDF-1.7 x", Content_Type="application/pdf")
    return web


def test_a_drawn_page_is_read_for_text_and_links(app: Any, crawl: Callable[..., Any]) -> None:
    crawled = crawl(app.url, render=True)
    page = next(document for document in crawled.documents if document["url"] == app.url + "/")
    assert "Dear Mrs Example" in page["head"]
    assert page["headers"]["x-stray-rendered"] == "1"
    assert "/letters/7.pdf" in crawled.fetched
    assert "needs_browser" not in crawled.reasons.values()
    # Each of its requests is a request of ours: on record, and in the budget.
    assert crawled.requests == len(app.all_asked) == sum("status" in line for line in crawled.conduct)
    assert {agent.split("/")[0] for agent in app.agents} == {"Stray"}


def test_without_leave_nothing_is_drawn(app: Any, crawl: Callable[..., Any]) -> None:
    assert crawl(app.url).reasons["/"] == "needs_browser"
    assert "/api/letters" not in app.asked or "/app.js" in app.asked


HOSTILE = """
const other = "OTHER";
fetch(other + "/fetch"); fetch("/other", {method: "POST", body: "x"}); fetch("/letters/7/delete");
new Image().src = other + "/image"; navigator.sendBeacon(other + "/beacon", "x"); navigator.sendBeacon("/beacon", "x");
try { new WebSocket(other.replace("http", "ws") + "/socket") } catch (error) {}
try { new EventSource(other + "/events") } catch (error) {}
try { new RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:PORT"}]}).createDataChannel("x") } catch (error) {}
try { navigator.serviceWorker.register("/worker.js") } catch (error) {}
try { new Worker(other + "/worker.js") } catch (error) {}
window.open(other + "/window"); alert("x");
const frame = document.createElement("iframe"); frame.src = other + "/frame"; document.body.append(frame);
const form = document.createElement("form"); form.method = "post"; form.action = "/form"; document.body.append(form);
form.submit();
setTimeout(() => { location = other + "/away" }, 200);
for (let number = 0; number < 200; number++) fetch("/many?n=" + number);
"""


def test_a_hostile_page_reaches_nobody_and_sends_nothing(
    start_web: Callable[[], Any], crawl: Callable[..., Any]
) -> None:
    web, other = start_web(), start_web()
    script = HOSTILE.replace("OTHER", other.url).replace("PORT", str(other.port))
    web.page("/", f"<title>App</title><div id=root></div><script>{script}</script>")
    web.page("/many", "{}", Content_Type="application/json")
    crawled = crawl(web.url, render=True)
    assert other.all_asked == []
    assert {line["method"] for line in crawled.conduct if "method" in line} == {"GET"}
    asked = {path.partition("?")[0] for path in web.asked}
    assert asked <= {"/", "/many", "/form", "/beacon", "/worker.js", "/other"}
    assert not {"/letters/7/delete", "/form", "/beacon", "/other"} & asked
    assert sum(path.startswith("/many") for path in web.asked) <= MOST_REQUESTS
    refused = {line["refused"] for line in crawled.conduct if "refused" in line}
    assert refused == {"denied_by_guard", "action_link"}


@pytest.mark.slow  # it waits for as long as a page may take
def test_a_page_that_never_falls_silent_or_loops_is_given_up(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "<title>App</title><div id=root></div><script>for (;;) {}</script>")
    crawled = crawl(web.url, render=True)
    assert crawled.fetched == ["/"]
    assert crawled.reasons == {"/": "needs_browser"}


def test_a_crawl_that_is_stopped_waits_for_no_browser(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "<p>text<a href=/slow>x</a>")
    web.page("/slow", "<title>App</title><div id=root></div><script>for (;;) {}</script>")
    crawled = crawl(web.url, render=True, behaviour={"stop_after": 1})
    assert crawled.fetched == ["/", "/slow"]
    assert crawled.reasons["/slow"] == "needs_browser"
    assert crawled.error == ""
