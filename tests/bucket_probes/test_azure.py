from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from bucket_probes import azure_paging
from bucket_probes.azure import AzureProbe
from bucket_probes.azure_client import ContainerRequests
from bucket_probes.azure_paging import EMPTY_PAGES
from bucket_probes.errors import ListingBrokenError, RefusedError
from bucket_probes.source import BucketSource
from demo_range.azure_server import DEVELOPMENT, AzureServer
from demo_range.azure_store import Container, Level
from documents.buckets import BucketAccess, Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.dialler import AddressDeniedError, Dialler
from fetching.errors import NoAnswerError, StoppedError
from fetching.wire import Wire
from scope.guard import Guard
from scope.model import BucketTarget
from scope.units import units_of

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Liar, Reply
    from tests.conftest import MakeErrand, MakeScope, RecordingSink, SourceContract

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
LETTER = b"Dear Dr Example, thank you for referring this patient."
TENANT = "0f7e3d34-2a67-4b1c-9d2e-5a1b2c3d4e5f"


@dataclass
class Opened:
    """A probe of one container, and what it needs."""

    probe: AzureProbe
    wire: Wire
    stop: threading.Event

    @property
    def access(self) -> BucketAccess:
        return self.probe.notes.summary()

    def keys(self, start: str | None = None) -> list[str]:
        return [item.key for page in self.probe.pages(start) for item in page.objects]

    def old(self) -> list[ListedObject]:
        return [item for page in self.probe.old_versions() for item in page.objects]


Open = Callable[..., Opened]


def target_of(endpoint: str | None, container: str, **more: Any) -> BucketTarget:
    facts = {"account": DEVELOPMENT, "endpoint": endpoint, **more}
    return BucketTarget(tier="own", authority="IG-1", provider="azure", name=container, **facts)


@pytest.fixture(name="open_container")
def _open_container(make_scope: MakeScope, make_errand: MakeErrand) -> Iterator[Open]:
    wires: list[Wire] = []

    def opened(endpoint: str | None, container: str, *, resolve: Any = None, **more: Any) -> Opened:
        limits = {name: more.pop(name) for name in ("timeout_seconds", "requests") if name in more}
        target = target_of(endpoint, container, **more)
        scope = make_scope(target, **limits)
        errand = make_errand(scope)
        dialler = Dialler(Guard(scope), resolve) if resolve else Dialler(Guard(scope))
        wire = Wire(errand, dialler)
        wires.append(wire)
        return Opened(AzureProbe(target, wire, dialler), wire, errand.stop)

    yield opened
    for wire in wires:
        wire.close()


@pytest.fixture(name="azure")
def _azure() -> Iterator[AzureServer]:
    with AzureServer() as running:
        yield running


def filled(azure: AzureServer, name: str, level: Level) -> Container:
    container = azure.account.container(name, level)
    container.put("letters/known.txt", LETTER, "text/plain")
    return container


def asked(azure: AzureServer) -> list[str]:
    return [urlsplit(request.path).query or urlsplit(request.path).path for request in azure.requests]


class TestState:
    def test_a_container_that_can_be_listed(self, azure: AzureServer, open_container: Open) -> None:
        filled(azure, "letters", Level.CONTAINER)
        opened = open_container(azure.account_url(), "letters")
        opened.probe.state()
        access = opened.access
        assert (access.exists, access.account_exists, access.listable) == (YES, YES, YES)
        assert (access.versions_visible, access.acl_readable, access.readable) == (YES, NO, UNKNOWN)
        assert access.rights == ("container",)
        assert (access.public_access_blocked, access.disabled) == (NO, NO)

    def test_a_container_open_to_whoever_knows_a_name(self, azure: AzureServer, open_container: Open) -> None:
        filled(azure, "letters", Level.BLOB)
        opened = open_container(azure.account_url(), "letters")
        opened.probe.state()
        access = opened.access
        assert (access.exists, access.listable, access.rights) == (YES, NO, ("blob",))
        opened.probe.read(ListedObject("letters/known.txt"), question=Question.READ_KNOWN_KEY).close()
        assert (opened.access.known_key_readable, opened.access.readable) == (YES, YES)

    @pytest.mark.parametrize("there", [True, False])
    def test_private_and_missing_are_told_apart_by_nobody(
        self, azure: AzureServer, open_container: Open, there: bool
    ) -> None:
        if there:
            filled(azure, "letters", Level.PRIVATE)
        opened = open_container(azure.account_url(), "letters")
        opened.probe.state()
        access = opened.access
        assert (access.exists, access.account_exists, access.listable) == (UNKNOWN, YES, NO)
        with pytest.raises(RefusedError) as refused:
            opened.probe.read(ListedObject("letters/known.txt"), question=Question.READ_KNOWN_KEY)
        assert refused.value.reason is SkipReason.ACCESS_DENIED
        assert opened.access.known_key_readable is UNKNOWN

    @pytest.mark.parametrize("level", list(Level))
    def test_the_tenant_is_told_by_a_refusal(self, azure: AzureServer, open_container: Open, level: Level) -> None:
        azure.account.tenant = TENANT
        filled(azure, "letters", level)
        opened = open_container(azure.account_url(), "letters")
        opened.probe.state()
        assert opened.access.owner.tenant_id == TENANT
        assert opened.access.exists is (UNKNOWN if level is Level.PRIVATE else YES)

    @pytest.mark.parametrize(
        ("change", "code", "fact"),
        [
            ({"allows_public": False}, "PublicAccessNotPermitted", "public_access_blocked"),
            ({"is_disabled": True}, "AccountIsDisabled", "disabled"),
        ],
    )
    def test_one_answer_ends_an_account_that_is_shut(
        self, azure: AzureServer, open_container: Open, change: Mapping[str, bool], code: str, fact: str
    ) -> None:
        filled(azure, "letters", Level.CONTAINER)
        for name, value in change.items():
            setattr(azure.account, name, value)
        opened = open_container(azure.account_url(), "letters")
        opened.probe.state()
        with pytest.raises(RefusedError, match=code):
            opened.keys()
        with pytest.raises(RefusedError, match=code):
            opened.probe.read(ListedObject("letters/known.txt"))
        assert len(azure.requests) == 1
        access = opened.access
        assert (access.exists, access.account_exists, access.listable, getattr(access, fact)) == (UNKNOWN, YES, NO, YES)
        assert (access.readable, access.known_key_readable, access.versions_visible) == (NO, NO, NO)
        assert [(item.question, item.status, item.code) for item in access.evidence] == [
            (Question.LIST, 409 if "Public" in code else 403, code)
        ]
        assert access.evidence[0].request_id

    @pytest.mark.parametrize(("change", "listable"), [({"is_firewalled": True}, NO), ({"needs_https": True}, UNKNOWN)])
    def test_accounts_behind_a_door(
        self, azure: AzureServer, open_container: Open, change: Mapping[str, bool], listable: Truth
    ) -> None:
        filled(azure, "letters", Level.CONTAINER)
        for name, value in change.items():
            setattr(azure.account, name, value)
        opened = open_container(azure.account_url(), "letters")
        opened.probe.state()
        access = opened.access
        assert (access.exists, access.account_exists, access.listable) == (UNKNOWN, YES, listable)

    def test_a_name_that_no_container_can_have(self, azure: AzureServer, open_container: Open) -> None:
        opened = open_container(azure.account_url(), "Not_A-Container")
        opened.probe.state()
        assert (opened.access.exists, opened.access.account_exists) == (NO, YES)

    def test_a_web_site_is_told_by_its_container(self, azure: AzureServer, open_container: Open) -> None:
        filled(azure, "$web", Level.CONTAINER)
        opened = open_container(azure.account_url(), "$web")
        opened.probe.state()
        assert (opened.access.website, opened.access.website_url) == (YES, "")

    def test_the_budget_ends_it(self, azure: AzureServer, open_container: Open) -> None:
        opened = open_container(azure.account_url(), "letters")
        opened.stop.set()
        with pytest.raises(StoppedError):
            opened.probe.state()
        assert opened.access.exists is UNKNOWN

    def test_a_host_that_is_down_is_asked_once(self, open_container: Open) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            opened = open_container(f"http://127.0.0.1:{taken.getsockname()[1]}/{DEVELOPMENT}", "letters")
            opened.probe.state()
        assert [(item.question, item.code) for item in opened.access.evidence] == [(Question.LIST, "host_down")]
        assert (opened.access.exists, opened.access.account_exists) == (UNKNOWN, UNKNOWN)


class TestRequests:
    def test_they_read_without_a_credential(self, azure: AzureServer, open_container: Open, lending: str) -> None:
        filled(azure, "letters", Level.CONTAINER)
        opened = open_container(azure.account_url(), "letters")
        opened.probe.state()
        opened.keys()
        opened.old()
        opened.probe.read(ListedObject("letters/known.txt")).close()
        assert {request.method for request in azure.requests} == {"GET"}
        expected = {"host", "user-agent", "accept", "accept-encoding", "x-ms-version"}
        for request in azure.requests:
            assert request.headers.keys() <= expected
            assert request.headers["user-agent"].startswith("Stray/")
            assert lending not in str(request)

    def test_the_sdk_is_given_no_signature(self) -> None:
        requests = ContainerRequests("https://clinicdocs.blob.core.windows.net?sv=2021-01-01&sig=SECRET", "letters")
        assert "SECRET" not in requests.listing("", None).url


def names(count: int) -> list[str]:
    return [f"2026/{at:05d} letter & more+%20.txt" for at in range(count)]


class TestPages:
    def test_all_pages_by_markers_of_reserved_characters(self, azure: AzureServer, open_container: Open) -> None:
        azure.account.page_size = 7
        container = azure.account.container("letters", Level.CONTAINER)
        for name in names(40):
            container.put(name, b"x")
        assert open_container(azure.account_url(), "letters").keys() == names(40)
        markers = [parse_qs(urlsplit(request.path).query).get("marker", [""])[0] for request in azure.requests]
        assert len(set(markers)) == len(markers) == 6

    def test_a_listing_goes_on_where_it_was(self, azure: AzureServer, open_container: Open) -> None:
        azure.account.page_size = 7
        container = azure.account.container("letters", Level.CONTAINER)
        for name in names(20):
            container.put(name, b"x")
        first = next(open_container(azure.account_url(), "letters").probe.pages())
        again = open_container(azure.account_url(), "letters")
        assert [item.key for item in first.objects] + again.keys(first.next) == names(20)

    def test_only_the_prefix_is_listed(self, azure: AzureServer, open_container: Open) -> None:
        container = azure.account.container("letters", Level.CONTAINER)
        for name in ("a/1", "b/1", "b/2 ä"):
            container.put(name, b"x")
        assert open_container(azure.account_url(), "letters", prefix="b/").keys() == ["b/1", "b/2 ä"]

    @pytest.mark.parametrize(
        "key", ["a b", "a+b", "a%20b", "a\ufffeb", "ä€😀", "a&b?c#d", "a\nb", "'\"<>", "x" * 1024, "a\\b", "a\u202eb"]
    )
    def test_a_blob_is_read_under_the_name_that_was_listed(
        self, azure: AzureServer, open_container: Open, key: str
    ) -> None:
        azure.account.container("letters", Level.CONTAINER).put(key, LETTER)
        opened = open_container(azure.account_url(), "letters")
        (item,) = [item for page in opened.probe.pages() for item in page.objects]
        assert item.key == key
        with opened.probe.read(item) as answer:
            assert answer.read(1000) == LETTER
        assert urlsplit(opened.probe.url_of(item)).path == urlsplit(azure.requests[-1].path).path


class TestOldVersions:
    def test_what_was_replaced_deleted_or_kept_by_hand(self, azure: AzureServer, open_container: Open) -> None:
        container = azure.account.container("letters", Level.CONTAINER)
        container.put("replaced.txt", b"first")
        container.put("replaced.txt", b"second")
        container.put("kept.txt", b"by hand")
        container.snapshot("kept.txt")
        container.put("deleted.txt", b"its version stays")
        container.delete("deleted.txt", keep_version=True)
        container.put("soft.txt", b"given to nobody")
        container.delete("soft.txt", keep_version=False)
        opened = open_container(azure.account_url(), "letters")
        assert opened.keys() == ["kept.txt", "replaced.txt"]
        old = {(item.key, item.deleted): item for item in opened.old()}
        assert sorted(old) == [("deleted.txt", False), ("kept.txt", False), ("replaced.txt", False), ("soft.txt", True)]
        contents = {"deleted.txt": b"its version stays", "kept.txt": b"by hand", "replaced.txt": b"first"}
        for key, content in contents.items():
            item = old[key, False]
            with opened.probe.read(item) as answer:
                assert answer.read(100) == content
            asked = urlsplit(azure.requests[-1].path)
            shown = urlsplit(opened.probe.url_of(item))
            assert (shown.path, parse_qs(shown.query)) == (asked.path, parse_qs(asked.query))
        assert opened.access.versions_visible is YES

    def test_they_go_on_where_they_were(self, azure: AzureServer, open_container: Open) -> None:
        azure.account.page_size = 3
        container = azure.account.container("letters", Level.CONTAINER)
        for name in ["a", "b", "c", "d"]:
            container.put(name, b"first")
            container.put(name, b"second")
        pages = open_container(azure.account_url(), "letters").probe.old_versions()
        first = next(pages)
        rest = open_container(azure.account_url(), "letters").probe.old_versions(first.next)
        assert [item.key for page in [first, *rest] for item in page.objects] == ["a", "b", "c", "d"]

    @pytest.mark.parametrize(
        "keeps", [frozenset({"snapshots", "deleted"}), frozenset({"deleted"}), frozenset({"snapshots"})]
    )
    def test_an_account_that_keeps_less_is_asked_for_less(
        self, azure: AzureServer, open_container: Open, keeps: frozenset[str]
    ) -> None:
        azure.account.keeps = keeps
        container = azure.account.container("letters", Level.CONTAINER)
        container.put("kept.txt", b"by hand")
        container.snapshot("kept.txt")
        container.put("soft.txt", b"x")
        container.delete("soft.txt", keep_version=False)
        expected = {"snapshots": "kept.txt", "deleted": "soft.txt"}
        assert {item.key for item in open_container(azure.account_url(), "letters").old()} == {
            expected[kind] for kind in keeps
        }

    def test_where_the_listing_is_closed_there_are_none(self, azure: AzureServer, open_container: Open) -> None:
        filled(azure, "letters", Level.BLOB)
        with pytest.raises(RefusedError):
            open_container(azure.account_url(), "letters").old()


class TestReading:
    @pytest.mark.parametrize(("content", "part"), [(LETTER, LETTER[:10]), (b"abc", b"abc"), (b"", b"")])
    def test_the_first_bytes_of_a_blob(
        self, azure: AzureServer, open_container: Open, content: bytes, part: bytes
    ) -> None:
        azure.account.container("letters", Level.BLOB).put("a", content)
        opened = open_container(azure.account_url(), "letters")
        with opened.probe.read(ListedObject("a"), first=10) as answer:
            assert answer.read(100) == part
        assert opened.access.readable is YES

    def test_a_blob_of_the_root_container(self, azure: AzureServer, open_container: Open) -> None:
        azure.account.container("$root", Level.BLOB).put("letter.txt", LETTER)
        opened = open_container(azure.account_url(), "$root")
        item = ListedObject("letter.txt")
        assert opened.probe.url_of(item) == f"{azure.account_url()}/$root/letter.txt"
        with opened.probe.read(item) as answer:
            assert answer.read(100) == LETTER

    def test_a_name_that_no_request_can_be_made_of(self, azure: AzureServer, open_container: Open) -> None:
        opened = open_container(azure.account_url(), "letters")
        with pytest.raises(Exception, match="unreadable"):
            opened.probe.read(ListedObject("a\udc80"))
        assert azure.requests == []


def listing(*keys: str, marker: str = "") -> str:
    rows = "".join(f"<Blob><Name>{key}</Name></Blob>" for key in keys)
    return f"<EnumerationResults><Blobs>{rows}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>"


@pytest.fixture(name="lying")
def _lying(
    liar: Liar, open_container: Open, reply: type[Reply], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Asked], Any]], Opened]:
    """A probe of a server that says to each request what it is told to: text for 200, or a reply."""
    monkeypatch.setattr(azure_paging, "PAGE_PAUSES", (0.0, 0.01))

    def told(says: Callable[[Asked], Any]) -> Opened:
        def answer(asked: Asked) -> Reply:
            said = says(asked)
            return reply(200, said.encode()) if isinstance(said, str) else said

        liar.says = answer
        return open_container(f"{liar.url}/{DEVELOPMENT}", "letters")

    return told


Lying = Callable[[Callable[["Asked"], Any]], Opened]


class TestLies:
    def test_a_marker_that_repeats_ends_the_listing(self, lying: Lying, liar: Liar) -> None:
        opened = lying(lambda asked: listing("a", marker="m"))
        with pytest.raises(ListingBrokenError):
            opened.keys()
        assert len(liar.asked) == 2

    def test_pages_that_repeat_under_new_markers_end_the_listing(self, lying: Lying, liar: Liar) -> None:
        opened = lying(lambda asked: listing("a", "b", marker=f"m{len(liar.asked)}"))
        with pytest.raises(ListingBrokenError):
            opened.keys()
        assert len(liar.asked) == 2

    def test_empty_pages_are_not_followed_for_ever(self, lying: Lying, liar: Liar) -> None:
        opened = lying(lambda asked: listing(marker=f"m{len(liar.asked)}"))
        with pytest.raises(ListingBrokenError):
            opened.keys()
        assert len(liar.asked) == EMPTY_PAGES + 1

    def test_a_marker_that_is_no_marker_is_not_sent_back(self, lying: Lying, liar: Liar) -> None:
        opened = lying(lambda asked: listing("a", marker="m" * 40_000))
        with pytest.raises(ListingBrokenError):
            opened.keys()
        assert len(liar.asked) == 1

    def test_an_empty_page_is_not_the_end(self, lying: Lying) -> None:
        pages = {"": listing("a", marker="1"), "1": listing(marker="2"), "2": listing("b")}
        assert lying(lambda asked: pages[asked.query.get("marker", "")]).keys() == ["a", "b"]

    def test_a_page_that_fails_once_is_asked_for_again(self, lying: Lying, liar: Liar, reply: type[Reply]) -> None:
        ways = [
            listing("a", marker="1"),
            reply(500, b"<Error><Code>OperationTimedOut</Code></Error>"),
            listing("b", marker="2").partition("<NextMarker>")[0],
            listing("b", marker="2"),
            listing("c"),
        ]
        assert lying(lambda asked: ways[len(liar.asked) - 1]).keys() == ["a", "b", "c"]

    def test_what_a_broken_page_gave_is_kept(self, lying: Lying) -> None:
        opened = lying(lambda asked: listing("a", "b", "cut", marker="m").partition("cut")[0])
        pages = opened.probe.pages()
        page = next(pages)
        assert ([item.key for item in page.objects], page.next) == (["a", "b"], None)
        with pytest.raises(ListingBrokenError):
            next(pages)
        assert opened.access.listable is YES

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "<html>Sign in</html>",
            "<Error><Code>ContainerNotFound</Code></Error>",
            '<!DOCTYPE a [<!ENTITY b "c">]><EnumerationResults/>',
        ],
    )
    def test_a_page_for_everything_is_no_yes(self, lying: Lying, body: str) -> None:
        opened = lying(lambda asked: body)
        opened.probe.state()
        with pytest.raises(RefusedError):
            opened.probe.read(ListedObject("known.pdf"), question=Question.READ_KNOWN_KEY)
        access = opened.access
        assert (access.exists, access.listable, access.readable, access.known_key_readable) == (UNKNOWN,) * 4

    def test_a_page_in_the_place_of_a_blob_is_no_blob(self, lying: Lying, reply: type[Reply]) -> None:
        opened = lying(lambda asked: reply(200, b"<html>", {"Content-Type": "text/html"}))
        with pytest.raises(RefusedError, match="no storage service"):
            opened.probe.read(ListedObject("known.pdf"), question=Question.READ_KNOWN_KEY)
        assert opened.access.known_key_readable is UNKNOWN

    @pytest.mark.parametrize("status", [404, 403, 401, 400, 500, 502, 410])
    @pytest.mark.parametrize(
        "body", [b"", b"<html>404</html>", b"<Error><Code>NoSuchBucket</Code></Error>", b"<Error>"]
    )
    def test_nothing_but_the_services_own_word_is_a_verdict(
        self, lying: Lying, reply: type[Reply], status: int, body: bytes
    ) -> None:
        opened = lying(lambda asked: reply(status, body))
        opened.probe.state()
        access = opened.access
        assert (access.exists, access.account_exists, access.listable) == (UNKNOWN,) * 3

    @pytest.mark.parametrize("truths", [1, 2, 3])
    def test_a_no_after_another_answer_is_in_doubt(
        self, lying: Lying, liar: Liar, reply: type[Reply], truths: int
    ) -> None:
        missing = reply(404, b"<Error><Code>ContainerNotFound</Code></Error>")
        private = reply(404, b"<Error><Code>ResourceNotFound</Code></Error>")
        opened = lying(lambda asked: private if len(liar.asked) <= truths else missing)
        opened.probe.state()
        assert opened.access.exists is UNKNOWN
        with pytest.raises(RefusedError) as refused:
            opened.probe.read(ListedObject("known.pdf"), question=Question.READ_KNOWN_KEY)
        assert refused.value.reason is SkipReason.SERVER_ERROR
        assert opened.access.exists is UNKNOWN

    @pytest.mark.parametrize("other", ["ResourceNotFound", "BlobNotFound"])
    def test_a_lie_to_one_question_is_found_out_by_another(self, lying: Lying, reply: type[Reply], other: str) -> None:
        missing = reply(404, b"<Error><Code>ContainerNotFound</Code></Error>")
        opened = lying(
            lambda asked: (
                missing if "comp" in asked.query else reply(404, f"<Error><Code>{other}</Code></Error>".encode())
            )
        )
        opened.probe.state()
        assert opened.access.exists is not NO

    def test_a_container_that_is_missing_is_asked_for_twice(self, lying: Lying, liar: Liar, reply: type[Reply]) -> None:
        opened = lying(lambda asked: reply(404, b"<Error><Code>ContainerNotFound</Code></Error>"))
        opened.probe.state()
        assert (len(liar.asked), opened.access.exists, opened.access.listable) == (2, NO, NO)

    def test_a_no_is_one_answer_and_a_yes_takes_it_back(self, lying: Lying, liar: Liar, reply: type[Reply]) -> None:
        missing = reply(404, b"<Error><Code>ContainerNotFound</Code></Error>")
        opened = lying(lambda asked: missing if len(liar.asked) <= 2 else listing("a"))
        opened.probe.state()
        assert (len(liar.asked), opened.access.exists, opened.access.listable) == (2, NO, NO)
        assert opened.keys() == ["a"]
        assert (opened.access.exists, opened.access.listable) == (YES, YES)

    def test_throttled_is_unknown_and_ends_the_questions(self, lying: Lying, liar: Liar, reply: type[Reply]) -> None:
        opened = lying(lambda asked: reply(503, b"<Error><Code>ServerBusy</Code></Error>", {"Retry-After": "9999"}))
        with pytest.raises(NoAnswerError):
            opened.probe.state()
        assert len(liar.asked) == 1
        assert [(item.status, item.code) for item in opened.access.evidence] == [
            (503, "ServerBusy"),
            (None, "throttled"),
        ]
        assert (opened.access.exists, opened.access.listable) == (UNKNOWN, UNKNOWN)

    def test_a_yes_stands_against_later_refusals(self, lying: Lying, reply: type[Reply]) -> None:
        def says(asked: Asked) -> Any:
            if asked.query.get("marker"):
                return reply(409, b"<Error><Code>PublicAccessNotPermitted</Code></Error>")
            return listing("a", marker="m")

        opened = lying(says)
        with pytest.raises(RefusedError):
            opened.keys()
        access = opened.access
        assert (access.exists, access.listable, access.public_access_blocked) == (YES, YES, NO)


def resolver(known: Mapping[str, str], otherwise: int | str = socket.EAI_NONAME) -> Callable[..., Any]:
    """Addresses by host; for others an error of the resolver's, or an address for every name."""

    def resolve(host: str, port: int, family: int, kind: int) -> list[Any]:
        address = known.get(host, otherwise if isinstance(otherwise, str) else None)
        if address is None:
            raise socket.gaierror(otherwise, "no")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


CONTROL = {"azureopendatastorage.blob.core.windows.net": "127.0.0.1"}
HOST = f"{DEVELOPMENT}.blob.core.windows.net"


class TestDns:
    @pytest.mark.parametrize(
        ("known", "otherwise", "account", "exists", "code"),
        [
            (CONTROL, socket.EAI_NONAME, NO, NO, "NXDOMAIN"),
            ({}, socket.EAI_NONAME, UNKNOWN, UNKNOWN, "NXDOMAIN, for accounts that exist too"),
            (CONTROL, socket.EAI_AGAIN, UNKNOWN, UNKNOWN, "EAI_AGAIN"),
            (CONTROL, socket.EAI_FAIL, UNKNOWN, UNKNOWN, "EAI_FAIL"),
            (CONTROL, socket.EAI_NODATA, UNKNOWN, UNKNOWN, "EAI_NODATA"),
            ({HOST: "127.0.0.1"}, socket.EAI_NONAME, YES, UNKNOWN, "address"),
            ({HOST: "10.1.2.3"}, socket.EAI_NONAME, YES, UNKNOWN, "address that may not be dialled"),
            ({HOST: "127.0.0.1"}, socket.EAI_AGAIN, YES, UNKNOWN, "address"),
            ({}, "127.0.0.1", UNKNOWN, UNKNOWN, "every name resolves"),
        ],
    )
    def test_what_the_resolver_says_of_an_account(
        self,
        open_container: Open,
        known: Mapping[str, str],
        otherwise: int | str,
        account: Truth,
        exists: Truth,
        code: str,
    ) -> None:
        opened = open_container(None, "letters", resolve=resolver(known, otherwise), timeout_seconds=1)
        with suppress(AddressDeniedError):
            opened.probe.state()
        access = opened.access
        assert (access.account_exists, access.exists) == (account, exists)
        assert (access.evidence[0].question, access.evidence[0].status, access.evidence[0].code) == (
            Question.DNS,
            None,
            code,
        )

    def test_no_request_is_made_at_an_account_that_is_not_there(self, open_container: Open) -> None:
        opened = open_container(None, "letters", resolve=resolver(CONTROL))
        opened.probe.state()
        with pytest.raises(RefusedError, match="NXDOMAIN"):
            opened.keys()
        assert [item.question for item in opened.access.evidence] == [Question.DNS]
        assert opened.access.listable is NO

    def test_an_account_at_a_host_of_its_own_is_read(self, azure: AzureServer, open_container: Open) -> None:
        filled(azure, "letters", Level.CONTAINER)
        host = f"{DEVELOPMENT}.blob.private.example"
        endpoint = f"http://{host}:{azure.port}"
        opened = open_container(endpoint, "letters", resolve=resolver({host: "127.0.0.1"}))
        opened.probe.state()
        assert opened.keys() == ["letters/known.txt"]
        assert opened.access.evidence[0].question is Question.DNS


class TestSource:
    def test_a_container_is_walked(
        self,
        azure: AzureServer,
        make_scope: MakeScope,
        make_errand: MakeErrand,
        recording_sink: RecordingSink,
        source_contract: SourceContract,
    ) -> None:
        container = filled(azure, "letters", Level.CONTAINER)
        container.put("letters/second.txt", LETTER, "text/plain")
        scope = make_scope(target_of(azure.account_url(), "letters"))
        unit = next(units_of(scope))
        BucketSource(make_errand(scope)).fetch(unit, recording_sink)
        base = f"{azure.account_url()}/letters/letters"
        assert recording_sink.contents == {f"{base}/known.txt": LETTER, f"{base}/second.txt": LETTER}
        source_contract.nothing_vanished(recording_sink, [f"{base}/known.txt"])
        assert recording_sink.buckets[-1].listable is YES

    def test_a_known_key_of_a_container_that_is_not_listable(
        self, azure: AzureServer, make_scope: MakeScope, make_errand: MakeErrand, recording_sink: RecordingSink
    ) -> None:
        filled(azure, "letters", Level.BLOB)
        scope = make_scope(
            target_of(azure.account_url(), "letters", known_keys=("letters/known.txt", "letters/none.txt"))
        )
        unit = next(units_of(scope))
        source = BucketSource(make_errand(scope))
        assert source.access(unit).known_key_readable is YES
        BucketSource(make_errand(scope)).fetch(unit, recording_sink)
        base = f"{azure.account_url()}/letters/letters"
        assert recording_sink.contents == {f"{base}/known.txt": LETTER}
        assert recording_sink.reasons[f"{base}/none.txt"] is SkipReason.NOT_FOUND
        assert recording_sink.buckets[-1].exists is YES

    def test_what_was_deleted_and_replaced_is_read_too(
        self,
        azure: AzureServer,
        make_scope: MakeScope,
        make_errand: MakeErrand,
        recording_sink: RecordingSink,
        source_contract: SourceContract,
    ) -> None:
        container = azure.account.container("letters", Level.CONTAINER)
        first = container.put("letter.txt", LETTER, "text/plain")
        container.put("letter.txt", b"withdrawn", "text/plain")
        deleted = container.put("deleted.txt", LETTER + b" again", "text/plain")
        container.delete("deleted.txt", keep_version=True)
        soft = container.put("soft.txt", LETTER, "text/plain")
        container.delete("soft.txt", keep_version=False)
        scope = make_scope(target_of(azure.account_url(), "letters"))
        BucketSource(make_errand(scope)).fetch(next(units_of(scope)), recording_sink)
        base = f"{azure.account_url()}/letters"
        assert recording_sink.contents == {
            f"{base}/letter.txt": b"withdrawn",
            f"{base}/letter.txt?versionid={quote(first.version, safe='')}": LETTER,
            f"{base}/deleted.txt?versionid={quote(deleted.version, safe='')}": LETTER + b" again",
        }
        kept = f"{base}/soft.txt?versionid={quote(soft.version, safe='')}"
        assert recording_sink.reasons == {kept: SkipReason.ACCESS_DENIED}
        source_contract.nothing_vanished(recording_sink, [f"{base}/letter.txt"])
