"""From what a text names to leads: each bucket and object once, without the credential that stood in its address."""

from __future__ import annotations

from dataclasses import replace

from documents.buckets import BucketLead
from fetching.bucket_references import references_in
from scope.address_forms import Grammar
from scope.bucket_urls import BucketAddress, address_url

# Of one text, leads that are kept: as many as a bucket's own listing names on a page, several times over.
MOST_LEADS = 5_000


def leads_in(
    text: str | bytes, met_in: str, parent: str | None, grammar: Grammar, most: int = MOST_LEADS
) -> tuple[list[BucketLead], bool]:
    """The buckets and objects that a text names, each once, in order; and whether these are all.

    Args:
        text: see `fetching.bucket_references`.
        met_in: see `BucketLead`.
        parent: the page, without credentials.
        grammar: the services to know.
        most: leads that are kept.
    """
    references = references_in(text, grammar)
    found: dict[tuple[str, str, str, str], BucketLead] = {}
    for address in references.addresses:
        which = (address.provider, address.account, address.bucket, address.key)
        earlier = found.get(which)
        if earlier is None and len(found) >= most:
            return list(found.values()), False
        if earlier is None:
            found[which] = lead_of(address, met_in, parent, grammar)
        elif address.had_credential and not earlier.had_credential:
            found[which] = replace(earlier, had_credential=True)
    return list(found.values()), references.is_whole


def lead_of(address: BucketAddress, met_in: str, parent: str | None, grammar: Grammar) -> BucketLead:
    """One address as a lead."""
    return BucketLead(
        url=address_url(address, grammar),
        provider=address.provider,
        name=address.bucket,
        account=address.account,
        key=address.key,
        had_credential=address.had_credential,
        met_in=met_in,
        parent=parent,
    )
