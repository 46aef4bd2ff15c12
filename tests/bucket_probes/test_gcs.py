from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from bucket_probes import gcs_pages
from bucket_probes.errors import ListingBrokenError, RefusedError
from bucket_probes.gcs import GcsProbe
from demo_range.bucket_server import BucketServer
from demo_range.cloud_buckets import Asked, CloudBucket, Reply, Right
from demo_range.gcs_service import GcsService
from documents.buckets import BucketAccess, Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching import pacing
from fetching.bucket_listings import ListedObject
from fetching.dialler import Dialler
from fetching.errors import NoAnswerError, StoppedError
from fetching.wire import Wire
from scope.model import BucketTarget

if TYPE_CHECKING:
    from tests.conftest import MakeErrand, MakeScope

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
NAME = "clinic-letters"
STRANGE = [
    "é.txt", "a+b.txt", "a%2Fb.txt", "a b.txt", "a?b.txt", "a#b.txt", "a\nb.txt", "tab\t.txt", "/lead.txt", "a//b.txt",
    "back\\slash.txt", "\u202etxt.exe", "x" * 1000, "semi;colon=1.txt", "&amp;.txt", "'quote\".txt", "\U0001f600",
]  # fmt: skip


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gcs_pages, "PAUSES", (0.01, 0.02))


@pytest.fixture
def bucket() -> CloudBucket:
    return CloudBucket(NAME, frozenset([Right.LIST, Right.READ]), region="europe-west2")


@contextmanager
def serving(answers: Callable[[Asked], Reply]) -> Iterator[BucketServer]:
    with BucketServer(answers) as server:
        yield server


class Opened:
    """Probes at servers that say what they are told to."""

    def __init__(self, make_scope: MakeScope, make_errand: MakeErrand) -> None:
        self._make_scope, self._make_errand = make_scope, make_errand

    @contextmanager
    def at(self, answers: Callable[[Asked], Reply], prefix: str = "", **limits: object) -> Iterator[GcsProbe]:
        with serving(answers) as server:
            self.server = server
            target = BucketTarget(
                tier="own", authority="IG-1", provider="gcs", name=NAME, endpoint=server.url, prefix=prefix
            )
            self.errand = self._make_errand(self._make_scope(target, **{"timeout_seconds": 1, **limits}))
            with Wire(self.errand, Dialler(self.errand.guard), retries=0) as wire:
                yield GcsProbe(target, wire)

    def state(self, answers: Callable[[Asked], Reply]) -> BucketAccess:
        with self.at(answers) as probe:
            with suppress(NoAnswerError):  # throttled: nothing more can be asked
                probe.state()
            return probe.notes.summary()


@pytest.fixture
def opened(make_scope: MakeScope, make_errand: MakeErrand) -> Opened:
    return Opened(make_scope, make_errand)


def service(*buckets: CloudBucket) -> Callable[[Asked], Reply]:
    return GcsService({bucket.name: bucket for bucket in buckets}).answer


def said(access: BucketAccess) -> dict[Question, tuple[int | None, str]]:
    return {item.question: (item.status, item.code) for item in access.evidence}


@pytest.mark.parametrize(
    ("rights", "listable", "readable", "acl"),
    [
        ([], NO, UNKNOWN, NO),
        ([Right.LIST], YES, UNKNOWN, NO),
        # Readable and not listable: no peer sees it; here the service says so itself.
        ([Right.READ], NO, YES, NO),
        ([Right.LIST, Right.READ], YES, YES, NO),
        ([Right.ACL], NO, UNKNOWN, YES),
        (list(Right), YES, YES, YES),
    ],
)
def test_states(
    opened: Opened, bucket: CloudBucket, rights: list[Right], listable: Truth, readable: Truth, acl: Truth
) -> None:
    bucket.rights = frozenset(rights)
    access = opened.state(service(bucket))
    assert (access.exists, access.listable, access.readable, access.acl_readable) == (YES, listable, readable, acl)
    assert access.versions_visible is listable
    assert ("storage.objects.create" in access.rights) is (Right.WRITE in rights)
    assert access.region == ("europe-west2" if Right.SETTINGS in rights else "")
    assert {asked.method for asked in opened.server.asked} == {"GET"}
    assert not any("authorization" in asked.headers for asked in opened.server.asked)


def test_the_owner_is_told_by_its_records(opened: Opened, bucket: CloudBucket) -> None:
    bucket.rights, bucket.website = frozenset(Right), True
    access = opened.state(service(bucket))
    assert (access.owner.owner_id, access.website) == ("123456789012", YES)
    assert access.evidence[0].request_id == "DEMO"


def test_requester_pays_is_not_missing(opened: Opened, bucket: CloudBucket) -> None:
    bucket.requester_pays = True
    access = opened.state(service(bucket))
    assert (access.exists, access.listable, access.requester_pays) == (YES, NO, YES)


def test_absence_has_three_witnesses(opened: Opened) -> None:
    access = opened.state(service())
    assert (access.exists, access.listable) == (NO, NO)
    assert [(item.question, item.status, item.code) for item in access.evidence] == [
        (Question.LIST, 404, "notFound"),
        (Question.LIST, 404, "NoSuchBucket"),
        (Question.PERMISSIONS, 404, "notFound"),
    ]


@pytest.mark.parametrize("rights", [[], [Right.READ]])
def test_a_listing_alone_does_not_make_a_bucket_absent(
    opened: Opened, bucket: CloudBucket, rights: list[Right]
) -> None:
    """Both interfaces say of the listing that there is no such bucket; what may be done with it is told."""
    bucket.rights = frozenset(rights)
    truth, missing = service(bucket), service()
    access = opened.state(lambda asked: (truth if "/iam/" in asked.path else missing)(asked))
    assert (access.exists, access.listable, access.readable) == (YES, UNKNOWN, YES if rights else UNKNOWN)


def test_the_second_witness_counts(opened: Opened, bucket: CloudBucket) -> None:
    """The JSON interface says that there is no such bucket, and the XML interface that it may not be listed."""
    bucket.rights = frozenset()
    truth, missing = service(bucket), service()
    access = opened.state(lambda asked: (missing if asked.path.startswith("/storage/") else truth)(asked))
    assert (access.exists, access.listable) == (YES, NO)


def json_error(status: int, reason: str) -> Reply:
    row = {"domain": "global", "reason": reason, "message": "m"}
    body = json.dumps({"error": {"code": status, "message": "m", "errors": [row]}})
    return Reply(status, body.encode(), "application/json")


HTML = "text/html"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<!DOCTYPE html><title>Sign in</title>", HTML),
        Reply(200, b"{}", "application/json"),
        Reply(200, b'{"kind": "storage#buckets", "items": []}', "application/json"),
        Reply(200, b"", "application/json"),
        Reply(200, b"[" * 200_000, "application/json"),
        Reply(404, b"<html>Not found</html>", HTML),
        Reply(404, b'{"error": {"code": 404, "message": "Not Found"}}', "application/json"),
        Reply(404, b'{"error": "not_found"}', "application/json"),
        Reply(403, b"<html>Forbidden</html>", HTML),
        Reply(401, b"", HTML, {"WWW-Authenticate": "Basic"}),
        json_error(500, "backendError"),
        json_error(429, "rateLimitExceeded"),
        json_error(403, "rateLimitExceeded"),
        json_error(408, "timeout"),
        Reply(503, b"", HTML, {"Retry-After": "600"}),
        Reply(429, b"", HTML, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}),
        Reply(302, b"", HTML, {"Location": "https://accounts.google.com/ServiceLogin?continue=x"}),
        Reply(302, b"", HTML, {"Location": "/ServiceLogin"}),
        Reply(301, b"", HTML, {"Location": "http://169.254.169.254/computeMetadata/v1/"}),
    ],
    ids=lambda reply: f"{reply.status}-{reply.body[:24]!r}",
)
def test_what_is_no_verdict_stays_unknown(opened: Opened, reply: Reply) -> None:
    access = opened.state(lambda asked: reply)
    assert (access.exists, access.listable, access.readable, access.versions_visible) == (UNKNOWN,) * 4
    assert access.evidence
    assert all(NAME in asked.path for asked in opened.server.asked), "nothing beside the bucket was asked for"


def test_trouble_that_passes_is_waited_for(opened: Opened, bucket: CloudBucket) -> None:
    troubles = iter([json_error(500, "backendError"), Reply(502, b"<html>Bad gateway</html>", HTML)])
    truth = service(bucket)
    access = opened.state(lambda asked: next(troubles, None) or truth(asked))
    assert (access.exists, access.listable) == (YES, YES)


def test_the_xml_interface_is_asked_where_json_is_down(
    opened: Opened, bucket: CloudBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "FIRST_BACK_OFF", 0.01)
    bucket.fill((f"{n:05}.txt" for n in range(1200)), b"x")
    truth = service(bucket)
    down = json_error(503, "backendError")
    with opened.at(lambda asked: down if asked.path.startswith("/storage/") else truth(asked)) as probe:
        probe.state()
        assert (probe.notes.exists, probe.notes.permitted(Question.LIST)) == (YES, YES)
        assert sum(len(page.objects) for page in probe.pages()) == 1200
    assert sum(asked.path.startswith("/storage/") for asked in opened.server.asked) == 1, "it is left alone"


def test_pages_to_the_end_and_from_any_token(opened: Opened, bucket: CloudBucket) -> None:
    bucket.fill((f"2024/{n:05}.txt" for n in range(2500)), b"x")
    with opened.at(service(bucket)) as probe:
        pages = list(probe.pages())
        assert [len(page.objects) for page in pages] == [1000, 1000, 500]
        assert [item.key for page in pages for item in page.objects] == [f"2024/{n:05}.txt" for n in range(2500)]
        assert pages[-1].next is None
        again = list(probe.pages(pages[0].next))
        assert again == pages[1:]


def test_only_the_prefix_is_listed(opened: Opened, bucket: CloudBucket) -> None:
    for key in ("a/1", "b/1"):
        bucket.put(key)
    with opened.at(service(bucket), prefix="b/") as probe:
        assert [item.key for page in probe.pages() for item in page.objects] == ["b/1"]


def test_the_xml_interface_lists_where_json_does_not(opened: Opened, bucket: CloudBucket) -> None:
    bucket.fill((f"{n:05}.txt" for n in range(1500)), b"x")
    truth = service(bucket)

    def xml_only(asked: Asked) -> Reply:
        return Reply(501, b"<html>Not implemented</html>", HTML) if asked.path.startswith("/storage/") else truth(asked)

    with opened.at(xml_only) as probe:
        probe.state()
        assert probe.notes.permitted(Question.LIST) is YES
        pages = list(probe.pages())
        assert sum(len(page.objects) for page in pages) == 1500
        assert list(probe.pages(pages[0].next)) == pages[1:]


@pytest.mark.parametrize(
    "tokens",
    [lambda n: "same", lambda n: f"t{n % 3}", lambda n: f"t{n}"],
    ids=["one token", "three tokens in turn", "new tokens for old rows"],
)
def test_a_listing_in_circles_ends(opened: Opened, tokens: Callable[[int], str]) -> None:
    asked_for: list[Asked] = []

    def answer(asked: Asked) -> Reply:
        asked_for.append(asked)
        body = {"kind": "storage#objects", "items": [{"name": "a"}], "nextPageToken": tokens(len(asked_for))}
        return Reply(200, json.dumps(body).encode(), "application/json")

    with opened.at(answer) as probe:
        listed: list[str] = []
        with pytest.raises(ListingBrokenError):
            listed.extend(item.key for page in probe.pages() for item in page.objects)
        assert set(listed) == {"a"}
        assert len(asked_for) <= 5


def test_empty_pages_without_end_end(opened: Opened) -> None:
    count = iter(range(10_000))

    def answer(asked: Asked) -> Reply:
        body = {"kind": "storage#objects", "nextPageToken": f"t{next(count)}"}
        return Reply(200, json.dumps(body).encode(), "application/json")

    with opened.at(answer) as probe, pytest.raises(ListingBrokenError):
        list(probe.pages())
    assert next(count) < 200


def test_what_a_broken_page_showed_is_kept(opened: Opened, bucket: CloudBucket) -> None:
    bucket.fill((f"{n:05}.txt" for n in range(100)), b"x")
    whole = service(bucket)

    def cut(asked: Asked) -> Reply:
        reply = whole(asked)
        return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.media_type)

    with opened.at(cut) as probe:
        pages = probe.pages()
        first = next(pages)
        assert 40 < len(first.objects) < 60
        assert first.next is None
        with pytest.raises(ListingBrokenError):
            next(pages)


def test_a_refused_listing(opened: Opened, bucket: CloudBucket) -> None:
    bucket.rights = frozenset()
    with opened.at(service(bucket)) as probe:
        with pytest.raises(RefusedError) as caught:
            next(probe.pages())
        assert caught.value.reason is SkipReason.ACCESS_DENIED
        with pytest.raises(RefusedError):
            next(probe.old_versions())


@pytest.mark.parametrize("key", STRANGE, ids=range(len(STRANGE)))
def test_strange_keys_are_listed_and_read(opened: Opened, bucket: CloudBucket, key: str) -> None:
    bucket.put(key, b"Dear Dr Example")
    truth = service(bucket)
    with opened.at(truth) as probe:
        (item,) = next(probe.pages()).objects
        assert item.key == key
        with probe.read(item) as answer:
            assert answer.read(100) == b"Dear Dr Example"
            assert answer.url == probe.url_of(item)
        assert probe.notes.summary().readable is YES

    def json_only(asked: Asked) -> Reply:
        return truth(asked) if "/storage/v1/" in asked.path else Reply(404, b"<html>404</html>", HTML)

    with opened.at(json_only) as probe, probe.read(ListedObject(key)) as answer:
        assert answer.read(100) == b"Dear Dr Example"


def test_the_first_bytes(opened: Opened, bucket: CloudBucket) -> None:
    bucket.put("a", b"0123456789")
    bucket.put("empty", b"")
    with opened.at(service(bucket)) as probe:
        with probe.read(ListedObject("a"), first=4) as answer:
            assert (answer.status, answer.read(100)) == (206, b"0123")
        with probe.read(ListedObject("empty", 0), first=4) as answer:
            assert (answer.status, answer.length) == (200, 0)
        with probe.read(ListedObject("empty"), first=4) as answer:
            assert (answer.status, answer.length) == (200, 0)
        assert probe.notes.permitted(Question.READ) is YES


def test_an_object_that_is_stored_packed_is_read_unpacked(opened: Opened, bucket: CloudBucket) -> None:
    bucket.put("a", gzip.compress(b"Dear Dr Example " * 100), content_encoding="gzip")
    with opened.at(service(bucket)) as probe:
        with probe.read(ListedObject("a")) as answer:
            assert answer.read(10_000) == b"Dear Dr Example " * 100
        with probe.read(ListedObject("a"), first=40) as answer:
            assert answer.read(10_000).startswith(b"Dear Dr")


def test_older_generations_and_what_was_deleted(opened: Opened, bucket: CloudBucket) -> None:
    bucket.put("a", b"first")
    bucket.put("a", b"second")
    bucket.put("gone", b"gone")
    bucket.delete("gone")
    with opened.at(service(bucket)) as probe:
        pages = list(probe.old_versions())
        assert [[(item.key, item.is_current, item.deleted) for item in page.objects] for page in pages] == [
            [("a", False, False), ("gone", False, False)],
            [("gone", False, True)],
        ]
        assert list(probe.old_versions(pages[0].next)) == pages[1:]
        old = pages[0].objects[0]
        assert probe.url_of(old).endswith(f"/{NAME}/a?generation={old.version}")
        with probe.read(old) as answer:
            assert answer.read(100) == b"first"


def test_a_server_that_keeps_nothing_deleted(opened: Opened, bucket: CloudBucket) -> None:
    bucket.put("a", b"1")
    bucket.put("a", b"2")
    with opened.at(service(bucket)) as probe:
        assert [len(page.objects) for page in probe.old_versions()] == [1]
    # One that does not know the question gives what is there.
    whole = service(bucket)

    def deaf(asked: Asked) -> Reply:
        query = asked.query.replace("softDeleted=true", "")
        return whole(Asked(asked.method, asked.path, query, asked.headers))

    with opened.at(deaf) as probe:
        assert [item.key for page in probe.old_versions() for item in page.objects] == ["a"]


@pytest.mark.parametrize(
    ("rights", "key", "reason", "exists"),
    [
        ([], "a", SkipReason.ACCESS_DENIED, YES),
        ([], "missing", SkipReason.ACCESS_DENIED, YES),
        ([Right.READ], "missing", SkipReason.ACCESS_DENIED, YES),
        ([Right.LIST], "a", SkipReason.ACCESS_DENIED, YES),
        ([Right.LIST], "missing", SkipReason.NOT_FOUND, YES),
    ],
)
def test_reads_that_are_refused(
    opened: Opened, bucket: CloudBucket, rights: list[Right], key: str, reason: SkipReason, exists: Truth
) -> None:
    bucket.rights = frozenset(rights)
    bucket.put("a", b"1")
    with opened.at(service(bucket)) as probe:
        with pytest.raises(RefusedError) as caught:
            probe.read(ListedObject(key), question=Question.READ_KNOWN_KEY)
        assert caught.value.reason is reason
        assert (probe.notes.exists, probe.notes.permitted(Question.READ_KNOWN_KEY)) == (exists, UNKNOWN)


def test_a_redirect_is_no_object(opened: Opened) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/a"):
            return Reply(302, b"", HTML, {"Location": f"/{NAME}/login"})
        return Reply(200, b"<title>Sign in</title>", HTML)

    with opened.at(answer) as probe, pytest.raises(RefusedError):
        probe.read(ListedObject("a"))


def test_told_to_stop(opened: Opened, bucket: CloudBucket) -> None:
    with opened.at(service(bucket)) as probe:
        opened.errand.stop.set()
        with pytest.raises(StoppedError):
            probe.state()
        assert probe.notes.summary().exists is UNKNOWN


def test_ambient_rights_are_not_used(opened: Opened, bucket: CloudBucket, lending: str) -> None:
    """Credentials, a profile, a proxy and an emulator in the environment: no request shows or follows them."""
    bucket.rights = frozenset(Right)
    bucket.put("a", b"1")
    with opened.at(service(bucket)) as probe:
        probe.state()
        list(probe.pages())
        probe.read(ListedObject("a")).close()
        assert probe.notes.summary().readable is YES
    said = repr(opened.server.asked)
    assert lending not in said
    assert "uthorization" not in said
    assert "goog-api" not in said, "the library does not tell of itself either"
