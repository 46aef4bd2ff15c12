from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from bucket_probes.s3_state import FEW_KEYS
from bucket_probes.source import BucketSource
from documents.exposure import Truth
from scope.model import BucketTarget
from scope.units import unit_of

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Liar, Reply
    from tests.conftest import MakeErrand, MakeScope

Make = Callable[..., "Reply"]
Ask = Callable[..., Any]
DENIED = (403, "AccessDenied")
MISSING = (404, "NoSuchBucket")


@pytest.fixture
def ask(liar: Liar, make_scope: MakeScope, make_errand: MakeErrand) -> Ask:
    """Ask for the state of the first of these buckets; the others are in the scope as well."""

    def asked(*names: str) -> Any:
        targets = [BucketTarget(tier="own", authority="IG-1", name=name, endpoint=liar.url) for name in names]
        source = BucketSource(make_errand(make_scope(*targets)), pauses=(0.0, 0.0, 0.0))
        return source.access(unit_of(targets[0]))

    return asked


def _bucket(asked: Asked) -> str:
    return asked.path.strip("/").partition("/")[0]


def test_a_bucket_that_nobody_vouches_for_may_be_there(liar: Liar, ask: Ask) -> None:
    access = ask("nowhere")
    assert (access.exists, access.listable) == (Truth.UNKNOWN, Truth.UNKNOWN)
    assert {item.code for item in access.evidence} == {"NoSuchBucket"}


def test_other_questions_may_find_it(liar: Liar, ask: Ask, error: Make) -> None:
    liar.says = lambda asked: error(*DENIED) if "acl" in asked.query else None
    access = ask("letters")
    assert (access.exists, access.listable, access.acl_readable) == (Truth.YES, Truth.UNKNOWN, Truth.NO)


@pytest.mark.parametrize("lies", [1, 2])
def test_one_answer_that_it_is_there_outweighs_all_others(
    lies: int, liar: Liar, ask: Ask, error: Callable[..., Reply]
) -> None:
    told: list[str] = []

    def says(asked: Asked) -> Reply:
        told.append(asked.path)
        return error(*(MISSING if len(told) <= lies else DENIED))

    liar.says = says
    assert ask("letters").exists is Truth.YES


def test_an_answer_that_is_none_leaves_it_open(liar: Liar, ask: Ask, reply: type[Reply]) -> None:
    told: list[str] = []

    def says(asked: Asked) -> Reply | None:
        told.append(asked.path)
        return None if len(told) <= 1 else reply(404, b"<html>Not found</html>", {"Content-Type": "text/html"})

    liar.says = says
    access = ask("letters")
    assert (access.exists, access.listable, access.acl_readable) == (Truth.UNKNOWN, Truth.UNKNOWN, Truth.UNKNOWN)


def test_a_neighbour_that_is_there_vouches_for_the_answer(liar: Liar, ask: Ask, error: Callable[..., Reply]) -> None:
    liar.says = lambda asked: error(*DENIED) if _bucket(asked) == "neighbour" else None
    access = ask("nowhere", "not-there-either", "neighbour")
    assert (access.exists, access.listable) == (Truth.NO, Truth.NO)
    assert len([asked for asked in liar.asked if _bucket(asked) == "nowhere" and "list-type" in asked.query]) >= 3


def test_a_neighbour_that_is_not_found_does_not(liar: Liar, ask: Ask) -> None:
    access = ask("letters", "neighbour")
    assert access.exists is Truth.UNKNOWN
    assert {item.code for item in access.evidence} == {"NoSuchBucket"}


def test_of_a_neighbour_that_may_not_be_listed_no_page_is_asked_for(
    liar: Liar, make_scope: MakeScope, make_errand: MakeErrand, listing: Make, error: Make
) -> None:
    def says(asked: Asked) -> Reply | None:
        return (
            (listing("a.txt") if "list-type" in asked.query else error(*DENIED)) if _bucket(asked) == "theirs" else None
        )

    liar.says = says
    ours = BucketTarget(tier="own", authority="IG-1", name="nowhere", endpoint=liar.url)
    theirs = BucketTarget(tier="third_party", authority="IG-1", name="theirs", endpoint=liar.url)
    source = BucketSource(make_errand(make_scope(ours, theirs)), pauses=(0.0, 0.0, 0.0))
    assert source.access(unit_of(ours)).exists is Truth.NO
    pages = [asked.query for asked in liar.asked if _bucket(asked) == "theirs" and "list-type" in asked.query]
    assert pages
    assert all(int(query.get("max-keys", "1000")) <= FEW_KEYS for query in pages)


def test_a_neighbour_that_goes_missing_does_not(liar: Liar, ask: Ask, error: Callable[..., Reply]) -> None:
    """The lie begins after the first question to the neighbour."""
    seen: list[str] = []

    def says(asked: Asked) -> Reply | None:
        if _bucket(asked) != "neighbour":
            seen.append("letters again") if "neighbour" in seen else None
            return None
        seen.append("neighbour")
        return None if "letters again" in seen else error(*DENIED)

    liar.says = says
    assert ask("letters", "neighbour").exists is Truth.UNKNOWN


def test_an_answer_that_is_none_leaves_it_open_whoever_vouches(
    liar: Liar, ask: Ask, error: Make, reply: type[Reply]
) -> None:
    """The neighbour is found each time; of the bucket itself one answer in the middle says nothing."""
    lists: list[str] = []

    def says(asked: Asked) -> Reply | None:
        if _bucket(asked) == "neighbour":
            return error(*DENIED)
        lists.extend(["list"] if "list-type" in asked.query else [])
        return None if len(lists) == 1 else reply(404, b"<html>Not found</html>", {"Content-Type": "text/html"})

    liar.says = says
    assert ask("letters", "neighbour").exists is Truth.UNKNOWN


def test_what_could_not_be_confirmed_is_open(
    liar: Liar, error: Make, make_scope: MakeScope, make_errand: MakeErrand
) -> None:
    """The budget ends with the answer that there is no such bucket; the neighbour would have vouched for it."""
    liar.says = lambda asked: error(*DENIED) if _bucket(asked) == "neighbour" else None
    targets = [
        BucketTarget(tier="own", authority="IG-1", name=name, endpoint=liar.url) for name in ("nowhere", "neighbour")
    ]
    source = BucketSource(make_errand(make_scope(*targets, requests=3)), pauses=(0.0,))
    access = source.access(unit_of(targets[0]))
    assert (access.exists, access.listable) == (Truth.UNKNOWN, Truth.UNKNOWN)
    assert {item.code for item in access.evidence} == {"NoSuchBucket"}


def test_one_byte_tells_whether_anyone_may_read(
    liar: Liar, ask: Ask, listing: Make, reply: type[Reply], error: Make
) -> None:
    def says(asked: Asked) -> Reply:
        if asked.path.strip("/") == "letters":
            return listing("a.txt", "b.txt", "c.txt", "d.txt") if "list-type" in asked.query else error(*DENIED)
        return reply(206, b"x", {"Content-Range": "bytes 0-0/5"}) if asked.path.endswith("b.txt") else error(*DENIED)

    liar.says = says
    access = ask("letters")
    assert (access.listable, access.readable) == (Truth.YES, Truth.YES)
    assert [asked.path for asked in liar.asked if asked.path.count("/") > 1] == ["/letters/a.txt", "/letters/b.txt"]
    assert {asked.headers.get("range") for asked in liar.asked if asked.path.endswith(".txt")} == {"bytes=0-0"}


@pytest.mark.parametrize("location", ["http://[::1", "http://[bad]/", "http://a\u2100b/"])
@pytest.mark.parametrize("provider", ["s3", "gcs", "azure"])
def test_a_redirect_to_what_is_no_address_leaves_it_open(
    provider: str, location: str, liar: Liar, make_scope: MakeScope, make_errand: MakeErrand, reply: type[Reply]
) -> None:
    liar.says = lambda asked: reply(307, b"", {"Location": location.encode().decode("latin-1")})
    account = "demotrust" if provider == "azure" else None
    target = BucketTarget(
        tier="own", authority="IG-1", name="letters", endpoint=liar.url, provider=provider, account=account
    )
    source = BucketSource(make_errand(make_scope(target)), pauses=(0.0,))
    assert source.access(unit_of(target)).exists is Truth.UNKNOWN
