"""What Google Cloud Storage's answers mean. Judged by the reason or code in the body, never by the status alone.

Three forms: JSON of the JSON interface, XML of the XML interface, and a plain sentence where an object's bytes were
asked for through the JSON interface. What is not in the tables is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bucket_probes.access import NO_FACTS, Facts, Judgement
from bucket_probes.gcs_listing import parse_json
from bucket_probes.s3_answers import parse_error as parse_xml_error
from documents.buckets import OwnerHints, Question
from documents.exposure import Truth
from documents.records import SkipReason

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
_CODE = re.compile(r"[A-Za-z0-9._]{1,64}")
_LOCATION = re.compile(r"[A-Za-z0-9-]{1,40}")
_NUMBER = re.compile(r"\d{1,20}")
# Rights as testPermissions names them.
_RIGHT = re.compile(r"storage\.[A-Za-z]{1,40}\.[A-Za-z]{1,60}")
_OBJECT_QUESTIONS = frozenset([Question.READ, Question.READ_KNOWN_KEY])
_REQUEST_ID = re.compile(r"[\w-]+")
# Whoever has no Google account, and whoever has any.
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")


class _Says(Enum):
    """What an answer comes to."""

    NO_BUCKET = auto()
    NO_OBJECT = auto()
    NOT_THERE = auto()
    DENIED = auto()
    SEALED = auto()
    PAYS = auto()
    DISABLED = auto()
    NO_LEGACY_ACL = auto()
    SLOW_DOWN = auto()


# By status and code: a code under another status is a contradiction, and says nothing.
_MEANINGS: Mapping[tuple[int, str], _Says] = {
    (404, "notFound"): _Says.NOT_THERE,
    (404, "NOT_FOUND"): _Says.NOT_THERE,
    (404, "NoSuchBucket"): _Says.NO_BUCKET,
    (404, "NoSuchKey"): _Says.NO_OBJECT,
    (400, "InvalidBucketName"): _Says.NO_BUCKET,
    (401, "required"): _Says.DENIED,
    (403, "required"): _Says.DENIED,
    (401, "forbidden"): _Says.DENIED,
    (403, "forbidden"): _Says.DENIED,
    (403, "insufficientPermissions"): _Says.DENIED,
    (403, "PERMISSION_DENIED"): _Says.DENIED,
    (401, "AccessDenied"): _Says.DENIED,
    (403, "AccessDenied"): _Says.DENIED,
    # Without an Authorization header "required" with 400 is the project that would pay.
    (400, "required"): _Says.PAYS,
    (400, "UserProjectMissing"): _Says.PAYS,
    (403, "UserProjectAccessDenied"): _Says.PAYS,
    (403, "accountDisabled"): _Says.DISABLED,
    (403, "UserProjectAccountProblem"): _Says.DISABLED,
    (400, "resourceIsEncryptedWithCustomerEncryptionKey"): _Says.SEALED,
    (400, "ResourceIsEncryptedWithCustomerEncryptionKey"): _Says.SEALED,
    (400, "CustomerEncryptionKeyIsIncorrect"): _Says.SEALED,
    (403, "rateLimitExceeded"): _Says.SLOW_DOWN,
    (403, "userRateLimitExceeded"): _Says.SLOW_DOWN,
    (403, "quotaExceeded"): _Says.SLOW_DOWN,
    (403, "dailyLimitExceeded"): _Says.SLOW_DOWN,
}
# What the sentences of answers without a code begin with, or of codes that mean several things.
_SENTENCES: tuple[tuple[int, str, str], ...] = (
    (400, "Invalid bucket name", "InvalidBucketName"),
    (404, "The specified bucket does not exist", "NoSuchBucket"),
    (404, "No such object", "NoSuchKey"),
    (404, "The specified key does not exist", "NoSuchKey"),
    (401, "Anonymous caller does not have storage.", "required"),
    (403, "Anonymous caller does not have storage.", "required"),
    (400, "Bucket is a requester pays bucket", "UserProjectMissing"),
    (400, "Bucket is requester pays bucket", "UserProjectMissing"),
)
# An answer to a question for the ACL where a bucket has none.
_UNIFORM = "uniform bucket-level access"
# Does the bucket exist, is what was asked for permitted (None: see `_of_all`), what does the place end as, what else.
_VERDICTS: Mapping[_Says, tuple[Truth, Truth | None, SkipReason, Facts]] = {
    _Says.NO_BUCKET: (NO, NO, SkipReason.NOT_FOUND, NO_FACTS),
    _Says.NO_OBJECT: (YES, UNKNOWN, SkipReason.NOT_FOUND, NO_FACTS),
    # The object, or the bucket with it.
    _Says.NOT_THERE: (UNKNOWN, UNKNOWN, SkipReason.NOT_FOUND, NO_FACTS),
    _Says.DENIED: (YES, None, SkipReason.ACCESS_DENIED, NO_FACTS),
    _Says.NO_LEGACY_ACL: (YES, NO, SkipReason.ACCESS_DENIED, NO_FACTS),
    _Says.SEALED: (YES, UNKNOWN, SkipReason.ENCRYPTED, NO_FACTS),
    _Says.PAYS: (YES, None, SkipReason.ACCESS_DENIED, Facts(requester_pays=YES)),
    _Says.DISABLED: (YES, None, SkipReason.ACCESS_DENIED, Facts(disabled=YES)),
    _Says.SLOW_DOWN: (UNKNOWN, UNKNOWN, SkipReason.THROTTLED, NO_FACTS),
}


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error says; empty strings for what it does not.

    Attributes:
        code: JSON's reason, else its status word; XML's code.
        sentence: for programs to compare; it may name an object, so it goes nowhere.
    """

    code: str = ""
    sentence: str = ""


def parse_error(body: bytes) -> ErrorBody:
    """Read an error in whichever form it has; an empty one for anything else, such as a proxy's HTML page."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return _json_error(parse_json(body))
    if start == b"<":
        return ErrorBody(parse_xml_error(body).code)
    return ErrorBody(sentence=body[:200].decode("ascii", "replace").strip())


def judge(question: Question, status: int, error: ErrorBody) -> Judgement:
    """What an answer says that is not the listing or object that was asked for.

    Args:
        question: what was asked.
        status: HTTP status.
        error: its body.
    """
    code, meaning = _meaning(question, status, error)
    if meaning is None:
        return Judgement(UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR, code or f"{status} without an error code")
    exists, permitted, reason, facts = _VERDICTS[meaning]
    return Judgement(exists, _of_all(question) if permitted is None else permitted, reason, code, facts=facts)


def _meaning(question: Question, status: int, error: ErrorBody) -> tuple[str, _Says | None]:
    """The code to be recorded, and what it comes to."""
    told = next((code for at, start, code in _SENTENCES if at == status and error.sentence.startswith(start)), "")
    meaning = _MEANINGS.get((status, error.code))
    about_object = question in _OBJECT_QUESTIONS
    if meaning in (None, _Says.NOT_THERE) and told:
        return error.code or told, _MEANINGS[status, told]
    if question is Question.ACL and status == 400 and _UNIFORM in error.sentence:  # noqa: PLR2004 - HTTP's
        return error.code, _Says.NO_LEGACY_ACL
    if meaning is _Says.NOT_THERE and not about_object:
        return error.code, _Says.NO_BUCKET
    if meaning is _Says.NO_OBJECT and not about_object:
        return error.code, None  # a code that belongs to objects says nothing of a bucket
    return error.code, meaning


def _of_all(question: Question) -> Truth:
    """A refused read says nothing of other objects, nor whether this one is there; any other refusal is a no."""
    return UNKNOWN if question in _OBJECT_QUESTIONS else NO


def facts_of_bucket(said: Mapping[str, object]) -> Facts:
    """What a bucket's own record tells."""
    website, billing = said.get("website"), said.get("billing")
    iam, number = said.get("iamConfiguration"), said.get("projectNumber")
    prevented = iam.get("publicAccessPrevention") if isinstance(iam, Mapping) else None
    return Facts(
        region=_fitting(_LOCATION, said.get("location")).lower(),
        requester_pays=_flag(billing.get("requesterPays") if isinstance(billing, Mapping) else False),
        public_access_blocked=_flag(prevented == "enforced" if isinstance(prevented, str) else None),
        website=_flag(isinstance(website, Mapping) and bool(website.get("mainPageSuffix"))),
        owner=OwnerHints(owner_id=_fitting(_NUMBER, number)),
    )


def facts_of_acl(rows: object) -> Facts:
    """What an ACL gives to everybody, and the number of the project whose it is."""
    grants = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    given = [
        f"{row['entity']}:{role}"
        for row in grants
        if row.get("entity") in _EVERYBODY and (role := _fitting(_CODE, row.get("role")))
    ]
    teams = (row.get("projectTeam") for row in grants)
    numbers = (_fitting(_NUMBER, team.get("projectNumber")) for team in teams if isinstance(team, Mapping))
    return Facts(rights=tuple(given), owner=OwnerHints(owner_id=next(filter(None, numbers), "")))


def rights_of(said: Mapping[str, object]) -> tuple[str, ...]:
    """The rights that testPermissions gives: none in an answer that names none."""
    rights = said.get("permissions")
    return tuple(right for item in rights if (right := _fitting(_RIGHT, item))) if isinstance(rights, list) else ()


def is_vouched_for(headers: Mapping[str, str]) -> bool:
    """Does a 200 come from a storage service? A page of something in between is HTML, and has none of its marks."""
    html = headers.get("content-type", "").partition(";")[0].strip().lower() == "text/html"
    return not html or "etag" in headers or any(name.startswith(("x-goog-", "x-guploader-")) for name in headers)


def request_id_of(headers: Mapping[str, str]) -> str:
    """The service's own number of the request, if it looks like one."""
    return _fitting(_REQUEST_ID, headers.get("x-guploader-uploadid", "")[:64])


def _json_error(said: object) -> ErrorBody:
    error = said.get("error") if isinstance(said, Mapping) else None
    if not isinstance(error, Mapping):  # an OAuth server's error is a string
        return ErrorBody()
    rows = error.get("errors")
    reasons = [row.get("reason") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    sentence = error.get("message")
    return ErrorBody(
        code=next(filter(None, (_fitting(_CODE, word) for word in [*reasons, error.get("status")])), ""),
        sentence=sentence[:500] if isinstance(sentence, str) else "",
    )


def _flag(value: object) -> Truth:
    return UNKNOWN if not isinstance(value, bool) else YES if value else NO


def _fitting(pattern: re.Pattern[str], text: object) -> str:
    """The text if it looks as it should: it goes into records."""
    return text if isinstance(text, str) and pattern.fullmatch(text) else ""
