"""What is learned of buckets themselves, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from documents.buckets import BucketAccess, BucketLead, NamesSearched
from findings.parts import Row
from findings.stored_text import optional_place, storable, stored_place
from scope.bucket_urls import parse_bucket_url
from scope.providers import load_providers

# Characters of a service's own word (an error code, a request id, a right) that are kept; Amazon's longest code has 53.
_LONGEST_WORD: Final = 200
# Rights that are kept; Google's services know some 60 for a bucket.
_MOST_RIGHTS: Final = 200


def bucket_id(url: str, provider: str, account: str, name: str) -> str:
    """The same for all addresses of one bucket: a region in an address is how it was asked, not what it is.

    Where names are unique within a region or an endpoint only, and for services of the scope's own, its address.
    """
    address = parse_bucket_url(url)
    known = load_providers().get(provider)
    if known is None or known.names_are_regional or address is None or address.provider != provider:
        return stored_place(url)
    partition = known.service_of(address.region).partition
    return storable("/".join(part for part in (provider, partition, account, name) if part))


def bucket_row(access: BucketAccess, seen_at: datetime) -> Row:
    """A bucket's access."""
    return {
        "bucket_id": bucket_id(access.url, access.provider, access.account, access.name),
        "url": stored_place(access.url),
        "provider": storable(access.provider),
        "name": storable(access.name),
        "account": storable(access.account),
        "region": _word(access.region),
        "endpoint": stored_place(access.endpoint) if access.endpoint else "",
        "exists": access.exists.value,
        "account_exists": access.account_exists.value,
        "listable": access.listable.value,
        "readable": access.readable.value,
        "known_key_readable": access.known_key_readable.value,
        "acl_readable": access.acl_readable.value,
        "versions_visible": access.versions_visible.value,
        "requester_pays": access.requester_pays.value,
        "public_access_blocked": access.public_access_blocked.value,
        "disabled": access.disabled.value,
        "website": access.website.value,
        "website_url": stored_place(access.website_url) if access.website_url else "",
        "rights": [_word(right) for right in access.rights[:_MOST_RIGHTS]],
        "account_id": _word(access.owner.account_id),
        "owner_id": _word(access.owner.owner_id),
        "tenant_id": _word(access.owner.tenant_id),
        "found_by": access.found_by.value,
        "score": access.attribution.score,
        "reasons": [_word(reason) for reason in access.attribution.reasons],
        "evidence": [
            {
                "question": item.question.value,
                "status": item.status,
                "code": _word(item.code),
                "request_id": _word(item.request_id),
                "asked_at": item.at,
            }
            for item in access.evidence
        ],
        "seen_at": seen_at,
    }


def lead_row(lead: BucketLead, seen_at: datetime) -> Row:
    """A bucket's address that was met."""
    return {
        "bucket_id": bucket_id(lead.url, lead.provider, lead.account, lead.name),
        "url": stored_place(lead.url),
        "key": storable(lead.key),
        "provider": storable(lead.provider),
        "name": storable(lead.name),
        "account": storable(lead.account),
        "had_credential": lead.had_credential,
        "met_in": storable(lead.met_in),
        "parent": optional_place(lead.parent),
        "seen_at": seen_at,
    }


def name_search_row(search: NamesSearched, told_at: datetime) -> Row:
    """How a search for names went."""
    return {
        "provider": storable(search.provider),
        "candidates": search.candidates,
        "existing": search.existing,
        "absent": search.absent,
        "unknown": search.unknown,
        "requests": search.requests,
        "lies": search.lies,
        "throttled": search.throttled,
        "seconds": search.seconds,
        "told_at": told_at,
    }


def _word(text: str) -> str:
    return storable(text[:_LONGEST_WORD])
