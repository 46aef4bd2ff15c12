from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from demo_range.loopback import AnsweringHandler, LoopbackServer
from demo_range.misbehaving import MisbehavingServer
from documents.records import SkipReason
from fetching.async_wire import BODY_BYTES, AsyncWire, SmallAnswer
from fetching.budget import Budget, BudgetSpentError
from fetching.dialler import AddressDeniedError, Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, StoppedError, UrlDeniedError
from scope.model import Limits, SiteTarget


class _Settling(AnsweringHandler):
    def answer(self) -> None:
        self.send_page(HTTPStatus.OK, b"ok", Set_Cookie="seen=1")
        if self.path == "/last":
            self.close_connection = True  # without a word: the client learns it from its next request


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture
def settling() -> Iterator[LoopbackServer]:
    with LoopbackServer(_Settling) as running:
        yield running


@pytest.fixture
def errand_for(make_scope: Any, make_errand: Any, tmp_path: Path) -> Iterator[Callable[..., Errand]]:
    errands: list[Errand] = []

    def made(url: str, **options: Any) -> Errand:
        private = options.pop("private", ("127.0.0.1",))
        scope = make_scope(SiteTarget(tier="own", authority="IG-1", url=url + "/"), private=private, **options)
        errand: Errand = make_errand(scope, conduct=tmp_path / "conduct.jsonl")
        errands.append(errand)
        return errand

    yield made
    for errand in errands:
        errand.conduct.close()


def ask(errand: Errand, *urls: str, dialler: Dialler | None = None) -> list[SmallAnswer | FetchingError]:
    """One after another."""

    async def run() -> list[SmallAnswer | FetchingError]:
        answers: list[SmallAnswer | FetchingError] = []
        async with AsyncWire(errand, dialler or Dialler(errand.guard)) as wire:
            for url in urls:
                try:
                    answers.append(await wire.get(url))
                except FetchingError as error:
                    answers.append(error)
        return answers

    return asyncio.run(run())


def lines(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "conduct.jsonl").read_text().splitlines()]


def test_many_at_once_over_kept_connections_and_each_on_record(
    settling: LoopbackServer, errand_for: Callable[..., Errand], tmp_path: Path
) -> None:
    errand = errand_for(settling.url)

    async def run() -> list[SmallAnswer]:
        async with AsyncWire(errand, Dialler(errand.guard), connections=4) as wire:
            return await asyncio.gather(*(wire.get(f"{settling.url}/{number}") for number in range(40)))

    answers = asyncio.run(run())
    assert {(answer.status, answer.body) for answer in answers} == {(200, b"ok")}
    assert errand.budget.requests == len(settling.requests) == len(lines(tmp_path)) == 40
    assert errand.budget.bytes == 80
    for request in settling.requests:
        assert request.method == "GET"
        assert not {"authorization", "cookie", "proxy-authorization"} & request.headers.keys()
        assert request.headers["user-agent"] == errand.user_agent
        assert request.headers["accept-encoding"] == "identity"


def test_a_redirect_is_an_answer_and_is_not_followed(
    server: MisbehavingServer, errand_for: Callable[..., Errand]
) -> None:
    [answer] = ask(errand_for(server.url), f"{server.url}/redirect-chain/3")
    assert isinstance(answer, SmallAnswer)
    assert answer.status == 302
    assert len(server.requests) == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew_on_record(
    settling: LoopbackServer, errand_for: Callable[..., Errand], tmp_path: Path
) -> None:
    answers = ask(errand_for(settling.url), *(f"{settling.url}/{path}" for path in ["last"] * 5))
    assert all(isinstance(answer, SmallAnswer) for answer in answers)
    assert len([line for line in lines(tmp_path) if "status" in line]) == 5


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/short", SkipReason.TRUNCATED),
        ("/hang", SkipReason.TIMED_OUT),
        ("/drip", SkipReason.TIMED_OUT),
        ("/not-http", SkipReason.UNREADABLE),
    ],
)
def test_what_is_no_answer_is_told_as_that(
    server: MisbehavingServer, errand_for: Callable[..., Errand], tmp_path: Path, path: str, reason: SkipReason
) -> None:
    [failure] = ask(errand_for(server.url, timeout_seconds=0.5), server.url + path)
    assert isinstance(failure, NoAnswerError)
    assert failure.reason is reason
    assert path.strip("/") not in failure.detail
    assert failure.__cause__ is failure.__context__ is None
    assert lines(tmp_path)[-1]["failed"] == failure.detail


@pytest.mark.parametrize("path", ["/large", "/large-chunked", "/endless", "/gzip-bomb"])
def test_no_more_than_the_beginning_of_a_body_is_read(
    server: MisbehavingServer, errand_for: Callable[..., Errand], path: str
) -> None:
    errand = errand_for(server.url)
    [answer] = ask(errand, server.url + path)
    assert isinstance(answer, SmallAnswer)
    assert len(answer.body) == BODY_BYTES
    assert errand.budget.bytes < 4 * BODY_BYTES


def test_what_the_guard_denies_is_not_asked(
    server: MisbehavingServer, errand_for: Callable[..., Errand], tmp_path: Path
) -> None:
    errand = errand_for("http://elsewhere.example")
    [denied] = ask(errand, server.url + "/ok")
    assert isinstance(denied, UrlDeniedError)
    assert server.requests == []
    assert errand.budget.requests == 0
    assert "refused" in lines(tmp_path)[0]


def test_an_address_that_the_guard_denies_is_not_dialled(
    server: MisbehavingServer, errand_for: Callable[..., Errand]
) -> None:
    def resolve(host: str, port: int, *_: int) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    url = f"http://bucket.example:{server.port}"
    errand = errand_for(url, private=())
    [denied] = ask(errand, url + "/ok", dialler=Dialler(errand.guard, resolve))
    assert isinstance(denied, AddressDeniedError)
    assert server.requests == []


def test_a_host_is_resolved_once_and_the_address_that_was_asked_about_is_dialled(
    settling: LoopbackServer, errand_for: Callable[..., Errand]
) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int, *_: int) -> list[Any]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"  # rebinding
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    url = f"http://bucket.example:{settling.port}"
    errand = errand_for(url)
    answers = ask(errand, *[url + "/last"] * 4, dialler=Dialler(errand.guard, resolve))
    assert all(isinstance(answer, SmallAnswer) for answer in answers)
    assert asked == ["bucket.example"]


def test_a_host_without_an_address_is_unknown(errand_for: Callable[..., Errand]) -> None:
    def resolve(host: str, port: int, *_: int) -> list[Any]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    errand = errand_for("http://bucket.example")
    [failure] = ask(errand, "http://bucket.example/", dialler=Dialler(errand.guard, resolve))
    assert isinstance(failure, NoAnswerError)
    assert failure.reason is SkipReason.DNS_ERROR


def test_nobody_there(errand_for: Callable[..., Errand]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    [failure] = ask(errand_for(f"http://127.0.0.1:{port}"), f"http://127.0.0.1:{port}/x")
    assert isinstance(failure, NoAnswerError)
    assert (failure.reason, failure.detail) == (SkipReason.HOST_DOWN, "ConnectionRefusedError")


def test_a_spent_budget_and_a_stop_end_it(
    settling: LoopbackServer, errand_for: Callable[..., Errand], tmp_path: Path
) -> None:
    errand = replace(errand_for(settling.url), budget=Budget(Limits(requests=1)))
    first, second = ask(errand, settling.url + "/1", settling.url + "/2")
    assert isinstance(first, SmallAnswer)
    assert isinstance(second, BudgetSpentError)
    stop = threading.Event()
    stop.set()
    [stopped] = ask(replace(errand_for(settling.url), stop=stop), settling.url + "/3")
    assert isinstance(stopped, StoppedError)
    assert len(settling.requests) == 1
    assert [line["refused"] for line in lines(tmp_path) if "refused" in line] == ["budget spent: requests"]


def test_the_environment_lends_no_proxy_and_no_rights(
    settling: LoopbackServer, errand_for: Callable[..., Errand], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ALICE password SECRET\n")
    for name, value in {
        "HTTP_PROXY": "http://192.0.2.1:9", "http_proxy": "http://192.0.2.1:9", "ALL_PROXY": "http://192.0.2.1:9",
        "NETRC": str(netrc),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    [answer] = ask(errand_for(settling.url), settling.url + "/x")
    assert isinstance(answer, SmallAnswer)
    assert "authorization" not in settling.requests[0].headers


def _at_loopback(host: str, port: int, *_: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_no_cookie_is_sent_back(settling: LoopbackServer, errand_for: Callable[..., Errand]) -> None:
    url = f"http://bucket.example:{settling.port}"  # of an address no client would keep one
    errand = errand_for(url)
    ask(errand, url + "/1", url + "/2", dialler=Dialler(errand.guard, _at_loopback))
    assert len(settling.requests) == 2
    assert not any("cookie" in request.headers for request in settling.requests)


def test_no_socket_is_opened_to_an_address_that_the_guard_denies_whoever_resolved_it(
    settling: LoopbackServer, errand_for: Callable[..., Errand]
) -> None:
    url = f"http://bucket.example:{settling.port}"
    [failure] = ask(errand_for(url, private=()), url + "/x", dialler=Dialler(errand_for(url).guard, _at_loopback))
    assert isinstance(failure, NoAnswerError)
    assert failure.reason is SkipReason.HOST_DOWN
    assert settling.requests == []


class _Dropping(AnsweringHandler):
    def answer(self) -> None:
        if self.path != "/dropped":
            self.send_page(HTTPStatus.OK, b"ok")
        self.close_connection = self.path == "/dropped"


def test_every_request_that_arrives_is_counted_and_on_record(errand_for: Callable[..., Errand], tmp_path: Path) -> None:
    """aiohttp by itself asks once more over each kept connection that breaks."""
    with LoopbackServer(_Dropping) as server:
        errand = errand_for(server.url)
        [_, failure, _] = ask(errand, *(server.url + path for path in ("/kept", "/dropped", "/kept")))
        assert isinstance(failure, NoAnswerError)
        assert len(server.requests) == errand.budget.requests == len(lines(tmp_path)) == 4
