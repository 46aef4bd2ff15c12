"""Anonymous access as Amazon S3 enforces it, in front of moto, which alone lets anyone list, write and delete.

Judged against a Ceph object gateway: 302 of 317 answers equal, the others chosen. Not covered: Condition, NotAction,
NotResource, requester pays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from moto.s3.models import s3_backends

from demo_range.s3_server import OWNER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Query = Mapping[str, list[str]]
# Policy action, and the ACL permission that gives the same right; None where only a policy can give it.
Right = tuple[str, str | None]

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"

# What an anonymous GET or HEAD asks for, by query parameter; "" is the plain request.
_BUCKET_RIGHTS: Mapping[str, Right] = {
    "": ("s3:ListBucket", "READ"),
    "versions": ("s3:ListBucketVersions", "READ"),
    "uploads": ("s3:ListBucketMultipartUploads", "READ"),
    "acl": ("s3:GetBucketAcl", "READ_ACP"),
    "location": ("s3:GetBucketLocation", None),
    "policy": ("s3:GetBucketPolicy", None),
    "policyStatus": ("s3:GetBucketPolicyStatus", None),
    "website": ("s3:GetBucketWebsite", None),
    "cors": ("s3:GetBucketCORS", None),
    "versioning": ("s3:GetBucketVersioning", None),
    "tagging": ("s3:GetBucketTagging", None),
}
_OBJECT_RIGHTS: Mapping[str, Right] = {
    "": ("s3:GetObject", "READ"),
    "acl": ("s3:GetObjectAcl", "READ_ACP"),
    "tagging": ("s3:GetObjectTagging", None),
    "versionId": ("s3:GetObjectVersion", "READ"),
}
# Sub-resources that the service knows and nobody reads without a signature.
_OWNER_ONLY = frozenset(
    """
    accelerate analytics attributes encryption intelligent-tiering inventory legal-hold lifecycle logging metrics
    notification object-lock ownershipControls publicAccessBlock replication requestPayment retention torrent uploadId
    """.split()
)
_READS = ("GET", "HEAD")
_WRITES = {"PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}

_REFUSAL = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message>'
    b"<RequestId>DEMO</RequestId><HostId>DEMO</HostId></Error>"
)


class AnonymousGate:
    """WSGI middleware: signed requests pass as the owner's (no signature is checked), anonymous ones are judged."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        # WSGI has decoded the path once, as Latin-1; to decode again would lose keys such as "a%2Fb".
        path = str(environ.get("PATH_INFO", "/")).encode("latin-1").decode("utf-8", "replace")
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        host = re.match(r"([a-z0-9.-]+)\.s3[.-]", environ.get("HTTP_HOST", ""))
        name, _, key = (host[1], "", path[1:]) if host else path[1:].partition("/")
        _private_by_default(environ, key, query)
        signed = "HTTP_AUTHORIZATION" in environ or bool({"X-Amz-Signature", "Signature"} & query.keys())
        if signed or path.startswith("/moto-api") or environ["REQUEST_METHOD"] == "OPTIONS":
            return self._app(environ, start_response)
        bucket = _find_bucket(name)
        if name and anonymous_may(environ["REQUEST_METHOD"], bucket, key, query):
            # As the owner: moto's own check refuses HEAD and wildcard actions that a policy allows.
            return self._app({**environ, "HTTP_AUTHORIZATION": OWNER}, start_response)
        return _refuse(environ, start_response, bucket)


def anonymous_may(method: str, bucket: Any, key: str, query: Query) -> bool:
    """May a caller without credentials do this? True also where the service itself then answers 404.

    `bucket` is moto's own record of the bucket, None where there is none.
    """
    if bucket is None:
        return method in _READS or (bool(key) and method in _WRITES)  # NoSuchBucket; never create one
    arn = f"arn:aws:s3:::{bucket.name}" + (f"/{key}" if key else "")
    if method in _WRITES:
        return bool(key) and not query and _granted(bucket, arn, (_WRITES[method], "WRITE"), bucket.acl)
    if method not in _READS or _OWNER_ONLY & query.keys():
        return False
    rights = _OBJECT_RIGHTS if key else _BUCKET_RIGHTS
    right = rights[next((name for name in rights if name and name in query), "")]
    if not key:
        return _granted(bucket, arn, right, bucket.acl)
    stored = _find_object(bucket, key, query.get("versionId", [""])[0])
    if stored is None:  # 404 only to callers who may list, else 403
        return _policy_effect(bucket, right[0], arn) != "Deny" and _may_list(bucket)
    return _granted(bucket, arn, right, stored.acl)


def _may_list(bucket: Any) -> bool:
    return _granted(bucket, f"arn:aws:s3:::{bucket.name}", _BUCKET_RIGHTS[""], bucket.acl)


def _granted(bucket: Any, arn: str, right: Right, acl: Any) -> bool:
    """Deny first; then the policy's Allow, unless public policies are blocked; then the ACL, unless those are."""
    action, permission = right
    block = bucket.public_access_block
    effect = _policy_effect(bucket, action, arn)
    if effect == "Deny":
        return False
    if effect == "Allow" and not (block and block.restrict_public_buckets):
        return True
    return _acl_grants(acl, permission) and not (block and block.ignore_public_acls)


def _policy_effect(bucket: Any, action: str, arn: str) -> str | None:
    """`Deny`, `Allow` or None for everyone (`"Principal": "*"`); Condition and Not... are passed over."""
    effect = None
    for statement in _statements(bucket.policy):
        principal = statement.get("Principal")
        principal = principal.get("AWS") if isinstance(principal, dict) else principal
        if principal not in ("*", ["*"]) or not {"Action", "Resource"} <= statement.keys() or "Condition" in statement:
            continue
        if _matches(statement["Action"], action) and _matches(statement["Resource"], arn):
            if statement["Effect"] == "Deny":
                return "Deny"
            effect = "Allow"
    return effect


def _statements(policy: str | bytes | None) -> Iterator[dict[str, Any]]:
    statements = json.loads(policy)["Statement"] if policy else []
    yield from [statements] if isinstance(statements, dict) else statements


def _matches(patterns: str | list[str], text: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.DOTALL)
        for pattern in _listed(patterns)
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _acl_grants(acl: Any, permission: str | None) -> bool:
    if not acl or permission is None:
        return False
    return any(
        grantee.uri == ALL_USERS and bool({permission, "FULL_CONTROL"} & set(_listed(grant.permissions)))
        for grant in acl.grants
        for grantee in grant.grantees
    )


def _find_bucket(name: str) -> Any:
    for account in s3_backends.values():
        for backend in account.values():
            if name in backend.buckets:
                return backend.buckets[name]
    return None


def _find_object(bucket: Any, key: str, version: str) -> Any:
    for stored in bucket.keys.getlist(key, default=[]) if version else [bucket.keys.get(key)]:
        if hasattr(stored, "acl") and (not version or stored.version_id == version):  # a delete marker has no ACL
            return stored
    return None


def _private_by_default(environ: WSGIEnvironment, key: str, query: Query) -> None:
    """State the ACL that a new object has at the real service; moto would give it that of its bucket."""
    creates = environ["REQUEST_METHOD"] == "PUT" or "uploads" in query
    stated = any(name.startswith(("HTTP_X_AMZ_ACL", "HTTP_X_AMZ_GRANT_")) for name in environ)
    if key and creates and not stated and "acl" not in query:
        environ["HTTP_X_AMZ_ACL"] = "private"


def _refuse(environ: WSGIEnvironment, start_response: StartResponse, bucket: Any) -> Iterable[bytes]:
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(_REFUSAL)))]
    if bucket is not None:
        headers.append(("x-amz-bucket-region", bucket.region_name))
    start_response("403 Forbidden", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [_REFUSAL]
