from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bucket_probes.search.accounts import Opened, open_containers
from bucket_probes.search.asking import Questions, Turns
from bucket_probes.search.canaries import SearchedName
from bucket_probes.search.existence import ExistenceAsker
from bucket_probes.search.source import NameSearchSource
from demo_range.azure_server import AzureServer
from demo_range.azure_store import Account, Level
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.adaptive_pace import AdaptivePace
from fetching.async_wire import AsyncWire
from fetching.dialler import Dialler
from fetching.errand import Errand
from scope.model import Limits, NameSearch, Scope
from scope.units import units_of

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Liar, Reply
    from tests.conftest import MakeErrand, MakeScope

ACCOUNT = "easthamletters"
NAMES = ["letters", "scans", "private", "nowhere"]
Open = Callable[[str], Opened]


@pytest.fixture
def open_at(make_scope: MakeScope, make_errand: MakeErrand) -> Open:
    """Ask for the containers of one account at an endpoint that all accounts share."""

    def opened(endpoint: str) -> Opened:
        names = NameSearch(
            name_search=True,
            authority="IG-1",
            keywords=("eastham",),
            providers=("azure",),
            endpoints={"azure": endpoint},
        )
        scope = make_scope().model_copy(update={"names": names})
        errand, pace = make_errand(scope), AdaptivePace(1000.0, 1000.0)
        (target,) = scope.searched

        async def ask() -> Opened:
            async with AsyncWire(errand, Dialler(errand.guard)) as wire:
                turns = Turns(pace, errand.stop)
                questions = Questions(ExistenceAsker(target, wire, turns), pace, errand.stop, time.monotonic)
                return await open_containers(questions, turns, ACCOUNT, (SearchedName(name, ACCOUNT) for name in NAMES))

        return asyncio.run(ask())

    return opened


@pytest.fixture
def azure() -> Iterator[AzureServer]:
    with AzureServer() as server:
        account = server.accounts[ACCOUNT] = Account(tenant="11111111-2222-3333-4444-555555555555")
        for name, level in (("letters", Level.CONTAINER), ("scans", Level.CONTAINER), ("private", Level.PRIVATE)):
            account.container(name, level)
        yield server


def shared(server: AzureServer) -> str:
    return server.account_url().rpartition("/")[0]


def test_open_containers_are_found_and_of_the_others_nothing_is_said(azure: AzureServer, open_at: Open) -> None:
    opened = open_at(shared(azure))
    assert sorted(name.name for name, _ in opened.found) == ["letters", "scans"]
    assert {(access.exists, access.listable) for _, access in opened.found} == {("yes", "unknown")}
    assert (opened.silent, opened.is_shut) == ([], False)
    assert opened.undecided == 3, "one that nobody has, one that is private, one that is not there"
    assert opened.account is not None
    assert opened.account.owner.tenant_id == "11111111-2222-3333-4444-555555555555"


def test_one_answer_ends_an_account_that_is_shut(azure: AzureServer, open_at: Open) -> None:
    azure.accounts[ACCOUNT].allows_public = False
    opened = open_at(shared(azure))
    assert (opened.found, opened.is_shut) == ([], True)
    assert opened.undecided == 1


def test_an_account_that_has_every_container_has_none(liar: Liar, reply: type[Reply], open_at: Open) -> None:
    """A front that answers for whatever is asked says yes to a name that nobody has."""
    found = {"x-ms-version": "2023-11-03", "x-ms-request-id": "r", "ETag": '"0x1"', "x-ms-lease-state": "available"}
    liar.says = lambda asked: reply(200, b"", found)
    opened = open_at(liar.url)
    assert opened.found == []
    assert opened.silent == [(SearchedName("", ACCOUNT), SkipReason.SERVER_ERROR)]
    assert len(liar.asked) == 1


@pytest.fixture
def accounts(make_scope: Any, make_errand: Any, recording_sink: Any) -> Iterator[Callable[..., Any]]:
    """Searches accounts, with a resolver that knows some."""
    made: list[Errand] = []

    def search(answers: Callable[[str], None], **more: Any) -> Any:
        scope: Scope = make_scope()
        names = NameSearch(
            name_search=True, authority="IG-1", keywords=("Eastham Trust",), providers=("azure",), candidates=100,
            requests_per_second=2000, fastest=5000, **more,
        )  # fmt: skip
        scope = scope.model_copy(update={"names": names, "limits": Limits(requests=100_000, timeout_seconds=2)})
        errand = replace(make_errand(scope), limits=scope.limits)
        made.append(errand)

        def resolve(host: str, port: int, *_: int) -> list[Any]:
            answers(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        NameSearchSource(errand, Dialler(errand.guard, resolve)).fetch(next(units_of(scope)), recording_sink)
        return recording_sink

    yield search
    for errand in made:
        errand.conduct.close()


def accounts_of(*known: str) -> Callable[[str], None]:
    def answers(host: str) -> None:
        if host.partition(".")[0] not in known:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

    return answers


def test_storage_accounts_are_found_by_dns_alone(accounts: Any) -> None:
    canaries = {"azure": ("canaryaccount/letters",)}
    sink = accounts(accounts_of("canaryaccount", "eastham", "easthamletters"), canaries=canaries)
    found = {access.account: access for access in sink.buckets}
    assert found.keys() == {"eastham", "easthamletters"}
    assert found["eastham"].account_exists is Truth.YES
    assert found["eastham"].exists is Truth.UNKNOWN
    last = sink.searches[-1]
    assert (last.existing, last.absent, last.unknown) == (2, 98, 0)


@pytest.mark.slow
def test_a_resolver_that_is_busy_denies_nothing(accounts: Any) -> None:
    known = accounts_of("canaryaccount", "eastham")

    def busy(host: str) -> None:
        if host.startswith("easth") and len(host) % 2:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        known(host)

    sink = accounts(busy, canaries={"azure": ("canaryaccount/letters",)})
    last = sink.searches[-1]
    assert last.unknown > 10
    assert {skip.reason for skip in sink.skips if "eastham.blob" not in skip.url} == {SkipReason.DNS_ERROR}


@pytest.mark.slow
@pytest.mark.parametrize("walled", [True, False])
def test_a_resolver_that_says_the_same_of_every_name_is_not_believed(accounts: Any, walled: bool) -> None:
    def same(host: str) -> None:
        if walled:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

    sink = accounts(same, canaries={"azure": ("canaryaccount/letters",)})
    last = sink.searches[-1]
    assert (last.existing, last.absent, last.unknown) == (0, 0, 100)
    assert sink.buckets == []
