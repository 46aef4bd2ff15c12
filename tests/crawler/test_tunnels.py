"""The hook of `fetch_unit` refuses every connection past the proxy, so what was fetched came through it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo_range.little_proxy import LittleProxy
from demo_range.tls_faults import TlsServer

if TYPE_CHECKING:
    from tests.crawler.conftest import Crawled, Web

NAME = "letters.example.org"
Crawl = Callable[..., "Crawled"]


@pytest.mark.parametrize("socks", [False, True])
@pytest.mark.parametrize("resolve", ["here", "proxy"])
def test_a_site_is_read_through_the_proxy(crawl: Crawl, web: Web, socks: bool, resolve: str) -> None:
    web.links("/", "/a.html", "/b.html", "/moved")
    web.page("/a.html", "a letter")
    web.page("/b.html", "another letter")
    web.redirect("/moved", "/a.html")
    with LittleProxy(socks=socks, hosts={NAME: "127.0.0.1"}) as proxy:
        host = NAME if resolve == "proxy" else "localhost"
        found = crawl(
            f"http://{host}:{web.port}/",
            private_addresses=[] if resolve == "proxy" else ["127.0.0.1"],
            network={"proxy": proxy.url, "resolve": resolve},
        )
        assert set(proxy.asked) == {(NAME if resolve == "proxy" else "127.0.0.1", web.port)}
        assert len(proxy.asked) < found.requests, "tunnels are kept as connections are"
    assert found.error == ""
    assert set(found.fetched) >= {"/", "/a.html", "/b.html"}
    assert found.skipped == {}


def test_an_open_directory_is_walked_through_it(crawl: Crawl, web: Web) -> None:
    web.page("/", '<title>Index of /</title><h1>Index of /</h1><pre><a href="letter.txt">letter.txt</a></pre>')
    web.page("/letter.txt", "Dear Dr Hollis", Content_Type="text/plain")
    with LittleProxy() as proxy:
        found = crawl(f"{web.url}/", "open_directory", network={"proxy": proxy.url})
    assert found.fetched == ["/", "/letter.txt"]
    assert (found.error, found.skipped) == ("", {})


@pytest.mark.parametrize(
    ("options", "detail"),
    [({"status": 404}, "http_404"), ({"login": "a:b"}, "http_407"), ({"socks": True, "status": 4}, "socks_4")],
)
def test_what_it_says_for_itself_is_no_answer_of_the_host(
    crawl: Crawl, web: Web, options: dict[str, Any], detail: str
) -> None:
    web.page("/", "a letter")
    with LittleProxy(**options) as proxy:
        found = crawl(f"{web.url}/", network={"proxy": proxy.url})
    assert found.skipped["/"] == ("proxy_failed", detail)
    assert (found.fetched, web.all_asked, found.error) == ([], [], "")


def test_without_a_proxy_that_answers_nothing_is_asked_directly(crawl: Crawl, web: Web) -> None:
    web.page("/", "a letter")
    with LittleProxy() as gone:
        address = gone.url
    found = crawl(f"{web.url}/", network={"proxy": address})
    assert found.skipped["/"] == ("proxy_failed", "ConnectionRefusedError")
    assert (web.all_asked, found.error) == ([], "")


def test_what_the_guard_refuses_is_not_asked_of_it(crawl: Crawl, web: Web) -> None:
    with LittleProxy() as proxy:
        found = crawl(f"http://localhost:{web.port}/", private_addresses=[], network={"proxy": proxy.url})
        assert proxy.clients == 0
    assert found.reasons["/"] == "denied_by_guard"


def test_a_proxy_that_speaks_tls_carries_http_and_https(
    crawl: Crawl, web: Web, proxy_tls: ssl.SSLContext, tmp_path: Path
) -> None:
    web.links("/", "/a.html")
    web.page("/a.html", "a letter " * 100_000)
    with TlsServer() as secure, LittleProxy(tls=proxy_tls) as proxy:
        network = {"proxy": proxy.url, "proxy_ca_file": str(tmp_path / "authorities.pem")}
        found = crawl(f"{web.url}/", network=network)
        secured = crawl(f"{secure.url}/", network=network, certificates="record")
        refused = crawl(f"{web.url}/", network={"proxy": proxy.url})
    assert set(found.fetched) == {"/", "/a.html"}
    assert secured.fetched == ["/"]
    assert refused.skipped["/"] == ("proxy_failed", "tls_untrusted")


def test_certificates_are_held_against_the_host_behind_it(crawl: Crawl) -> None:
    with TlsServer() as server, LittleProxy() as proxy:
        verified = crawl(f"{server.url}/", network={"proxy": proxy.url})
        noted = crawl(f"{server.url}/", network={"proxy": proxy.url}, certificates="record")
        assert proxy.asked
    assert verified.reasons["/"] == "tls_error"
    assert noted.fetched == ["/"]
    assert noted.documents[0]["exposure"]["tls"] != "valid"
