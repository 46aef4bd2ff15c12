"""Is it ours: each sign alone, signs together, and signs against."""

from __future__ import annotations

from typing import Any

import pytest

from bucket_probes.attribution import Known, Reason, Standing, attribute, standing
from documents.buckets import Attribution, BucketAccess, BucketLead, OwnerHints
from scope.model import BucketTarget, NameSearch, Scope, SiteTarget

ACCOUNT, OWNER, TENANT = "123456789012", "c0ffee" * 10, "11111111-2222-3333-4444-555555555555"
WWW = "www.eastham.nhs.uk"
KEYWORDS = ("Eastham Hospitals NHS Trust", "TypingCo Ltd", "eastham.nhs.uk")


def search(**owners: tuple[str, ...]) -> NameSearch:
    return NameSearch.model_validate({"authority": "IG-1", "keywords": KEYWORDS, "owners": owners})


OWNERS = search(aws_accounts=(ACCOUNT,), owner_ids=(OWNER,), azure_tenants=(TENANT,))
KNOWN = Known(
    OWNERS, frozenset(["www.eastham.nhs.uk"]), frozenset(["typingco.example"]), frozenset([("s3", "", "xyz")])
)


def access(name: str = "something", provider: str = "s3", account: str = "", **owner: str) -> BucketAccess:
    return BucketAccess(f"https://x/{name}/", provider, name, account, owner=OwnerHints(**owner))


def lead(parent: str, met_in: str = "html") -> BucketLead:
    return BucketLead("https://x/", "s3", "something", met_in=met_in, parent=parent)


@pytest.mark.parametrize(
    ("of", "more", "reasons", "word"),
    [
        (access(), {}, [], Standing.UNLIKELY),
        (access(account_id=ACCOUNT), {}, [Reason.ACCOUNT_OF_SCOPE], Standing.OURS),
        (access(owner_id=OWNER.upper()), {}, [Reason.OWNER_ID_OF_SCOPE], Standing.OURS),
        (access(tenant_id=TENANT), {}, [Reason.TENANT_OF_SCOPE], Standing.OURS),
        (access("xyz"), {}, [Reason.IN_SCOPE], Standing.OURS),
        (access(f"x-{ACCOUNT}-eu-west-2-an"), {}, [Reason.ACCOUNT_IN_NAME], Standing.OURS),
        (access(f"x-{ACCOUNT}-eu-west-2-an", "wasabi"), {}, [], Standing.UNLIKELY),
        (access(), {"letters": 3}, [Reason.KNOWN_LETTERS], Standing.OURS),
        (access(), {"leads": [lead(f"https://{WWW}/", "cname")]}, [Reason.ALIAS_OF_OWN_HOST], Standing.LIKELY),
        (access(), {"leads": [lead(f"https://x.{WWW}/", "cname")]}, [Reason.ALIAS_OF_OWN_HOST], Standing.LIKELY),
        (access(), {"leads": [lead("https://www.eastham.nhs.uk/a?b")]}, [Reason.LINKED_FROM_OWN_SITE], Standing.LIKELY),
        (access(), {"leads": [lead("https://typingco.example/")]}, [Reason.LINKED_FROM_PROCESSOR], Standing.POSSIBLE),
        (access(), {"leads": [lead("https://stranger.example/")]}, [], Standing.UNLIKELY),
        (access("www.eastham.nhs.uk"), {}, [Reason.NAMED_AFTER_OWN_HOST, Reason.NAME_HAS_KEYWORD], Standing.LIKELY),
        (access("eastham-clinic-letters"), {}, [Reason.NAME_HAS_KEYWORD_AND_CLINICAL_WORD], Standing.POSSIBLE),
        (access("easthamletters"), {}, [Reason.NAME_HAS_KEYWORD_AND_CLINICAL_WORD], Standing.POSSIBLE),
        (access("eastham-assets"), {}, [Reason.NAME_HAS_KEYWORD], Standing.POSSIBLE),
        (access("letters", "azure", "typingcoprod"), {}, [Reason.NAME_HAS_KEYWORD], Standing.POSSIBLE),
        (access("eht-letters"), {}, [Reason.NAME_HAS_SHORT_KEYWORD], Standing.UNLIKELY),
        (access("easthampton-letters"), {}, [], Standing.UNLIKELY),
        (access("letters"), {}, [], Standing.UNLIKELY),
    ],
)  # fmt: skip
def test_each_sign(of: BucketAccess, more: dict[str, Any], reasons: list[Reason], word: Standing) -> None:
    result = attribute(of, KNOWN, **more)
    assert result.reasons == tuple(reason.value for reason in reasons)
    assert standing(result) is word


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (access("eastham-letters", tenant_id="9999"), Reason.TENANT_OF_ANOTHER),
        (access("eastham-letters", account_id="999999999999"), Reason.ACCOUNT_OF_ANOTHER),
        (access("eastham-letters", owner_id="dead"), Reason.OWNER_OF_ANOTHER),
        (access("eastham-999999999999-eu-west-2-an"), Reason.ACCOUNT_OF_ANOTHER),
    ],
)
def test_an_owner_that_is_known_and_another_outweighs_the_name(of: BucketAccess, reason: Reason) -> None:
    result = attribute(of, KNOWN, [lead("https://www.eastham.nhs.uk/")])
    assert result.reasons[0] == reason
    assert standing(result) is Standing.UNLIKELY
    assert result.score <= 20
    # Our letters in another's bucket are our matter.
    assert standing(attribute(of, KNOWN, letters=1)) is Standing.LIKELY


def test_ids_say_nothing_where_the_scope_names_none() -> None:
    known = Known(search())
    assert attribute(access("eastham-letters", tenant_id="9999", account_id=ACCOUNT), known).reasons == (
        Reason.NAME_HAS_KEYWORD_AND_CLINICAL_WORD,
    )
    assert attribute(access(tenant_id="9999"), Known()) == Attribution()


def test_more_signs_score_higher_and_never_beyond_100() -> None:
    one = attribute(access("eastham-letters"), KNOWN)
    two = attribute(access("eastham-letters"), KNOWN, [lead("https://www.eastham.nhs.uk/")])
    every = attribute(
        access("eastham-letters", account_id=ACCOUNT, owner_id=OWNER),
        KNOWN,
        [lead("https://www.eastham.nhs.uk/"), lead("https://www.eastham.nhs.uk/", "cname")],
        letters=9,
    )
    assert one.score < two.score < every.score <= 100
    assert two.reasons == (Reason.LINKED_FROM_OWN_SITE, Reason.NAME_HAS_KEYWORD_AND_CLINICAL_WORD)


def test_what_a_scope_says(make_scope: Any) -> None:
    own = {"tier": "own", "authority": "IG-1"}
    scope: Scope = make_scope(
        SiteTarget.model_validate({"url": "https://www.eastham.nhs.uk/", **own}),
        SiteTarget.model_validate({"url": "https://typingco.example/x/", "tier": "processor", "authority": "c"}),
        BucketTarget.model_validate({"name": "eht-letters", **own}),
        BucketTarget.model_validate({"name": "anothers", "tier": "third_party", "authority": "c", "listing": False}),
    )
    known = Known.of_scope(scope)
    assert known.own_hosts == {"www.eastham.nhs.uk"}
    assert known.processor_hosts == {"typingco.example"}
    assert known.own_buckets == {("s3", "", "eht-letters")}
