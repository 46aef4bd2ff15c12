from __future__ import annotations

from datetime import UTC, datetime

from bucket_probes.access import Access, AccessNotes, Judgement, Question
from documents.exposure import Truth
from documents.records import SkipReason

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DENIED = Judgement(Truth.YES, Truth.NO, SkipReason.ACCESS_DENIED, "AccessDenied", "eu-west-2")
DENIED_OBJECT = Judgement(Truth.YES, Truth.UNKNOWN, SkipReason.ACCESS_DENIED, "AccessDenied")
MISSING = Judgement(Truth.NO, Truth.NO, SkipReason.NOT_FOUND, "NoSuchBucket")
DOWN = Judgement(Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.SERVER_ERROR, "InternalError")


def notes() -> AccessNotes:
    return AccessNotes(lambda: NOW)


def told(access: Access) -> tuple[str, str, str]:
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
