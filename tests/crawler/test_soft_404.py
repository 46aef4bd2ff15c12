"""Answers that say "not here" with status 200, and pages that only look like them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crawler.soft_404 import CANARY_NAME, canary_url, kind_of, likeness_of
from scope.actions import is_action

URL = "http://www.example.org/"
MENU = "".join(f"<li><a href='/menu/{name}'>About our {name} team</a></li>" for name in ("eye", "ear", "heart", "skin"))
NOT_HERE = f"<title>Clinic</title><ul>{MENU}</ul><p>Sorry, the page you asked for could not be found on this site."
LETTER = f"<title>Clinic</title><ul>{MENU}</ul><p>Dear Mrs Example, we saw you in clinic last week. You are well."


def alike(one: str, other: str, at: str = URL, other_at: str = URL) -> bool:
    first = likeness_of(one.encode(), "text/html", at)
    second = likeness_of(other.encode(), "text/html", other_at)
    assert first is not None
    assert second is not None
    return first[0].says_the_same(second[0])


def test_the_same_words_are_the_same_answer_whatever_address_number_or_date_they_hold() -> None:
    told = NOT_HERE + " It was /{0}, asked for at 2026-01-{1} {2}:00, case {2}{1}77"
    one, other = told.format("letters/smith.html", "02", "11"), told.format("stray-no-such-page-5.html", "03", "23")
    assert alike(one, other, URL + "letters/smith.html", URL + "stray-no-such-page-5.html")


def test_one_line_of_a_letter_is_enough_to_differ() -> None:
    assert not alike(NOT_HERE, LETTER)
    assert not alike(NOT_HERE, NOT_HERE + "<p>Dear Mrs Jones, your embryos have been frozen")
    assert not alike(NOT_HERE, f"<title>Clinic</title><ul>{MENU}</ul>")


def test_an_answer_of_hardly_any_words_is_known_by_its_bytes() -> None:
    assert alike("<p>not found", "<p>not found")
    assert not alike("<img src=a.jpg>", "<img src=b.jpg>")


@pytest.mark.parametrize(("body", "kind"), [(b"%PDF-1.7", "application/pdf"), (b"", "text/html"), (b"x", "text/css")])
def test_what_is_no_page_is_not_judged(body: bytes, kind: str) -> None:
    assert likeness_of(body, kind, URL) is None


@pytest.mark.parametrize(
    ("url", "kind"), [("a/", "/"), ("a", ""), ("a.PHP?b=1", ".php"), ("a.b/c.pdf", ".pdf"), ("v1.2", ""), ("", "/")]
)
def test_a_canary_is_of_a_kind_and_acts_nowhere(url: str, kind: str) -> None:
    assert kind_of(URL + url) == kind
    for _ in range(50):
        canary = canary_url(URL + "deep/start.html", kind)
        assert canary.startswith(f"{URL}deep/{CANARY_NAME}")
        assert kind_of(canary) == kind
        assert not is_action(canary)


def serve_everything(web: Any, body: str, status: int = 200) -> None:
    """Whatever is asked that is no page of the site."""

    class Pages(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            if path in self or path in ("/robots.txt", "/sitemap.xml"):
                return super().get(path, default)
            return lambda handler: handler.answer(status, body.replace("PATH", path).encode())

    web.pages = Pages(web.pages)


def test_a_soft_404_is_not_found_and_a_page_on_the_same_template_is_a_document(
    web: Any, crawl: Callable[..., Any]
) -> None:
    web.links("/", "/gone.html", "/there.html", "/gone/", "/lost.pdf", "/real.pdf", "/old.php?id=5")
    web.page("/there.html", LETTER)
    web.page("/real.pdf", b"%PDF-1.7 x", Content_Type="application/pdf")
    serve_everything(web, NOT_HERE + " PATH")
    crawled = crawl(web.url)
    assert sorted(crawled.fetched) == ["/", "/real.pdf", "/there.html"]
    missing = ["/gone.html", "/gone/", "/lost.pdf", "/old.php?id=5"]
    missing += [f"/menu/{name}" for name in ("eye", "ear", "heart", "skin")]
    assert crawled.skipped == dict.fromkeys(missing, ("not_found", "soft_404"))
    canaries = [path for path in web.all_asked if CANARY_NAME in path]
    assert len(canaries) == len({kind_of(path) for path in canaries}) == 5
    assert not [record for record in crawled.order if CANARY_NAME in record["url"]]


def test_a_login_page_in_the_place_of_everything_is_access_denied(web: Any, crawl: Callable[..., Any]) -> None:
    login = "<title>Portal</title><p>Please sign in to see your letters<form><input type=password name=p></form>"
    web.links("/", "/letters/1.html", "/login.html")
    web.page("/login.html", login)
    serve_everything(web, login)
    crawled = crawl(web.url)
    assert crawled.skipped["/letters/1.html"] == ("access_denied", "login_page")
    web.redirect("/letters/1.html", "/login.html")
    serve_everything(web, "", 404)
    assert "/login.html" in [path for path, _ in crawl(web.url).skipped.items()] + crawl(web.url).fetched


def test_the_page_that_everything_is_sent_to_is_a_page(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/letters/1.html", "/home.html")
    web.page("/home.html", "<p>Welcome to our clinic, see all of our letters here")

    class Pages(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            if path in self or path in ("/robots.txt", "/sitemap.xml"):
                return super().get(path, default)
            return lambda handler: handler.answer(302, b"", {"Location": "/home.html"})

    web.pages = Pages(web.pages)
    crawled = crawl(web.url)
    assert crawled.fetched == ["/", "/home.html"]
    assert crawled.skipped == {"/letters/1.html": ("not_found", "soft_404")}


def test_a_server_that_says_404_is_asked_once_for_each_kind(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", *(f"/{number}.html" for number in range(5)))
    for number in range(5):
        web.page(f"/{number}.html", "<p>The same few words on every one of these pages")
    assert len(crawl(web.url).fetched) == 6
    assert sum(CANARY_NAME in path for path in web.all_asked) == 1


def test_pages_that_a_browser_has_to_draw_are_unknown_and_not_missing(web: Any, crawl: Callable[..., Any]) -> None:
    shell = "<title>App</title><div id=root></div><script src=/app.js></script>"
    web.links("/", "/letters/1", "/letters/2")
    serve_everything(web, shell)
    reasons = crawl(web.url).reasons
    assert reasons["/letters/1"] == reasons["/letters/2"] == "needs_browser"


def test_an_open_directory_asks_for_its_files_only(web: Any, crawl: Callable[..., Any]) -> None:
    rows = "".join(f'<a href="{name}">{name}</a> 2024-01-02 03:04 5\n' for name in ("a.html", "b.html", "c.pdf"))
    web.page("/", f"<title>Index of /</title><h1>Index of /</h1><pre>{rows}</pre>")
    web.page("/a.html", NOT_HERE)
    web.page("/b.html", NOT_HERE)
    serve_everything(web, NOT_HERE)
    crawled = crawl(web.url, "open_directory")
    assert crawled.reasons == {"/c.pdf": "not_found", "/": "server_error"} or crawled.reasons["/c.pdf"] == "not_found"
    assert {"/a.html", "/b.html"} <= set(crawled.fetched)
