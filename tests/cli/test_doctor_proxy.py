from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.doctor_checks import Check
from cli.doctor_proxy import proxy_checks
from demo_range.little_proxy import LittleProxy
from findings.conduct.asking import Wanted, requests
from findings.conduct.folder import conduct_root
from scope.model import FtpTarget, NetworkPolicy, Scope, SiteTarget
from tests.conftest import MakeScope

NAME = "letters.example.org"


@pytest.fixture
def through(make_scope: MakeScope, tmp_path: Path) -> Callable[..., Scope]:
    """A scope of one site behind this proxy, its database in the temporary folder."""

    def made(proxy: str, url: str, expires: Any = None, **network: Any) -> Scope:
        scope = make_scope(SiteTarget(tier="own", authority="IG-1", url=url), expires=expires)
        policy = NetworkPolicy.model_validate({"private_addresses": ["127.0.0.1"], "proxy": proxy, **network})
        database = scope.database.model_copy(update={"file": tmp_path / "f.duckdb", "key": tmp_path / "f.key"})
        return scope.model_copy(update={"network": policy, "database": database})

    return made


def told(scope: Scope, tmp_path: Path) -> Check:
    *_, check = proxy_checks(scope, tmp_path / "scope.toml")
    return check


@pytest.mark.parametrize("kind", ["http", "https", "socks5h"])
def test_it_is_reached_and_leads_to_a_target_on_record(
    through: Callable[..., Scope], proxy_tls: ssl.SSLContext, tmp_path: Path, kind: str
) -> None:
    known = {"proxy_ca_file": tmp_path / "authorities.pem"} if kind == "https" else {}
    with (
        socket.create_server(("127.0.0.1", 0)) as target,
        LittleProxy(socks=kind == "socks5h", tls=proxy_tls if kind == "https" else None) as proxy,
    ):
        port = target.getsockname()[1]
        scope = through(proxy.url, f"http://127.0.0.1:{port}/letters/", **known)
        check = told(scope, tmp_path)
        target.settimeout(10)
        asking, _ = target.accept()
        with asking:
            assert asking.recv(1) == b"", "it is asked for nothing"
    assert (check.state, check.detail) == ("ok", f"{proxy.url} lets us in and leads to 127.0.0.1:{port}")
    assert proxy.asked == [("127.0.0.1", port)]
    lines = list(requests(conduct_root(scope.database.file), Wanted(sweep="doctor")))
    assert [(line["method"], line["why"], "letters" in str(line)) for line in lines] == [("CONNECT", "check", False)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"login": "a:b"}, "authentication: {at} refuses us without a login; name one: proxy_login"),
        ({"status": 403}, "{at} does not allow a tunnel to 127.0.0.1:9"),
        ({"status": 418}, "{at} leads not to 127.0.0.1:9: it answers http 418"),
        ({}, "{at} could not reach 127.0.0.1:9: DNS, or the target is down"),
        ({"socks": True, "status": 4}, "{at} could not reach 127.0.0.1:9: DNS, or the target is down"),
        (
            {"socks": True, "login": "a:b"},
            "{at} refuses the login, wants one (proxy_login), or speaks no SOCKS5",
        ),
    ],
)
def test_what_is_wrong_is_one_line(
    through: Callable[..., Scope], tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    with LittleProxy(**options) as proxy:
        check = told(through(proxy.url, "http://127.0.0.1:9/"), tmp_path)
    assert (check.state, check.detail) == ("failed", said.format(at=proxy.url))


def test_a_proxy_that_is_not_there_has_no_name_or_another(
    through: Callable[..., Scope], proxy_tls: ssl.SSLContext, tmp_path: Path
) -> None:
    with LittleProxy() as gone:
        address = gone.url
    site = "http://127.0.0.1:9/"
    assert told(through(address, site), tmp_path).detail.startswith(f"nothing listens at {address}")
    nameless = told(through("http://proxy.invalid:3128", site), tmp_path)
    assert nameless.detail.startswith("DNS: proxy.invalid has no address here")
    with LittleProxy(tls=proxy_tls) as proxy:
        known = {"proxy_ca_file": tmp_path / "authorities.pem"}
        named = proxy.url.replace("127.0.0.1", "localhost")
        assert "made out for another name than localhost" in told(through(named, site, **known), tmp_path).detail
        assert "signed by nobody known" in told(through(proxy.url, site), tmp_path).detail
        assert proxy.asked == []


def test_where_nothing_may_be_asked_it_is_reached_and_no_more(through: Callable[..., Scope], tmp_path: Path) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    with LittleProxy() as proxy:
        expired = told(through(proxy.url, "http://127.0.0.1:9/", expires=yesterday), tmp_path)
        inside = told(through(proxy.url, "http://localhost:9/", private_addresses=[]), tmp_path)
        assert proxy.asked == []
    assert (expired.state, "expired on" in expired.detail) == ("unknown", True)
    assert (inside.state, "may not be asked for" in inside.detail) == ("warning", True)
    assert not list((tmp_path).glob("f.duckdb")), "no database is made"


def test_ftp_wants_socks(through: Callable[..., Scope], tmp_path: Path) -> None:
    with LittleProxy() as proxy:
        scope = through(proxy.url, "http://127.0.0.1:9/")
        ftp = FtpTarget(tier="own", authority="IG-1", url="ftp://127.0.0.1/", anonymous_ftp=True)
        first, _ = proxy_checks(scope.model_copy(update={"ftp": (ftp,)}), tmp_path / "scope.toml")
    assert (first.name, first.state) == ("proxy and FTP", "warning")
