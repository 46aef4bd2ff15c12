"""Is this bucket ours? A score with reasons, from what its answers give away and from what names it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bucket_probes.names.keywords import domains_of
from bucket_probes.names.likeness import name_strength
from documents.buckets import Attribution, BucketAccess, BucketLead
from scope.model import NameSearch, Scope, Tier


class Reason(StrEnum):
    """Why a bucket is, or is not, taken for the organisation's."""

    ACCOUNT_OF_SCOPE = "account_of_scope"
    OWNER_ID_OF_SCOPE = "owner_id_of_scope"
    TENANT_OF_SCOPE = "tenant_of_scope"
    IN_SCOPE = "in_scope"
    ACCOUNT_IN_NAME = "account_in_name"
    KNOWN_LETTERS = "known_letters"
    ALIAS_OF_OWN_HOST = "alias_of_own_host"
    NAMED_AFTER_OWN_HOST = "named_after_own_host"
    LINKED_FROM_OWN_SITE = "linked_from_own_site"
    LINKED_FROM_PROCESSOR = "linked_from_processor"
    NAME_HAS_KEYWORD_AND_CLINICAL_WORD = "name_has_keyword_and_clinical_word"
    NAME_HAS_KEYWORD = "name_has_keyword"
    NAME_HAS_SHORT_KEYWORD = "name_has_short_keyword"
    TENANT_OF_ANOTHER = "tenant_of_another"
    ACCOUNT_OF_ANOTHER = "account_of_another"
    OWNER_OF_ANOTHER = "owner_of_another"


# Points, 0 to 100: judgement, not measured; the order is what matters, and where CERTAIN, LIKELY and POSSIBLE cut it.
# The highest reason counts whole; each further one takes away a part of what is left to 100.
POINTS = {
    # The service itself says so, and the id is one that only its owner has.
    Reason.ACCOUNT_OF_SCOPE: 98,
    Reason.OWNER_ID_OF_SCOPE: 98,
    # A tenant can be a supplier's with many customers; the scope's own is the organisation's.
    Reason.TENANT_OF_SCOPE: 96,
    # Whoever wrote the scope says so.
    Reason.IN_SCOPE: 95,
    # Nobody but the account itself can make such a name (2026, `-an`).
    Reason.ACCOUNT_IN_NAME: 95,
    # The organisation's letters lie in it: ours, or a supplier's, or a thief's; in each case our matter.
    Reason.KNOWN_LETTERS: 90,
    # The organisation's DNS points at it; it may point at what is somebody else's by now (a take-over).
    Reason.ALIAS_OF_OWN_HOST: 85,
    # Google asks for proof of the domain; Amazon does not.
    Reason.NAMED_AFTER_OWN_HOST: 70,
    # Its own pages load from it: own or a supplier's; sites link to strangers too.
    Reason.LINKED_FROM_OWN_SITE: 60,
    Reason.LINKED_FROM_PROCESSOR: 45,
    # Anyone may take a name.
    Reason.NAME_HAS_KEYWORD_AND_CLINICAL_WORD: 40,
    Reason.NAME_HAS_KEYWORD: 25,
    Reason.NAME_HAS_SHORT_KEYWORD: 10,
}
# An owner that is known and is another's outweighs whatever speaks for us: at most this is left.
MOST_OF_ANOTHERS = 20
# Unless our letters lie in it: a supplier's bucket is another's, and our matter.
MOST_OF_ANOTHERS_WITH_LETTERS = 75
# What the weight of a further reason is multiplied by: reasons of one kind say much the same.
FURTHER = 0.5

# Lowest scores of each standing. The first wants the service's word, the scope's, or our letters; the second our DNS or
# our pages; the third a name that few others would choose.
OURS_FROM = 90
LIKELY_FROM = 60
POSSIBLE_FROM = 25

_AGAINST = frozenset([Reason.TENANT_OF_ANOTHER, Reason.ACCOUNT_OF_ANOTHER, Reason.OWNER_OF_ANOTHER])
_ACCOUNT_REGIONAL = re.compile(r".+-(\d{12})-[a-z]{2,4}(?:-[a-z]+){1,2}-\d{1,2}-an")
# The provider in whose names an account can stand.
AMAZON = "s3"


class Standing(StrEnum):
    """What a score comes to, in a word for people. It allows nothing: a bucket is read where a scope has it."""

    OURS = "ours"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


def standing(attribution: Attribution) -> Standing:
    """The word for a score."""
    bounds = ((OURS_FROM, Standing.OURS), (LIKELY_FROM, Standing.LIKELY), (POSSIBLE_FROM, Standing.POSSIBLE))
    return next((word for bound, word in bounds if attribution.score >= bound), Standing.UNLIKELY)


@dataclass(frozen=True, slots=True)
class Known:
    """What a scope says of the organisation.

    Attributes:
        search: keywords, and who we are at the providers; None where the scope says nothing of it.
        own_hosts: of sites of the tier `own`.
        processor_hosts: of sites of the tier `processor`.
        own_buckets: (provider, account, name) of buckets of the tier `own`.
    """

    search: NameSearch | None = None
    own_hosts: frozenset[str] = frozenset()
    processor_hosts: frozenset[str] = frozenset()
    own_buckets: frozenset[tuple[str, str, str]] = frozenset()

    @classmethod
    def of_scope(cls, scope: Scope) -> Known:
        """What this scope says."""
        hosts = {
            tier: frozenset(_host(target.url) for target in scope.site if target.tier is tier)
            for tier in (Tier.OWN, Tier.PROCESSOR)
        }
        own = [target for target in scope.bucket if target.tier is Tier.OWN]
        buckets = frozenset((target.provider, target.account or "", target.name) for target in own)
        return cls(scope.names, hosts[Tier.OWN], hosts[Tier.PROCESSOR], buckets)


def attribute(access: BucketAccess, known: Known, leads: Iterable[BucketLead] = (), letters: int = 0) -> Attribution:
    """How likely a bucket is the organisation's, and why.

    Args:
        access: what was learned of it.
        known: what the scope says.
        leads: where its address was met.
        letters: known letters that were found in it.
    """
    found = sorted({*_by_owner(access, known), *_by_place(access, known), *_by_leads(leads, known)})
    if letters > 0:
        found.append(Reason.KNOWN_LETTERS)
    against = [reason for reason in found if reason in _AGAINST]
    speaking = sorted((reason for reason in found if reason not in _AGAINST), key=lambda reason: -POINTS[reason])
    score = 0.0
    for number, reason in enumerate(speaking):
        score += (100 - score) * POINTS[reason] / 100 * (FURTHER if number else 1)
    if against:
        score = min(score, MOST_OF_ANOTHERS_WITH_LETTERS if letters > 0 else MOST_OF_ANOTHERS)
    return Attribution(int(score), tuple(reason.value for reason in (*against, *speaking)))


def _by_owner(access: BucketAccess, known: Known) -> Iterator[Reason]:
    """Ids that answers gave away, held against the scope's; where the scope names none, an id says nothing."""
    if known.search is None:
        return
    owners, hints = known.search.owners, access.owner
    checks = (
        (hints.account_id, owners.aws_accounts, Reason.ACCOUNT_OF_SCOPE, Reason.ACCOUNT_OF_ANOTHER),
        (hints.owner_id, owners.owner_ids, Reason.OWNER_ID_OF_SCOPE, Reason.OWNER_OF_ANOTHER),
        (hints.tenant_id, owners.azure_tenants, Reason.TENANT_OF_SCOPE, Reason.TENANT_OF_ANOTHER),
        (_account_in_name(access), owners.aws_accounts, Reason.ACCOUNT_IN_NAME, Reason.ACCOUNT_OF_ANOTHER),
    )
    for told, ours, is_ours, is_anothers in checks:
        if told and ours:
            yield is_ours if told.casefold() in {each.casefold() for each in ours} else is_anothers


def _account_in_name(access: BucketAccess) -> str:
    """The account whose own namespace a name of Amazon's is in."""
    match = _ACCOUNT_REGIONAL.fullmatch(access.name) if access.provider == AMAZON else None
    return match[1] if match else ""


def _by_place(access: BucketAccess, known: Known) -> Iterator[Reason]:
    if (access.provider, access.account, access.name) in known.own_buckets:
        yield Reason.IN_SCOPE
    if known.search is None and not known.own_hosts:
        return
    keywords = known.search.keywords if known.search else ()
    hosts = known.own_hosts | set(domains_of(keywords))
    name = access.name.removeprefix("www.")
    if any(name == host.removeprefix("www.") or name.endswith(f".{host}") for host in hosts):
        yield Reason.NAMED_AFTER_OWN_HOST
    own = known.search.words if known.search else ()
    strength = max((name_strength(each, keywords, own) for each in (access.account, access.name)), default=0)
    yield from _BY_NAME[strength : strength + 1] if strength else ()


def _by_leads(leads: Iterable[BucketLead], known: Known) -> Iterator[Reason]:
    domains = set(domains_of(known.search.keywords)) if known.search else set()
    for lead in leads:
        host = _host(lead.parent or "")
        if lead.met_in == "cname" and (host in known.own_hosts or _is_below(host, domains)):
            yield Reason.ALIAS_OF_OWN_HOST
        elif host in known.own_hosts:
            yield Reason.LINKED_FROM_OWN_SITE
        elif host in known.processor_hosts:
            yield Reason.LINKED_FROM_PROCESSOR


def _is_below(host: str, domains: Iterable[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()


# By strength of a name: none, a short keyword, a keyword, a keyword and a clinical word.
_BY_NAME = (
    Reason.NAME_HAS_SHORT_KEYWORD,
    Reason.NAME_HAS_SHORT_KEYWORD,
    Reason.NAME_HAS_KEYWORD,
    Reason.NAME_HAS_KEYWORD_AND_CLINICAL_WORD,
)
