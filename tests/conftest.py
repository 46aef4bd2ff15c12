"""What tests of every source share: a sink that remembers, an errand for a scope, and the contract of sources."""

from __future__ import annotations

import os
import ssl
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from demo_range.signer import Signer
from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.records import Document, Entry, EntryKind, Skipped, SkipReason
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.pacing import Pacer
from fetching.source import Source
from scope.guard import Guard
from scope.model import Authority, BucketTarget, Limits, NetworkPolicy, PackFiles, Scope, SiteTarget
from scope.units import Unit

# Seconds after which a slow test is taken for hung, where it does not say so itself: CI's machines are shared.
SLOW_SECONDS = 600
# Nothing is timed: an example that was slow beside others is no failure.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# Tests start a thousand interpreters. Whatever the environment says of byte code, each module is compiled once, and the
# assertions of each file are rewritten once, not once in each process: a fifth of what a start takes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

LOOPBACK = "127.0.0.1"
USER_AGENT = "Stray/test (Demo Trust; contact@example.org)"


@dataclass(frozen=True)
class RecordedDocument:
    """A document and its bytes, read when it arrived."""

    document: Document
    content: bytes


@dataclass
class RecordingSink:
    """Implements `documents.sink.Sink`: keeps everything, in order."""

    entries: list[Entry] = field(default_factory=list)
    documents: list[RecordedDocument] = field(default_factory=list)
    skips: list[Skipped] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    buckets: list[BucketAccess] = field(default_factory=list)
    leads: list[BucketLead] = field(default_factory=list)
    searches: list[NamesSearched] = field(default_factory=list)

    def entry(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.order.append(f"entry {entry.url}")

    def listed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.entry(entry)

    def document(self, document: Document) -> None:
        self.documents.append(RecordedDocument(document, document.body.read()))
        document.body.close()
        self.order.append(f"document {document.requested_url or document.url}")

    def skipped(self, skipped: Skipped) -> None:
        self.skips.append(skipped)

    def bucket(self, access: BucketAccess) -> None:
        self.buckets.append(access)

    def bucket_named(self, lead: BucketLead) -> None:
        self.leads.append(lead)

    def names_searched(self, search: NamesSearched) -> None:
        self.searches.append(search)

    @property
    def contents(self) -> Mapping[str, bytes]:
        """Bytes by the URL that was asked for."""
        return {item.document.requested_url or item.document.url: item.content for item in self.documents}

    @property
    def reasons(self) -> Mapping[str, SkipReason]:
        """Skip reasons by URL."""
        return {skipped.url: skipped.reason for skipped in self.skips}

    @property
    def details(self) -> Mapping[str, str]:
        """Skip details by URL."""
        return {skipped.url: skipped.detail for skipped in self.skips}


class SourceContract:
    """What every source must keep to."""

    def nothing_vanished(self, sink: RecordingSink, planted: Iterable[str]) -> None:
        """Each planted URL, and each file that was listed, ends as one document or one skip, after its entry."""
        ends = Counter([*sink.contents, *(skipped.url for skipped in sink.skips if not skipped.member)])
        listed = [entry.url for entry in sink.entries if entry.kind is EntryKind.FILE]
        assert {url: ends[url] for url in {*planted, *listed}} == dict.fromkeys({*planted, *listed}, 1)
        assert len(listed) == len(set(listed))
        for url in listed:
            if url in sink.contents:
                assert sink.order.index(f"entry {url}") < sink.order.index(f"document {url}")

    def fetch_each(self, units: Iterable[Unit], source: Callable[[Unit], Source]) -> Mapping[str, RecordingSink]:
        """Fetch units one after another, as an engine does: what one raises ends it alone."""
        sinks: dict[str, RecordingSink] = {}
        for unit in units:
            sinks[unit.unit_id] = RecordingSink()
            try:
                source(unit).fetch(unit, sinks[unit.unit_id])
            except Exception as error:  # noqa: BLE001 - this is the engine's part
                sinks[unit.unit_id].skipped(Skipped(unit.start_url, SkipReason.UNIT_FAILED, type(error).__name__))
        return sinks


MakeScope = Callable[..., Scope]
MakeErrand = Callable[..., Errand]


def make_scope(
    *targets: SiteTarget | BucketTarget,
    private: tuple[str, ...] = (LOOPBACK,),
    expires: date | None = None,
    **limits: object,
) -> Scope:
    """A valid scope of these targets; by default loopback may be dialled, quickly."""
    limits = {"requests_per_second": 1000, "timeout_seconds": 5, **limits}
    return Scope(
        organisation="Demo Trust",
        contact="contact@example.org",
        authority=Authority(
            who="SIRO", reference="IG-1", expires=expires or datetime.now(UTC).date() + timedelta(days=30)
        ),
        pack=PackFiles(path=Path("pack"), key=Path("pack.key")),
        limits=Limits.model_validate(limits),
        network=NetworkPolicy.model_validate({"private_addresses": private}),
        site=tuple(target for target in targets if isinstance(target, SiteTarget)),
        bucket=tuple(target for target in targets if isinstance(target, BucketTarget)),
    )


def make_errand(scope: Scope, conduct: Path | None = None, stop: threading.Event | None = None) -> Errand:
    """An errand for one unit of the scope."""
    return Errand(
        guard=Guard(scope),
        limits=scope.limits,
        budget=Budget(scope.limits),
        pacer=Pacer(scope.limits.requests_per_second),
        conduct=ConductLog(conduct),
        user_agent=USER_AGENT,
        stop=stop or threading.Event(),
    )


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Give slow tests the time that they may take beside others."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


@pytest.fixture(name="recording_sink")
def _recording_sink() -> RecordingSink:
    return RecordingSink()


@pytest.fixture(name="source_contract")
def _source_contract() -> SourceContract:
    return SourceContract()


@pytest.fixture(name="proxy_tls")
def _proxy_tls(tmp_path: Path) -> ssl.SSLContext:
    """For a proxy that speaks TLS; who signs its certificate stands in `authorities.pem` of the temporary folder."""
    authority = Signer()
    (tmp_path / "proxy.pem").write_bytes(authority.issued())
    (tmp_path / "authorities.pem").write_bytes(authority.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "proxy.pem")
    return context


@pytest.fixture(name="make_scope", scope="session")
def _make_scope() -> MakeScope:
    return make_scope


@pytest.fixture(name="make_errand", scope="session")
def _make_errand() -> MakeErrand:
    return make_errand
