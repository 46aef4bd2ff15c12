"""Azure: does a storage account exist, and which containers of one that does are open?

Each account has a host of its own, so DNS says whether it exists, and the storage service is not even asked. Of its
containers the service says only which are open: what is private and what is not there get the same answer.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

from bucket_probes.access import EVIDENCE_KEPT, stronger
from bucket_probes.search.asking import Asker, Questions, Reply, Turns
from bucket_probes.search.canaries import SearchedName
from documents.buckets import BucketAccess, Evidence, Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.budget import BudgetSpentError
from fetching.conduct import Why
from fetching.dialler import AddressDeniedError, Dialler
from fetching.errand import Errand
from fetching.errors import StoppedError
from scope.model import NameTarget
from scope.name_questions import account_host, search_endpoints

# Lookups at once: the system's resolver holds a thread for each until it answers.
LOOKUPS = 32
# Seconds after which a lookup is given up; its thread ends when the resolver does.
LOOKUP_SECONDS = 15.0
# Times that one container is asked for until an answer says something.
TRIES = 3
# Containers of one account that are asked for at once.
UNDER_WAY: Final = 16
# A container of which one of the service's own endpoints tells whether the account is there.
_ANY_CONTAINER: Final = "$web"


class AccountAsker:
    """Implements `Asker` for storage accounts: by DNS where they have hosts, else by asking for a container of theirs.

    Args:
        target: the service.
        errand: stop, budget, conduct log.
        dialler: resolves.
        containers: asks over HTTP, for endpoints that all accounts share.
    """

    def __init__(self, target: NameTarget, errand: Errand, dialler: Dialler, containers: Asker) -> None:
        self._target = target
        self._errand = errand
        self._dialler = dialler
        self._containers = containers
        self._threads = ThreadPoolExecutor(LOOKUPS, "account-lookup")

    async def ask(self, name: SearchedName) -> Reply:
        """See `Asker`."""
        host, port = account_host(self._target, name.account)
        if not host.startswith(f"{name.account}."):
            reply = await self._containers.ask(replace(name, name=_ANY_CONTAINER))
            known = reply.access.account_exists if reply.access else Truth.UNKNOWN
            return replace(reply, exists=known, access=self._access(name, reply.access) if known is Truth.YES else None)
        self._admit(host)
        resolved, code = await self._lookup(host, port)
        self._errand.conduct.answered("DNS", f"https://{host}/", 0, 0, Why.RESOLVE)
        if resolved is Truth.UNKNOWN:
            return Reply(Truth.UNKNOWN, SkipReason.DNS_ERROR, code)
        evidence = Evidence(Question.DNS, None, code, "", datetime.now(UTC))
        return Reply(resolved, access=replace(self._access(name, None), evidence=(evidence,)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _admit(self, host: str) -> None:
        if self._errand.stop.is_set():
            raise StoppedError
        if denied := self._errand.guard.authority_denial():
            self._errand.conduct.refused(f"https://{host}/", denied.denial.value)
            raise StoppedError
        if spent := self._errand.budget.spent:
            raise BudgetSpentError(spent)
        self._errand.budget.request()

    async def _lookup(self, host: str, port: int) -> tuple[Truth, str]:
        looking = asyncio.get_running_loop().run_in_executor(self._threads, self._dialler.resolve, host, port)
        try:
            await asyncio.wait_for(looking, LOOKUP_SECONDS)
        except AddressDeniedError:  # it is inside somebody's network, and exists
            return Truth.YES, "address that may not be dialled"
        except socket.gaierror as error:
            # Anything else says nothing of the name: a resolver that is busy, or has no answer of this kind.
            is_no = error.errno == socket.EAI_NONAME
            return (Truth.NO, "NXDOMAIN") if is_no else (Truth.UNKNOWN, "gaierror")
        except (OSError, TimeoutError) as error:
            return Truth.UNKNOWN, type(error).__name__
        return Truth.YES, "address"

    def _access(self, name: SearchedName, learned: BucketAccess | None) -> BucketAccess:
        """Of the account, without what was asked of a container."""
        endpoint = search_endpoints(self._target, name.account)[0]
        known = learned or BucketAccess("", self._target.provider, "")
        return BucketAccess(
            url=f"{endpoint}/",
            provider=self._target.provider,
            name="",
            account=name.account,
            endpoint=endpoint,
            account_exists=Truth.YES,
            public_access_blocked=known.public_access_blocked,
            disabled=known.disabled,
            owner=known.owner,
            evidence=known.evidence,
        )


@dataclass(slots=True)
class Opened:
    """What was learned of an account's containers.

    Attributes:
        found: open ones.
        silent: asked for, with no answer that says anything, and why.
        undecided: private or not there, the service does not say which; how many.
        account: what the answers told of the account itself.
        is_shut: the account lets nobody in: nothing more was asked.
    """

    found: list[tuple[SearchedName, BucketAccess]] = field(default_factory=list)
    silent: list[tuple[SearchedName, SkipReason]] = field(default_factory=list)
    undecided: int = 0
    account: BucketAccess | None = None
    is_shut: bool = False


async def open_containers(questions: Questions, turns: Turns, account: str, names: Iterable[SearchedName]) -> Opened:
    """Ask for containers of one account, at its own pace; the first answer that shuts the account ends it.

    Raises:
        FetchingError: nothing more can be asked.
    """
    opened = Opened()
    nobodys = SearchedName(secrets.token_hex(16), account)
    await questions.turn()
    await _ask(questions, turns, nobodys, opened)
    if opened.found:  # it says so of all names
        opened.found.clear()
        opened.silent.append((nobodys, SkipReason.SERVER_ERROR))
    if opened.silent:  # nobody answers, or nothing that says anything: so it would be with the others
        opened.silent[:] = [(SearchedName("", account), opened.silent[0][1])]
        return opened
    for name in names:
        await questions.turn()
        if opened.is_shut or questions.is_silent:
            break
        questions.send(_ask(questions, turns, name, opened))
    await questions.done()
    return opened


async def _ask(questions: Questions, turns: Turns, name: SearchedName, opened: Opened) -> None:
    for left in reversed(range(TRIES)):
        reply, _ = await questions.reply(name)
        access = reply.access
        if access is not None:
            opened.account = _more(opened.account, access)
            opened.is_shut |= Truth.YES in (access.public_access_blocked, access.disabled)
        if reply.exists is Truth.YES and access is not None:
            opened.found.append((name, access))
        elif reply.reason is SkipReason.ACCESS_DENIED or reply.exists is Truth.NO or opened.is_shut:
            opened.undecided += 1
        elif left and not reply.is_final:
            await turns.take()
            continue
        else:
            opened.silent.append((name, reply.reason))
        return


def _more(known: BucketAccess | None, learned: BucketAccess) -> BucketAccess:
    """Together what the answers tell of the account: its tenant, and whether it is shut."""
    if known is None:
        return learned
    return replace(
        known,
        owner=known.owner if known.owner.tenant_id else learned.owner,
        public_access_blocked=stronger(known.public_access_blocked, learned.public_access_blocked),
        disabled=stronger(known.disabled, learned.disabled),
        evidence=tuple(dict.fromkeys([*known.evidence, *learned.evidence]))[:EVIDENCE_KEPT],
    )
