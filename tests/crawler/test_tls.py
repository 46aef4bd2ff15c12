"""Certificates that do not hold: the end of it, or read past and told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo_range.tls_faults import TlsFault, TlsServer

# What is told where nobody trusts the issuer, and where the issuer is trusted and the other fault is left.
UNTRUSTED = dict.fromkeys(TlsFault, "self_signed")
TRUSTED = {TlsFault.EXPIRED: "expired", TlsFault.WRONG_HOST: "wrong_host"}


@pytest.fixture
def trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[TlsServer], None]:
    """Makes OpenSSL trust a server's issuer, in processes that the test starts."""

    def trusted(server: TlsServer) -> None:
        roots = tmp_path / "roots.pem"
        roots.write_bytes(server.certificate)
        monkeypatch.setenv("SSL_CERT_FILE", str(roots))

    return trusted


@pytest.mark.parametrize("fault", TlsFault)
def test_a_bad_certificate_ends_it_and_its_state_is_told(fault: TlsFault, crawl: Callable[..., Any]) -> None:
    with TlsServer(fault) as server:
        crawled = crawl(server.url + "/")
    assert crawled.skipped == {"/": ("tls_error", UNTRUSTED[fault])}
    assert crawled.fetched == []


@pytest.mark.parametrize("fault", TRUSTED)
def test_the_fault_is_named_where_the_issuer_is_trusted(
    fault: TlsFault, crawl: Callable[..., Any], trust: Callable[[TlsServer], None]
) -> None:
    with TlsServer(fault) as server:
        trust(server)
        refused = crawl(server.url + "/")
        read = crawl(server.url + "/", certificates="record")
    assert refused.skipped == {"/": ("tls_error", TRUSTED[fault])}
    assert [document["exposure"]["tls"] for document in read.documents] == [TRUSTED[fault]]


@pytest.mark.parametrize("fault", TlsFault)
def test_where_the_scope_says_so_it_is_read_past_and_recorded(fault: TlsFault, crawl: Callable[..., Any]) -> None:
    with TlsServer(fault) as server:
        crawled = crawl(server.url + "/", certificates="record")
    exposures = [document["exposure"] for document in crawled.documents]
    worst = "self_signed"
    assert [(each["transport"], each["tls"]) for each in exposures] == [("https", worst)]
    assert crawled.skips == []


@pytest.mark.parametrize("policy", ["verify", "record"])
def test_a_certificate_that_holds_is_valid(
    policy: str, crawl: Callable[..., Any], trust: Callable[[TlsServer], None]
) -> None:
    with TlsServer(TlsFault.SELF_SIGNED) as server:
        trust(server)
        crawled = crawl(server.url + "/", certificates=policy)
    assert [document["exposure"]["tls"] for document in crawled.documents] == ["valid"]


def test_plain_http_has_no_tls(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "nothing")
    exposure = crawl(web.url + "/").documents[0]["exposure"]
    assert (exposure["transport"], exposure["tls"]) == ("http", "none")


@pytest.mark.parametrize(
    ("named", "state"), [("localhost", "valid"), ("elsewhere.example", "wrong_host"), (None, "wrong_host")]
)
def test_names_are_held_against_the_hosts_name(
    named: str | None, state: str, crawl: Callable[..., Any], trust: Callable[[TlsServer], None]
) -> None:
    with TlsServer(name=named) as server:
        trust(server)
        url = f"https://localhost:{server.port}/"
        refused = crawl(url)
        read = crawl(url, certificates="record")
    assert refused.skipped == ({} if state == "valid" else {"/": ("tls_error", state)})
    assert [document["exposure"]["tls"] for document in read.documents] == [state]
