"""What S3's answers mean. Judged by the error code in the body, never by the status alone.

Codes: the service's error responses; behaviour of wrong regions and refusals: its documentation and the notes of
clients that met them. What is not in the tables is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bucket_probes.access import NO_FACTS, Facts, Judgement
from bucket_probes.s3_documents import read_document, texts
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.pacing import THROTTLE_STATUSES

_REGION = re.compile(r"[a-z0-9-]{1,40}")
# `<Endpoint>` of a redirect: b.s3-eu-west-1.amazonaws.com, b.s3.eu-west-1.amazonaws.com, or without any region.
_ENDPOINT = re.compile(
    r"(?:^|\.)s3[.-](?:dualstack\.)?(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)\.amazonaws\.(?:com(?:\.cn)?|eu)$"
)
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REQUEST_ID = re.compile(r"[\w.:/+=-]{1,64}", re.ASCII)

# The bucket is there, and the service says no.
_DENIED = frozenset(["AccessDenied", "AllAccessDisabled", "UserProjectMissing"])
# The object is there and kept where a read does not reach it; only its owner can bring it back.
_OUT_OF_REACH = frozenset(["InvalidObjectState"])
# The bucket is there, somewhere else. An opt-in region answers 400, the others 301.
_ELSEWHERE = frozenset(
    ["PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"]
)
# There is no such bucket; or no bucket can have this name: it is not a protected one. With another status the answer
# contradicts itself.
_NO_BUCKET = frozenset([(404, "NoSuchBucket"), (400, "InvalidBucketName")])
# The bucket is there, and has none of what was asked for: whoever is told that may ask for it.
_NOT_SET_UP = frozenset(["NoSuchWebsiteConfiguration", "NoSuchBucketPolicy"])
_NO_OBJECT = frozenset(["NoSuchKey", "NoSuchVersion"])
# Codes that ask to come back later, whatever the status.
_LATER = frozenset(["SlowDown", "TooManyRequests", "RequestLimitExceeded", "Throttling", "ThrottlingException"])
_READS = (Question.READ, Question.READ_KNOWN_KEY)
# Servers (their `Server` header) that refuse the anonymous before they look whether there is such a bucket: MinIO,
# which calls it intended (its issue 11293).
_REFUSES_UNSEEN = ("minio",)
# What codes and messages tell besides. Messages are the service's own words, met in its documentation and in reports.
_FACTS_OF_CODES: Mapping[str, Facts] = {
    "AllAccessDisabled": Facts(disabled=Truth.YES),
    "NoSuchWebsiteConfiguration": Facts(website=Truth.NO),
    "UserProjectMissing": Facts(requester_pays=Truth.YES),
    "PublicAccessBlocked": Facts(public_access_blocked=Truth.YES),
}
_FACTS_OF_WORDS: tuple[tuple[str, Facts], ...] = (
    ("blockpublicaccess", Facts(public_access_blocked=Truth.YES)),
    ("restrictpublicbuckets", Facts(public_access_blocked=Truth.YES)),
    ("requesterpays", Facts(requester_pays=Truth.YES)),
    ("allaccesstothisobjecthasbeendisabled", Facts(disabled=Truth.YES)),
)
_REDIRECTS = range(300, 400)
_CLIENT_ERRORS = range(400, 500)
# Statuses that a region beside them turns into "it is there": what S3 sends for a bucket elsewhere, or to HEAD.
_REGION_TELLS = (301, 302, 307, 308, 400, 403)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error document says; empty strings for what it does not.

    Attributes:
        code: the error's.
        region: of `<Region>`, or of an `<Endpoint>` at Amazon.
        request_id: the service's.
        facts: what its message tells.
    """

    code: str = ""
    region: str = ""
    request_id: str = ""
    facts: Facts = NO_FACTS


def parse_error(body: bytes) -> ErrorBody:
    """Read an error document; an empty one for anything else, such as a proxy's HTML page."""
    document = read_document(body)
    if document is None or document.kind != "error":
        return ErrorBody()
    said = texts(document.root)
    code = _fitting(_CODE, said.get("code", ""))
    endpoint = _ENDPOINT.search(said.get("endpoint", "").lower())
    return ErrorBody(
        code=code,
        region=_fitting(_REGION, said.get("region", "")) or (endpoint["region"] if endpoint else ""),
        request_id=_fitting(_REQUEST_ID, said.get("requestid", "")),
        facts=_FACTS_OF_CODES.get(code) or _facts_of_message(said.get("message", "")),
    )


def judge(question: Question, status: int, headers: Mapping[str, str], error: ErrorBody) -> Judgement:
    """What an answer says that is not what was asked for.

    Args:
        question: what was asked.
        status: HTTP status.
        headers: of the answer, names in lower case.
        error: its body.
    """
    region = region_of(headers) or error.region or None
    said = error.code or f"{status} without an error code"
    if status in THROTTLE_STATUSES or error.code in _LATER:
        return Judgement(Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.THROTTLED, said, region)
    exists, permitted, reason = _verdict(question, status, error.code)
    if exists is Truth.YES and error.code == "AccessDenied" and _refuses_unseen(headers):
        exists = Truth.UNKNOWN
    if exists is Truth.UNKNOWN and region and status in _REGION_TELLS and not _refuses_unseen(headers):
        exists = Truth.YES
    return Judgement(exists, permitted, reason, said, region, error.facts)


def region_of(headers: Mapping[str, str]) -> str | None:
    """The region that an answer's headers name, if it looks like one."""
    return _fitting(_REGION, headers.get("x-amz-bucket-region", "")) or None


def request_id_of(headers: Mapping[str, str]) -> str:
    """The service's own number of the request, if it looks like one."""
    return _fitting(_REQUEST_ID, headers.get("x-amz-request-id", ""))


def is_vouched_for(headers: Mapping[str, str]) -> bool:
    """Does a 200 come from a storage service? What something in between says is HTML or nothing, without its marks."""
    html = headers.get("content-type", "").partition(";")[0].strip().lower() == "text/html"
    empty = headers.get("content-length", "").strip() == "0"
    return not (html or empty) or "etag" in headers or any(name.startswith("x-amz-") for name in headers)


def _verdict(question: Question, status: int, code: str) -> tuple[Truth, Truth, SkipReason]:
    """Does the bucket exist, is what was asked for permitted, and what does the place end as?"""
    refused = status in _CLIENT_ERRORS
    if (status, code) in _NO_BUCKET:
        return Truth.NO, Truth.NO, SkipReason.NOT_FOUND
    if code in _NO_OBJECT and refused and question in _READS:
        return Truth.YES, Truth.UNKNOWN, SkipReason.NOT_FOUND
    if code in _NOT_SET_UP and refused:
        return Truth.YES, Truth.YES, SkipReason.NOT_FOUND
    if code in _DENIED or code in _OUT_OF_REACH:
        # A refused read says nothing of other objects, nor whether this one is there; any other refusal is a no.
        no = Truth.NO if refused and question not in _READS else Truth.UNKNOWN
        return Truth.YES, no, SkipReason.ACCESS_DENIED
    # Whatever else it is, it is no verdict: a server that is down, a proxy's 404 or 403, noise about signatures.
    elsewhere = code in _ELSEWHERE and (refused or status in _REDIRECTS)
    return Truth.YES if elsewhere else Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.SERVER_ERROR


def _refuses_unseen(headers: Mapping[str, str]) -> bool:
    return headers.get("server", "").lower().startswith(_REFUSES_UNSEEN)


def _facts_of_message(message: str) -> Facts:
    """What the service's own words tell, spaces and capitals apart."""
    words = re.sub(r"[^a-z]", "", message.lower())
    return next((facts for word, facts in _FACTS_OF_WORDS if word in words), NO_FACTS)


def _fitting(pattern: re.Pattern[str], text: str) -> str:
    """The text if it looks as it should: it goes into records and, for regions, into a host name."""
    stripped = text.strip()
    return stripped if pattern.fullmatch(stripped) else ""
