from __future__ import annotations

from pathlib import Path

import pytest

from scope.bucket_urls import bucket_url, target_of_url
from scope.errors import ScopeError
from scope.guard import Guard
from scope.loader import load_scope
from scope.model import Scope

HEAD = """
organisation = "Example"
contact = "c@example.org"
[authority]
who = "J"
reference = "R"
expires = 2999-12-31
[pack]
path = "p"
key = "k"
"""
BUCKET = '[[bucket]]\ntier = "own"\nauthority = "R"\n'
SEARCH = '[names]\nname_search = true\nauthority = "R"\nkeywords = ["example-trust"]\n'


def load(tmp_path: Path, text: str, top: str = "") -> Scope:
    (tmp_path / "scope.toml").write_text(top + HEAD + text)
    return load_scope(tmp_path / "scope.toml")


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ScopeError) as caught:
        load(tmp_path, text)
    return caught.value.problems


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('provider = "gsc"\nname = "letters"', "'gsc' is no service that is known; did you mean 'gcs'?"),
        ('provider = "AWS"\nname = "letters"', "did you mean 's3'?"),
        ('provider = "garage"\nname = "letters"', 'write provider = "s3" and its endpoint'),
        ('provider = "minio"\nname = "letters"', "bucket[1].endpoint: missing; MinIO has no address of its own"),
        ('provider = "zzz"\nname = "letters"', "known; known are alibaba, azure, backblaze"),
        ('provider = "azure"\nname = "letters"', "bucket[1].account: missing; give the storage account"),
        ('provider = "azure"\naccount = "my-acct"\nname = "letters"', "'my-acct' is no storage account"),
        ('provider = "azure"\naccount = "UPPER"\nname = "letters"', "bucket[1].account: 'UPPER' is wrong"),
        ('provider = "azure"\naccount = "acct1"\nname = "let--ters"', "is no container of Azure Blob Storage: only"),
        ('provider = "azure"\naccount = "acct1"\nname = "$other"', "is no container"),
        ('account = "acct1"\nname = "letters"', "bucket[1].account: Amazon S3 has none; take it out"),
        ('provider = "oracle"\nregion = "uk-london-1"\nname = "letters"', "bucket[1].account: missing"),
        ('provider = "r2"\nname = "letters"', "pub-<32 hex digits>"),
        ('provider = "backblaze"\nregion = "us-wst-4"\nname = "letters"', "did you mean 'us-west-004'?"),
        ('name = "letters-s3alias"', "'-s3alias' is reserved"),
        ('name = "xn--letters"', "'xn--' is reserved"),
        ('name = "192.168.1.1"', "may not look like an IP address"),
        ('name = "Old_Name"\nregion = "eu-west-2"', "only us-east-1 has such names"),
        ('provider = "gcs"\nname = "my-google-letters"', "looks like google"),
        ('name = "ab"', "bucket[1].name: 'ab' is wrong: not of the form that is needed; give a bucket name, 3 to 63"),
        ('name = "letters"\nregion = "eu-wst-2"', "did you mean 'eu-west-2'?"),
        ('provider = "digitalocean"\nname = "letters"', "bucket[1].region: missing; DigitalOcean Spaces has nyc3"),
        ('name = "letters"\nendpoint = "https://letters.s3.eu-west-2.amazonaws.com"', "names the bucket 'letters'"),
        ('name = "letters"\nendpoint = "https://s3.example.org/?a=1"', "bucket[1].endpoint: has a query"),
        (
            'provider = "azure"\naccount = "acct1"\nname = "letters"\nendpoint = "https://acct2.blob.core.windows.net"',
            "bucket[1].endpoint: is that of the account 'acct2'",
        ),
        ('name = "letters"\nown_service = {}', "bucket[1].own_service: unknown key"),
        ('name = "letters"\nproviders = "x"', "it belongs at the top of the file"),
        ('name = "letters"\nprefix = "2026/"\nknown_keys = ["a.pdf"]', "known_keys[1]: lies outside the prefix"),
        ('name = "letters"\nprefix = "2026/"\nknown_keys = ["2025/{1-2}"]', "known_keys[1]: lies outside the prefix"),
    ],
)  # fmt: skip
def test_what_a_bucket_may_not_be(tmp_path: Path, keys: str, told: str) -> None:
    (problem,) = problems(tmp_path, BUCKET + keys)
    assert told in problem


@pytest.mark.parametrize(
    "keys",
    [
        'name = "Old_Name"',
        'name = "letters-123456789012-eu-west-2-an"\nregion = "eu-west-2"',
        'name = "UPPER_case"\nendpoint = "https://s3.example.org/base/"',
        'provider = "gcs"\nname = "letters.example.org"\nregion = "europe-west2"',
        'provider = "gcs"\nname = "p.appspot.com"',
        'provider = "ceph"\nname = "Old_Letters"\nendpoint = "https://rgw.example.org"',
        'provider = "azure"\naccount = "acct1"\nname = "$web"',
        'provider = "azure"\naccount = "devstoreaccount1"\nname = "letters"\nendpoint = "https://store.example.org/"',
        'provider = "azure"\naccount = "acct1"\nname = "letters"\nendpoint = "https://acct1.z07.blob.storage.azure.net"',
        'provider = "azure"\naccount = "acct1"\nname = "letters"\nregion = "uksouth"',
        'provider = "hetzner"\nregion = "fsn1"\nname = "letters"',
        'provider = "oracle"\nname = "letters"\nendpoint = "https://ns1.compat.objectstorage.new-9.oraclecloud.com"',
        'provider = "backblaze"\nregion = "us-north-099"\nname = "letters"',
        'provider = "r2"\nname = "pub-0123456789abcdef0123456789abcdef"',
        'name = "letters"\nprefix = "2026/01/"\nknown_keys = ["{2025-2026}/{01-12}/a.pdf", "2026/01/b.pdf"]',
    ],
)
def test_what_a_bucket_may_be(tmp_path: Path, keys: str) -> None:
    (target,) = load(tmp_path, BUCKET + keys).bucket
    assert bucket_url(target).startswith("https://")


def test_a_service_with_one_region_needs_none_named(tmp_path: Path) -> None:
    (target,) = load(tmp_path, BUCKET + 'provider = "dreamhost"\nname = "letters"').bucket
    assert bucket_url(target) == "https://s3.us-east-005.dream.io/letters/"


def test_a_bad_pattern_of_keys_is_not_repeated(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, BUCKET + 'name = "letters"\nknown_keys = ["a.pdf", "Smith_Jane/{2024"]')
    assert problem.startswith("bucket[1].known_keys[2]: a { that is not closed")
    assert "Smith" not in problem


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[names]\nname_search = true\nkeywords = ["x"]', "names.authority: missing; a search asks third parties"),
        ('[names]\nname_search = true\nauthority = " "\nkeywords = ["x"]', "names.authority: missing"),
        ('[names]\nname_search = true\nauthority = "R"', "names.keywords: missing"),
        (SEARCH.replace("true", '"yes"'), "names.name_search: 'yes' is wrong: neither true nor false"),
        (SEARCH + "harvest = 1", "names.harvest: 1 is wrong"),
        (SEARCH + "providers = []", "names.providers: is empty"),
        (SEARCH + 'providers = ["s3", "azre"]', "names.providers[2]: 'azre' is no service"),
        (SEARCH + 'providers = ["r2"]', "no address is known at which"),
        (SEARCH + 'providers = ["minio"]', "no address is known at which MinIO tells"),
        (SEARCH + "requests_per_second = 50\nfastest = 10", "names.fastest: is less than requests_per_second"),
        (SEARCH + '[names.canaries]\ns33 = ["abc"]', "names.canaries.s33: 's33' is no service"),
        (SEARCH + '[names.canaries]\nazure = ["letters"]', "names.canaries.azure[1]: 'letters' is not"),
        (SEARCH + '[names.canaries]\ns3 = ["a/b"]', "names.canaries.s3[1]: 'a/b' is no bucket"),
        (SEARCH + '[names.canaries]\ns3 = "abc"', "names.canaries.s3: 'abc' is wrong: not a list"),
        (SEARCH + '[names.endpoints]\ns4 = "https://h.example"', "names.endpoints.s4: 's4' is no service"),
        (SEARCH + '[names.endpoints]\ns3 = "https://u:p@h.example"', "names.endpoints.s3: carries a user name"),
        (SEARCH + '[names.endpoints]\ns3 = "http://127.0.0.1:9"', "names.endpoints.s3: 127.0.0.1 is not public"),
        (SEARCH + "own_services = []", "names.own_services: unknown key"),
        ("[" + SEARCH.replace("]\n", "]]\n", 1), "names: write [names], with one bracket"),
    ],
)  # fmt: skip
def test_what_a_search_may_not_be(tmp_path: Path, text: str, told: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert told in problem


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[names.canaries]\nkeywords = ["x"]', "names.canaries.keywords: stands in the wrong table"),
        ("[names.owners]\nharvest = true", "names.owners.harvest: unknown key; it belongs to [names]: move it above"),
    ],
)
def test_a_key_below_the_wrong_table_is_told_where_it_belongs(tmp_path: Path, text: str, told: str) -> None:
    assert told in problems(tmp_path, SEARCH + text)[0]


def test_a_search_is_something_to_look_at_and_one_turned_off_is_not(tmp_path: Path) -> None:
    assert [target.provider for target in load(tmp_path, SEARCH).searched] == ["s3", "gcs", "azure"]
    (problem,) = problems(tmp_path, SEARCH.replace("true", "false"))
    assert "names nothing to look at" in problem


def test_the_fastest_pace_is_never_below_the_first(tmp_path: Path) -> None:
    search = load(tmp_path, SEARCH + "requests_per_second = 500").names
    assert search is not None
    assert search.fastest == 500


OWN = """
[lab]
title = "The laboratory's MinIO"
protocol = "s3"
service = [{ endpoint = "https://s3.lab.example.org" }]
search = ["https://s3.lab.example.org"]
"""


def test_services_of_ones_own_reach_the_units_process(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(OWN)
    text = BUCKET + 'provider = "lab"\nname = "letters"\n' + SEARCH + 'providers = ["lab"]'
    scope = load(tmp_path, text, top='providers = "my.toml"\n')
    for known in (scope, Scope.model_validate(scope.model_dump(mode="json"))):
        assert bucket_url(known.bucket[0]) == "https://s3.lab.example.org/letters/"
        assert target_of_url(known, "https://letters.s3.lab.example.org/a.pdf") == known.bucket[0]
        assert Guard(known).url("https://s3.lab.example.org/letters/a.pdf") is None
        assert Guard(known).url("https://s3.lab.example.org/other?list-type=2&max-keys=0") is None
        assert Guard(known).url("https://s3.lab.example.org/other/a.pdf") is not None


def test_a_bad_file_of_services_is_named(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("[lab]\ntitle = 1")
    with pytest.raises(ScopeError, match=r"my\.toml: lab\."):
        load(tmp_path, BUCKET + 'name = "letters"', top='providers = "my.toml"\n')
