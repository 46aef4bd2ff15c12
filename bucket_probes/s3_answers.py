"""What S3's answers mean. Judged by the error code in the body, never by the status alone.

Codes: the service's error responses; behaviour of wrong regions and refusals: its documentation and the notes of
clients that met them. What is not in the tables is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from bucket_probes.access import Judgement
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason

_REGION = re.compile(r"[a-z0-9-]{1,40}")
# `<Endpoint>` of a redirect: b.s3-eu-west-1.amazonaws.com, b.s3.eu-west-1.amazonaws.com, or without any region.
_ENDPOINT = re.compile(r"(?:^|\.)s3[.-](?:dualstack\.)?(?P<region>[a-z]{2}(?:-[a-z]+)+-\d+)\.amazonaws\.com(?:\.cn)?")
_CODE = re.compile(r"[A-Za-z0-9.]{1,64}")

# The bucket is there, and the service says no.
_DENIED = frozenset(["AccessDenied", "AllAccessDisabled"])
# The object is there and kept where a read does not reach it; only its owner can bring it back.
_OUT_OF_REACH = frozenset(["InvalidObjectState"])
# The bucket is there, somewhere else. An opt-in region answers 400, the others 301.
_ELSEWHERE = frozenset(
    ["PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"]
)
# No bucket can have this name: it is not a protected one.
_NO_BUCKET = frozenset(["NoSuchBucket", "InvalidBucketName"])


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error document says; empty strings for what it does not."""

    code: str = ""
    region: str = ""
    request_id: str = ""


def parse_error(body: bytes) -> ErrorBody:
    """Read an error document; an empty one for anything else, such as a proxy's HTML page."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except etree.XMLSyntaxError:
        return ErrorBody()
    if etree.QName(root).localname != "Error":
        return ErrorBody()
    said = {etree.QName(child).localname: child.text or "" for child in root if isinstance(child.tag, str)}
    endpoint = _ENDPOINT.search(said.get("Endpoint", "").strip())
    return ErrorBody(
        code=_fitting(_CODE, said.get("Code", "")),
        region=_fitting(_REGION, said.get("Region", "")) or (endpoint["region"] if endpoint else ""),
        request_id=said.get("RequestId", "")[:64],
    )


def judge(question: Question, status: int, headers: Mapping[str, str], error: ErrorBody) -> Judgement:
    """What an answer says that is not the listing or object that was asked for.

    Args:
        question: what was asked.
        status: HTTP status.
        headers: of the answer, names in lower case.
        error: its body.
    """
    region = region_of(headers) or error.region or None
    code = error.code
    if code in _NO_BUCKET:
        return Judgement(Truth.NO, Truth.NO, SkipReason.NOT_FOUND, code, region)
    if code == "NoSuchKey" and question in (Question.READ, Question.READ_KNOWN_KEY):
        return Judgement(Truth.YES, Truth.UNKNOWN, SkipReason.NOT_FOUND, code, region)
    if code in _DENIED or code in _OUT_OF_REACH:
        return Judgement(Truth.YES, _denied(question, code), SkipReason.ACCESS_DENIED, code, region)
    exists = Truth.YES if code in _ELSEWHERE or region else Truth.UNKNOWN
    # Whatever else it is, it is no verdict: a server that is down, a proxy's 404 or 403, noise about signatures.
    said = code or f"{status} without an error code"
    return Judgement(exists, Truth.UNKNOWN, SkipReason.SERVER_ERROR, said, region)


def region_of(headers: Mapping[str, str]) -> str | None:
    """The region that an answer's headers name, if it looks like one."""
    return _fitting(_REGION, headers.get("x-amz-bucket-region", "")) or None


def _denied(question: Question, code: str) -> Truth:
    """A refused read says nothing of other objects, nor whether this one is there; a refused listing is a no."""
    return Truth.NO if question is Question.LIST and code in _DENIED else Truth.UNKNOWN


def _fitting(pattern: re.Pattern[str], text: str) -> str:
    """The text if it looks as it should: it goes into records and, for regions, into a host name."""
    stripped = text.strip()
    return stripped if pattern.fullmatch(stripped) else ""
