from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bucket_probes.access import EVIDENCE_KEPT, AccessNotes, Facts, Judgement
from documents.buckets import BucketAccess, OwnerHints, Question
from documents.exposure import Truth
from documents.records import SkipReason

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DENIED = Judgement(Truth.YES, Truth.NO, SkipReason.ACCESS_DENIED, "AccessDenied", "eu-west-2")
DENIED_OBJECT = Judgement(Truth.YES, Truth.UNKNOWN, SkipReason.ACCESS_DENIED, "AccessDenied")
MISSING = Judgement(Truth.NO, Truth.NO, SkipReason.NOT_FOUND, "NoSuchBucket")
DOWN = Judgement(Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.SERVER_ERROR, "InternalError")


def notes() -> AccessNotes:
    return AccessNotes(BucketAccess("https://s3.example/b/", "s3", "b"), lambda: NOW)


def told(access: BucketAccess) -> tuple[str, str, str]:
    return access.exists, access.listable, access.readable


def test_nothing_asked_nothing_known() -> None:
    assert told(notes().summary()) == ("unknown", "unknown", "unknown")


def test_no_answer_teaches_nothing_and_is_kept() -> None:
    taken = notes()
    taken.unanswered(Question.LIST, SkipReason.TIMED_OUT)
    taken.refused(Question.LIST, DOWN, 500, "R1")
    access = taken.summary()
    assert told(access) == ("unknown", "unknown", "unknown")
    assert [(item.question, item.status, item.code) for item in access.evidence] == [
        (Question.LIST, None, "timed_out"),
        (Question.LIST, 500, "InternalError"),
    ]


def test_readable_but_not_listable() -> None:
    taken = notes()
    taken.refused(Question.LIST, DENIED, 403, "R1")
    taken.refused(Question.READ, DENIED_OBJECT, 403, "R2")
    assert told(taken.summary()) == ("yes", "no", "unknown"), "a refused key may be missing, and others open"
    taken.granted(Question.READ, 200, "R3")
    access = taken.summary()
    assert told(access) == ("yes", "no", "yes")
    assert access.region == "eu-west-2"


def test_listable_and_closed() -> None:
    taken = notes()
    taken.granted(Question.LIST, 200, "R1", "eu-west-2")
    assert told(taken.summary()) == ("yes", "yes", "unknown")
    taken.refused(Question.READ, DENIED_OBJECT, 403, "R2")
    assert told(taken.summary()) == ("yes", "yes", "no")


def test_missing() -> None:
    taken = notes()
    taken.refused(Question.LIST, MISSING, 404, "R1")
    assert told(taken.summary()) == ("no", "no", "no")


def test_a_yes_stands() -> None:
    taken = notes()
    taken.granted(Question.LIST, 200, "R1")
    taken.refused(Question.LIST, DENIED, 403, "R2")
    taken.refused(Question.LIST, MISSING, 404, "R3")
    assert told(taken.summary())[:2] == ("yes", "yes")


def test_equal_answers_are_one_piece_of_evidence() -> None:
    taken = notes()
    for number in range(1000):
        taken.refused(Question.READ, DENIED_OBJECT, 403, f"R{number}")
    assert [(item.request_id, item.at) for item in taken.summary().evidence] == [("R0", NOW)]


def test_facts_of_several_answers_are_joined() -> None:
    taken = notes()
    asked_to_pay = Facts(requester_pays=Truth.YES, owner=OwnerHints(owner_id="o1"))
    taken.refused(Question.LIST, replace(DENIED, facts=asked_to_pay), 403, "R1")
    taken.learned(Facts(website=Truth.NO, rights=("b", "a"), owner=OwnerHints("123456789012", "o2")))
    taken.learned(Facts(website=Truth.YES, rights=("a",)))
    access = taken.summary()
    assert (access.requester_pays, access.website, access.rights) == ("yes", "yes", ("a", "b"))
    assert access.owner == OwnerHints("123456789012", "o1")
    assert access.public_access_blocked == "unknown"


def test_whoever_is_served_is_not_shut_out() -> None:
    taken = notes()
    taken.learned(Facts(requester_pays=Truth.YES, public_access_blocked=Truth.YES, disabled=Truth.YES))
    taken.granted(Question.READ_KNOWN_KEY, 206, "R1")
    access = taken.summary()
    assert (access.requester_pays, access.public_access_blocked, access.disabled) == ("no", "no", "no")
    assert (access.readable, access.known_key_readable, access.listable) == ("yes", "yes", "unknown")


def test_evidence_has_an_end() -> None:
    taken = notes()
    for number in range(2 * EVIDENCE_KEPT):
        taken.refused(Question.READ, replace(DOWN, code=f"Code{number}"), 500, "R")
    assert len(taken.summary().evidence) == EVIDENCE_KEPT


def test_no_such_bucket_of_a_bucket_that_exists_says_nothing_of_its_rights() -> None:
    taken = notes()
    taken.granted(Question.LIST, 200, "")
    taken.refused(Question.VERSIONS, MISSING, 404, "")
    access = taken.summary()
    assert (access.exists, access.listable, access.versions_visible) == ("yes", "yes", "unknown")
