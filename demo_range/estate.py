"""The range with more suppliers, as an organisation meets them over weeks: places come, go and fail while it runs."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from demo_range.azure_store import Level
from demo_range.cloud_buckets import Right
from demo_range.estate_files import lay_out, leave_dictations
from demo_range.letters import House, Letter
from demo_range.loopback import LOOPBACK
from demo_range.misbehaving import MEBIBYTE, MisbehavingServer
from demo_range.plan import BUCKETS, LetterName
from demo_range.planting import PATIENTS_A_HOUSE
from demo_range.range import DemoRange
from demo_range.recogniser import breaks_off
from demo_range.tls_faults import TlsFault, TlsServer
from demo_range.web_servers import PythonListingServer, media_type

# Larger than this a file is not fetched, bytes; the portal's largest is more.
_BODY_BYTES = 6 * MEBIBYTE
# Seconds for one request: what hangs on loopback hangs for good.
_TIMEOUT = 3
# Requests at one target: enough for every other one, and the end of the portal's endless calendar.
_REQUESTS = 100
# Pages of one document that are read by OCR; the longest scan has more.
_OCR_PAGES = 2
# Nothing resolves this name: RFC 6761 keeps `.invalid` for that.
_NOWHERE = "https://letters.millrace-archive.invalid/"

_TARGET = """
[[site]]
url = "{url}"
kind = "{kind}"
tier = "{tier}"
supplier = "{supplier}"
authority = "{authority}"
"""


class Extra(StrEnum):
    """A target that the range itself does not have."""

    CALDER = "calder"
    NORTHGATE = "northgate"
    PORTAL = "portal"
    REGISTRAR = "registrar"
    MILLRACE = "millrace"


_SUPPLIERS = {
    Extra.CALDER: ("open_directory", "processor", "Calder Scanning Services"),
    Extra.NORTHGATE: ("open_directory", "processor", "Northgate Dictation Cloud"),
    Extra.PORTAL: ("site", "own", "Hartwell Web Agency"),
    Extra.REGISTRAR: ("site", "processor", "Westmarsh Registrars"),
    Extra.MILLRACE: ("site", "third_party", "Millrace Archive"),
}


@dataclass(frozen=True, slots=True)
class Conduct:
    """How one sweep's scope differs from the range's own.

    Attributes:
        extras: further targets, in the order of the scope.
        languages: that OCR reads.
        hears: does an operator's recogniser of speech listen? The one that is named breaks off.
        portal_start: path that the portal is begun at.
    """

    extras: tuple[Extra, ...] = ()
    languages: tuple[str, ...] = ("eng",)
    hears: bool = False
    portal_start: str = ""


class Estate:
    """`with Estate(folder) as estate: estate.scope_toml(Conduct())`.

    Attributes:
        ground: the range that it adds to.
        more_tables: of the scope file, of whoever sweeps.
        portal_links: what the portal's first page links to; may be changed while it runs.
    """

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.folder = folder
        self.ground = DemoRange(folder, seed)
        self.more_tables = ""
        self.portal_links: list[str] = []
        self._servers: dict[Extra, PythonListingServer] = {}
        self._ports: dict[Extra, int] = {}
        self._portal = MisbehavingServer("https://www.example.org/elsewhere", links=self.portal_links)
        self._registrar = TlsServer(TlsFault.EXPIRED)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(self.ground)
            starting.callback(self._stop_all)
            lay_out(self.folder, self.letter)
            self.dictations = leave_dictations(self.folder)
            for extra in (Extra.CALDER, Extra.NORTHGATE):
                self.start(extra)
            starting.enter_context(self._portal)
            starting.enter_context(self._registrar)
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def letter(self, name: LetterName) -> Letter:
        """One of the known letters."""
        house, number = name
        return self.ground.letters[list(House).index(house) * PATIENTS_A_HOUSE + number]

    def scope_toml(self, conduct: Conduct) -> str:
        """A scope file for one sweep."""
        languages = ", ".join(f'"{language}"' for language in conduct.languages)
        tables = f"{self.more_tables}\n[ocr]\nlanguages = [{languages}]\npages = {_OCR_PAGES}\nsecond_engine = false\n"
        if conduct.hears:
            recogniser = f"{breaks_off.__module__}:{breaks_off.__name__}"
            tables += f'\n[speech]\nrecogniser = "{recogniser}"\nmodel = "{self.dictations.name}"\n'
        limits = f"requests = {_REQUESTS}\nbody_bytes = {_BODY_BYTES}\ntimeout_seconds = {_TIMEOUT}\n"
        return self.ground.scope_with(limits, tables) + "".join(
            self._target(extra, conduct) for extra in conduct.extras
        )

    def _target(self, extra: Extra, conduct: Conduct) -> str:
        kind, tier, supplier = _SUPPLIERS[extra]
        match extra:
            case Extra.CALDER | Extra.NORTHGATE:
                url = f"http://{LOOPBACK}:{self._ports[extra]}/"
            case Extra.PORTAL:
                url = f"{self._portal.url}/{conduct.portal_start}"
            case Extra.REGISTRAR:
                url = f"{self._registrar.url}/"
            case Extra.MILLRACE:
                url = _NOWHERE
        return _TARGET.format(url=url, kind=kind, tier=tier, supplier=supplier, authority="DEMO-1")

    def start(self, extra: Extra) -> None:
        """Let a supplier's server answer, at the address that it had before."""
        server = PythonListingServer(self.folder / extra, self._ports.get(extra, 0))
        server.__enter__()
        self._servers[extra], self._ports[extra] = server, server.port

    def stop(self, extra: Extra) -> None:
        """Let a supplier's server be down: nobody listens there."""
        self._servers.pop(extra).__exit__(None, None, None)

    def _stop_all(self) -> None:
        for extra in list(self._servers):
            self.stop(extra)

    def write(self, path: str, content: bytes, day: date) -> None:
        """A file below the estate's folder, from a day on."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        moment = datetime.combine(day, time(16, 40), tzinfo=UTC).timestamp()
        os.utime(place, (moment, moment))

    def take_away(self, path: str) -> None:
        """A file or folder is no longer there."""
        kept = self.folder / "away" / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(self.folder / path, kept)

    def bring_back(self, path: str) -> None:
        """It is there again, as it was."""
        shutil.move(self.folder / "away" / path, self.folder / path)

    def refuse(self, beginning: str) -> None:
        """The open directory refuses files whose path begins so, and goes on listing them."""
        self.ground.held.listing.refused.add(beginning)

    def close_azure(self, container: str) -> None:
        """Nobody without an account sees anything of a container."""
        self.ground.held.azure.account.containers[container].level = Level.PRIVATE

    def open_azure(self, container: str) -> None:
        """Single blobs can be read again."""
        self.ground.held.azure.account.containers[container].level = Level.BLOB

    def close_gcs(self, bucket: str) -> None:
        """Neither listed nor read from now on."""
        self.ground.held.gcs[bucket].rights = frozenset[Right]()

    def put_s3(self, bucket: str, key: str, content: bytes, *, private: bool = False) -> None:
        """An object of a listable bucket, readable or not."""
        if bucket not in BUCKETS:
            raise KeyError(bucket)
        acl = "private" if private else "public-read"
        self.ground.held.s3.put_object(bucket, key, content, acl, media_type(key))
