from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from scope.errors import ScopeError
from scope.loader import load_scope
from scope.proxy import Proxy, ProxyKind, may_be_proxy, parse_proxy, read_login


def test_its_address() -> None:
    assert parse_proxy("http://proxy.example:3128/") == Proxy(ProxyKind.HTTP, "proxy.example", 3128)
    assert parse_proxy("https://proxy.example:3129") == Proxy(ProxyKind.HTTPS, "proxy.example", 3129)
    assert parse_proxy("socks5h://[2001:db8::1]:1080") == Proxy(ProxyKind.SOCKS, "2001:db8::1", 1080)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "proxy.example:3128",
            "http://proxy.example",
            "socks5://p:1080",
            "ftp://p:21",
            "http://u:p@p:3128",
        ),
        *(
            "http://:3128",
            "http://p:3128/path",
            "http://p:99999",
            "http://p:0",
            "http://0x7f.1:3128",
            "http://p:3128?x",
        ),
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_proxy(text)


def test_which_addresses_a_proxy_may_have() -> None:
    for fine in ("127.0.0.1", "10.0.0.1", "8.8.8.8", "::1", "fd00::1"):
        assert may_be_proxy(ip_address(fine))
    for never in ("0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::", "::ffff:169.254.169.254"):
        assert not may_be_proxy(ip_address(never))


@pytest.mark.parametrize("text", ["", "user", ":password", "user:", "a:b\nc:d", "a:b\x07", "a:" + "b" * 256, "a:é"])
def test_a_file_that_holds_no_login(tmp_path: Path, text: str) -> None:
    path = tmp_path / "login"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ValueError, match=r"user:password|ASCII"):
        read_login(path)


def test_a_login_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "login"
    path.write_text("stray:se:cret\r\n")
    path.chmod(0o600)
    login = read_login(path)
    assert (login.user, login.password) == ("stray", "se:cret")
    assert "cret" not in repr(login)


_SCOPE = """
organisation = "Demo"
contact = "a@example.org"
[pack]
path = "pack"
key = "pack.key"
[[site]]
url = "https://www.example.nhs.uk/"
tier = "own"
authority = "IG-1"
[network]
"""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('proxy = "http://u:hunter2@proxy.example:3128"', "carries a login"),
        ('proxy = "proxy.example"', "give an address with its port"),
        ('proxy = "http://proxy.example:3128"\nresolve = "there"', '"here" or "proxy"'),
        ('proxy_login = "login"', "says nothing without proxy"),
        ('proxy = "http://proxy.example:3128"\nproxy_login = "login"', "can not be read"),
        ('proxy = "http://proxy.example:3128"\nproxy_ca_file = "ca.pem"', "says nothing without a proxy at https://"),
        ('proxy = "https://proxy.example:3128"\nproxy_ca_file = "ca.pem"', "can not be read"),
        ('proxy = "https://proxy.example:3128"\nproxy_ca_file = "scope.toml"', "holds no certificate"),
    ],
)
def test_a_scope_that_is_wrong_says_so(tmp_path: Path, lines: str, said: str) -> None:
    path = tmp_path / "scope.toml"
    path.write_text(_SCOPE + lines)
    with pytest.raises(ScopeError) as refused:
        load_scope(path)
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_login_others_may_read_refuses_the_scope(tmp_path: Path) -> None:
    path = tmp_path / "scope.toml"
    path.write_text(_SCOPE + 'proxy = "http://proxy.example:3128"\nproxy_login = "login"')
    (tmp_path / "login").write_text("a:b")
    (tmp_path / "login").chmod(0o644)
    with pytest.raises(ScopeError, match="chmod 600"):
        load_scope(path)
    (tmp_path / "login").chmod(0o600)
    assert load_scope(path).network.proxy_login == tmp_path / "login"
