"""The whole range: everything planted and served, a scope file for it, and the answer key."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from demo_range.answer_key import AnswerKey, Area, Place
from demo_range.azure_server import DEVELOPMENT, AzureServer
from demo_range.azure_store import Level
from demo_range.bucket_server import BucketServer
from demo_range.cloud_buckets import CloudBucket, Right
from demo_range.ftp_server import FtpServer
from demo_range.gcs_service import GcsService
from demo_range.letters import Letter
from demo_range.loopback import LOOPBACK
from demo_range.open_directories import ListingStyle, OpenDirectoryServer
from demo_range.plan import BUCKETS, PLAN, BucketAccess, Cloud
from demo_range.planting import PlantedRange, plant
from demo_range.s3_server import S3Server
from demo_range.web_servers import WebServer, media_type

# Requests a second at one host: loopback has no owner to be polite to.
_REQUESTS_PER_SECOND = 200
_AUTHORITY_DAYS = 365

_SCOPE = """\
# Written by the demo range: the targets are servers on this machine, the people and letters are invented.
organisation = "Ashcombe Hospital Group (demo)"
contact = "security@ashcombe.example"
# Dictations hold no text: their headers are looked at, and their sound is nobody's to hear.
allowed_skips = ["access_denied", "action_link", "not_found", "unsupported_type"]

[authority]
who = "Demo Range, who may look at itself"
reference = "DEMO-1"
expires = {expires}

[pack]
path = "pack"
key = "pack.key"

[database]
file = "findings.duckdb"
key = "findings.key"

[limits]
requests_per_second = {requests_per_second}
{limits}
[network]
private_addresses = ["{address}"]
{tables}
[[site]]
url = "{site}/"
kind = "site"
tier = "own"
authority = "DEMO-1"

[[site]]
url = "{open_directory}/"
kind = "open_directory"
tier = "processor"
supplier = "Mediscript Typing Bureau"
authority = "DEMO-1"
"""

_BUCKET = """
[[bucket]]
provider = "{provider}"
{account}name = "{name}"
endpoint = "{endpoint}"
prefix = ""
known_keys = [{known_keys}]
tier = "processor"
supplier = "Mediscript Typing Bureau"
authority = "DEMO-1"
"""

_FTP = """
[[ftp]]
url = "{url}/"
tier = "processor"
supplier = "Mediscript Typing Bureau"
authority = "DEMO-1"
"""
_RIGHTS = {
    BucketAccess.LISTABLE: frozenset([Right.LIST, Right.READ]),
    BucketAccess.READABLE: frozenset([Right.READ]),
    BucketAccess.PRIVATE: frozenset[Right](),
}
_LEVELS = {
    BucketAccess.LISTABLE: Level.CONTAINER,
    BucketAccess.READABLE: Level.BLOB,
    BucketAccess.PRIVATE: Level.PRIVATE,
}
# What the bureau's server says of itself.
_FTP_GREETING = "Mediscript transfer server ready."


@dataclass(frozen=True, slots=True)
class Held:
    """What a range is served from: three storage services and the open directory."""

    s3: S3Server
    gcs: dict[str, CloudBucket]
    azure: AzureServer
    listing: OpenDirectoryServer


class DemoRange:
    """Plants and serves the range: `with DemoRange(folder) as ground: ground.scope_toml`.

    The folder is made where missing; the servers stop when the block ends, the files stay.

    Attributes:
        folder: where `letters`, `site`, `open`, `buckets` and `ftp` lie.
        held: the servers whose contents and rights may be changed while it runs.
    """

    held: Held

    def __init__(self, folder: Path, seed: int = 1, listing: ListingStyle = ListingStyle.PYTHON) -> None:
        self.folder = folder
        self._seed = seed
        self._listing = listing
        self._stack = ExitStack()
        self._planted: PlantedRange | None = None
        self._urls: dict[Area, str] = {}
        self._clouds: dict[Cloud, str] = {}

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            s3 = starting.enter_context(S3Server())
            planted = plant(self.folder, self._seed)
            azure, gcs = starting.enter_context(AzureServer()), dict[str, CloudBucket]()
            google = starting.enter_context(BucketServer(GcsService(gcs).answer))
            _fill(planted, s3, gcs, azure)
            self._clouds = {Cloud.S3: s3.url, Cloud.GCS: google.url, Cloud.AZURE: azure.account_url()}
            site = starting.enter_context(WebServer(planted.site))
            listing = starting.enter_context(OpenDirectoryServer(planted.open_directory, self._listing))
            ftp = starting.enter_context(FtpServer(planted.ftp, banner=_FTP_GREETING))
            self._urls = {
                Area.SITE: site.url,
                Area.OPEN_DIRECTORY: listing.url,
                Area.FTP: ftp.url,
            }
            self._planted = planted
            self.held = Held(s3, gcs, azure, listing)
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def letters(self) -> tuple[Letter, ...]:
        """The known letters, with the identifiers that no output may show."""
        return self._done.letters

    @property
    def letters_folder(self) -> Path:
        """The letters that the organisation keeps, and their register."""
        return self._done.letters_folder

    @property
    def register(self) -> Path:
        """`letters.csv`: letter_id, file."""
        return self._done.register

    @property
    def answer_key(self) -> AnswerKey:
        """What is planted where."""
        return self._done.answer_key

    @property
    def scope_toml(self) -> str:
        """A scope file for the range; pack, database and keys lie beside it."""
        return self.scope_with()

    def scope_with(self, limits: str = "", tables: str = "") -> str:
        """The same with more lines among its limits, and with more tables."""
        expires = datetime.now(UTC).date() + timedelta(days=_AUTHORITY_DAYS)
        text = _SCOPE.format(
            expires=expires,
            requests_per_second=_REQUESTS_PER_SECOND,
            address=LOOPBACK,
            limits=limits,
            tables=tables,
            site=self._urls[Area.SITE],
            open_directory=self._urls[Area.OPEN_DIRECTORY],
        )
        for name, bucket in BUCKETS.items():
            listed = ", ".join(f'"{key}"' for key in _known_keys(name, bucket.access))
            account = f'account = "{DEVELOPMENT}"\n' if bucket.cloud is Cloud.AZURE else ""
            endpoint = self._clouds[bucket.cloud]
            text += _BUCKET.format(
                provider=bucket.cloud, account=account, name=name, endpoint=endpoint, known_keys=listed
            )
        return text + _FTP.format(url=self._urls[Area.FTP])

    def url(self, place: Place) -> str:
        """Where anyone would read this place."""
        if place.area is Area.BUCKET:
            return f"{self._clouds[BUCKETS[place.root].cloud]}/{place.root}/{place.url_suffix}"
        return f"{self._urls[place.area]}/{place.url_suffix}"

    def place_at(self, url: str) -> Place | None:
        """The place that a URL names, however it is escaped; a folder's URL names its index page."""
        wanted = _decoded(url)
        places = self.answer_key.places
        return next((place for place in places if wanted in _spellings(self.url(place))), None)

    @property
    def _done(self) -> PlantedRange:
        if self._planted is None:
            raise RuntimeError("the range has not been entered")
        return self._planted


def _decoded(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, unquote(parts.path) or "/"


def _spellings(url: str) -> tuple[tuple[str, str], ...]:
    netloc, path = _decoded(url)
    if path.endswith("/index.html"):
        return (netloc, path), (netloc, path.removesuffix("index.html"))
    return ((netloc, path),)


def _known_keys(bucket: str, access: BucketAccess) -> list[str]:
    if access is not BucketAccess.READABLE:
        return []
    return [planting.path for planting in PLAN if planting.root == bucket and planting.reachable]


def _fill(planted: PlantedRange, s3: S3Server, gcs: dict[str, CloudBucket], azure: AzureServer) -> None:
    """Create the buckets with their rights and put in their objects."""
    for name, bucket in BUCKETS.items():
        objects = [
            (planting.path, (planted.buckets / name / planting.path).read_bytes(), planting.reachable)
            for planting in PLAN
            if planting.root == name
        ]
        match bucket.cloud:
            case Cloud.S3:
                _fill_s3(s3, name, bucket.access, objects)
            case Cloud.GCS:
                gcs[name] = CloudBucket(name, _RIGHTS[bucket.access])
                for path, content, _ in objects:
                    gcs[name].put(path, content, media_type=media_type(path))
            case Cloud.AZURE:
                container = azure.account.container(name, _LEVELS[bucket.access])
                for path, content, _ in objects:
                    container.put(path, content, media_type(path))


def _fill_s3(s3: S3Server, name: str, access: BucketAccess, objects: Iterable[tuple[str, bytes, bool]]) -> None:
    s3.add_bucket(name, "public-read" if access is BucketAccess.LISTABLE else "private")
    if access is BucketAccess.READABLE:
        s3.allow_everyone(name, "s3:GetObject")
    for path, content, reachable in objects:
        acl = "public-read" if access is BucketAccess.LISTABLE and reachable else "private"
        s3.put_object(name, path, content, acl, media_type(path))
