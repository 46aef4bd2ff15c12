from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from scope.addresses import is_plain_spelling, is_public, literal_address, may_dial


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.88.99.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fd00::1", "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1",
        "168.63.129.16", "::ffff:168.63.129.16", "::ffff:0:7f00:1", "::ffff:0:a9fe:a9fe", "3fff::1", "5f00::1",
        "4000::1",
    ],
)  # fmt: skip
def test_inside_addresses_are_not_public_however_they_are_wrapped(text: str) -> None:
    assert not is_public(ip_address(text))
    assert not may_dial(ip_address(text), ())


@pytest.mark.parametrize(
    "text", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "2002:5db8:d822::1", "::ffff:0:5db8:d822"]
)
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(ip_address(text))


def test_a_named_network_may_be_dialled_in_every_wrapping() -> None:
    named = (ip_network("127.0.0.0/8"),)
    assert may_dial(ip_address("127.0.0.1"), named)
    assert may_dial(ip_address("::ffff:127.0.0.1"), named)
    assert not may_dial(ip_address("::1"), named)
    assert not may_dial(ip_address("10.0.0.1"), named)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.0.0.1", "127.1", "127.0.1", "0177.0.0.1", "017700000001", "127.0.0.1."]
)
def test_unusual_spellings_are_seen_for_what_they_are(host: str) -> None:
    assert literal_address(host) == ip_address("127.0.0.1")
    assert not is_plain_spelling(host)


@pytest.mark.parametrize("host", ["[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::ffff:0:7f00:1]"])
def test_wrapped_addresses_are_unusual_spellings(host: str) -> None:
    assert not is_plain_spelling(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "www.example.org", "cafe.example", "localhost", "dead.beef", "face"]
)
def test_plain_hosts_are_plain(host: str) -> None:
    assert is_plain_spelling(host)
