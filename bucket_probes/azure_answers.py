"""What Azure Blob's answers mean. Judged by the service's error code, never by the status alone.

A container that anyone may read but not list, a private one and a missing one are given the same 404, by design; and
many answers say something of the account and nothing of the container. What is not in the table is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bucket_probes.access import Facts, Judgement
from documents.buckets import OwnerHints, Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.azure_listings import as_utf8, parse_azure_listing
from fetching.xml_stream import XmlStream, local_name, root_name

_CODE = re.compile(r"[A-Za-z0-9]{1,64}")
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
# The challenge of versions since 2019: which tenant's tokens the account takes. Nothing else is taken for a tenant.
_CHALLENGE = re.compile(
    r"""\bauthorization_uri="?https://login\.(?:microsoftonline\.com|microsoftonline\.us|windows\.net"""
    r"""|chinacloudapi\.cn|partner\.microsoftonline\.cn)"""
    r"""/(?P<tenant>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/oauth2/(?:v2\.0/)?authorize"?(?=[\s,]|$)""",
    re.IGNORECASE,
)
_OK = frozenset([200, 206])
_CLIENT_ERRORS = range(400, 500)
_PAGES = (b"<!doctype", b"<html")
_READS = frozenset([Question.READ, Question.READ_KNOWN_KEY])


@dataclass(frozen=True, slots=True)
class AzureError:
    """What an error answer says of itself.

    Attributes:
        code: the service's error code; empty where it gives none, or two that differ.
        exact: the code is written as the service writes it.
    """

    code: str = ""
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Existence:
    """What one answer says of an account and a container.

    Attributes:
        account: the storage account exists.
        container: the container does; no only where the service said so.
        ends: nothing that anyone may ask of this account can be answered otherwise.
        code: the service's error code; empty for a yes, or where it gave none.
        tenant_id: the tenant that the account trusts; may be empty.
    """

    account: Truth
    container: Truth
    ends: bool
    code: str
    tenant_id: str = ""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """Of one code: the statuses that it comes with, and what it says."""

    statuses: tuple[int, ...]
    container: Truth = Truth.UNKNOWN
    permitted: Truth = Truth.UNKNOWN
    reason: SkipReason = SkipReason.SERVER_ERROR
    blocked: Truth = Truth.UNKNOWN
    disabled: Truth = Truth.UNKNOWN

    @property
    def ends(self) -> bool:
        """It shuts the whole account."""
        return self.container is Truth.UNKNOWN and Truth.YES in (self.blocked, self.disabled)


_DENIED = SkipReason.ACCESS_DENIED
_NOTHING = _Meaning(())
_MEANINGS: Mapping[str, _Meaning] = {
    "PublicAccessNotPermitted": _Meaning((409, 403), permitted=Truth.NO, reason=_DENIED, blocked=Truth.YES),
    "AccountIsDisabled": _Meaning((403,), permitted=Truth.NO, reason=_DENIED, disabled=Truth.YES),
    # Missing, private, or open to whoever knows a blob's name: by design nobody can tell.
    "ResourceNotFound": _Meaning((404,), permitted=Truth.NO, reason=_DENIED),
    "NoAuthenticationInformation": _Meaning((401,), permitted=Truth.NO, reason=_DENIED),
    # A firewall lets single networks in, and so never everybody.
    "AuthorizationFailure": _Meaning((403,), permitted=Truth.NO, reason=_DENIED),
    "AuthorizationPermissionMismatch": _Meaning((403,), permitted=Truth.NO, reason=_DENIED),
    "AuthorizationSourceIPMismatch": _Meaning((403,), permitted=Truth.NO, reason=_DENIED),
    "InsufficientAccountPermissions": _Meaning((403,), permitted=Truth.NO, reason=_DENIED),
    # About a signature, and none was sent: something in between has added one, or it is not the service that answers.
    "InvalidAuthenticationInfo": _Meaning((400, 401)),
    "AuthenticationFailed": _Meaning((403,)),
    "ContainerNotFound": _Meaning((404,), Truth.NO, reason=SkipReason.NOT_FOUND),
    "ContainerDisabled": _Meaning((403, 409), Truth.YES, Truth.NO, _DENIED, disabled=Truth.YES),
    # The container's public, the blob is not there.
    "BlobNotFound": _Meaning((404,), Truth.YES, Truth.UNKNOWN, SkipReason.NOT_FOUND),
    # The blob is there and kept where a read does not reach it; only its owner can bring it back.
    "BlobArchived": _Meaning((409,), Truth.YES, Truth.UNKNOWN, _DENIED),
    "BlobBeingRehydrated": _Meaning((409,), Truth.YES, Truth.UNKNOWN, _DENIED),
    "InvalidRange": _Meaning((416,), Truth.YES, Truth.YES),
    # No container, or no blob, can have this name.
    "InvalidResourceName": _Meaning((400,), Truth.NO, reason=SkipReason.NOT_FOUND),
    "InvalidUri": _Meaning((400,), Truth.NO, reason=SkipReason.NOT_FOUND),
    "OutOfRangeInput": _Meaning((400,), Truth.NO, reason=SkipReason.NOT_FOUND),
}
# Other codes of an account that is there.
_OF_ACCOUNTS = frozenset(
    """
    AccountRequiresHttps InvalidQueryParameterValue MissingRequiredQueryParameter FeatureVersionMismatch
    EndpointUnsupportedAccountFeatures ContainerBeingDeleted InvalidHeaderValue
    """.split()
)
_BAD_NAMES = frozenset(["InvalidResourceName", "InvalidUri", "OutOfRangeInput"])
# Codes of a service that has looked for the container and has not found it missing, or does not tell.
_LOOKED = frozenset(["ResourceNotFound", "NoAuthenticationInformation", "BlobNotFound", "BlobArchived"])
# Codes that only an answer about a blob can have.
_OF_BLOBS = frozenset(["BlobNotFound", "BlobArchived", "BlobBeingRehydrated", "InvalidRange"])


def parse_error(headers: Mapping[str, str], body: bytes) -> AzureError:
    """The error code of an answer: `x-ms-error-code`, the document's `Code`, or both where they agree.

    Args:
        headers: of the answer, names in lower case.
        body: the error document; empty, or anything else, such as a proxy's HTML page.
    """
    said = _fitting(_CODE, headers.get("x-ms-error-code", ""))
    written = _fitting(_CODE, _code_of(body))
    if said and written and said.lower() != written.lower():
        return AzureError()
    canonical = _CANONICAL.get((said or written).lower(), said or written)
    return AzureError(canonical, canonical in (said, written) and {said, written} <= {canonical, ""})


def judge(question: Question, status: int, headers: Mapping[str, str], error: AzureError) -> Judgement:
    """What an answer says that is not the listing or blob that was asked for.

    Args:
        question: what was asked.
        status: HTTP status.
        headers: of the answer, names in lower case.
        error: its code.
    """
    meaning = _meaning(question, status, error)
    facts = Facts(
        account_exists=_account(status, headers, error),
        public_access_blocked=meaning.blocked,
        disabled=meaning.disabled,
        rights=("blob",) if error.code == "BlobNotFound" and meaning.container is Truth.YES else (),
        owner=OwnerHints(tenant_id=tenant_of(status, headers)),
    )
    code = error.code or f"{status} without an error code"
    permitted = meaning.permitted
    if question in _READS and not meaning.ends and permitted is Truth.NO:
        permitted = Truth.UNKNOWN  # a blob that is refused says nothing of others, nor whether it is there
    return Judgement(meaning.container, permitted, meaning.reason, code, facts=facts)


def ends_account(judgement: Judgement) -> bool:
    """Would everything else that anyone can ask of the account end the same way?"""
    shut = Truth.YES in (judgement.facts.public_access_blocked, judgement.facts.disabled)
    return shut and judgement.exists is Truth.UNKNOWN


def in_doubt(judgement: Judgement) -> Judgement:
    """A no, after the same service has answered otherwise: under load some say so of what exists."""
    return replace(judgement, exists=Truth.UNKNOWN, reason=SkipReason.SERVER_ERROR)


def speaks_against_no(judgement: Judgement) -> bool:
    """Would a container that is missing have been answered otherwise?"""
    return judgement.exists is Truth.YES or judgement.code in _LOOKED


def existence(status: int, headers: Mapping[str, str], body: bytes) -> Existence:
    """What an answer to `GET /<container>?restype=container[&comp=list]` says of what exists.

    Args:
        status: HTTP status.
        headers: of the answer, names in lower case.
        body: as much of it as was read; a listing may be cut off.
    """
    if status in _OK:
        listed = parse_azure_listing(body) is not None
        shown = listed or (not body.strip() and is_service(headers) and "etag" in headers)
        there = Truth.YES if shown else Truth.UNKNOWN
        return Existence(there, there, ends=False, code="")
    error = parse_error(headers, body)
    judgement = judge(Question.LIST, status, headers, error)
    return Existence(
        account=judgement.facts.account_exists,
        container=judgement.exists,
        ends=ends_account(judgement),
        code=error.code,
        tenant_id=judgement.facts.owner.tenant_id,
    )


def tenant_of(status: int, headers: Mapping[str, str]) -> str:
    """The tenant that a challenge names, in lower case; empty where there is none, or more than one."""
    if status not in (401, 403):
        return ""
    found = {match["tenant"].lower() for match in _CHALLENGE.finditer(headers.get("www-authenticate", ""))}
    return found.pop() if len(found) == 1 else ""


def is_service(headers: Mapping[str, str]) -> bool:
    """Has the answer passed through the blob service, rather than been made by something in between?"""
    return bool(_fitting(_REQUEST_ID, headers.get("x-ms-request-id", ""))) and "x-ms-version" in headers


def is_page(headers: Mapping[str, str], head: bytes = b"") -> bool:
    """Is it a page of something in between? A blob may be HTML too, but comes with the service's marks.

    Args:
        headers: of an answer with status 200, names in lower case.
        head: the first bytes of its body, as far as they were read.
    """
    if "etag" in headers or any(name.startswith("x-ms-") for name in headers):
        return False
    html = headers.get("content-type", "").partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    return html or head.lstrip()[:9].lower().startswith(_PAGES)


def request_id(headers: Mapping[str, str]) -> str:
    """The service's own, for its owner to look up."""
    return _fitting(_REQUEST_ID, headers.get("x-ms-request-id", ""))


def _meaning(question: Question, status: int, error: AzureError) -> _Meaning:
    """What a code says; nothing where the status is not one that it comes with, or the question not one."""
    meaning = _MEANINGS.get(error.code, _NOTHING)
    if status not in meaning.statuses or (error.code in _OF_BLOBS and question not in _READS):
        return _NOTHING
    if meaning.container is Truth.NO:
        if not error.exact:  # something in between has written it anew: no ground for a no
            return _NOTHING
        if error.code in _BAD_NAMES and question in _READS:
            return _Meaning((status,), reason=SkipReason.NOT_FOUND)
    return meaning


def _account(status: int, headers: Mapping[str, str], error: AzureError) -> Truth:
    """Only an account that exists has a host that speaks as the service does; of one in trouble nobody knows."""
    if not error.code or status not in _CLIENT_ERRORS:
        return Truth.UNKNOWN
    known = error.code in _OF_ACCOUNTS or status in _MEANINGS.get(error.code, _NOTHING).statuses
    return Truth.YES if known or is_service(headers) else Truth.UNKNOWN


def _code_of(body: bytes) -> str:
    """`Code` of an error document; empty for a page with a DTD, a broken one, or something else."""
    body = as_utf8(body)
    if (root_name(body) or "").lower() != "error":
        return ""
    codes: list[str] = []
    stream = XmlStream(body, rows=("Error", "error"), facts=("Code", "code"))
    for element in stream:
        parent = element.getparent()
        if parent is not None and parent.getparent() is None and local_name(element).lower() == "code":
            codes.append(element.text or "")
    return codes[0] if len(codes) == 1 else ""


def _fitting(pattern: re.Pattern[str], text: str) -> str:
    """The text if it looks as it should: it goes into records."""
    stripped = text.strip()
    return stripped if pattern.fullmatch(stripped) else ""


_CANONICAL = {code.lower(): code for code in _MEANINGS}
