"""What a scope file may say. `docs/scope.example.toml` explains every key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    StringConstraints,
    TypeAdapter,
    UrlConstraints,
)
from pydantic_core import Url

from scope.canaries import Canary
from scope.conduct import Conduct
from scope.fields import Permission, Table, Text
from scope.heartbeat import Heartbeat
from scope.incremental import Incremental
from scope.key_patterns import count
from scope.opt_out import OptOut
from scope.providers import Provider, load_providers
from scope.proxy import ProxyAddress, Resolve
from scope.reasons import SkipReason
from scope.schedule import Schedule, WindowText
from scope.sections import Ocr, Retention, Speech

_PORT_0 = re.compile(r"[a-z]+://[^/?#]*:0*(?:[/?#]|$)", re.IGNORECASE)
Network = IPv4Network | IPv6Network


class Tier(StrEnum):
    """Whose the target is, and so what may be done there."""

    OWN = "own"
    PROCESSOR = "processor"
    THIRD_PARTY = "third_party"


class RobotsPolicy(StrEnum):
    """What a robots.txt is taken for. It never is an authority; it is read either way, and its pace is kept."""

    OBEY = "obey"
    # What it disallows is fetched all the same, and each document says so.
    RECORD = "record"


class CertificatePolicy(StrEnum):
    """What a certificate that does not hold is taken for: the end, or a fact to be recorded while reading on."""

    VERIFY = "verify"
    RECORD = "record"


def _whole_day(value: object) -> object:
    """A TOML date, or its text in quotes. A number, or a date with a time, may mean another day than the one meant."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("not a date")


def _network(value: object) -> object:
    return ip_network(value) if isinstance(value, str) else value


def _http_url(value: str) -> str:
    _check_port(value)
    return str(HttpUrl(value))


def _check_port(value: str) -> None:
    """Port 0 is none; a URL library would take it for the usual one."""
    if _PORT_0.match(value):
        raise ValueError("there is no port 0")


HttpAddress = Annotated[Text, AfterValidator(_http_url)]
_FTP_URL = TypeAdapter(Annotated[Url, UrlConstraints(allowed_schemes=["ftp", "ftps"], host_required=True)])


def _ftp_folder(value: str) -> str:
    """The address of a folder: it ends with a slash, written or not, so that its neighbours are never below it."""
    _check_port(value)
    parts = urlsplit(str(_FTP_URL.validate_python(value)))
    if parts.query or parts.fragment:
        raise ValueError("an FTP address has no query and no fragment; write ? as %3F and # as %23 in a name")
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/"))


def _key_pattern(value: str) -> str:
    count(value)
    return value


# White space may be part of a key.
KeyPattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(_key_pattern)]
# A path of the target that always answers: docs/gone.md.
CanaryPath = Annotated[Text, StringConstraints(pattern=r"^/[!-~]*$")]
FtpAddress = Annotated[Text, AfterValidator(_ftp_folder)]


Day = Annotated[date, BeforeValidator(_whole_day)]


class Authority(Table):
    """Who allowed this sweep. Without it, or after `expires`, nothing is requested."""

    who: Text
    reference: Text
    expires: Day


class PackFiles(Table):
    """The fingerprint pack and its key; the key lies outside the pack."""

    path: Path
    key: Path


class DatabaseFiles(Table):
    """The findings database, the key that finding ids are made with, and whether sketches of documents are kept."""

    file: Path = Path("findings.duckdb")
    key: Path = Path("findings.key")
    sketches: bool = True


class NewsKind(StrEnum):
    """What a notification can tell of."""

    NEW = "new"
    REAPPEARED = "reappeared"


class Notify(Table):
    """Whom to tell of news after a sweep; nobody unless there is such a table. Never an address, a path or a name."""

    file: Path = Path("notify.conf")
    events: Annotated[frozenset[NewsKind], Field(min_length=1)] = frozenset(NewsKind)


class Limits(Table):
    """What one sweep may spend. Requests, bytes and seconds count per unit."""

    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 1.0
    requests: Annotated[int, Field(gt=0)] = 20_000
    bytes: Annotated[int, Field(gt=0)] = 5_000_000_000
    seconds: Annotated[int, Field(gt=0)] = 4 * 3600
    body_bytes: Annotated[int, Field(gt=0, le=1 << 30)] = 32 << 20
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    depth: Annotated[int, Field(gt=0, le=1000)] = 20


class Evidence(Table):
    """What is kept as proof of a finding: digests and headers, or also the file, sealed to the responders' keys."""

    keep: Literal["digest", "sealed"] = "digest"
    recipients: tuple[Text, ...] = ()
    bytes: Annotated[int, Field(gt=0)] = 20_000_000_000


class NetworkPolicy(Table):
    """Addresses that are not globally routable and may be dialled all the same; and the proxy."""

    private_addresses: tuple[Annotated[Network, BeforeValidator(_network)], ...] = ()
    proxy: ProxyAddress | None = None
    resolve: Resolve = Resolve.HERE
    proxy_login: Path | None = None
    proxy_ca_file: Path | None = None


class Target(Table):
    """What all targets say of themselves."""

    tier: Tier
    supplier: Text | None = None
    authority: Text
    # The last day of its own authority, and its own windows in place of the schedule's.
    expires: Day | None = None
    windows: tuple[WindowText, ...] = ()


class SiteTarget(Target):
    """A web site or an open directory: everything below `url`'s folder on that host and port."""

    url: HttpAddress
    kind: Literal["site", "open_directory"] = "site"
    robots: RobotsPolicy = RobotsPolicy.OBEY
    robots_reference: Text | None = None
    certificates: CertificatePolicy = CertificatePolicy.VERIFY
    render: Permission = False
    canary_path: CanaryPath | None = None


class BucketTarget(Target):
    """One bucket or container, or one prefix of it. At a third party's, listing it must be decided for."""

    provider: Text = "s3"
    name: Annotated[Text, StringConstraints(pattern=r"^[A-Za-z0-9$][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$")]
    account: Annotated[Text, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")] | None = None
    endpoint: HttpAddress | None = None
    region: Annotated[Text, StringConstraints(pattern=r"^[a-z0-9.-]+$")] = "us-east-1"
    prefix: str = ""
    known_keys: tuple[KeyPattern, ...] = ()
    listing: Permission | None = None
    # Set by the loader where the service is the organisation's own; never in a file.
    own_service: Provider | None = None

    @property
    def service(self) -> Provider:
        """The facts of its storage service."""
        return self.own_service or load_providers()[self.provider]

    @property
    def may_list(self) -> bool:
        """Is walking the listing decided for? At a third party's bucket the scope must say so."""
        return self.tier is not Tier.THIRD_PARTY if self.listing is None else self.listing


class FtpTarget(Target):
    """A folder of an FTP server and all below it; read as anonymous, or not at all."""

    url: FtpAddress
    anonymous_ftp: Permission | None = None
    tls: Literal["prefer", "require"] = "prefer"
    certificates: CertificatePolicy = CertificatePolicy.VERIFY
    canary_path: CanaryPath | None = None

    @property
    def may_log_in(self) -> bool:
        """Is the anonymous login decided for? At a third party's server the scope must say so."""
        return self.tier is not Tier.THIRD_PARTY if self.anonymous_ftp is None else self.anonymous_ftp


class Owners(Table):
    """Who we are at the providers: what an answer that names one of these proves to be ours."""

    aws_accounts: tuple[Annotated[Text, StringConstraints(pattern=r"^\d{12}$")], ...] = ()
    owner_ids: tuple[Text, ...] = ()
    azure_tenants: tuple[Text, ...] = ()


class NameSearch(Table):
    """A search for buckets by name: asks whether they exist, and reads nothing. Off unless it says `name_search`."""

    name_search: Permission = False
    authority: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    keywords: tuple[Text, ...] = ()
    words: tuple[Text, ...] = ()
    providers: tuple[Text, ...] = ("s3", "gcs", "azure")
    candidates: Annotated[int, Field(gt=0, le=5_000_000)] = 20_000
    requests_per_second: Annotated[float, Field(gt=0, le=10_000)] = 20.0
    fastest: Annotated[float, Field(gt=0, le=10_000)] = 100.0
    passes: Annotated[int, Field(ge=1, le=5)] = 2
    harvest: Permission = False
    canaries: Mapping[Text, tuple[Text, ...]] = {}
    endpoints: Mapping[Text, HttpAddress] = {}
    owners: Owners = Owners()
    # Set by the loader: those of the organisation's own services that are searched; never in a file.
    own_services: tuple[Provider, ...] = ()

    def service(self, provider: str) -> Provider:
        """The facts of a service that is searched."""
        own = {service.id: service for service in self.own_services}
        return own.get(provider) or load_providers()[provider]


@dataclass(frozen=True, slots=True)
class NameTarget:
    """One service at which a search asks for names.

    Attributes:
        provider: its id.
        search: the scope's search.
        own_buckets: the scope's targets at that service: they exist, or so their owner says.
    """

    provider: str
    search: NameSearch
    own_buckets: tuple[BucketTarget, ...] = ()

    @property
    def service(self) -> Provider:
        """The facts of the service."""
        return self.search.service(self.provider)

    @property
    def tier(self) -> Tier:
        """Whose buckets answer is not known before they do."""
        return Tier.THIRD_PARTY

    @property
    def supplier(self) -> str | None:
        """Likewise."""
        return None

    @property
    def authority(self) -> str:
        """The reference of the permission to search."""
        return self.search.authority

    @property
    def expires(self) -> date | None:
        """That of the scope's authority alone."""
        return None

    @property
    def windows(self) -> tuple[str, ...]:
        """Those of the schedule alone."""
        return ()


AnyTarget = SiteTarget | BucketTarget | FtpTarget | NameTarget


class Scope(Table):
    """One scope file."""

    organisation: Text
    contact: Text
    authority: Authority | None = None
    pack: PackFiles
    database: DatabaseFiles = DatabaseFiles()
    retention: Retention = Retention()
    notify: Notify | None = None
    heartbeat: Heartbeat | None = None
    limits: Limits = Limits()
    incremental: Incremental = Incremental()
    ocr: Ocr = Ocr()
    speech: Speech | None = None
    network: NetworkPolicy = NetworkPolicy()
    evidence: Evidence = Evidence()
    schedule: Schedule = Schedule()
    opt_out: OptOut = OptOut()
    conduct: Conduct = Conduct()
    allowed_skips: frozenset[SkipReason] = frozenset(
        {SkipReason.ACCESS_DENIED, SkipReason.ACTION_LINK, SkipReason.NOT_FOUND}
    )
    site: tuple[SiteTarget, ...] = ()
    bucket: tuple[BucketTarget, ...] = ()
    ftp: tuple[FtpTarget, ...] = ()
    names: NameSearch | None = None
    canary: tuple[Canary, ...] = ()
    # More storage services, or others in place of those that come with Stray.
    providers: Path | None = None

    @property
    def targets(self) -> tuple[AnyTarget, ...]:
        """All targets, in the order of the file's kinds; services to search only where the scope turns that on."""
        return (*self.site, *self.bucket, *self.ftp, *self.searched)

    @property
    def searched(self) -> tuple[NameTarget, ...]:
        """The services at which names are searched, each once; none unless an authority is named for that."""
        search = self.names
        if search is None or not search.name_search or not search.authority:
            return ()
        return tuple(
            NameTarget(provider, search, tuple(target for target in self.bucket if target.provider == provider))
            for provider in dict.fromkeys(search.providers)
        )
