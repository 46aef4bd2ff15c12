from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from scope.bucket_urls import bucket_url
from scope.guard import Denial, Guard, contains
from scope.model import NameTarget, Scope
from scope.name_questions import account_host, bucket_of, existence_url, known_canaries, search_endpoints, search_url
from scope.units import UnitKind, units_of

TODAY = date(2026, 6, 1)
SEARCH: dict[str, Any] = {"name_search": True, "authority": "R2", "keywords": ["trust"]}


def scope_of(search: dict[str, Any] | None = None, **keys: Any) -> Scope:
    return Scope.model_validate(
        {
            "organisation": "Example",
            "contact": "c@example.org",
            "authority": {"who": "J", "reference": "R", "expires": TODAY},
            "pack": {"path": "p", "key": "k"},
            "network": {"private_addresses": ["127.0.0.0/8"]},
            "names": {**SEARCH, **(search or {})},
            **keys,
        }
    )


def target_of(provider: str, search: dict[str, Any] | None = None, **keys: Any) -> NameTarget:
    scope = scope_of({"providers": [provider], **(search or {})}, **keys)
    (target,) = scope.searched
    return target


LOCAL = {
    "endpoints": {"s3": "http://127.0.0.1:9000/", "gcs": "http://127.0.0.1:9000", "azure": "http://127.0.0.1:9001"}
}


@pytest.mark.parametrize(
    ("provider", "account", "search", "url"),
    [
        ("s3", "", {}, "https://s3.us-east-1.amazonaws.com/trust-letters?list-type=2&max-keys=0"),
        ("gcs", "", {}, "https://storage.googleapis.com/storage/v1/b/trust-letters?fields=kind"),
        ("azure", "acct1", {}, "https://acct1.blob.core.windows.net/trust-letters?restype=container"),
        ("wasabi", "", {}, "https://s3.wasabisys.com/trust-letters?list-type=2&max-keys=0"),
        ("s3", "", LOCAL, "http://127.0.0.1:9000/trust-letters?list-type=2&max-keys=0"),
        ("gcs", "", LOCAL, "http://127.0.0.1:9000/storage/v1/b/trust-letters?fields=kind"),
        ("azure", "acct1", LOCAL, "http://127.0.0.1:9001/acct1/trust-letters?restype=container"),
    ],
)
def test_the_question_of_each_service_passes_the_guard(
    provider: str, account: str, search: dict[str, Any], url: str
) -> None:
    scope = scope_of({"providers": [provider], **search})
    (target,) = scope.searched
    assert existence_url(target, "trust-letters", account) == url
    assert Guard(scope, lambda: TODAY).url(url) is None
    assert contains(target, url)


def test_where_names_are_regional_each_region_has_its_question() -> None:
    target = target_of("digitalocean")
    guard = Guard(scope_of({"providers": ["digitalocean"]}), lambda: TODAY)
    endpoints = search_endpoints(target)
    assert len(endpoints) == len(target.service.regions) > 1
    for endpoint in endpoints:
        url = existence_url(target, "trust-letters", endpoint=endpoint)
        assert url.startswith(endpoint)
        assert guard.url(url) is None
        assert f"https://{bucket_of(target, 'trust-letters', endpoint=endpoint).region}." in url


S3 = "https://s3.us-east-1.amazonaws.com"
GCS = "https://storage.googleapis.com"
AZURE = "https://acct1.blob.core.windows.net"


@pytest.mark.parametrize(
    "url",
    [
        f"{S3}/trust-letters",
        f"{S3}/trust-letters?list-type=2",
        f"{S3}/trust-letters?list-type=2&max-keys=1",
        f"{S3}/trust-letters?list-type=2&max-keys=00",
        f"{S3}/trust-letters?list-type=2&max-keys=0&max-keys=9",
        f"{S3}/trust-letters?list-type=2&max-keys=0&prefix=a",
        f"{S3}/trust-letters?max-keys=0&list-type=2",
        f"{S3}/trust-letters/?list-type=2&max-keys=0",
        f"{S3}/trust-letters/a.pdf",
        f"{S3}/trust-letters/a.pdf?list-type=2&max-keys=0",
        f"{S3}/trust-letters%2Fa.pdf?list-type=2&max-keys=0",
        f"{S3}/..?list-type=2&max-keys=0",
        f"{S3}/?list-type=2&max-keys=0",
        f"{S3}/trust-letters?acl",
        f"{S3}/trust-letters?delete",
        f"{S3}/trust-letters?versions&max-keys=0",
        f"{S3}/trust-letters?uploads",
        f"{S3}/trust-letters?list-type=2&max-keys=0#x",
        f"{S3}/trust-letters?list-type=2&max-keys=0\n",
        f"{S3}:443/trust-letters?list-type=2&max-keys=0",
        "http://s3.us-east-1.amazonaws.com/trust-letters?list-type=2&max-keys=0",
        "https://s3.eu-west-2.amazonaws.com/trust-letters?list-type=2&max-keys=0",
        "https://s3xus-east-1.amazonaws.com/trust-letters?list-type=2&max-keys=0",
        "https://u:p@s3.us-east-1.amazonaws.com/trust-letters?list-type=2&max-keys=0",
        "https://trust-letters.s3.amazonaws.com/?list-type=2&max-keys=0",
        f"{GCS}/storage/v1/b/trust-letters",
        f"{GCS}/storage/v1/b/trust-letters?fields=kind,acl",
        f"{GCS}/storage/v1/b/trust-letters/o?fields=kind",
        f"{GCS}/storage/v1/b/trust-letters/o?maxResults=1",
        f"{GCS}/storage/v1/b/trust-letters/iam/testPermissions?permissions=storage.objects.list",
        f"{GCS}/storage/v1/b?project=p",
        f"{GCS}/trust-letters",
        f"{GCS}/trust-letters/a.pdf",
        f"{AZURE}/trust-letters",
        f"{AZURE}/trust-letters?restype=container&comp=list",
        f"{AZURE}/trust-letters?restype=container&comp=acl",
        f"{AZURE}/trust-letters?comp=list&restype=container",
        f"{AZURE}/trust-letters/a.pdf?restype=container",
        f"{AZURE}/trust--letters?restype=container",
        f"{AZURE}/?comp=list",
        f"{AZURE}/?restype=service&comp=properties",
        "https://acct1.evil.example/.blob.core.windows.net/trust-letters?restype=container",
        "https://acct1.evil.blob.core.windows.net/trust-letters?restype=container",
        "https://ACCT1.blob.core.windows.net/trust-letters?restype=container",
        "https://acct1.dfs.core.windows.net/trust-letters?restype=container",
        "https://s3.wasabisys.com/trust-letters?list-type=2&max-keys=0",
    ],
)
def test_a_search_asks_nothing_else(url: str) -> None:
    denied = Guard(scope_of(), lambda: TODAY).url(url)
    assert denied is not None
    assert denied.denial is Denial.OUTSIDE


@pytest.mark.parametrize(
    "search",
    [{"name_search": False}, {"authority": ""}, {"providers": ["gcs"]}, {"endpoints": {"s3": "http://127.0.0.1:9000"}}],
)
def test_no_question_without_search_authority_and_service(search: dict[str, Any]) -> None:
    guard = Guard(scope_of(search), lambda: TODAY)
    assert guard.url(f"{S3}/trust-letters?list-type=2&max-keys=0") is not None


def test_no_question_after_the_authority_has_expired() -> None:
    denied = Guard(scope_of(), lambda: date(2026, 6, 2)).url(f"{S3}/trust-letters?list-type=2&max-keys=0")
    assert denied is not None
    assert denied.denial is Denial.EXPIRED


def test_no_question_at_an_address_that_is_not_public_and_not_named() -> None:
    url = "http://127.0.0.1:9000/trust-letters?list-type=2&max-keys=0"
    assert Guard(scope_of(LOCAL), lambda: TODAY).url(url) is None
    assert Guard(scope_of(LOCAL, network={}), lambda: TODAY).url(url) is not None


def test_each_service_is_a_unit_of_its_own() -> None:
    units = list(units_of(scope_of({"providers": ["s3", "gcs", "azure", "s3"], **LOCAL})))
    assert [unit.kind for unit in units] == [UnitKind.NAMES] * 3
    assert [unit.start_url for unit in units] == [
        "http://127.0.0.1:9000/", "http://127.0.0.1:9000/", "http://127.0.0.1:9001/",
    ]  # fmt: skip
    assert len({unit.unit_id for unit in units}) == 3
    assert [unit.display for unit in units_of(scope_of({"providers": ["azure"]}))] == [
        "names at azure https://blob.core.windows.net/"
    ]
    # Written down: units keep their ids.
    assert [unit.unit_id for unit in units_of(scope_of())] == [
        "names-ea204f4135083e5f", "names-1fca862715f446b9", "names-a18fec8d0e5cf583",
    ]  # fmt: skip


def test_what_exists_for_sure() -> None:
    buckets = [
        {"tier": "own", "authority": "R", "name": "own-letters"},
        {"tier": "own", "authority": "R", "name": "typed", "endpoint": "http://127.0.0.1:9000/"},
        {"tier": "own", "authority": "R", "provider": "azure", "account": "acct1", "name": "letters"},
    ]
    canaries = {"canaries": {"s3": ["own-site"]}}
    assert known_canaries(target_of("s3", canaries, bucket=buckets))[:2] == ("own-site", "own-letters")
    assert "noaa-goes16" in known_canaries(target_of("s3", canaries, bucket=buckets))
    # Public data sets of Amazon do not lie at another service.
    assert known_canaries(target_of("s3", {**canaries, **LOCAL}, bucket=buckets)) == ("own-site", "typed")
    assert known_canaries(target_of("azure", bucket=buckets))[0] == "acct1/letters"


def test_what_was_asked_for_is_a_target_of_a_third_party() -> None:
    target = target_of("azure", LOCAL)
    bucket = bucket_of(target, "letters", "acct1")
    assert (bucket.tier, bucket.authority, bucket.may_list) == (target.tier, "R2", False)
    assert bucket_url(bucket) == "http://127.0.0.1:9001/acct1/letters/"
    assert bucket_url(bucket_of(target_of("s3", LOCAL), "letters")) == "http://127.0.0.1:9000/letters/"
    assert bucket_url(bucket_of(target_of("gcs"), "letters")) == "https://storage.googleapis.com/letters/"


def test_the_host_of_an_account() -> None:
    assert account_host(target_of("azure"), "acct1") == ("acct1.blob.core.windows.net", 443)
    assert account_host(target_of("azure", LOCAL), "acct1") == ("127.0.0.1", 9001)
    assert search_url(target_of("gcs")) == "https://storage.googleapis.com/"
