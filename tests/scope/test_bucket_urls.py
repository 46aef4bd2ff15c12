from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scope.address_forms import Grammar
from scope.bucket_urls import (
    BucketAddress,
    address_url,
    bucket_url,
    grammar_of_scope,
    object_url,
    parse_bucket_url,
    service_url,
    target_for,
    target_of_url,
)
from scope.model import BucketTarget, Scope
from scope.providers import load_providers

ACCOUNT = "0123456789abcdef0123456789abcdef"


def target(**keys: Any) -> BucketTarget:
    return BucketTarget.model_validate({"name": "clinic-letters", "tier": "own", "authority": "R", **keys})


def parsed(url: str) -> BucketAddress:
    address = parse_bucket_url(url)
    assert address is not None
    return address


@pytest.mark.parametrize(
    ("url", "bucket", "key", "region"),
    [
        ("https://s3.amazonaws.com/b11/x/y.pdf", "b11", "x/y.pdf", ""),
        ("https://s3.eu-west-2.amazonaws.com/b11/a%20b", "b11", "a b", "eu-west-2"),
        ("https://s3.eu-west-2.amazonaws.com/b11%2Fa.pdf", "b11", "a.pdf", "eu-west-2"),
        ("https://s3-eu-west-1.amazonaws.com/b11", "b11", "", "eu-west-1"),
        ("https://s3.dualstack.eu-west-1.amazonaws.com/b11/", "b11", "", "eu-west-1"),
        ("https://s3-fips.us-gov-west-1.amazonaws.com/b11/k", "b11", "k", "us-gov-west-1"),
        ("https://s3-external-1.amazonaws.com/b11/k", "b11", "k", "us-east-1"),
        ("https://s3.amazonaws.com/Old_Bucket/k", "Old_Bucket", "k", ""),
        ("https://my.dotted.bucket.s3.amazonaws.com/k", "my.dotted.bucket", "k", ""),
        ("https://b11.s3.amazonaws.com//k", "b11", "/k", ""),
        ("https://B11.S3.eu-west-2.AMAZONAWS.com./K.pdf", "b11", "K.pdf", "eu-west-2"),
        ("https://ends.s3.s3.amazonaws.com/k", "ends.s3", "k", ""),
        ("https://ends.s3.s3.eu-west-1.amazonaws.com/k", "ends.s3", "k", "eu-west-1"),
        ("https://b11.s3-eu-west-1.amazonaws.com/k", "b11", "k", "eu-west-1"),
        ("https://b11.s3.dualstack.ap-south-2.amazonaws.com/k", "b11", "k", "ap-south-2"),
        ("https://b11.s3-fips.dualstack.us-east-2.amazonaws.com/k", "b11", "k", "us-east-2"),
        ("https://b11.s3-accelerate.amazonaws.com/k", "b11", "k", ""),
        ("https://b11.s3-accelerate.dualstack.amazonaws.com/k", "b11", "k", ""),
        ("http://www.trust.example.s3-website-eu-west-1.amazonaws.com/k", "www.trust.example", "k", "eu-west-1"),
        ("http://b11.s3-website.eu-central-1.amazonaws.com/", "b11", "", "eu-central-1"),
        ("https://b11.s3.cn-north-1.amazonaws.com.cn/k", "b11", "k", "cn-north-1"),
        ("http://b11.s3-website.cn-northwest-1.amazonaws.com.cn/k", "b11", "k", "cn-northwest-1"),
        ("https://s3.eusc-de-east-1.amazonaws.eu/b11/k", "b11", "k", "eusc-de-east-1"),
        ("https://s3.some-new-9.amazonaws.com/b11/k", "b11", "k", "some-new-9"),
        ("//b11.s3.amazonaws.com/k", "b11", "k", ""),
        ("s3://b11/a b?#%20", "b11", "a b?#%20", ""),
        ("s3a://b11/k", "b11", "k", ""),
        ("s3://b11", "b11", "", ""),
        ("arn:aws-cn:s3:::b11/k/l", "b11", "k/l", ""),
        ("arn:aws:s3:::b11/*", "b11", "", ""),
        ("https://s3.console.aws.amazon.com/s3/buckets/b11?region=eu-west-1&tab=objects", "b11", "", ""),
    ],
)
def test_amazon_addresses_in_every_style(url: str, bucket: str, key: str, region: str) -> None:
    address = parsed(url)
    assert (address.provider, address.bucket, address.key, address.region) == ("s3", bucket, key, region)


@pytest.mark.parametrize(
    ("url", "bucket", "key"),
    [
        ("https://storage.googleapis.com/b11/a/b.pdf", "b11", "a/b.pdf"),
        ("https://storage.googleapis.com/trust.example.org/a", "trust.example.org", "a"),
        ("https://b11.storage.googleapis.com/a", "b11", "a"),
        ("https://commondatastorage.googleapis.com/b11/a", "b11", "a"),
        ("https://b11.commondatastorage.googleapis.com/a", "b11", "a"),
        ("https://storage.cloud.google.com/b11/a", "b11", "a"),
        ("https://storage.googleapis.com/storage/v1/b/b11/o/a%2Fb.pdf?alt=media", "b11", "a/b.pdf"),
        ("https://storage.googleapis.com/storage/v1/b/b11/o?prefix=a", "b11", ""),
        ("https://storage.googleapis.com/storage/v1/b/b11/iam/testPermissions?permissions=x", "b11", ""),
        ("https://storage.googleapis.com/download/storage/v1/b/b11/o/a?alt=media", "b11", "a"),
        ("https://www.googleapis.com/storage/v1/b/b11/o/a", "b11", "a"),
        ("https://firebasestorage.googleapis.com/v0/b/p.appspot.com/o/a%2Fb?alt=media", "p.appspot.com", "a/b"),
        ("https://firebasestorage.googleapis.com/v0/b/p.firebasestorage.app/o", "p.firebasestorage.app", ""),
        ("https://p.firebasestorage.app/x", "p.firebasestorage.app", ""),
        ("https://p.appspot.com/x", "p.appspot.com", ""),
        ("https://console.cloud.google.com/storage/browser/_details/b11/a", "b11", "a"),
        ("https://console.cloud.google.com/storage/browser/b11;tab=objects?project=p", "b11", ""),
        ("gs://b11/a b", "b11", "a b"),
    ],
)
def test_google_addresses_in_every_style(url: str, bucket: str, key: str) -> None:
    address = parsed(url)
    assert (address.provider, address.bucket, address.key) == ("gcs", bucket, key)


@pytest.mark.parametrize(
    ("url", "account", "container", "key"),
    [
        ("https://acct1.blob.core.windows.net/letters/a%20b.pdf", "acct1", "letters", "a b.pdf"),
        ("https://acct1.blob.core.windows.net/letters?restype=container&comp=list", "acct1", "letters", ""),
        ("https://acct1.blob.core.windows.net/", "acct1", "", ""),
        ("https://acct1.blob.core.windows.net/a.pdf", "acct1", "$root", "a.pdf"),
        ("https://acct1.blob.core.windows.net/$root/a.pdf", "acct1", "$root", "a.pdf"),
        ("https://acct1.blob.core.windows.net/%24web/a.pdf", "acct1", "$web", "a.pdf"),
        ("https://acct1.z33.blob.storage.azure.net/letters/a", "acct1", "letters", "a"),
        ("https://acct1.blob.core.chinacloudapi.cn/letters/a", "acct1", "letters", "a"),
        ("https://acct1.blob.core.usgovcloudapi.net/letters/a", "acct1", "letters", "a"),
        ("https://acct1-secondary.blob.core.windows.net/letters/a", "acct1", "letters", "a"),
        ("https://acct1.dfs.core.windows.net/letters/a", "acct1", "letters", "a"),
        ("https://acct1.z6.web.core.windows.net/index.html", "acct1", "$web", "index.html"),
        ("https://acct1.file.core.windows.net/share/a.pdf", "acct1", "", ""),
        ("https://acct1.queue.core.windows.net/q", "acct1", "", ""),
        ("https://acct1.table.core.windows.net/", "acct1", "", ""),
        ("abfss://letters@acct1.dfs.core.windows.net/a/b", "acct1", "letters", "a/b"),
        ("wasbs://letters@acct1.blob.core.windows.net/a", "acct1", "letters", "a"),
        ("az://acct1/letters/a/b", "acct1", "letters", "a/b"),
        ("az://acct1", "acct1", "", ""),
    ],
)
def test_azure_addresses_in_every_style(url: str, account: str, container: str, key: str) -> None:
    address = parsed(url)
    assert (address.provider, address.account, address.bucket, address.key) == ("azure", account, container, key)


@pytest.mark.parametrize(
    ("url", "provider", "bucket", "key", "region"),
    [
        ("https://b11.nyc3.digitaloceanspaces.com/k", "digitalocean", "b11", "k", "nyc3"),
        ("https://nyc3.digitaloceanspaces.com/b11/k", "digitalocean", "b11", "k", "nyc3"),
        ("https://b11.ams3.cdn.digitaloceanspaces.com/k", "digitalocean", "b11", "k", "ams3"),
        ("https://s3.wasabisys.com/b11/k", "wasabi", "b11", "k", ""),
        ("https://b11.s3.eu-central-2.wasabisys.com/k", "wasabi", "b11", "k", "eu-central-2"),
        ("https://s3.us-west-004.backblazeb2.com/b11/k", "backblaze", "b11", "k", "us-west-004"),
        ("https://f004.backblazeb2.com/file/b11/k/l", "backblaze", "b11", "k/l", ""),
        ("https://eu-central-1.linodeobjects.com/b11/k", "linode", "b11", "k", "eu-central-1"),
        ("https://b11.website-us-east-1.linodeobjects.com/k", "linode", "b11", "k", "us-east-1"),
        ("https://b11.s3.fr-par.scw.cloud/k", "scaleway", "b11", "k", "fr-par"),
        ("https://s3.gra.io.cloud.ovh.net/b11/k", "ovh", "b11", "k", "gra"),
        ("https://b11.s3.us-east-va.io.cloud.ovh.us/k", "ovh", "b11", "k", "us-east-va"),
        ("https://b11.fsn1.your-objectstorage.com/k", "hetzner", "b11", "k", "fsn1"),
        (f"https://pub-{ACCOUNT}.r2.dev/k", "r2", f"pub-{ACCOUNT}", "k", ""),
        (f"https://{ACCOUNT}.r2.cloudflarestorage.com/b11/k", "r2", "b11", "k", ""),
        (f"https://{ACCOUNT}.eu.r2.cloudflarestorage.com/b11/k", "r2", "b11", "k", ""),
        (f"https://b11.{ACCOUNT}.r2.cloudflarestorage.com/k", "r2", "b11", "k", ""),
        ("https://b11.ewr1.vultrobjects.com/k", "vultr", "b11", "k", "ewr1"),
        ("https://s3.us-east-005.dream.io/b11/k", "dreamhost", "b11", "k", "us-east-005"),
        ("https://b11.objects-us-east-1.dream.io/k", "dreamhost", "b11", "k", "us-east-005"),
        ("https://b11.oss-cn-hangzhou.aliyuncs.com/k", "alibaba", "b11", "k", "cn-hangzhou"),
        ("https://b11.oss-cn-hangzhou-internal.aliyuncs.com/k", "alibaba", "b11", "k", "cn-hangzhou"),
        ("oss://b11/k", "alibaba", "b11", "k", ""),
        ("https://s3.dal.us.cloud-object-storage.appdomain.cloud/b11/k", "ibm", "b11", "k", "dal.us"),
        ("https://b11.s3.eu-gb.cloud-object-storage.appdomain.cloud/k", "ibm", "b11", "k", "eu-gb"),
        ("https://ns1.compat.objectstorage.uk-london-1.oraclecloud.com/b11/k", "oracle", "b11", "k", "uk-london-1"),
        (
            "https://objectstorage.uk-london-1.oraclecloud.com/n/ns1/b/b11/o/k%2Fl",
            "oracle",
            "b11",
            "k/l",
            "uk-london-1",
        ),
    ],
)
def test_compatible_services(url: str, provider: str, bucket: str, key: str, region: str) -> None:
    address = parsed(url)
    assert (address.provider, address.bucket, address.key, address.region) == (provider, bucket, key, region)


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/",
        "https://s3.amazonaws.com/%20/k",
        "https://example.org/b11/k",
        "https://s3.evil.example/b11",
        "https://s3.amazonaws.com.evil.example/b11",
        "https://ap-1-123.s3-accesspoint.eu-west-1.amazonaws.com/k",
        "https://x.mrap.accesspoint.s3-global.amazonaws.com/k",
        "https://storage.googleapis.com/",
        "https://blob.core.windows.net/letters",
        "https://UPPER-case.blob.core.windows.net/letters",
        "https://acct1.blob.core.windows.net.evil.example/letters",
        "ftp://b11.s3.amazonaws.com/k",
        "s3://",
        "az://A/letters",
        "https://s3.amazonaws.com:99999/b11",
        "https://[bad/",
        "mailto:x@s3.amazonaws.com",
        "https://20240101t-dot-p.appspot.com/",
        "https://p.uc.r.appspot.com/",
        "https://" + "a.s3." * 60 + "amazonaws.com/k",
        "",
    ],
)
def test_other_addresses_are_no_buckets(url: str) -> None:
    assert parse_bucket_url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://b11.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=c&X-Amz-Signature=SECRET",
        "https://b11.s3.amazonaws.com/k?AWSAccessKeyId=AKIA&Signature=SECRET&Expires=1",
        "https://storage.googleapis.com/b11/k?X-Goog-Credential=c&X-Goog-Signature=SECRET",
        "https://storage.googleapis.com/b11/k?GoogleAccessId=c&Expires=1&Signature=SECRET",
        "https://acct1.blob.core.windows.net/b11/k?sv=2020-08-04&se=2030-01-01&sr=b&sp=r&sig=SECRET",
        "https://firebasestorage.googleapis.com/v0/b/b11/o/k?alt=media&token=SECRET",
        "https://objectstorage.uk-london-1.oraclecloud.com/p/SECRET/n/ns1/b/b11/o/k",
        "https://user:SECRET@b11.s3.amazonaws.com/k",
        "s3://AKIA:SECRET@b11/k",
        "s3://b11/k?AWSAccessKeyId=AKIA&Signature=SECRET&Expires=1",
    ],
)
def test_credentials_are_noticed_and_not_kept(url: str) -> None:
    address = parsed(url)
    assert address.had_credential
    assert (address.bucket, address.key) == ("b11", "k")
    assert "SECRET" not in repr(address)
    assert "SECRET" not in address_url(address)


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("https://b11.s3.amazonaws.com/k?versionId=v1", "v1"),
        ("https://storage.googleapis.com/b11/k?generation=17", "17"),
        ("https://acct1.blob.core.windows.net/b11/k?versionid=2024-01-01T00%3A00%3A00Z", "2024-01-01T00:00:00Z"),
        ("https://acct1.blob.core.windows.net/b11/k?snapshot=2024-01-01T00%3A00%3A00Z", "2024-01-01T00:00:00Z"),
        ("https://b11.s3.amazonaws.com/k", ""),
    ],
)
def test_a_version_is_kept(url: str, version: str) -> None:
    assert parsed(url).version == version
    assert not parsed(url).had_credential


def test_what_only_names_a_bucket_is_not_served_there() -> None:
    assert parsed("https://b11.s3.amazonaws.com/k").is_served
    assert not parsed("https://p.appspot.com/x").is_served
    assert not parsed("https://storage.cloud.google.com/b11/k").is_served
    assert not parsed("s3://b11/k").is_served


@pytest.mark.parametrize(
    ("keys", "url"),
    [
        ({}, "https://s3.us-east-1.amazonaws.com/clinic-letters/"),
        ({"region": "eu-west-2", "prefix": "2026/a b/"}, "https://s3.eu-west-2.amazonaws.com/clinic-letters/2026/a%20b/"),
        ({"region": "cn-north-1"}, "https://s3.cn-north-1.amazonaws.com.cn/clinic-letters/"),
        ({"region": "us-gov-west-1"}, "https://s3.us-gov-west-1.amazonaws.com/clinic-letters/"),
        ({"region": "eusc-de-east-1"}, "https://s3.eusc-de-east-1.amazonaws.eu/clinic-letters/"),
        ({"endpoint": "http://127.0.0.1:9000/"}, "http://127.0.0.1:9000/clinic-letters/"),
        ({"provider": "gcs"}, "https://storage.googleapis.com/clinic-letters/"),
        ({"provider": "gcs", "endpoint": "http://127.0.0.1:4443"}, "http://127.0.0.1:4443/clinic-letters/"),
        ({"provider": "azure", "account": "acct1"}, "https://acct1.blob.core.windows.net/clinic-letters/"),
        (
            {"provider": "azure", "account": "acct1", "region": "chinaeast"},
            "https://acct1.blob.core.chinacloudapi.cn/clinic-letters/",
        ),
        ({"provider": "azure", "account": "acct1", "name": "$web"}, "https://acct1.blob.core.windows.net/$web/"),
        (
            {"provider": "azure", "account": "devstoreaccount1", "endpoint": "http://127.0.0.1:10000"},
            "http://127.0.0.1:10000/devstoreaccount1/clinic-letters/",
        ),
        (
            {"provider": "azure", "account": "acct1", "endpoint": "https://acct1.z07.blob.storage.azure.net/"},
            "https://acct1.z07.blob.storage.azure.net/clinic-letters/",
        ),
        (
            {"provider": "azure", "account": "acct1", "endpoint": "http://localhost:10000/acct1/"},
            "http://localhost:10000/acct1/clinic-letters/",
        ),
        (
            {"provider": "azure", "account": "acct1", "endpoint": "https://files.trust.example"},
            "https://files.trust.example/clinic-letters/",
        ),
        (
            {"provider": "azure", "account": "acct1", "region": "z07"},
            "https://acct1.z07.blob.storage.azure.net/clinic-letters/",
        ),
        (
            {"provider": "azure", "account": "acct1", "region": "us-gov"},
            "https://acct1.blob.core.usgovcloudapi.net/clinic-letters/",
        ),
        ({"provider": "digitalocean", "region": "ams3"}, "https://ams3.digitaloceanspaces.com/clinic-letters/"),
        ({"provider": "r2", "name": "pub-1"}, "https://pub-1.r2.dev/"),
        ({"provider": "alibaba", "region": "eu-west-1"}, "https://clinic-letters.oss-eu-west-1.aliyuncs.com/"),
        ({"provider": "alibaba", "endpoint": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/clinic-letters/"),
        (
            {"provider": "oracle", "account": "ns1", "region": "uk-london-1"},
            "https://ns1.compat.objectstorage.uk-london-1.oraclecloud.com/clinic-letters/",
        ),
    ],
)  # fmt: skip
def test_the_address_of_a_target(keys: dict[str, Any], url: str) -> None:
    assert bucket_url(target(**keys)) == url


def test_objects_are_quoted_below_the_bucket() -> None:
    assert object_url(target(endpoint="http://o.example:9000/s3/"), "a b+c/ü") == (
        "http://o.example:9000/s3/clinic-letters/a%20b%2Bc/%C3%BC"
    )
    assert (
        object_url(target(provider="gcs", prefix="x/"), "a?b") == "https://storage.googleapis.com/clinic-letters/a%3Fb"
    )
    assert object_url(target(provider="alibaba", region="eu-west-1"), "k").startswith("https://clinic-letters.oss-eu-")
    azurite = target(provider="azure", account="acct1", endpoint="http://127.0.0.1:10000")
    assert service_url(azurite) == "http://127.0.0.1:10000/acct1"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://b11.s3-website-eu-west-1.amazonaws.com/k", "https://s3.eu-west-1.amazonaws.com/b11/"),
        ("s3://b11/k", "https://s3.us-east-1.amazonaws.com/b11/"),
        ("https://acct1.dfs.core.windows.net/letters/k", "https://acct1.blob.core.windows.net/letters/"),
        ("https://acct1.queue.core.windows.net/q", "https://acct1.blob.core.windows.net/"),
        ("https://acct1.dfs.core.chinacloudapi.cn/letters/k", "https://acct1.blob.core.chinacloudapi.cn/letters/"),
        ("https://acct1.z1.web.core.usgovcloudapi.net/k", "https://acct1.blob.core.usgovcloudapi.net/$web/"),
        ("https://acct1.z07.dfs.storage.azure.net/letters/k", "https://acct1.z07.blob.storage.azure.net/letters/"),
        (f"https://pub-{ACCOUNT}.r2.dev/k", f"https://pub-{ACCOUNT}.r2.dev/"),
    ],
)
def test_the_canonical_address_of_what_was_named(url: str, canonical: str) -> None:
    assert address_url(parsed(url)) == canonical


@pytest.mark.parametrize("provider", sorted(key for key, known in load_providers().items() if known.service))
def test_an_address_leads_back_to_its_target(provider: str) -> None:
    account = "acct1" if load_providers()[provider].takes_account else None
    for region in load_providers()[provider].regions or ("",):
        ours = target(provider=provider, account=account, region=region or "us-east-1")
        address = parsed(object_url(ours, "a b/c.pdf"))
        assert (address.provider, address.bucket, address.account, address.key) == (
            provider, "clinic-letters", account or "", "a b/c.pdf",
        )  # fmt: skip
        assert address.is_served


def scope_with(*buckets: dict[str, Any]) -> Scope:
    return Scope.model_validate(
        {
            "organisation": "Example",
            "contact": "c@example.org",
            "pack": {"path": "p", "key": "k"},
            "bucket": [{"tier": "own", "authority": "R", **bucket} for bucket in buckets],
        }
    )


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("s3://clinic-letters", 0),
        ("s3://clinic-letters/2026/a.pdf", 0),
        ("https://clinic-letters.s3.amazonaws.com/2026/", 0),
        ("s3://typed/a.pdf", 1),
        ("http://127.0.0.1:9000/typed", 1),
        ("http://127.0.0.1:9000/typed/a/b.pdf", 1),
        ("az://acct1/letters", 2),
        ("https://acct1.blob.core.windows.net/letters", 2),
        ("gs://clinic-letters/k", 3),
        ("https://clinic-letters.ams3.digitaloceanspaces.com/k", 4),
        ("s3://clinic-letters/2025/a.pdf", 4),
        ("https://clinic-letters.nyc3.digitaloceanspaces.com/k", None),
        ("https://s3.amazonaws.com/typed/a.pdf", None),
        ("http://127.0.0.1:9000/typed2", None),
        ("https://acct2.blob.core.windows.net/letters", None),
        ("https://clinic-letters.s3.cn-north-1.amazonaws.com.cn/2026/k", None),
        ("https://www.example.org/", None),
    ],
)
def test_the_target_that_holds_a_url(url: str, number: int | None) -> None:
    scope = scope_with(
        {"name": "clinic-letters", "prefix": "2026/"},
        {"name": "typed", "endpoint": "http://127.0.0.1:9000"},
        {"provider": "azure", "account": "acct1", "name": "letters"},
        {"provider": "gcs", "name": "clinic-letters"},
        {"provider": "digitalocean", "region": "ams3", "name": "clinic-letters"},
    )
    assert target_of_url(scope, url) is (None if number is None else scope.bucket[number])


def test_an_address_without_a_bucket_is_nobodys() -> None:
    scope = scope_with({"provider": "azure", "account": "acct1", "name": "letters"})
    assert target_for(scope, parsed("https://acct1.blob.core.windows.net/")) is None


def test_only_the_services_of_a_grammar_are_known() -> None:
    only = Grammar([load_providers()["gcs"]])
    assert parse_bucket_url("https://storage.googleapis.com/b11/k", only) is not None
    assert parse_bucket_url("https://b11.s3.amazonaws.com/k", only) is None


@pytest.mark.parametrize(
    ("url", "provider", "account", "bucket", "key", "canonical"),
    [
        ("http://localhost:9000/typed/a.pdf", "s3", "", "typed", "a.pdf", "http://localhost:9000/typed/"),
        ("https://o.example/base/scans/x/y", "s3", "", "scans", "x/y", "https://o.example/base/scans/"),
        ("http://127.0.0.1:10000/acct1/letters/k", "azure", "acct1", "letters", "k", "http://127.0.0.1:10000/acct1/letters/"),
        ("http://127.0.0.1:10000/acct2/", "azure", "acct2", "", "", "http://127.0.0.1:10000/acct2/"),
        ("https://acct3.store.example/letters/k", "azure", "acct3", "letters", "k", "https://acct3.store.example/letters/"),
        ("http://127.0.0.1:4443/found/k", "gcs", "", "found", "k", "http://127.0.0.1:4443/found/"),
        ("https://b11.s3.amazonaws.com/k", "s3", "", "b11", "k", "https://s3.us-east-1.amazonaws.com/b11/"),
    ],
)  # fmt: skip
def test_a_scopes_own_endpoints_are_known_too(
    url: str, provider: str, account: str, bucket: str, key: str, canonical: str
) -> None:
    scope = scope_with(
        {"name": "typed", "endpoint": "http://localhost:9000"},
        {"name": "other", "endpoint": "https://o.example/base/"},
        {"provider": "azure", "account": "acct1", "name": "letters", "endpoint": "http://127.0.0.1:10000"},
        {"provider": "azure", "account": "acct3", "name": "letters", "endpoint": "https://acct3.store.example"},
    )
    search = {"authority": "R", "endpoints": {"gcs": "http://127.0.0.1:4443"}}
    scope = Scope.model_validate({**scope.model_dump(), "names": search})
    grammar = grammar_of_scope(scope)
    address = parse_bucket_url(url, grammar)
    assert address is not None
    assert (address.provider, address.account, address.bucket, address.key) == (provider, account, bucket, key)
    assert address_url(address, grammar) == canonical


def test_the_endings_of_all_hosts_that_can_name_a_bucket() -> None:
    endings = grammar_of_scope(scope_with({"name": "typed", "endpoint": "http://localhost:9000"})).endings
    assert {"localhost:9000", "amazonaws.com", "com.cn", "windows.net", "googleapis.com", "appspot.com"} <= set(endings)


PIECES = [
    "https://", "//", "s3://", "az://", "abfss://", "arn:aws:s3:::", "s3", "amazonaws.com", "storage.googleapis.com",
    "blob.core.windows.net", "acct1", "letters", "/v0/b/", "/o/", "/", ".", "?", "&", "prefix=", "sig=x", "@", ":", "[",
    "]", "%2F", "%", "\x00", "\n", "#", "$root", "eu-west-1", "99999999",
]  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join))
def test_no_text_breaks_the_grammar(text: str) -> None:
    address = parse_bucket_url(text)
    assert address is None or address_url(address).startswith("https://")


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.sampled_from([{}, {"provider": "gcs"}, {"provider": "azure", "account": "acct1"}, {"provider": "r2"}]),
)
def test_every_key_leads_back_to_itself(key: str, keys: dict[str, str]) -> None:
    address = parsed(object_url(target(**keys), key))
    assert (address.bucket, address.key) == ("clinic-letters", key)
