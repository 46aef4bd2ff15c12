"""A bucket's score comes from the scope and from where its address was met, unless its source has given one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from documents.buckets import Attribution, BucketAccess, BucketLead, OwnerHints
from fetching.leads import write_leads
from scope.model import Scope
from sweeps.whose import Whose

ACCESS = BucketAccess("https://s3.us-east-1.amazonaws.com/strange-name/", "s3", "strange-name")
LEAD = BucketLead(ACCESS.url, "s3", "strange-name", parent="https://www.example.org/page")


def scope() -> Scope:
    return Scope.model_validate({
        "organisation": "Example Hospital", "contact": "security@example.org",
        "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
        "pack": {"path": "pack", "key": "pack.key"},
        "site": [{"url": "https://www.example.org/", "tier": "own", "authority": "r"}],
        "bucket": [{"name": "letters", "tier": "own", "authority": "r"}],
        "names": {"name_search": True, "authority": "r", "keywords": ["eht"],
                  "owners": {"aws_accounts": ["123456789012"]}},
    })  # fmt: skip


def test_the_scope_and_what_was_met_speak_for_a_bucket(tmp_path: Path) -> None:
    whose = Whose(scope())
    assert whose.attributed(replace(ACCESS, name="letters")).attribution.reasons == ("in_scope",)
    assert whose.attributed(ACCESS).attribution == Attribution()
    owned = whose.attributed(replace(ACCESS, owner=OwnerHints(account_id="123456789012")))
    assert owned.attribution.reasons == ("account_of_scope",)
    strangers = whose.attributed(replace(ACCESS, owner=OwnerHints(account_id="999999999999")))
    assert strangers.attribution.reasons == ("account_of_another",)
    write_leads(tmp_path / "leads", [LEAD] * 100)
    linked = Whose(scope(), tmp_path / "leads").attributed(ACCESS)
    assert linked.attribution.reasons == ("linked_from_own_site",)


def test_what_the_source_says_stands() -> None:
    said = replace(ACCESS, name="letters", attribution=Attribution(7, ("it_says_so",)))
    assert Whose(scope()).attributed(said) == said
