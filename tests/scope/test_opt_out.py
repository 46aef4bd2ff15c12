from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from scope.opt_out import OptOutList, parse_opt_outs, read_opt_outs

LIST = """
# people who asked not to be looked at
www.example.org        # by letter of 3 March
*.clinic.example
192.0.2.0/24
2001:db8::7
https://files.example.net/private/
http://shared.example.net:8080/a
""".splitlines()


@pytest.fixture(scope="module")
def listed() -> OptOutList:
    return parse_opt_outs(LIST)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/", "http://WWW.Example.org.:8443/x", "ftp://www.example.org/pub/",
        "https://clinic.example/", "https://a.b.clinic.example/x", "https://files.example.net/private/x.pdf",
        "http://files.example.net/private/", "https://files.example.net/PRIVATE/x", "https://files.example.net//private//x",
        "https://files.example.net/%70rivate/x", "https://files.example.net/%2570rivate/x", "https://files.example.net/private",
        "https://files.example.net/private;x=1/a", "https://files.example.net/private;/x", "https://files.example.net/;a/private/x",
        "https://files.example.net/%u0070rivate/a", "https://files.example.net/private%20/x", "https://files.example.net/private./x",
        "https://files.example.net/private::$DATA", "https://files.example.net/%EF%BD%90rivate/x",
        "http://shared.example.net:8080/a?x=1", "http://shared.example.net:8080/a/b", "http://[broken",
    ],
)  # fmt: skip
def test_what_is_opted_out(listed: OptOutList, url: str) -> None:
    assert listed.holds_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/", "https://xwww.example.org/", "https://xclinic.example/", "https://files.example.net/privateer/",
        "https://files.example.net/", "https://files.example.net/%ud800/x",
        "https://files.example.net/;private/x", "https://shared.example.net/a", "http://shared.example.net:8080/ab",
    ],
)  # fmt: skip
def test_what_is_not(listed: OptOutList, url: str) -> None:
    assert not listed.holds_url(url)


@pytest.mark.parametrize(
    ("address", "is_held"),
    [("192.0.2.9", True), ("::ffff:192.0.2.9", True), ("64:ff9b::c000:209", True), ("192.0.3.1", False),
     ("2001:db8::7", True), ("2001:db8::8", False)],
)  # fmt: skip
def test_addresses_are_held_whatever_they_are_wrapped_in(listed: OptOutList, address: str, is_held: bool) -> None:
    assert listed.holds_address(ip_address(address)) is is_held


@pytest.mark.parametrize(
    "line",
    ["www.example.org/x", "192.0.2.1/24", "10.0.0", "a b", "https://user@example.org/", "https://example.org/?q=1",
     "gopher://example.org/", "https://", "*.", "*.*.example", "-x.example", "example..org", "0x7f.1",
     "www.example.org:80"],
)  # fmt: skip
def test_a_line_that_is_not_understood_refuses_the_list_and_is_not_repeated(line: str) -> None:
    with pytest.raises(ValueError, match="line 2: ") as caught:
        parse_opt_outs(["# first", line])
    assert line not in str(caught.value)


def test_a_list_that_can_not_be_read_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can not be read"):
        read_opt_outs(tmp_path / "none.txt")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9.example\n")
    with pytest.raises(ValueError, match="UTF-8"):
        read_opt_outs(tmp_path / "latin.txt")
    with pytest.raises(ValueError, match="more than"):
        parse_opt_outs(["#"] * 20_001)


def test_an_empty_list_holds_nothing() -> None:
    assert not parse_opt_outs([]).holds_url("https://www.example.org/")
