from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from scope.guard import Denial, Guard
from scope.model import Scope

TODAY = date(2026, 6, 1)
S3 = "https://s3.eu-west-2.amazonaws.com/letters"
GCS = "https://storage.googleapis.com"
AZURE = "https://acct1.blob.core.windows.net"
AZURITE = "http://127.0.0.1:10000/acct1"
RANDOM = "Qm9iOjEyMzQ1Njc4OTBhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg"


def guard_of(*buckets: dict[str, Any]) -> Guard:
    scope = Scope.model_validate(
        {
            "organisation": "Example",
            "contact": "c@example.org",
            "authority": {"who": "J", "reference": "R", "expires": TODAY},
            "pack": {"path": "p", "key": "k"},
            "network": {"private_addresses": ["127.0.0.0/8"]},
            "bucket": [{"tier": "own", "authority": "R", **bucket} for bucket in buckets],
        }
    )
    return Guard(scope, lambda: TODAY)


WHOLE = {
    "s3": {"name": "letters", "region": "eu-west-2"},
    "gcs": {"provider": "gcs", "name": "letters"},
    "azure": {"provider": "azure", "account": "acct1", "name": "letters"},
    "root": {"provider": "azure", "account": "acct1", "name": "$root"},
    "china": {"provider": "azure", "account": "acct1", "name": "letters", "region": "chinaeast2"},
    "zone": {"provider": "azure", "account": "acct1", "name": "letters", "region": "z07"},
    "domain": {"provider": "azure", "account": "acct1", "name": "letters", "endpoint": "https://files.trust.example"},
    "azurite": {"provider": "azure", "account": "acct1", "name": "letters", "endpoint": "http://127.0.0.1:10000"},
    "fake-gcs": {"provider": "gcs", "name": "letters", "endpoint": "http://127.0.0.1:4443"},
    "spaces": {"provider": "digitalocean", "name": "letters", "region": "ams3"},
    "alibaba": {"provider": "alibaba", "name": "letters", "region": "eu-west-1"},
    "storage": {"provider": "gcs", "name": "storage"},
}
BELOW = {name: {**keys, "prefix": "2026/"} for name, keys in WHOLE.items()}


@pytest.mark.parametrize(
    ("which", "url"),
    [
        ("s3", f"{S3}?list-type=2&max-keys=1000&encoding-type=url"),
        ("s3", f"{S3}?list-type=2&continuation-token={RANDOM}"),
        ("s3", f"{S3}?versions&key-marker=a&version-id-marker={RANDOM}"),
        ("s3", f"{S3}?uploads"),
        ("s3", f"{S3}?acl"),
        ("s3", f"{S3}?policyStatus"),
        ("s3", f"{S3}?location"),
        ("s3", f"{S3}?website"),
        ("s3", f"{S3}/a.pdf?versionId={RANDOM}"),
        ("s3", f"{S3}/a.pdf?acl"),
        ("s3", "https://s3.us-east-1.amazonaws.com/letters?list-type=2"),
        ("s3", "https://letters.s3.amazonaws.com/?list-type=2"),
        ("s3", "http://letters.s3-website.eu-west-2.amazonaws.com/"),
        ("gcs", f"{GCS}/letters?prefix=&max-keys=1"),
        ("gcs", f"{GCS}/letters/a%20b.pdf?generation=17"),
        ("gcs", f"{GCS}/letters?acl"),
        ("gcs", f"{GCS}/storage/v1/b/letters"),
        ("gcs", f"{GCS}/storage/v1/b/letters?fields=kind"),
        ("gcs", f"{GCS}/storage/v1/b/letters/acl?fields=items"),
        ("gcs", f"{GCS}/storage/v1/b/letters/iam/testPermissions?permissions=a&permissions=b"),
        ("gcs", f"{GCS}/storage/v1/b/letters/o?maxResults=1000&versions=true&pageToken={RANDOM}"),
        ("gcs", f"{GCS}/storage/v1/b/letters/o/2026%2Fa.pdf?alt=media&generation=17"),
        ("gcs", f"{GCS}/download/storage/v1/b/letters/o/2026%2Fa.pdf?alt=media"),
        ("gcs", "https://letters.storage.googleapis.com/a.pdf"),
        ("gcs", "https://firebasestorage.googleapis.com/v0/b/letters/o?prefix=&delimiter=%2F"),
        ("gcs", "https://firebasestorage.googleapis.com/v0/b/letters/o/2026%2Fa.pdf?alt=media"),
        ("fake-gcs", "http://127.0.0.1:4443/storage/v1/b/letters/o?prefix=a"),
        ("fake-gcs", "http://127.0.0.1:4443/letters/a.pdf"),
        ("storage", f"{GCS}/storage/a.pdf"),
        ("storage", f"{GCS}/storage/v1/b/storage/o"),
        ("azure", f"{AZURE}/letters?restype=container&comp=list&maxresults=5000&marker=2%21108%21MDAw"),
        ("azure", f"{AZURE}/letters?restype=container&comp=list&include=versions,deleted,snapshots"),
        ("azure", f"{AZURE}/letters?restype=container"),
        ("azure", f"{AZURE}/letters?restype=container&comp=acl"),
        ("azure", f"{AZURE}/letters?restype=container&comp=metadata"),
        ("azure", f"{AZURE}/letters/"),
        ("azure", f"{AZURE}/letters/a.pdf?versionid=2024-01-01T00%3A00%3A00.0000000Z"),
        ("azure", f"{AZURE}/letters/a.pdf?snapshot=2024-01-01T00%3A00%3A00.0000000Z"),
        ("azure", f"{AZURE}/?restype=account&comp=properties"),
        ("azure", f"{AZURE}/?restype=service&comp=properties"),
        ("azure", f"{AZURE}/?comp=list"),
        ("root", f"{AZURE}/$root?restype=container&comp=list"),
        ("root", f"{AZURE}/%24root/a.pdf"),
        ("root", f"{AZURE}/a.pdf"),
        ("china", "https://acct1.blob.core.chinacloudapi.cn/letters/a.pdf"),
        ("zone", "https://acct1.z07.blob.storage.azure.net/letters/a.pdf"),
        ("domain", "https://files.trust.example/letters/a.pdf"),
        ("azurite", f"{AZURITE}/letters?restype=container&comp=list"),
        ("azurite", f"{AZURITE}/letters/a/b.pdf"),
        ("azurite", f"{AZURITE}?restype=account&comp=properties"),
        ("spaces", "https://ams3.digitaloceanspaces.com/letters?list-type=2"),
        ("spaces", "https://letters.ams3.digitaloceanspaces.com/a.pdf"),
        ("alibaba", "https://letters.oss-eu-west-1.aliyuncs.com/?list-type=2"),
    ],
)
def test_what_the_probes_ask_of_a_whole_bucket(which: str, url: str) -> None:
    assert guard_of(WHOLE[which]).url(url) is None


@pytest.mark.parametrize(
    ("which", "url"),
    [
        ("s3", f"{S3}?list-type=2&prefix=2026%2F"),
        ("s3", f"{S3}?versions&prefix=2026%2Fa"),
        ("s3", f"{S3}?acl"),
        ("s3", f"{S3}?policyStatus"),
        ("s3", f"{S3}/2026/a.pdf?acl"),
        ("gcs", f"{GCS}/letters?prefix=2026/"),
        ("gcs", f"{GCS}/storage/v1/b/letters"),
        ("gcs", f"{GCS}/storage/v1/b/letters/iam/testPermissions?permissions=a"),
        ("gcs", f"{GCS}/storage/v1/b/letters/o?prefix=2026%2F"),
        ("gcs", f"{GCS}/storage/v1/b/letters/o/2026%2Fa.pdf?alt=media"),
        ("gcs", "https://firebasestorage.googleapis.com/v0/b/letters/o?prefix=2026%2F"),
        ("azure", f"{AZURE}/letters?restype=container&comp=list&prefix=2026%2F"),
        ("azure", f"{AZURE}/letters?restype=container"),
        ("azure", f"{AZURE}/letters?restype=container&comp=acl"),
        ("azure", f"{AZURE}/letters/2026/a.pdf"),
        ("azurite", f"{AZURITE}/letters/2026/a.pdf"),
    ],
)
def test_what_the_probes_ask_of_a_prefix(which: str, url: str) -> None:
    assert guard_of(BELOW[which]).url(url) is None


@pytest.mark.parametrize(
    ("which", "url"),
    [
        ("s3", f"{S3}?list-type=2"),
        ("s3", f"{S3}?list-type=2&prefix=2025%2F"),
        ("s3", f"{S3}?list-type=2&prefix=2026%2F&prefix="),
        ("s3", f"{S3}?list-type=2&prefix=&prefix=2026%2F"),
        ("s3", f"{S3}?list-type=2&Prefix=2026%2F"),
        ("s3", f"{S3}?list-type=2&prefix=2026/;prefix="),
        ("s3", f"{S3}?versions"),
        ("s3", f"{S3}?ACL"),
        ("s3", f"{S3}?acl&list-type=2"),
        ("s3", f"{S3}/2025/a.pdf"),
        ("gcs", f"{GCS}/letters"),
        ("gcs", f"{GCS}/storage/v1/b/letters/o"),
        ("gcs", f"{GCS}/storage/v1/b/letters/o?prefix=2025%2F"),
        ("gcs", f"{GCS}/storage/v1/b/letters/o/2025%2Fa.pdf?alt=media"),
        ("gcs", f"{GCS}/download/storage/v1/b/letters/o/2025%2Fa.pdf"),
        ("gcs", "https://letters.storage.googleapis.com/2025/a.pdf"),
        ("azure", f"{AZURE}/letters?restype=container&comp=list"),
        ("azure", f"{AZURE}/letters?restype=container&comp=list&prefix=2025/"),
        ("azure", f"{AZURE}/letters/2025/a.pdf"),
        ("azurite", f"{AZURITE}/letters/2025/a.pdf"),
    ],
)
def test_nothing_above_a_prefix_is_listed_or_read(which: str, url: str) -> None:
    denied = guard_of(BELOW[which]).url(url)
    assert denied is not None
    assert denied.denial is Denial.OUTSIDE


@pytest.mark.parametrize(
    ("which", "url"),
    [
        ("s3", "https://s3.eu-west-2.amazonaws.com/other?acl"),
        ("s3", "https://s3.cn-north-1.amazonaws.com.cn/letters/a.pdf"),
        ("s3", "https://s3.us-gov-west-1.amazonaws.com/letters/a.pdf"),
        ("s3", f"{GCS}/letters/a.pdf"),
        ("gcs", f"{GCS}/other/a.pdf"),
        ("gcs", f"{GCS}/storage/v1/b"),
        ("gcs", f"{GCS}/storage/v1/b?project=p"),
        ("gcs", f"{GCS}/storage/v1/b/other/o"),
        ("gcs", f"{GCS}/storage/v1/b/letters/notificationConfigs"),
        ("gcs", f"{GCS}/upload/storage/v1/b/letters/o"),
        ("gcs", f"{GCS}/batch/storage/v1"),
        ("gcs", "https://storage.cloud.google.com/letters/a.pdf"),
        ("gcs", "https://console.cloud.google.com/storage/browser/letters"),
        ("gcs", "https://letters.appspot.com/"),
        ("storage", f"{GCS}/storage/v1/b/other/o"),
        ("storage", f"{GCS}/storage/v1/b"),
        ("storage", f"{GCS}//storage/v1/b/other"),
        ("azure", f"{AZURE}/other?restype=container&comp=list"),
        ("azure", f"{AZURE}/"),
        ("azure", f"{AZURE}/a.pdf"),
        ("azure", f"{AZURE}/?restype=service&comp=userdelegationkey"),
        ("azure", f"{AZURE}/letters?restype=container&comp=lease"),
        ("azure", f"{AZURE}/letters?restype=container&comp=list&comp=acl"),
        ("azure", "https://acct2.blob.core.windows.net/letters?restype=container"),
        ("azure", "https://acct2.blob.core.windows.net/?restype=account&comp=properties"),
        ("azure", "https://acct1.blob.core.chinacloudapi.cn/letters/a.pdf"),
        ("azure", "https://acct1.z01.blob.storage.azure.net/letters/a.pdf"),
        ("azure", "https://acct1.dfs.core.windows.net/letters?resource=filesystem&recursive=true"),
        ("root", f"{AZURE}/letters?restype=container&comp=list"),
        ("root", f"{AZURE}/letters?comp=list"),
        ("root", f"{AZURE}/letters/a.pdf"),
        ("china", f"{AZURE}/letters/a.pdf"),
        ("zone", f"{AZURE}/letters/a.pdf"),
        ("zone", "https://acct1.z08.blob.storage.azure.net/letters/a.pdf"),
        ("domain", f"{AZURE}/letters/a.pdf"),
        ("azurite", "http://127.0.0.1:10000/acct2/letters"),
        ("azurite", "http://127.0.0.1:10000/letters/a.pdf"),
        ("azurite", "http://127.0.0.1:10001/acct1/letters/a.pdf"),
        ("fake-gcs", "http://127.0.0.1:4443/storage/v1/b/other/o"),
        ("fake-gcs", f"{GCS}/letters/a.pdf"),
        ("spaces", "https://nyc3.digitaloceanspaces.com/letters?list-type=2"),
        ("spaces", "https://letters.nyc3.digitaloceanspaces.com/a.pdf"),
        ("alibaba", "https://other.oss-eu-west-1.aliyuncs.com/"),
    ],
)
def test_everything_else_at_the_same_service_is_refused(which: str, url: str) -> None:
    denied = guard_of(WHOLE[which]).url(url)
    assert denied is not None
    assert denied.denial is Denial.OUTSIDE


@pytest.mark.parametrize(
    ("which", "url"),
    [
        ("s3", f"{S3}/a.pdf?X-Amz-Signature=abc&X-Amz-Credential=x"),
        ("gcs", "https://firebasestorage.googleapis.com/v0/b/letters/o/a?alt=media&token=abc"),
        ("azure", f"{AZURE}/letters/a.pdf?sv=2020&sig=abc"),
    ],
)
def test_a_signature_is_never_replayed(which: str, url: str) -> None:
    denied = guard_of(WHOLE[which]).url(url)
    assert denied is not None
    assert denied.denial is Denial.CREDENTIAL


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.eu-west-2.amazonaws.com/letters?list-type=2",
        "https://s3.amazonaws.com/letters/a.pdf",
        "https://letters.s3.amazonaws.com/a.pdf",
        "https://letters.objects.example.org/a.pdf",
    ],
)
def test_a_bucket_at_an_endpoint_of_its_own_is_nowhere_else(url: str) -> None:
    guard = guard_of({"name": "letters", "endpoint": "https://objects.example.org"})
    assert guard.url("https://objects.example.org/letters/a.pdf") is None
    assert guard.url(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.console.aws.amazon.com/s3/buckets/letters",
        "https://eu-west-2.console.aws.amazon.com/s3/buckets/letters",
        "https://console.cloud.google.com/storage/browser/letters",
        "https://console.cloud.google.com/storage/browser/letters/a.pdf",
    ],
)
def test_pages_that_only_name_a_bucket_are_not_in_it(url: str) -> None:
    assert guard_of(WHOLE["s3"], WHOLE["gcs"], {"name": "letters"}).url(url) is not None
