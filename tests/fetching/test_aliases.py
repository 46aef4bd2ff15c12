"""Hosts that are aliases of buckets, as a resolver tells it."""

from __future__ import annotations

import socket
import threading

import pytest

from fetching.aliases import LookUp, alias_leads


def resolver(*names: str) -> LookUp:
    """Answers as gethostbyname_ex does: the end of the chain, the names before it, addresses."""
    return lambda host: (names[-1], [host, *names[:-1]], ["192.0.2.1"])


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (["letters.eht.example.s3-website.eu-west-2.amazonaws.com", "s3-website.eu-west-2.amazonaws.com"],
         ("s3", "", "letters.eht.example")),
        (["s3-website.eu-west-2.amazonaws.com"], ("s3", "", "letters.eht.example")),
        (["letters.eht.example.s3.amazonaws.com", "s3-1-w.amazonaws.com"], ("s3", "", "letters.eht.example")),
        (["c.storage.googleapis.com"], ("gcs", "", "letters.eht.example")),
        (["ehtletters.blob.core.windows.net", "blob.lnz21prdstr01a.store.core.windows.net"],
         ("azure", "ehtletters", "")),
        (["ehtletters.z33.web.core.windows.net", "web.x.store.core.windows.net"], ("azure", "ehtletters", "$web")),
        (["cdn.example.net", "eht.lon1.cdn.digitaloceanspaces.com"], ("digitalocean", "", "eht")),
    ],
)  # fmt: skip
def test_what_a_host_is_an_alias_of(chain: list[str], expected: tuple[str, str, str]) -> None:
    (lead,) = alias_leads(["Letters.eht.example."], look_up=resolver(*chain))
    assert (lead.provider, lead.account, lead.name) == expected
    assert (lead.met_in, lead.parent) == ("cname", "https://letters.eht.example/")


@pytest.mark.parametrize("chain", [["letters.eht.example"], ["web01.eht.example"], ["d111.cloudfront.net"]])
def test_hosts_that_are_no_alias_of_a_bucket(chain: list[str]) -> None:
    assert list(alias_leads(["letters.eht.example"], look_up=resolver(*chain))) == []


def test_addresses_are_not_asked_about_and_a_resolver_that_fails_says_nothing() -> None:
    asked: list[str] = []

    def look_up(host: str) -> tuple[str, list[str], list[str]]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "no")

    assert list(alias_leads(["127.0.0.1", "eht.example", "eht.example", ""], look_up=look_up)) == []
    assert asked == ["eht.example"]


def test_a_resolver_that_never_answers_holds_nothing_up() -> None:
    never = threading.Event()

    def look_up(host: str) -> tuple[str, list[str], list[str]]:
        never.wait(30)
        return host, [], []

    assert list(alias_leads(["eht.example"], look_up=look_up, timeout=0.05)) == []
    never.set()


def test_the_systems_resolver_gives_what_is_expected_of_it() -> None:
    assert list(alias_leads(["localhost"])) == []
