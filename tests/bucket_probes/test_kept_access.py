from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bucket_probes.kept_access import as_text, joined
from documents.buckets import BucketAccess, Evidence, OwnerHints, Question
from documents.exposure import Truth

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOTHING = BucketAccess("http://s3.example/b/", "s3", "b")
EARLIER = replace(
    NOTHING,
    region="eu-west-2",
    exists=Truth.YES,
    listable=Truth.NO,
    readable=Truth.YES,
    requester_pays=Truth.NO,
    rights=("all users: READ",),
    owner=OwnerHints(owner_id="1"),
    evidence=(Evidence(Question.READ, 200, "", "R1", AT),),
)


def test_what_was_learned_before_a_kill_counts() -> None:
    later = replace(
        NOTHING,
        exists=Truth.YES,
        listable=Truth.UNKNOWN,
        requester_pays=Truth.YES,
        rights=("policy: public",),
        owner=OwnerHints(account_id="2"),
        evidence=(Evidence(Question.READ, 200, "", "R2", AT), Evidence(Question.LIST, None, "timed_out", "", AT)),
    )
    both = joined(later, as_text(EARLIER))
    assert (both.exists, both.listable, both.readable, both.requester_pays) == ("yes", "no", "yes", "no")
    assert (both.region, both.rights) == ("eu-west-2", ("all users: READ", "policy: public"))
    assert both.owner == OwnerHints(account_id="2", owner_id="1")
    assert [(each.request_id, each.code) for each in both.evidence] == [("R1", ""), ("", "timed_out")]
    assert both.evidence[0].at == AT


def test_a_yes_is_not_taken_back_and_an_unknown_is_filled() -> None:
    assert joined(replace(NOTHING, readable=Truth.NO), as_text(EARLIER)).readable == "yes"
    assert joined(replace(NOTHING, listable=Truth.YES), as_text(EARLIER)).listable == "yes"
    assert joined(EARLIER, "") == EARLIER
    assert joined(EARLIER, as_text(EARLIER)) == EARLIER
