"""One unit, start to end: nothing vanishes, whatever stops it."""

from __future__ import annotations

import datetime
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.scheduling import MOST_UNSAVED
from crawler.source import OpenDirectorySource, SiteSource
from fetching.source import Source

PAGES = 30


@pytest.fixture
def site(web: Any) -> Any:
    """A start page with thirty links."""
    for number in range(PAGES):
        web.page(f"/page{number}.html", f"<p>page {number}</p>")
    web.links("/", *(f"/page{number}.html" for number in range(PAGES)))
    return web


def ended(crawled: Any) -> list[str]:
    return sorted([d["requested_url"] or d["url"] for d in crawled.documents] + [s["url"] for s in crawled.skips])


def planned(crawled: Any, web: Any) -> list[str]:
    return sorted([f"{web.url}/", *(entry["url"] for entry in crawled.entries)])


def test_no_more_is_fetched_than_a_kill_may_cost(web: Any, crawl: Callable[..., Any]) -> None:
    """A sink that lags behind: what it has not taken is fetched again after a kill."""
    pages = [f"/page{number}.html" for number in range(2 * MOST_UNSAVED)]
    for number, path in enumerate(pages):
        web.page(path, f"<p>page {1_000 + number}</p>")
    web.links("/", *pages)
    taken = 5
    crawled = crawl(web.url, behaviour={"dawdle": 0.08, "raise_after": taken})
    asked = [line for line in crawled.conduct if "status" in line]
    of_our_own = 2  # robots.txt, and the page that tells what "not here" looks like
    assert taken < len(asked) <= taken + MOST_UNSAVED + of_our_own


def test_both_are_sources() -> None:
    sources: list[type[Source]] = [SiteSource, OpenDirectorySource]
    assert len(sources) == 2


def test_entries_come_before_their_documents(site: Any, crawl: Callable[..., Any]) -> None:
    crawled = crawl(site.url)
    assert len(crawled.documents) == PAGES + 1
    seen = {f"{site.url}/"}
    for record in crawled.order:
        if record["record"] == "entry":
            seen.add(record["url"])
        else:
            assert record["url"] in seen
    assert ended(crawled) == planned(crawled, site)


def test_a_slow_sink_slows_the_crawl_and_loses_nothing(site: Any, crawl: Callable[..., Any]) -> None:
    crawled = crawl(site.url, behaviour={"dawdle": 0.01})
    assert ended(crawled) == planned(crawled, site)
    assert len(crawled.documents) == PAGES + 1


@pytest.mark.parametrize(("limits", "detail"), [({"requests": 5}, "requests"), ({"bytes": 1_200}, "bytes")])
def test_a_spent_budget_leaves_a_skip_for_each_place(
    limits: dict[str, int], detail: str, site: Any, crawl: Callable[..., Any]
) -> None:
    crawled = crawl(site.url, limits=limits)
    assert ended(crawled) == planned(crawled, site)
    assert {(skip["reason"], skip["detail"]) for skip in crawled.skips} == {("budget_spent", detail)}
    assert crawled.requests == len(site.all_asked) < PAGES


def test_a_spent_time_budget_ends_the_unit(site: Any, crawl: Callable[..., Any]) -> None:
    crawled = crawl(site.url, limits={"seconds": 1, "requests_per_second": 5})
    assert ended(crawled) == planned(crawled, site)
    assert {skip["detail"] for skip in crawled.skips} == {"seconds"}


def test_stop_ends_waiting_and_hanging_requests_at_once(site: Any, crawl: Callable[..., Any]) -> None:
    released = threading.Event()

    def hang(handler: Any) -> None:
        handler.close_connection = True
        released.wait(100)

    site.pages["/page3.html"] = hang
    # The timeouts are far longer than the test may take: what hangs is given up, not waited for.
    crawled = crawl(site.url, limits={"timeout_seconds": 90, "requests_per_second": 20}, behaviour={"stop_after": 6})
    released.set()
    assert ended(crawled) == planned(crawled, site)
    assert len(crawled.documents) < PAGES
    assert {skip["reason"] for skip in crawled.skips} == {"interrupted"}
    assert crawled.error == ""


def test_stop_ends_a_long_wait_for_the_host(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/busy")
    web.page("/busy", b"", 503, Retry_After="100")
    crawled = crawl(web.url, behaviour={"stop_after": 1})
    assert crawled.reasons == {"/busy": "interrupted"}


def test_a_sink_that_raises_ends_the_unit_with_its_error(site: Any, crawl: Callable[..., Any]) -> None:
    crawled = crawl(site.url, behaviour={"raise_after": 3})
    assert crawled.error == "RuntimeError: the sink wants no more"
    assert len(crawled.documents) == 3


def test_a_second_unit_in_one_process_is_refused(site: Any, crawl: Callable[..., Any]) -> None:
    crawled = crawl(site.url, behaviour={"times": 2})
    assert crawled.error.startswith("ProcessUsedError")
    assert len(crawled.documents) == PAGES + 1


def test_without_valid_authority_nothing_is_requested(site: Any, crawl: Callable[..., Any]) -> None:
    crawled = crawl(site.url, expires="2020-01-01")
    assert crawled.reasons == {"/": "authority_expired"}
    assert site.asked == []


def test_an_address_that_the_scope_does_not_name_is_not_dialled(site: Any, crawl: Callable[..., Any]) -> None:
    """`localhost` resolves inside, as any name of an attacker's may."""
    crawled = crawl(f"http://localhost:{site.port}/", private_addresses=[])
    assert [skip["reason"] for skip in crawled.skips] == ["denied_by_guard"]
    assert site.all_asked == []
    assert {line["refused"] for line in crawled.conduct if line.get("method") != "DNS"} == {"denied_by_guard"}


@pytest.mark.parametrize("robots", ["obey", "record"])
@pytest.mark.parametrize(
    ("url", "reason"), [("http://127.0.0.1:1/", "host_down"), ("http://nobody.invalid/", "dns_error")]
)
def test_a_host_that_is_not_there_is_unknown(robots: str, url: str, reason: str, crawl: Callable[..., Any]) -> None:
    crawled = crawl(url, robots=robots)
    assert [(skip["url"], skip["reason"]) for skip in crawled.skips] == [(url, reason)]


def test_a_start_that_leads_out_of_the_scope_is_not_followed(
    web: Any, start_web: Callable[[], Any], crawl: Callable[..., Any]
) -> None:
    elsewhere = start_web()
    elsewhere.page("/", "elsewhere")
    web.redirect("/", elsewhere.url + "/")
    crawled = crawl(web.url + "/")
    assert crawled.reasons == {"/": "denied_by_guard"}
    assert elsewhere.asked == []


def test_a_repeat_that_leads_out_of_the_scope_is_not_followed(
    web: Any, start_web: Callable[[], Any], crawl: Callable[..., Any]
) -> None:
    """Scrapy's own scope check lets a retried request pass (dont_filter is copied)."""
    elsewhere = start_web()
    elsewhere.page("/", "elsewhere")
    web.links("/", "/busy")

    def busy(handler: Any) -> None:
        first = web.asked.count("/busy") == 1
        headers = {"Retry-After": "0"} if first else {"Location": elsewhere.url + "/"}
        handler.answer(503 if first else 302, b"", headers)

    web.pages["/busy"] = busy
    crawled = crawl(web.url + "/")
    assert crawled.reasons == {"/busy": "denied_by_guard"}
    assert elsewhere.asked == []


def test_requests_name_the_tool_and_leave_no_trail(site: Any, crawl: Callable[..., Any]) -> None:
    site.page("/", '<a href="/page1.html">x</a>', Set_Cookie="session=1")
    crawl(site.url)
    assert {headers["user-agent"] for headers in site.headers} == {"Stray/0.1 (Example Hospital; security@example.org)"}
    assert not any({"cookie", "referer", "authorization"} & set(headers) for headers in site.headers)


def certificate(folder: Path, host: str, days: int) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


class QuietServer(HTTPServer):
    """A client that breaks off the handshake is what these tests want."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@pytest.mark.parametrize("days", [30, -1], ids=["unknown issuer", "expired"])
def test_a_certificate_that_does_not_hold_is_a_tls_error(days: int, tmp_path: Path, crawl: Callable[..., Any]) -> None:
    server = QuietServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = certificate(tmp_path, "127.0.0.1", days).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    crawled = crawl(f"https://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()
    assert crawled.reasons == {"/": "tls_error"}


def test_a_host_that_speaks_no_tls_is_a_tls_error(site: Any, crawl: Callable[..., Any]) -> None:
    crawled = crawl(f"https://127.0.0.1:{site.port}/")
    assert crawled.reasons == {"/": "tls_error"}
