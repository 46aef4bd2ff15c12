"""The source for searches by name: one unit, one service."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from bucket_probes.attribution import Known, attribute
from bucket_probes.names.candidates import Candidate, candidates, containers
from bucket_probes.names.keywords import domains_of
from bucket_probes.search.accounts import UNDER_WAY, AccountAsker, Opened, open_containers
from bucket_probes.search.asking import Asker, Questions, Turns
from bucket_probes.search.canaries import Canaries, SearchedName
from bucket_probes.search.existence import ExistenceAsker
from bucket_probes.search.ledger import Ledger
from bucket_probes.search.search import Means, NameSearch
from bucket_probes.search.told import Telling, name_url
from bucket_probes.source import authorities
from documents.buckets import Attribution, BucketAccess, BucketLead, FoundBy
from documents.records import Skipped, SkipReason
from documents.sink import Sink
from fetching.adaptive_pace import AdaptivePace, Found
from fetching.aliases import alias_leads
from fetching.async_wire import AsyncWire
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError
from fetching.leads import read_leads
from scope.model import NameTarget
from scope.name_questions import known_canaries
from scope.providers import Protocol
from scope.units import Unit

# Harvested names that are asked first. They are kept with the search, whose order must be the same after a kill.
HARVESTED_KEPT = 50_000
# Raised when the ledger keeps that order in another way.
_KEPT_AS = 2


class NameSearchSource:
    """Implements `fetching.source.Source` for searches by name. Asks whether names exist, and reads nothing.

    Args:
        errand: what must be obeyed and may be used.
        dialler: resolves; None for one that does as the system does.
        trust: whom to believe over TLS; None for the system's authorities and those that botocore brings along.
    """

    def __init__(self, errand: Errand, dialler: Dialler | None = None, trust: ssl.SSLContext | None = None) -> None:
        self._errand = errand
        self._dialler = dialler or Dialler(errand.guard)  # its look-ups are what an account's name is asked by
        self._noting = dialler or Dialler.of(errand)
        self._trust = trust

    def fetch(self, unit: Unit, sink: Sink) -> None:
        """See `Source`."""
        if not isinstance(unit.target, NameTarget):
            raise TypeError(f"not a search for names: {unit.kind}")
        if denied := self._errand.guard.authority_denial():
            sink.skipped(Skipped(unit.start_url, SkipReason(denied.denial.value), denied.detail))
            return
        leads = self._leads(unit.target, sink)
        asyncio.run(self._search(unit.start_url, unit.target, leads, sink))

    def _leads(self, target: NameTarget, sink: Sink) -> list[BucketLead]:
        """Buckets of this service whose addresses were met; the first search looks behind the keywords' domains too."""
        leads = list(islice(read_leads(self._errand.leads), HARVESTED_KEPT))
        if self._errand.harvest is not None and target == self._errand.guard.scope.searched[0]:
            for lead in alias_leads(
                domains_of(target.search.keywords), self._errand.harvest, noted=self._errand.conduct.looked_up
            ):
                sink.bucket_named(lead)
                leads.append(lead)
        return [lead for lead in leads if lead.provider == target.provider]

    async def _search(self, start_url: str, target: NameTarget, leads: list[BucketLead], sink: Sink) -> None:
        async with AsyncWire(self._errand, self._noting, self._trust or authorities()) as wire:
            search = _Search(self._errand, target, leads, sink, start_url)
            if target.service.protocol is Protocol.AZURE:
                await search.accounts(wire, self._dialler)
            else:
                await search.buckets(wire)


@dataclass(frozen=True, slots=True)
class _Order:
    """The names of a search, in an order that is the same in each run."""

    target: NameTarget
    harvested: tuple[tuple[str, str], ...]
    year: int

    def names(self) -> Iterator[SearchedName]:
        """Harvested ones first; of Azure the accounts."""
        is_azure = self.target.service.protocol is Protocol.AZURE
        met = dict.fromkeys(("", account) if is_azure else (name, "") for account, name in self.harvested)
        first = [names for names in met if any(names)]
        yield from (_name(name, account, FoundBy.HARVEST) for name, account in first)
        made = candidates(self.target.search, self.target.provider, year=self.year)
        yield from (_made(each) for each in made if (each.name, each.account) not in met)

    def digest(self) -> str:
        """Of all names, one after the other."""
        digest = hashlib.blake2b(digest_size=16)
        for each in self.names():
            digest.update(f"{each.account}\0{each.name}\n".encode())
        return digest.hexdigest()

    def containers(self, account: str) -> Iterator[SearchedName]:
        """Of one account, harvested ones first."""
        first = [name for held, name in self.harvested if held == account and name]
        yield from (_name(name, account, FoundBy.HARVEST) for name in first)
        yield from (_made(made) for made in containers(self.target.search, account) if made.name not in first)


class _Search:
    """One search at one service."""

    def __init__(self, errand: Errand, target: NameTarget, leads: list[BucketLead], sink: Sink, start_url: str) -> None:
        self._errand = errand
        self._target = target
        self._sink = sink
        self._start_url = start_url
        self._ledger = Ledger(errand.store, _identity(target))
        self._leads = leads
        self._known = Known.of_scope(errand.guard.scope)
        self._order = self._kept_order()
        earlier = self._ledger.kept.get("pace")
        self._pace = self._new_pace(Found(**earlier) if earlier else None)

    async def buckets(self, wire: AsyncWire) -> None:
        """Names of buckets."""
        asker = ExistenceAsker(self._target, wire, self._turns())
        questions = self._questions(asker, self._pace)
        given = [_name(name, "", FoundBy.SCOPE) for name in known_canaries(self._target)]
        await self._names(questions, Canaries(given))

    async def accounts(self, wire: AsyncWire, dialler: Dialler) -> None:
        """Names of storage accounts, then containers of those that exist."""
        asker = ExistenceAsker(self._target, wire, self._turns())
        with AccountAsker(self._target, self._errand, dialler, asker) as accounts:
            questions = self._questions(accounts, self._pace)
            known = dict.fromkeys(name.partition("/")[0] for name in known_canaries(self._target))
            ending = await self._names(
                questions, Canaries([_name("", name, FoundBy.SCOPE) for name in known], account=True)
            )
        if ending is None:
            await self._containers(asker)

    async def _names(self, questions: Questions, canaries: Canaries) -> FetchingError | None:
        telling = Telling(self._sink, self._target, self._ledger, time.monotonic, self._attribute)
        means = Means(questions, self._pace, self._errand.budget, telling)
        search = NameSearch(means, self._order.names, canaries, self._ledger, self._target.search.passes)
        ending = await search.run()
        telling.ended(search, self._order.names(), self._start_url, ending)
        return ending

    async def _containers(self, asker: Asker) -> None:
        """Of each account that exists and was not done with before a kill."""
        done: list[str] = self._ledger.kept.setdefault("accounts_done", [])
        for position, name in enumerate(self._order.names()):
            if not self._ledger.is_existing(position) or name.account in done:
                continue
            pace = self._new_pace(None)
            questions, turns = self._questions(asker, pace, UNDER_WAY), Turns(pace, self._errand.stop)
            try:
                opened = await open_containers(questions, turns, name.account, self._order.containers(name.account))
            except FetchingError as error:
                await questions.done()
                self._sink.skipped(Skipped(name_url(self._target, name), error.reason, error.detail))
                if questions.over:
                    return
                continue
            self._tell(name, opened)
            done.append(name.account)
            self._ledger.save({})

    def _tell(self, account: SearchedName, opened: Opened) -> None:
        address = name_url(self._target, account)
        if learned := opened.account:
            about = replace(learned, url=address, name="", exists=learned.account_exists, found_by=account.found_by)
            self._sink.bucket(replace(about, attribution=self._attribute(about, account)))
        for name, access in opened.found:
            found = replace(access, found_by=name.found_by)
            self._sink.bucket(replace(found, attribution=self._attribute(found, name)))
        for name, reason in opened.silent:
            self._sink.skipped(Skipped(name_url(self._target, name), reason, "no answer that counts"))
        if opened.undecided and not opened.is_shut:
            detail = f"{opened.undecided} containers: private or not there, the service does not say which"
            self._sink.skipped(Skipped(address, SkipReason.ACCESS_DENIED, detail))

    def _attribute(self, access: BucketAccess, name: SearchedName) -> Attribution:
        leads = [lead for lead in self._leads if (lead.account, lead.name) == (name.account, name.name)]
        return attribute(access, self._known, leads)

    def _questions(self, asker: Asker, pace: AdaptivePace, most: int | None = None) -> Questions:
        more = {} if most is None else {"most": most}
        return Questions(asker, pace, self._errand.stop, time.monotonic, **more)

    def _turns(self) -> Turns:
        return Turns(self._pace, self._errand.stop)

    def _new_pace(self, earlier: Found | None) -> AdaptivePace:
        search = self._target.search
        return AdaptivePace(search.requests_per_second, search.fastest, earlier=earlier)

    def _kept_order(self) -> _Order:
        """The order that the search was begun with, or a new one where the names are not the same any more."""
        order = self._fixed_order()
        digest = order.digest()
        if self._ledger.fix("names", lambda: digest) == digest:
            return order
        # Another version of this program makes other names of the same words: what is known of each place is void.
        self._ledger.begin_anew()
        order = self._fixed_order()
        self._ledger.fix("names", order.digest)
        return order

    def _fixed_order(self) -> _Order:
        leads = [(lead.account, lead.name) for lead in self._leads]
        harvested = self._ledger.fix("harvested", lambda: list(dict.fromkeys(leads)))
        year = self._ledger.fix("year", lambda: datetime.now(UTC).year)
        return _Order(self._target, tuple((account, name) for account, name in harvested), year)


def _made(made: Candidate) -> SearchedName:
    return SearchedName(made.name, made.account, made.why)


def _name(name: str, account: str, found_by: FoundBy) -> SearchedName:
    return SearchedName(name, account, "", found_by)


def _identity(target: NameTarget) -> str:
    """Of all that makes the names and their order, and of where the ledger keeps it."""
    said = target.search.model_dump_json(include={"keywords", "words", "candidates", "endpoints"})
    return hashlib.blake2b(f"{_KEPT_AS}\n{target.provider}\n{said}".encode(), digest_size=16).hexdigest()
