from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from bucket_probes.azure_client import ContainerRequests
from bucket_probes.errors import RefusedError
from bucket_probes.source import BucketSource
from demo_range.azure_server import DEVELOPMENT, AzureServer
from demo_range.azure_store import Level
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.errors import StoppedError
from scope.units import units_of
from tests.bucket_probes.azure_setting import (
    LETTER,
    NO,
    TENANT,
    UNKNOWN,
    YES,
    Open,
    filled,
    target_of,
)

if TYPE_CHECKING:
    from tests.conftest import MakeErrand, MakeScope, RecordingSink, SourceContract


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
