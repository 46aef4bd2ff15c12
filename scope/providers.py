"""Storage services as data: where they answer, how their URLs look, what their names may be, what they do oddly.

The facts are in `providers.toml`, which explains every key; a file of the same form adds services or replaces them.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)

from scope.errors import ScopeError
from scope.key_patterns import expand

_BUILT_IN = Path(__file__).with_name("providers.toml")
_FILLED_IN = frozenset(["region", "account"])
_IN_FORMS = frozenset(["bucket", "key", "region", "account", "zone", "secret"])
# The end of a form's host that says whose it is: at least so many labels are written out.
LITERAL_LABELS = 2
# Regions that one pattern may stand for: the zones of Azure are a hundred.
MOST_REGIONS = 1000

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Protocol(StrEnum):
    """What is spoken at a service."""

    S3 = "s3"
    GCS = "gcs"
    AZURE = "azure"


class Addressing(StrEnum):
    """Where a bucket's name stands in its URLs."""

    PATH = "path"
    VIRTUAL = "virtual"


class NameRules(StrEnum):
    """Whose rules a bucket's name follows; `bucket_names.py` has them."""

    S3 = "s3"
    COMPATIBLE = "compatible"
    OSS = "oss"
    B2 = "b2"
    R2 = "r2"
    GCS = "gcs"
    AZURE = "azure"


class Quirk(StrEnum):
    """What a service does otherwise than its protocol says."""

    HEAD_LIES_IN_WRONG_REGION = "head_lies_in_wrong_region"
    REDIRECTS_WITH_LOCATION = "redirects_with_location"
    LISTS_VERSION_1_ONLY = "lists_version_1_only"
    NO_ANONYMOUS_LISTING = "no_anonymous_listing"


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _placeholders(template: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        raise ValueError("has a brace without its other half") from None


def _endpoint(value: str) -> str:
    unknown = _placeholders(value) - _FILLED_IN
    if unknown:
        raise ValueError(f"{{{min(unknown)}}} is not filled in; known are {{account}} and {{region}}")
    if not re.fullmatch(r"https?://[^/?#@\s]+(?:/[^?#\s]*)?", value):
        raise ValueError("is not an http or https address without a query")
    return value.rstrip("/")


Endpoint = Annotated[Text, BeforeValidator(lambda value: _endpoint(value) if isinstance(value, str) else value)]


def _expanded(regions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(region for pattern in regions for region in islice(expand(pattern), MOST_REGIONS))


class Service(_Facts):
    """An endpoint, or one for each of several regions.

    Attributes:
        partition: regions of one partition share their names; other partitions know nothing of them.
        endpoint: a template, with {region} and {account} where it has them.
        regions: that it is for; none where the endpoint has no {region} and there is one partition only.
    """

    partition: str = ""
    endpoint: Endpoint
    regions: Annotated[tuple[Text, ...], AfterValidator(_expanded)] = ()

    @model_validator(mode="after")
    def _has_regions(self) -> Self:
        if "{region}" in self.endpoint and not self.regions:
            raise ValueError("the endpoint has a {region} and `regions` names none")
        return self


class AddressForm(_Facts):
    """How URLs of a service look: host/path with placeholders.

    Attributes:
        at: the form, without a scheme.
        bucket: the bucket, where the form has none and always means the same.
        region: likewise.
        account: likewise.
    """

    at: Text
    bucket: str = ""
    region: str = ""
    account: str = ""

    @model_validator(mode="after")
    def _is_a_form(self) -> Self:
        host, slash, _ = self.at.partition("/")
        unknown = _placeholders(self.at) - _IN_FORMS
        labels = host.rpartition("}")[2].lstrip(".").split(".")
        if not slash or "://" in self.at:
            raise ValueError("is not host/path")
        if unknown:
            raise ValueError(f"{{{min(unknown)}}} is not known; known are {', '.join(sorted(_IN_FORMS))}")
        if "{" in host and len([label for label in labels if label]) < LITERAL_LABELS:
            raise ValueError("the host has to end in a domain that is written out")
        return self


def _form(value: object) -> object:
    return {"at": value} if isinstance(value, str) else value


Form = Annotated[AddressForm, BeforeValidator(_form)]


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    return value


class Provider(_Facts):
    """One storage service. `providers.toml` explains the fields.

    Attributes:
        id: as a scope's `provider` names it.
    """

    id: Annotated[Text, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    title: Text
    protocol: Protocol
    addressing: Addressing = Addressing.PATH
    names: NameRules
    service: tuple[Service, ...] = ()
    search: tuple[Endpoint, ...] = ()
    addresses: tuple[Form, ...]
    mentions: tuple[Form, ...] = ()
    namesakes: tuple[Text, ...] = ()
    regions_are: Literal["all", "examples"] = "all"
    region_form: Annotated[Text, AfterValidator(_pattern)] = r"[a-z0-9]+(?:-[a-z0-9]+)*"
    account_form: Annotated[Text, AfterValidator(_pattern)] = r"[a-z0-9]+"
    canaries: tuple[Text, ...] = ()
    quirks: tuple[Quirk, ...] = ()
    checked: str = "not stated"

    @model_validator(mode="before")
    @classmethod
    def _filled_up(cls, raw: Any) -> Any:
        """What follows from the rest where it is not said."""
        if not isinstance(raw, dict):
            return raw
        usual = {"s3": NameRules.COMPATIBLE, "gcs": NameRules.GCS, "azure": NameRules.AZURE}
        filled = {"names": usual.get(str(raw.get("protocol"))), **raw}
        if "addresses" not in filled:
            filled["addresses"] = tuple(_plain_forms(filled.get("service"), filled.get("addressing")))
        return filled

    def __hash__(self) -> int:
        """Of the id alone: tables of what follows from a service are looked into for each URL."""
        return hash(self.id)

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region that is known, of all partitions; none where the service does not tell them apart."""
        return tuple(region for service in self.service for region in service.regions)

    @property
    def takes_account(self) -> bool:
        """Is an account part of where a bucket lies?"""
        return bool(self.service) and "{account}" in self.service[0].endpoint

    @property
    def takes_region(self) -> bool:
        """Is a region part of where a bucket lies?"""
        return bool(self.service) and "{region}" in self.service[0].endpoint

    @property
    def names_are_regional(self) -> bool:
        """May two regions have buckets of one name, of two owners?"""
        return any("{region}" in endpoint for endpoint in self.search) or (self.takes_region and self.takes_account)

    @property
    def default_region(self) -> str:
        """The first region; empty where there are none."""
        return next(iter(self.service[0].regions), "") if self.service else ""

    def service_of(self, region: str) -> Service:
        """The service that a region belongs to; for one that is not known, the service of its nearest kin.

        Raises:
            ValueError: there is none; a scope has to name an endpoint.
        """
        if not self.service:
            raise ValueError(f"{self.title} has no endpoint of its own")
        for service in self.service:
            if region in service.regions or (region and region == service.partition):
                return service
        return max(
            self.service, key=lambda service: max((_kinship(region, known) for known in service.regions), default=0)
        )

    def endpoint(self, region: str = "", account: str = "") -> str:
        """Where a region answers, without a trailing slash."""
        region = region or self.default_region
        return _filled(self.service_of(region).endpoint, region, account)

    def search_endpoints(self, account: str = "") -> tuple[str, ...]:
        """Where a name search asks; several where names are unique within a region only."""
        found: list[str] = []
        for template in self.search:
            regions = self.regions if "{region}" in template else ("",)
            served = (region for region in regions if not region or self.service_of(region).endpoint == template)
            found += [_filled(template, region, account) for region in served]
        return tuple(dict.fromkeys(found))


def _filled(template: str, region: str, account: str) -> str:
    return template.replace("{region}", region).replace("{account}", account)


def _kinship(region: str, known: str) -> int:
    """How many leading parts of two regions' names are the same: `us-gov-new-1` is kin to `us-gov-west-1`."""
    same = 0
    for ours, theirs in zip(region.split("-"), known.split("-"), strict=False):
        if ours != theirs:
            break
        same += 1
    return same


def _plain_forms(services: object, addressing: object) -> Iterator[str]:
    """The forms that follow from endpoints, for files that name none."""
    for service in services if isinstance(services, list | tuple) else ():
        endpoint = service.get("endpoint") if isinstance(service, dict) else None
        if isinstance(endpoint, str):
            place = endpoint.partition("://")[2].rstrip("/")
            if addressing != Addressing.VIRTUAL:
                yield f"{place}/{{bucket}}/{{key}}"
            yield f"{{bucket}}.{place}/{{key}}"


def load_providers(extra: Path | None = None) -> Mapping[str, Provider]:
    """The services that are known, by id.

    Args:
        extra: an organisation's own file, whose services come beside the built-in ones or, by their id, in place of
            them.

    Raises:
        ScopeError: that file is missing, is not TOML, or says something that it may not.
    """
    known = _built_in()
    return known if extra is None else MappingProxyType({**known, **_read(extra)})


@cache
def _built_in() -> Mapping[str, Provider]:
    return MappingProxyType(_read(_BUILT_IN))


def _read(path: Path) -> dict[str, Provider]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ScopeError(path, ["no such file; `providers` in the scope names it"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScopeError(path, [f"can not be read: {getattr(error, 'strerror', None) or error}"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ScopeError(path, [f"is not valid TOML: {error}"]) from None
    problems: list[str] = []
    found = {}
    for name, facts in raw.items():
        if not isinstance(facts, dict):
            problems.append(f"{name}: a key outside of a table; each service is a table: [{name}]")
            continue
        try:
            found[name] = Provider.model_validate({**facts, "id": name})
        except ValidationError as error:
            problems += [_described(name, item) for item in error.errors(include_url=False)]
    if problems:
        raise ScopeError(path, problems)
    return found


def _described(name: str, item: Any) -> str:
    where = ".".join([name, *(str(part + 1) if isinstance(part, int) else str(part) for part in item["loc"])])
    match item["type"]:
        case "missing":
            return f"{where}: missing"
        case "extra_forbidden":
            return f"{where}: unknown key; known here: {', '.join(sorted(set(Provider.model_fields) - {'id'}))}"
        case _:
            return f"{where}: {item['msg'].removeprefix('Value error, ').removeprefix('Input ')}"
