from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo_range.misbehaving import PROMISED_BYTES, MisbehavingServer
from demo_range.tls_faults import TlsServer
from documents.body import Body, BodyTooLargeError
from documents.records import SkipReason
from fetching.budget import BudgetSpentError
from fetching.dialler import AddressDeniedError, Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, StoppedError, UrlDeniedError
from fetching.pacing import THROTTLE_RETRIES
from fetching.wire import Wire
from scope.model import Scope, SiteTarget

if TYPE_CHECKING:
    from tests.conftest import MakeErrand, MakeScope

Making = Callable[..., Wire]


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer(retry_after="0") as running:
        yield running


@pytest.fixture
def scope(make_scope: MakeScope, server: MisbehavingServer) -> Scope:
    return make_scope(site(server.url), timeout_seconds=1)


@pytest.fixture
def errand(make_errand: MakeErrand, scope: Scope, tmp_path: Path) -> Iterator[Errand]:
    made = make_errand(scope, conduct=tmp_path / "conduct.jsonl")
    yield made
    made.conduct.close()


@pytest.fixture
def wire(errand: Errand) -> Iterator[Wire]:
    with Wire(errand, Dialler(errand.guard)) as made:
        yield made


@pytest.fixture
def told(errand: Errand, tmp_path: Path) -> Callable[[], list[dict[str, object]]]:
    """Lines of the conduct log."""
    return lambda: [json.loads(line) for line in (tmp_path / "conduct.jsonl").read_text().splitlines()]


def site(url: str) -> SiteTarget:
    return SiteTarget(url=f"{url}/", tier="own", authority="IG-1")


def fetched(wire: Wire, url: str, limit: int = 1 << 20) -> int:
    """Bytes of the body."""
    with wire.get(url) as answer:
        body = Body.from_chunks(answer.chunks(), limit)
    body.close()
    return body.size


def failure(wire: Wire, url: str) -> tuple[SkipReason, str]:
    with pytest.raises(FetchingError) as caught:
        fetched(wire, url)
    assert caught.value.__cause__ is caught.value.__context__ is None, "a chained error's text names the URL"
    return caught.value.reason, caught.value.detail


def test_an_answer_and_what_is_kept_of_it(
    wire: Wire, errand: Errand, server: MisbehavingServer, told: Callable[[], list[dict[str, object]]]
) -> None:
    with wire.get(f"{server.url}/ok") as answer:
        body = answer.read(1 << 20)
    assert (answer.status, answer.length, answer.redirected) == (200, len(body), False)
    assert answer.headers["content-type"].startswith("text/html")
    assert (errand.budget.requests, errand.budget.bytes) == (1, len(body))
    assert [(line["method"], line["status"], line["bytes"]) for line in told()] == [("GET", 200, len(body))]
    sent = server.requests[0].headers
    assert sent["user-agent"] == errand.user_agent
    assert not {"authorization", "cookie", "proxy-authorization"} & sent.keys()


def test_connections_are_kept(wire: Wire, server: MisbehavingServer) -> None:
    for _ in range(3):
        fetched(wire, f"{server.url}/ok")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/short", SkipReason.TRUNCATED),
        ("/not-http", SkipReason.HOST_DOWN),
        ("/hang", SkipReason.TIMED_OUT),
        ("/drip", SkipReason.TIMED_OUT),
        ("/redirect-loop", SkipReason.REDIRECT_LOOP),
        ("/redirect-pair/a", SkipReason.REDIRECT_LOOP),
        ("/redirect-chain/9", SkipReason.REDIRECT_LOOP),
        ("/redirect-out", SkipReason.DENIED_BY_GUARD),
        ("/status/429", SkipReason.THROTTLED),
        ("/status/503", SkipReason.THROTTLED),
    ],
)
def test_what_a_server_can_do_to_us(
    wire: Wire,
    server: MisbehavingServer,
    told: Callable[[], list[dict[str, object]]],
    path: str,
    reason: SkipReason,
) -> None:
    assert failure(wire, server.url + path)[0] is reason
    asked = [line for line in told() if "refused" not in line]
    assert len(asked) == len(server.requests), "every request is on record once"
    assert fetched(wire, f"{server.url}/ok"), "and the next one is as good as ever"


def test_other_statuses_are_answers(wire: Wire, server: MisbehavingServer) -> None:
    for status in (404, 403, 500):
        with wire.get(f"{server.url}/status/{status}") as answer:
            assert answer.status == status
            assert answer.read(1 << 16) == b"<p>Not now."


def test_redirects_inside_the_scope_are_followed(wire: Wire, errand: Errand, server: MisbehavingServer) -> None:
    with wire.get(f"{server.url}/redirect-chain/2") as answer:
        assert (answer.status, answer.url, answer.redirected) == (200, f"{server.url}/ok", True)
    assert errand.budget.requests == 3


def test_throttled_answers_are_asked_again(wire: Wire, errand: Errand, server: MisbehavingServer) -> None:
    assert fetched(wire, f"{server.url}/status/503/times/2")
    assert len(server.requests) == errand.budget.requests == 3
    failure(wire, f"{server.url}/status/429")
    assert len(server.requests) == 3 + 1 + THROTTLE_RETRIES


@pytest.mark.parametrize("as_date", [False, True])
def test_a_wait_that_is_too_long_is_not_cut_short(
    make_scope: MakeScope, make_errand: MakeErrand, as_date: bool
) -> None:
    """A server that says an hour is not asked again after two minutes."""
    wait = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True) if as_date else "3600"
    with MisbehavingServer(retry_after=wait) as server:
        errand = make_errand(make_scope(site(server.url)))
        with Wire(errand, Dialler(errand.guard)) as wire:
            assert failure(wire, f"{server.url}/status/503") == (SkipReason.THROTTLED, "503")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", SkipReason.HOST_DOWN),
        (b"HTTP/1.1 200 OK\r\nContent-Le", SkipReason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", SkipReason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", SkipReason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf", SkipReason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", SkipReason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf", SkipReason.UNREADABLE),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_is_broken_off(
    make_scope: MakeScope, make_errand: MakeErrand, sent: bytes, reason: SkipReason, reset: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        errand = make_errand(make_scope(site(url)))
        thread = threading.Thread(target=_answer_once, args=(listener, sent, reset))
        thread.start()
        with Wire(errand, Dialler(errand.guard)) as wire:
            assert failure(wire, f"{url}/letter.pdf")[0] is reason
        thread.join()
    assert errand.conduct.requests == 1


def _answer_once(listener: socket.socket, sent: bytes, reset: bool) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1 << 16)
        connection.sendall(sent)
        if reset:
            connection.shutdown(socket.SHUT_WR)  # what was sent arrives before the reset
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_large_bodies_end_at_the_limit(
    make_scope: MakeScope, make_errand: MakeErrand, server: MisbehavingServer
) -> None:
    errand = make_errand(make_scope(site(server.url), timeout_seconds=30))  # the server packs its bomb when asked
    with Wire(errand, Dialler(errand.guard)) as wire:
        _check_limits(wire, server)


def _check_limits(wire: Wire, server: MisbehavingServer) -> None:
    for path in ("/large", "/large-chunked", "/endless", "/gzip-bomb"):
        with pytest.raises(BodyTooLargeError):
            fetched(wire, server.url + path, limit=1 << 20)
    with wire.get(f"{server.url}/short") as answer:
        assert answer.length == PROMISED_BYTES
    with wire.get(f"{server.url}/large") as answer, pytest.raises(NoAnswerError) as caught:
        answer.read(1 << 16)
    assert caught.value.reason is SkipReason.TOO_LARGE


def test_the_budget_ends_it(make_scope: MakeScope, make_errand: MakeErrand, server: MisbehavingServer) -> None:
    errand = make_errand(make_scope(site(server.url), requests=2))
    with Wire(errand, Dialler(errand.guard)) as wire, pytest.raises(BudgetSpentError):
        wire.get(f"{server.url}/redirect-chain/3").close()
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/report.pdf?X-Amz-Signature=abc&X-Amz-Credential=k", SkipReason.CREDENTIAL_IN_URL),
        ("/delete?id=1", SkipReason.ACTION_LINK),
        ("/a/%2e%2e/%2e%2e/b", SkipReason.DENIED_BY_GUARD),
    ],
)
def test_what_may_not_be_asked_is_not(wire: Wire, server: MisbehavingServer, path: str, reason: SkipReason) -> None:
    with pytest.raises(UrlDeniedError) as caught:
        wire.get(server.url + path)
    assert caught.value.reason is reason
    assert server.requests == []


def test_other_hosts_and_spellings_are_denied(wire: Wire, server: MisbehavingServer) -> None:
    for host in ("localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"):
        with pytest.raises(UrlDeniedError):
            wire.get(f"http://{host}:{server.port}/ok")
    assert server.requests == []


@pytest.mark.parametrize("nowhere", ["http://[::1", "http://[none]/", "//[patient-smith/"])
def test_a_redirect_to_what_is_no_address_is_no_answer(
    make_scope: MakeScope, make_errand: MakeErrand, nowhere: str
) -> None:
    with MisbehavingServer(redirect_to=nowhere) as server:
        errand = make_errand(make_scope(site(server.url)))
        with Wire(errand, Dialler(errand.guard)) as wire:
            found = failure(wire, f"{server.url}/redirect-out")
    assert found == (SkipReason.UNREADABLE, "redirect to what is no address")


@pytest.mark.parametrize(
    "inside", ["http://localhost:{port}/ok", "http://2130706433:{port}/ok", "http://127.0.0.1:1/", "file:///etc/passwd"]
)
def test_a_redirect_inside_is_denied(make_scope: MakeScope, make_errand: MakeErrand, inside: str) -> None:
    with MisbehavingServer() as other:
        with MisbehavingServer(redirect_to=inside.format(port=other.port)) as server:
            errand = make_errand(make_scope(site(server.url)))
            with Wire(errand, Dialler(errand.guard)) as wire:
                reason, detail = failure(wire, f"{server.url}/redirect-out")
        assert reason is SkipReason.DENIED_BY_GUARD
        assert detail.startswith("redirect: ")
        assert other.requests == []


def test_a_name_in_scope_that_resolves_inside_is_denied(
    make_scope: MakeScope, make_errand: MakeErrand, server: MisbehavingServer
) -> None:
    url = f"http://letters.example.org:{server.port}"
    errand = make_errand(make_scope(site(url), private=()))
    dialler = Dialler(errand.guard, lambda host, port, family, kind: [(2, 1, 6, "", ("127.0.0.1", port))])
    with Wire(errand, dialler) as wire, pytest.raises(AddressDeniedError):
        wire.get(f"{url}/ok")
    assert server.requests == []


def test_hosts_that_are_not_there(make_scope: MakeScope, make_errand: MakeErrand, server: MisbehavingServer) -> None:
    server.__exit__(None, None, None)
    errand = make_errand(make_scope(site(server.url), site("http://nobody.invalid")))
    with Wire(errand, Dialler(errand.guard)) as wire:
        assert failure(wire, f"{server.url}/ok")[0] is SkipReason.HOST_DOWN
        assert failure(wire, "http://nobody.invalid/")[0] is SkipReason.DNS_ERROR


def test_a_certificate_that_does_not_fit(make_scope: MakeScope, make_errand: MakeErrand) -> None:
    with TlsServer() as server:
        errand = make_errand(make_scope(site(server.url)))
        with Wire(errand, Dialler(errand.guard)) as wire:
            assert failure(wire, f"{server.url}/ok") == (SkipReason.TLS_ERROR, "SSLError")


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_a_stop_ends_a_request_under_way(
    make_scope: MakeScope, make_errand: MakeErrand, server: MisbehavingServer, path: str
) -> None:
    errand = make_errand(make_scope(site(server.url), timeout_seconds=600))  # longer than a test may take
    with Wire(errand, Dialler(errand.guard)) as wire:
        timer = threading.Timer(0.3, errand.stop.set)
        timer.start()
        with pytest.raises(StoppedError):
            fetched(wire, server.url + path)
        timer.join()
        with pytest.raises(StoppedError):
            wire.get(f"{server.url}/ok")
    assert len(server.requests) == 1


def test_expired_authority_asks_nothing(
    make_scope: MakeScope, make_errand: MakeErrand, server: MisbehavingServer
) -> None:
    errand = make_errand(make_scope(site(server.url), expires=datetime.now(UTC).date() - timedelta(days=1)))
    with Wire(errand, Dialler(errand.guard)) as wire, pytest.raises(UrlDeniedError) as caught:
        wire.get(f"{server.url}/ok")
    assert caught.value.reason is SkipReason.AUTHORITY_EXPIRED
    assert server.requests == []


def test_ambient_proxies_are_not_used(wire: Wire, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:9")
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:9")
    assert fetched(wire, f"{server.url}/ok")
