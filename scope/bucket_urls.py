"""The grammar of bucket addresses: from a target to the URL that anyone would use, and back from a URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from scope.address_forms import FormMatch, Grammar, OwnEndpoint, place_of
from scope.addresses import literal_address
from scope.model import BucketTarget, Scope
from scope.providers import Addressing, Protocol, Provider, load_providers
from scope.urls import has_credentials, quoted_path

# What a bucket's name may look like anywhere; each service is stricter.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
# Longest host name with a port, characters (RFC 1035): what is longer is none, and costs time to look through.
HOST_CHARACTERS = 253 + len(":65535")
_CONTAINER = re.compile(r"\$(?:root|web|logs)|[a-z0-9](?:-?[a-z0-9]){2,62}")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
# Schemes of tools that mean a bucket of one service: `s3://name/key`.
_SCHEMES = {"s3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gcs", "gcs": "gcs", "oss": "alibaba", "b2": "backblaze"}
_AZURE_SCHEMES = frozenset(["az", "azure"])
# `abfss://container@account.dfs.core.windows.net/path`
_HADOOP_SCHEMES = frozenset(["abfs", "abfss", "wasb", "wasbs"])
_ARN = re.compile(r"arn:aws[a-z-]*:s3:::([^/*?]+)(?:/(.*))?", re.DOTALL)
_VERSIONS = ("versionid", "generation", "snapshot")


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """A bucket that a URL names. Credentials that the URL carried are not kept.

    Attributes:
        provider: id of the service.
        host: with the port where it is not the usual one; empty for `s3://name` and its like.
        bucket: its name; empty where only an account was named.
        key: of an object, decoded; empty for none.
        account: Azure's storage account, Oracle's namespace; empty elsewhere.
        region: as the host says it; empty where it does not.
        version: of the object: S3's versionId, Google's generation, Azure's versionid or snapshot.
        had_credential: the URL carried a user, a signature or a token.
        is_served: the bucket's objects are served at this host; otherwise it was only named.
    """

    provider: str
    host: str
    bucket: str
    key: str = ""
    account: str = ""
    region: str = ""
    version: str = ""
    had_credential: bool = False
    is_served: bool = True


def service_url(target: BucketTarget) -> str:
    """The endpoint, without a trailing slash; Azure's with its account."""
    account = target.account or ""
    if target.endpoint is None:
        return target.service.endpoint(target.region, account)
    return _own_service(target.service, target.endpoint.rstrip("/"), account)


def _own_service(provider: Provider, endpoint: str, account: str) -> str:
    if provider.protocol is not Protocol.AZURE or _is_of_account(endpoint, account):
        return endpoint
    return f"{endpoint}/{account}"


def _is_of_account(endpoint: str, account: str) -> bool:
    """Is this the address of the account, and not of a service that has accounts in its paths, as Azurite has?

    A domain of one's own leads to one account. Services with accounts in their paths stand at bare addresses and names.
    """
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    is_domain = "." in host and literal_address(host) is None
    return is_domain or parts.path.rstrip("/").rpartition("/")[2] == account


def bucket_url(target: BucketTarget) -> str:
    """The bucket's anonymous address, with its prefix.

    Path-style where the service allows it: one TLS host for all names, dots included.
    """
    return f"{target_place(target)}/{quoted_path(target.prefix)}"


def object_url(target: BucketTarget, key: str) -> str:
    """The anonymous address of one object."""
    return f"{target_place(target)}/{quoted_path(key)}"


def target_place(target: BucketTarget) -> str:
    """Where the bucket lies, without its prefix and without a trailing slash."""
    return _place(target.service, service_url(target), target.name, is_own=target.endpoint is not None)


def address_url(address: BucketAddress, grammar: Grammar | None = None) -> str:
    """The anonymous address of what a URL named: of the bucket, or of the account where no bucket was named.

    Args:
        address: from `parse_bucket_url`.
        grammar: the same that it was parsed with.
    """
    grammar = grammar or built_in_grammar()
    provider = grammar.providers[address.provider]
    own = grammar.own_endpoint(address.provider, address.host)
    if own is None:
        service = provider.endpoint(address.region, address.account)
    else:
        service = _own_service(provider, own, address.account)
    return f"{_place(provider, service, address.bucket, is_own=own is not None)}/" if address.bucket else f"{service}/"


def _place(provider: Provider, service: str, name: str, *, is_own: bool) -> str:
    """Where the bucket lies, without a trailing slash. An endpoint of one's own is taken path-style."""
    if provider.addressing is Addressing.VIRTUAL and not is_own:
        scheme, _, host = service.partition("://")
        return f"{scheme}://{name}.{host}"
    return f"{service}/{quote(name, safe='$')}"


@cache
def built_in_grammar() -> Grammar:
    """The forms of all services that come with Stray."""
    return Grammar(load_providers().values())


def grammar_of_scope(scope: Scope) -> Grammar:
    """The forms of all services that come with Stray or that the scope adds, and the scope's own endpoints."""
    services = dict(load_providers())
    own = [*(target.service for target in scope.bucket), *(scope.names.own_services if scope.names else ())]
    services.update((service.id, service) for service in own)
    return Grammar(services.values(), _own_endpoints(scope))


def _own_endpoints(scope: Scope) -> Iterator[OwnEndpoint]:
    for target in scope.bucket:
        if target.endpoint is not None:
            url, account = target.endpoint.rstrip("/"), target.account or ""
            yield OwnEndpoint(target.provider, url, account if _is_of_account(url, account) else "")
    for provider, endpoint in scope.names.endpoints.items() if scope.names else ():
        yield OwnEndpoint(provider, endpoint.rstrip("/"))


def parse_bucket_url(url: str, grammar: Grammar | None = None) -> BucketAddress | None:
    """The bucket that a URL names, in any form that its service has; None for any other URL.

    Args:
        url: with a scheme or beginning with `//`; `s3://`, `gs://`, `az://account/container/key` and Amazon's ARNs too.
        grammar: the services to know; None for those that come with Stray.
    """
    grammar = grammar or built_in_grammar()
    url = url.strip()
    arn = _ARN.fullmatch(url)
    if arn:
        key = arn[2] or ""  # in a policy it may be a pattern
        return _checked(BucketAddress("s3", "", arn[1], "" if "*" in key else key, is_served=False))
    try:
        parts = urlsplit(url)
        place = place_of(url)
    except ValueError:
        return None
    scheme = parts.scheme
    if scheme in _SCHEMES or scheme in _AZURE_SCHEMES:
        return _of_tool(url, scheme)
    if scheme in _HADOOP_SCHEMES:
        return _of_hadoop(parts, grammar)
    if scheme not in ("http", "https", "") or not 0 < len(place) <= HOST_CHARACTERS:
        return None
    found = grammar.match(place, unquote(parts.path) or "/")
    return _of_match(found, place, url, parts) if found else None


def _of_match(found: FormMatch, place: str, url: str, parts: SplitResult) -> BucketAddress | None:
    bucket, key = found.bucket, found.key
    if found.provider.protocol is Protocol.AZURE and bucket and not key and not _CONTAINER.fullmatch(bucket):
        bucket, key = "$root", bucket  # blobs of the root container lie right below the account
    address = BucketAddress(
        provider=found.provider.id,
        host=place,
        bucket=bucket,
        key=key,
        account=found.account,
        region=found.region,
        version=_version(parts.query),
        had_credential=found.has_secret or has_credentials(url),
        is_served=found.is_served,
    )
    return _checked(address, is_azure=found.provider.protocol is Protocol.AZURE)


def _version(query: str) -> str:
    return next((value for name, value in parse_qsl(query) if name.lower() in _VERSIONS), "")


def _of_tool(url: str, scheme: str) -> BucketAddress | None:
    """`s3://name/key`: no percent-encoding; what follows a `?` is part of the key unless it is a query of ours."""
    rest = url.partition("://")[2]
    had_credential = False
    head, question, query = rest.partition("?")
    if question and (has_credentials(f"https://host/?{query}") or _version(query)):
        had_credential, rest = has_credentials(f"https://host/?{query}"), head
    names = rest.split("/")
    if "@" in names[0]:
        had_credential, names[0] = True, names[0].rpartition("@")[2]
    version = _version(query) if question else ""
    if scheme in _AZURE_SCHEMES:
        account, bucket, key = names[0], names[1] if len(names) > 1 else "", "/".join(names[2:])
        address = BucketAddress("azure", "", bucket, key, account, "", version, had_credential, is_served=False)
        return _checked(address, is_azure=True)
    bucket, key = names[0], "/".join(names[1:])
    return _checked(BucketAddress(_SCHEMES[scheme], "", bucket, key, "", "", version, had_credential, is_served=False))


def _of_hadoop(parts: SplitResult, grammar: Grammar) -> BucketAddress | None:
    container, at, host = parts.netloc.rpartition("@")
    is_host = at and len(host) <= HOST_CHARACTERS
    found = grammar.match(host.lower(), f"/{container}{unquote(parts.path)}") if is_host else None
    if found is None or found.provider.protocol is not Protocol.AZURE:
        return None
    address = BucketAddress("azure", host.lower(), container, found.key, found.account, is_served=False)
    return _checked(replace(address, provider=found.provider.id), is_azure=True)


def _checked(address: BucketAddress, *, is_azure: bool = False) -> BucketAddress | None:
    """The address, unless what stands in the bucket's place can not be a name."""
    if is_azure:
        named = _CONTAINER.fullmatch(address.bucket) or not address.bucket
        return address if named and _ACCOUNT.fullmatch(address.account) else None
    if not address.bucket:
        return address if address.account else None
    return address if _NAME.fullmatch(address.bucket) else None


def target_for(scope: Scope, address: BucketAddress) -> BucketTarget | None:
    """The scope's target that holds what a URL named; None where it has none."""
    holding = [target for target in scope.bucket if _holds(target, address)]
    # Without a host any service that speaks the protocol may be meant; the one that is named exactly comes first.
    return min(holding, key=lambda target: (target.provider != address.provider, len(target.prefix)), default=None)


def target_of_url(scope: Scope, url: str) -> BucketTarget | None:
    """The scope's bucket that a URL lies in: at its own endpoint, or in any form that its service has."""
    address = parse_bucket_url(url, grammar_of_scope(scope))
    return target_for(scope, address) if address else None


def _holds(target: BucketTarget, address: BucketAddress) -> bool:
    if (target.name, target.account or "") != (address.bucket, address.account):
        return False
    if address.key and not address.key.startswith(target.prefix):
        return False
    if not address.host:
        return target.service.protocol is load_providers()[address.provider].protocol
    if target.endpoint is not None:
        return place_of(target.endpoint) == address.host
    return target.provider == address.provider and same_namespace(target, address)


def same_namespace(target: BucketTarget, address: BucketAddress) -> bool:
    """Does a name mean the same bucket at the address as at the target's usual endpoint?"""
    service = target.service
    ours = service.service_of(target.region)
    if service.service_of(address.region or service.default_region) is not ours:
        return False
    each_its_own = service.names_are_regional or service.protocol is Protocol.AZURE
    return address.region == target.region if each_its_own and "{region}" in ours.endpoint else True
