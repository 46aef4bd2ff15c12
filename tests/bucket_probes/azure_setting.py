from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from bucket_probes import azure_paging
from bucket_probes.azure import AzureProbe
from demo_range.azure_server import DEVELOPMENT, AzureServer
from demo_range.azure_store import Container, Level
from documents.buckets import BucketAccess
from documents.exposure import Truth
from fetching.bucket_listings import ListedObject
from fetching.dialler import Dialler
from fetching.wire import Wire
from scope.guard import Guard
from scope.model import BucketTarget

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Liar, Reply
    from tests.conftest import MakeErrand, MakeScope

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


LETTER = b"Dear Dr Example, thank you for referring this patient."


TENANT = "0f7e3d34-2a67-4b1c-9d2e-5a1b2c3d4e5f"


@dataclass
class Opened:
    """A probe of one container, and what it needs."""

    probe: AzureProbe
    wire: Wire
    stop: threading.Event

    @property
    def access(self) -> BucketAccess:
        return self.probe.notes.summary()

    def keys(self, start: str | None = None) -> list[str]:
        return [item.key for page in self.probe.pages(start) for item in page.objects]

    def old(self) -> list[ListedObject]:
        return [item for page in self.probe.old_versions() for item in page.objects]


Open = Callable[..., Opened]


def target_of(endpoint: str | None, container: str, **more: Any) -> BucketTarget:
    facts = {"account": DEVELOPMENT, "endpoint": endpoint, **more}
    return BucketTarget(tier="own", authority="IG-1", provider="azure", name=container, **facts)


@pytest.fixture(name="open_container")
def open_container_fixture(make_scope: MakeScope, make_errand: MakeErrand) -> Iterator[Open]:
    wires: list[Wire] = []

    def opened(endpoint: str | None, container: str, *, resolve: Any = None, **more: Any) -> Opened:
        limits = {name: more.pop(name) for name in ("timeout_seconds", "requests") if name in more}
        target = target_of(endpoint, container, **more)
        scope = make_scope(target, **limits)
        errand = make_errand(scope)
        dialler = Dialler(Guard(scope), resolve) if resolve else Dialler(Guard(scope))
        wire = Wire(errand, dialler)
        wires.append(wire)
        return Opened(AzureProbe(target, wire, dialler), wire, errand.stop)

    yield opened
    for wire in wires:
        wire.close()


@pytest.fixture(name="azure")
def azure_fixture() -> Iterator[AzureServer]:
    with AzureServer() as running:
        yield running


def filled(azure: AzureServer, name: str, level: Level) -> Container:
    container = azure.account.container(name, level)
    container.put("letters/known.txt", LETTER, "text/plain")
    return container


def asked(azure: AzureServer) -> list[str]:
    return [urlsplit(request.path).query or urlsplit(request.path).path for request in azure.requests]


def listing(*keys: str, marker: str = "") -> str:
    rows = "".join(f"<Blob><Name>{key}</Name></Blob>" for key in keys)
    return f"<EnumerationResults><Blobs>{rows}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>"


@pytest.fixture(name="lying")
def lying_fixture(
    liar: Liar, open_container: Open, reply: type[Reply], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Asked], Any]], Opened]:
    """A probe of a server that says to each request what it is told to: text for 200, or a reply."""
    monkeypatch.setattr(azure_paging, "PAGE_PAUSES", (0.0, 0.01))

    def told(says: Callable[[Asked], Any]) -> Opened:
        def answer(asked: Asked) -> Reply:
            said = says(asked)
            return reply(200, said.encode()) if isinstance(said, str) else said

        liar.says = answer
        return open_container(f"{liar.url}/{DEVELOPMENT}", "letters")

    return told


Lying = Callable[[Callable[["Asked"], Any]], Opened]


def resolver(known: Mapping[str, str], otherwise: int | str = socket.EAI_NONAME) -> Callable[..., Any]:
    """Addresses by host; for others an error of the resolver's, or an address for every name."""

    def resolve(host: str, port: int, family: int, kind: int) -> list[Any]:
        address = known.get(host, otherwise if isinstance(otherwise, str) else None)
        if address is None:
            raise socket.gaierror(otherwise, "no")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


CONTROL = {"azureopendatastorage.blob.core.windows.net": "127.0.0.1"}


HOST = f"{DEVELOPMENT}.blob.core.windows.net"
