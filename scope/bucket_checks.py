"""What a scope may not say of buckets and of a search for their names, told so that a person can put it right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from rapidfuzz import fuzz, process

from scope.bucket_names import account_fault, name_fault
from scope.bucket_urls import parse_bucket_url
from scope.key_patterns import fixed_head
from scope.model import BucketTarget, NameSearch, Scope
from scope.providers import NameRules, Protocol, Provider

# rapidfuzz ratio (0 to 100) from which an unknown name is taken for a typing error of a known one: two letters changed
# places in a word of three score 67.
NEAREST_SCORE = 60
# What people call services; none of these is close to an id.
_ALSO_CALLED = {
    "amazon": "s3", "aws": "s3", "google": "gcs", "gs": "gcs",
    "gcp": "gcs", "firebase": "gcs", "az": "azure", "blob": "azure", "microsoft": "azure", "aliyun": "alibaba",
    "oss": "alibaba", "b2": "backblaze", "spaces": "digitalocean", "do": "digitalocean", "cloudflare": "r2",
    "akamai": "linode", "scw": "scaleway", "oci": "oracle", "ovhcloud": "ovh",
}  # fmt: skip
# Software that speaks S3 and is no service by itself.
_OWN_ENDPOINT = frozenset(["seaweedfs", "garage", "zenko", "localstack"])
_TOP_KEYS_OF_NAMES = frozenset(NameSearch.model_fields)


def unfit_services(scope: Scope, providers: Mapping[str, Provider]) -> Iterator[str]:
    """Ids of services that nobody knows; nothing else can be judged before these are right."""
    for number, target in enumerate(scope.bucket, 1):
        if target.provider not in providers:
            yield f"bucket[{number}].provider: {_unknown(target.provider, providers)}"
    if scope.names is None:
        return
    for number, provider in enumerate(scope.names.providers, 1):
        if provider not in providers:
            yield f"names.providers[{number}]: {_unknown(provider, providers)}"
    tables: dict[str, Mapping[str, object]] = {"canaries": scope.names.canaries, "endpoints": scope.names.endpoints}
    for table, said in tables.items():
        for provider in said:
            if provider in _TOP_KEYS_OF_NAMES:
                yield f"names.{table}.{provider}: stands in the wrong table; move it above [names.{table}]"
            elif provider not in providers:
                yield f"names.{table}.{provider}: {_unknown(provider, providers)}"


def _unknown(provider: str, providers: Mapping[str, Provider]) -> str:
    other = _ALSO_CALLED.get(provider.lower())
    if other is None:
        nearest = process.extractOne(provider.lower(), sorted(providers), scorer=fuzz.ratio, score_cutoff=NEAREST_SCORE)
        other = nearest[0] if nearest else None
    hint = f"did you mean {other!r}? " if other else ""
    if provider.lower() in _OWN_ENDPOINT:
        hint = 'write provider = "s3" and its endpoint = "https://..."; '
    return f"{provider!r} is no service that is known; {hint}known are {', '.join(sorted(providers))}"


def unfit_buckets(scope: Scope) -> Iterator[str]:
    """What is wrong with single buckets."""
    for number, target in enumerate(scope.bucket, 1):
        for key, problem in (
            *_account_problems(target), *_name_problems(target), *_region_problems(target),
            *_endpoint_problems(target), *_key_problems(target),
        ):  # fmt: skip
            yield f"bucket[{number}].{key}: {problem}"


def _account_problems(target: BucketTarget) -> Iterator[tuple[str, str]]:
    service = target.service
    is_azure = service.protocol is Protocol.AZURE
    if target.account is None:
        if is_azure:
            yield "account", 'missing; give the storage account, such as account = "exampletrust"'
        elif service.takes_account and target.endpoint is None:
            yield "account", "missing; give the tenancy's namespace"
    elif not service.takes_account:
        yield "account", f"{service.title} has none; take it out"
    elif is_azure and (fault := account_fault(target.account)):
        yield "account", f"{target.account!r} is no storage account: it {fault}"


def _name_problems(target: BucketTarget) -> Iterator[tuple[str, str]]:
    service = target.service
    is_own_s3 = target.endpoint is not None and service.protocol is Protocol.S3
    rules = NameRules.COMPATIBLE if is_own_s3 else service.names
    old_names = rules is NameRules.COMPATIBLE or target.region == "us-east-1"
    fault = name_fault(rules, target.name, legacy=old_names)
    if fault is None:
        return
    what = "container" if service.protocol is Protocol.AZURE else "bucket"
    was_allowed = not old_names and rules is NameRules.S3 and name_fault(rules, target.name, legacy=True) is None
    hint = "; only us-east-1 has such names, from long ago" if was_allowed else ""
    yield "name", f"{target.name!r} is no {what} of {service.title}: {fault}{hint}"


def _region_problems(target: BucketTarget) -> Iterator[tuple[str, str]]:
    service = target.service
    if not service.takes_region or target.endpoint is not None or target.region in service.regions:
        return
    if "region" not in target.model_fields_set:
        yield "region", f"missing; {service.title} has {', '.join(service.regions)}"
        return
    if service.regions_are == "examples" and re.fullmatch(service.region_form, target.region):
        return
    nearest = process.extractOne(target.region, service.regions, scorer=fuzz.ratio, score_cutoff=NEAREST_SCORE)
    hint = f"did you mean {nearest[0]!r}? " if nearest else ""
    yield (
        "region",
        (
            f"{target.region!r} is no region of {service.title} that is known; {hint}"
            f"known are {', '.join(service.regions)}; for a newer one give its endpoint"
        ),
    )


def _endpoint_problems(target: BucketTarget) -> Iterator[tuple[str, str]]:
    if target.endpoint is None:
        if not target.service.service:
            yield "endpoint", f"missing; {target.service.title} has no address of its own"
        return
    parts = urlsplit(target.endpoint)
    if parts.query or parts.fragment:
        yield "endpoint", "has a query or fragment; give the address of the service alone"
    address = parse_bucket_url(target.endpoint)
    if address is None:
        return
    if address.bucket and address.is_served:
        yield (
            "endpoint",
            (
                f"names the bucket {address.bucket!r} of {address.provider}; "
                f'take it out and write provider = "{address.provider}", name = "{address.bucket}"'
            ),
        )
    elif address.account and address.provider == target.provider and address.account != target.account:
        yield "endpoint", f"is that of the account {address.account!r}; `account` says {target.account!r}"


def _key_problems(target: BucketTarget) -> Iterator[tuple[str, str]]:
    for number, pattern in enumerate(target.known_keys, 1):
        head = fixed_head(pattern)
        if not (head.startswith(target.prefix) or (target.prefix.startswith(head) and head != pattern)):
            yield f"known_keys[{number}]", "lies outside the prefix; keys are written whole, with the prefix"


def unfit_names(search: NameSearch | None) -> Iterator[str]:
    """What is wrong with the search for names; a search that is turned off is judged no further than its parts."""
    if search is None:
        return
    if search.fastest < search.requests_per_second:
        yield "names.fastest: is less than requests_per_second, with which the search begins"
    yield from _unfit_canaries(search)
    if not search.name_search:
        return
    if not search.authority:
        yield (
            "names.authority: missing; a search asks third parties about names that are mostly others', so somebody "
            'has to have allowed that: give authority = "IG-2026-014, page 4"'
        )
    if not search.keywords:
        yield 'names.keywords: missing; give names to search for, such as keywords = ["example-trust"]'
    if not search.providers:
        yield 'names.providers: is empty; give services to ask, such as providers = ["s3", "gcs", "azure"]'
    for number, provider in enumerate(search.providers, 1):
        service = search.service(provider)
        if not service.search and provider not in search.endpoints:
            yield (
                f"names.providers[{number}]: no address is known at which {service.title} tells whether a name exists; "
                f"take {provider!r} out, or give one in [names.endpoints]"
            )


def _unfit_canaries(search: NameSearch) -> Iterator[str]:
    for provider, names in search.canaries.items():
        service = search.service(provider)
        for number, name in enumerate(names, 1):
            account, slash, container = name.partition("/")
            where = f"names.canaries.{provider}[{number}]"
            if service.protocol is Protocol.AZURE:
                if not slash or account_fault(account) or name_fault(service.names, container):
                    yield f"{where}: {name!r} is not account/container"
            elif fault := name_fault(
                NameRules.COMPATIBLE if provider in search.endpoints else service.names, name, legacy=True
            ):
                yield f"{where}: {name!r} is no bucket: {fault}"
