"""The requests that the SDK builds, at Azurite, Microsoft's own emulator: containers opened as far as they can be."""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings, PublicAccess

from bucket_probes.azure import AzureProbe
from bucket_probes.azure_client import API_VERSION, ContainerRequests
from bucket_probes.source import BucketSource
from documents.buckets import BucketAccess, Question
from documents.exposure import Truth
from fetching.bucket_listings import ListedObject
from fetching.dialler import Dialler
from fetching.errors import UrlDeniedError
from fetching.wire import Wire
from scope.guard import Guard
from scope.model import BucketTarget, Scope
from scope.units import units_of

if TYPE_CHECKING:
    from tests.conftest import MakeErrand, MakeScope, RecordingSink

ROOT = Path(__file__).parents[2]
# Where `.ci/run` installs it.
INSTALLED = ROOT / ".venv/node/node_modules/.bin/azurite-blob"
ACCOUNT = "clinicdocs"
LETTER = b"Dear Dr Example, thank you for referring this patient."
KEYS = [
    "letters/a b+c%20.txt",
    "letters/known.txt",
    "letters/\u00e4\u20ac & \u201cquoted\u201d.txt",
    "other/beside.txt",
]
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
LEVELS: list[tuple[str, PublicAccess | None]] = [
    ("private", None),
    ("by-name", PublicAccess.BLOB),
    ("listable", PublicAccess.CONTAINER),
]


@pytest.fixture(scope="module", name="endpoint")
def _endpoint() -> Iterator[str]:
    program = shutil.which("azurite-blob") or (str(INSTALLED) if INSTALLED.exists() else None)
    if program is None:
        pytest.skip("azurite-blob is not installed (npm install azurite)")
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    environment = {"PATH": os.environ["PATH"], "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"}
    arguments = [program, "--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry", "--silent"]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            address = next(
                found[0] for line in running.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line))
            )
            fill(f"{address}/{ACCOUNT}", key)
            yield f"{address}/{ACCOUNT}"
        finally:
            running.terminate()


def fill(endpoint: str, key: str) -> None:
    """Three containers, each open to another degree, and one with earlier states of blobs."""
    credential = {"account_name": ACCOUNT, "account_key": key}
    with BlobServiceClient(endpoint, credential=credential, api_version=API_VERSION) as service:
        for name, access in LEVELS:
            with service.create_container(name, public_access=access) as container:
                for blob in KEYS:
                    container.upload_blob(blob, LETTER, content_settings=ContentSettings("text/plain"))
        with service.create_container("states", public_access=PublicAccess.CONTAINER) as container:
            blob_client = container.upload_blob("letter.txt", b"first")
            blob_client.create_snapshot()
            blob_client.upload_blob(b"second", overwrite=True)
            container.upload_blob("empty.txt", b"")


@dataclass
class Asking:
    make_scope: MakeScope
    make_errand: MakeErrand
    endpoint: str

    def scope(self, container: str, **more: Any) -> Scope:
        return self.make_scope(
            BucketTarget(
                tier="own",
                authority="IG-1",
                provider="azure",
                name=container,
                account=ACCOUNT,
                endpoint=self.endpoint,
                **more,
            )
        )

    def access(self, container: str, *known: str) -> BucketAccess:
        scope = self.scope(container, known_keys=known)
        return BucketSource(self.make_errand(scope)).access(next(units_of(scope)))


@pytest.fixture(name="asking")
def _asking(endpoint: str, make_scope: MakeScope, make_errand: MakeErrand) -> Asking:
    return Asking(make_scope, make_errand, endpoint)


@pytest.mark.parametrize(
    ("container", "exists", "listable", "known"),
    [
        ("private", UNKNOWN, NO, UNKNOWN),
        ("by-name", YES, NO, YES),
        ("listable", YES, YES, YES),
        ("missing", UNKNOWN, NO, UNKNOWN),
    ],
)
def test_access(asking: Asking, container: str, exists: Truth, listable: Truth, known: Truth) -> None:
    access = asking.access(container, "letters/known.txt", "letters/none.txt")
    assert (access.exists, access.listable, access.known_key_readable) == (exists, listable, known), access.evidence
    assert access.account_exists is YES


def test_a_listable_container_is_taken_whole(asking: Asking, recording_sink: RecordingSink) -> None:
    scope = asking.scope("listable")
    BucketSource(asking.make_errand(scope)).fetch(next(units_of(scope)), recording_sink)
    assert list(recording_sink.contents.values()) == [LETTER] * len(KEYS)
    assert not recording_sink.skips


def test_pages_prefixes_and_earlier_states(asking: Asking) -> None:
    def opened(container: str, wire: Wire, **more: Any) -> AzureProbe:
        target = asking.scope(container, **more).bucket[0]
        return AzureProbe(target, wire, Dialler(Guard(scope)))

    scope = asking.scope("listable")
    with Wire(asking.make_errand(scope), Dialler(Guard(scope))) as wire:
        probe = opened("listable", wire, prefix="letters/")
        assert [item.key for page in probe.pages() for item in page.objects] == KEYS[:3]
        assert all(item.size == len(LETTER) and item.modified for page in probe.pages() for item in page.objects)
    scope = asking.scope("states")
    with Wire(asking.make_errand(scope), Dialler(Guard(scope))) as wire:
        probe = opened("states", wire)
        (kept,) = [item for page in probe.old_versions() for item in page.objects]
        assert (kept.key, kept.is_current, kept.deleted) == ("letter.txt", False, False)
        with probe.read(kept) as answer:
            assert answer.read(100) == b"first"
        with probe.read(ListedObject("empty.txt"), first=10, question=Question.READ_KNOWN_KEY) as answer:
            assert answer.read(100) == b""
        with probe.read(ListedObject("letter.txt"), first=3) as answer:
            assert answer.read(100) == b"sec"


def test_requests_hold_no_right_and_nothing_of_this_machine() -> None:
    requests = ContainerRequests("https://acct1.blob.core.windows.net?sv=2023-11-03&sig=LENDSARIGHT", "letters")
    built = [
        requests.listing("2026/", None, ["versions"], 5),
        requests.properties(),
        requests.acl(),
        requests.blob("a.pdf", first=1),
        requests.blob("a.pdf", ("versionid", "1")),
    ]
    for request in built:
        assert request.url.startswith("https://acct1.blob.core.windows.net/letters")
        assert "sig" not in request.url
        assert "LENDSARIGHT" not in repr(request)
        assert {name.lower() for name in request.headers} <= {"x-ms-version", "x-ms-range"}


def test_a_request_that_does_not_read_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ContainerClient, "get_container_properties", ContainerClient.delete_container)
    requests = ContainerRequests("https://acct1.blob.core.windows.net", "letters")
    with pytest.raises(UrlDeniedError, match="DELETE does not read"):
        requests.properties()
