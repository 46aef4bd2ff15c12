from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from bucket_probes.search.accounts import Opened, open_containers
from bucket_probes.search.asking import Questions, Turns
from bucket_probes.search.canaries import SearchedName
from bucket_probes.search.existence import ExistenceAsker
from demo_range.azure_server import AzureServer
from demo_range.azure_store import Account, Level
from documents.records import SkipReason
from fetching.adaptive_pace import AdaptivePace
from fetching.async_wire import AsyncWire
from fetching.dialler import Dialler
from scope.model import NameSearch

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
