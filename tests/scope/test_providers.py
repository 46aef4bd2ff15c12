from __future__ import annotations

from pathlib import Path

import pytest

from scope.errors import ScopeError
from scope.providers import Protocol, Quirk, load_providers

OWN = """
[lab]
title = "The laboratory's MinIO"
protocol = "s3"
service = [{ endpoint = "https://s3.lab.example:9000/" }]

[wasabi]
title = "Wasabi, fewer regions"
protocol = "s3"
service = [{ endpoint = "https://s3.{region}.wasabisys.com", regions = ["eu-west-1"] }]
"""
NO_SERVICE = '[lab]\ntitle = "L"\nprotocol = "s3"'
LAB = NO_SERVICE + '\nservice = [{ endpoint = "https://h.example" }]\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my-providers.toml"
    path.write_text(text)
    return path


def problems(tmp_path: Path, text: str) -> str:
    with pytest.raises(ScopeError) as caught:
        load_providers(written(tmp_path, text))
    return str(caught.value)


def test_the_services_that_come_along() -> None:
    providers = load_providers()
    assert set(providers) == {
        "s3", "gcs", "azure", "digitalocean", "wasabi", "backblaze", "linode", "scaleway", "ovh", "hetzner", "r2",
        "vultr", "dreamhost", "alibaba", "ibm", "oracle", "minio", "ceph",
    }  # fmt: skip
    assert {provider.protocol for provider in providers.values()} == set(Protocol)
    assert all("not asked" in provider.checked for provider in providers.values())
    assert Quirk.HEAD_LIES_IN_WRONG_REGION in providers["scaleway"].quirks
    assert Quirk.REDIRECTS_WITH_LOCATION in providers["wasabi"].quirks


@pytest.mark.parametrize(
    ("region", "endpoint"),
    [
        ("", "https://s3.us-east-1.amazonaws.com"),
        ("eu-west-2", "https://s3.eu-west-2.amazonaws.com"),
        ("cn-northwest-1", "https://s3.cn-northwest-1.amazonaws.com.cn"),
        ("us-gov-east-1", "https://s3.us-gov-east-1.amazonaws.com"),
        ("eusc-de-east-1", "https://s3.eusc-de-east-1.amazonaws.eu"),
        ("eu-new-9", "https://s3.eu-new-9.amazonaws.com"),
        ("cn-new-9", "https://s3.cn-new-9.amazonaws.com.cn"),
    ],
)
def test_each_partition_has_its_own_domain(region: str, endpoint: str) -> None:
    assert load_providers()["s3"].endpoint(region) == endpoint


def test_partitions_of_one_domain_are_told_apart() -> None:
    s3 = load_providers()["s3"]
    assert s3.service_of("us-gov-new-1").partition == "aws-us-gov"
    assert s3.service_of("us-new-1").partition == "aws"


def test_where_names_are_regional_every_region_is_searched() -> None:
    providers = load_providers()
    assert providers["s3"].search_endpoints() == ("https://s3.us-east-1.amazonaws.com",)
    assert len(providers["digitalocean"].search_endpoints()) == len(providers["digitalocean"].regions)
    assert providers["azure"].search_endpoints("acct1") == ("https://acct1.blob.core.windows.net",)
    assert providers["digitalocean"].names_are_regional
    assert not providers["s3"].names_are_regional


def test_a_file_adds_services_and_replaces_others(tmp_path: Path) -> None:
    providers = load_providers(written(tmp_path, OWN))
    assert providers["lab"].endpoint() == "https://s3.lab.example:9000"
    assert [form.at for form in providers["lab"].addresses] == [
        "s3.lab.example:9000/{bucket}/{key}",
        "{bucket}.s3.lab.example:9000/{key}",
    ]
    assert providers["wasabi"].regions == ("eu-west-1",)
    assert providers["s3"] is load_providers()["s3"]
    assert len(load_providers()["wasabi"].regions) > 1


def test_a_service_survives_json(tmp_path: Path) -> None:
    provider = load_providers(written(tmp_path, OWN))["lab"]
    assert type(provider).model_validate(provider.model_dump(mode="json")) == provider


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("x = 1", "x: a key outside of a table; each service is a table: [x]"),
        ("[lab", "is not valid TOML"),
        ('[lab]\nprotocol = "s3"\n', "lab.title: missing"),
        ('[lab]\ntitle = "L"\nprotocol = "s4"\nservice = [{ endpoint = "https://h.example" }]', "lab.protocol"),
        (NO_SERVICE + '\nservice = [{ endpoint = "h.example" }]', "lab.service.1.endpoint: is not"),
        (NO_SERVICE + '\nservice = [{ endpoint = "https://{regoin}.h.example" }]', "{regoin}"),
        (NO_SERVICE + '\nservice = [{ endpoint = "https://{region}.h.example" }]', "`regions` names none"),
        (NO_SERVICE + '\nservice = [{ endpoint = "https://{h.example" }]', "brace"),
        (NO_SERVICE + '\nservice = {}', "lab.service"),
        (LAB + 'adresses = []', "lab.adresses: unknown key; known here: account_form, addresses"),
        (LAB + 'addresses = ["h.example"]', "is not host/path"),
        (LAB + 'addresses = ["{bucket}.com/{key}"]', "domain that is written out"),
        (LAB + 'addresses = ["h.example/{buckt}/{key}"]', "{buckt} is not known"),
        (LAB + 'region_form = "("', "not a regular expression"),
        (LAB + 'quirks = ["odd"]', "head_lies_in_wrong_region"),
        ('[Lab]\ntitle = "L"\nprotocol = "s3"\nservice = [{ endpoint = "https://h.example" }]', "Lab.id"),
    ],
)  # fmt: skip
def test_a_bad_file_says_what_is_wrong(tmp_path: Path, text: str, named: str) -> None:
    told = problems(tmp_path, text)
    assert named in told
    assert "my-providers.toml" in told


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScopeError, match="no such file"):
        load_providers(tmp_path / "none.toml")
