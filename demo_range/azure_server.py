"""Azure Blob as it answers whoever has no account: access enforced, refusals and listings as the cloud words them.

Stands beside Azurite, which answers 403 and 404 where the cloud says 401 and 409. Accounts are the first part of the
path, or the first label of the host. Nothing is written by a request.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from demo_range.azure_store import Account, Container, Level, State
from demo_range.loopback import AnsweringHandler, LoopbackServer

DEVELOPMENT = "devstoreaccount1"
_MARK = "\ufeff"
# Of what XML has no place for; such names are sent percent-encoded.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTAINER_NAME = re.compile(r"\$(?:root|web|logs)|[a-z0-9](?:-?[a-z0-9])+")
_SHORTEST_NAME, _LONGEST_NAME = 3, 63
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
# Requests before this version get listings of the older shape.
_NEWER_SHAPE = "2013-08-15"
# Requests from this version get names percent-encoded where XML has no place for them.
_ENCODES = "2021-02-12"
# What a marker may hold: it has to be encoded to come back whole.
_RESERVED = "/+=&?#% "
_WORDS = {
    "PublicAccessNotPermitted": "Public access is not permitted on this storage account.",
    "NoAuthenticationInformation": "Server failed to authenticate the request. Please refer to the information in the "
    "www-authenticate header.",
    "ResourceNotFound": "The specified resource does not exist.",
    "BlobNotFound": "The specified blob does not exist.",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, taken apart."""

    account: str
    container: str
    blob: str
    query: Mapping[str, str]
    version: str
    has_credential: bool


class AzureServer(LoopbackServer):
    """Azure Blob on loopback: `url` is the service, `account_url` an account's blob endpoint.

    Attributes:
        accounts: by name; filled and changed while it runs.
    """

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {DEVELOPMENT: Account()}
        super().__init__(type("Handler", (_Handler,), {"accounts": self.accounts}))

    @property
    def account(self) -> Account:
        """The one that is there from the beginning."""
        return self.accounts[DEVELOPMENT]

    def account_url(self, name: str = DEVELOPMENT) -> str:
        """Its blob endpoint, without a trailing slash."""
        return f"{self.url}/{name}"


class _Handler(AnsweringHandler):
    """Answers GET and HEAD, and knows nothing else."""

    accounts: Mapping[str, Account]

    def answer(self) -> None:
        """One anonymous read."""
        asked = self._asked()
        account = self.accounts.get(asked.account)
        if account is None:  # in the cloud it has no host
            self._send(404, b"<!DOCTYPE html><title>404</title>", {"Content-Type": "text/html"})
        elif refusal := _shut(account, asked):
            self._refuse(*refusal)
        elif asked.blob:
            self._blob(account, asked)
        else:
            self._container(account, asked)

    def _asked(self) -> _Asked:
        parts = urlsplit(self.path)
        query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        path = parts.path.lstrip("/")
        account = self.headers.get("Host", "").partition(".")[0]
        if account not in self.accounts:
            account, _, path = path.partition("/")
        container, _, blob = path.partition("/")
        if container and not blob and "restype" not in query:
            container, blob = "$root", container
        version = self.headers.get("x-ms-version", "2009-09-19")
        signed = "authorization" in {name.lower() for name in self.headers} or "sig" in query
        return _Asked(unquote(account), unquote(container), unquote(blob), query, version, signed)

    def _container(self, account: Account, asked: _Asked) -> None:
        held = account.containers.get(asked.container)
        comp = asked.query.get("comp", "")
        if held is None or held.level is not Level.CONTAINER or comp == "acl":
            self._deny(account, asked)
        elif comp == "list":
            self._list(account, held, asked)
        else:
            self._send(200, b"", {"x-ms-blob-public-access": held.level.value, "ETag": '"0x8D1"'})

    def _list(self, account: Account, held: Container, asked: _Asked) -> None:
        include = frozenset(filter(None, asked.query.get("include", "").split(",")))
        if include - account.keeps:
            self._refuse(409, "FeatureNotSupportedForAccount")
            return
        rows = list(held.listed(asked.query.get("prefix", ""), include))
        start = _from_marker(asked.query.get("marker", ""))
        most = min(int(asked.query.get("maxresults", "5000")), account.page_size)
        page, more = rows[start : start + most], start + most < len(rows)
        place = f"{self._service(asked)}/{asked.container}"
        body = _listing(page, place, asked, _to_marker(start + most) if more else "")
        self._send(200, (_MARK + body).encode(), {"Content-Type": "application/xml"})

    def _service(self, asked: _Asked) -> str:
        host = self.headers.get("Host", "")
        return f"http://{host}" if host.startswith(f"{asked.account}.") else f"http://{host}/{asked.account}"

    def _blob(self, account: Account, asked: _Asked) -> None:
        held = account.containers.get(asked.container)
        if held is None or held.level is Level.PRIVATE:
            self._deny(account, asked)
            return
        state = held.find(asked.blob, asked.query.get("versionid"), asked.query.get("snapshot"))
        if state is None:
            self._refuse(404, "BlobNotFound")
            return
        facts = {
            "Content-Type": state.content_type,
            "ETag": f'"{state.etag}"',
            "Last-Modified": format_datetime(state.modified, usegmt=True),
            "x-ms-blob-type": "BlockBlob",
        }
        self._content(state.content, facts)

    def _content(self, content: bytes, facts: dict[str, str]) -> None:
        match = _RANGE.fullmatch(self.headers.get("x-ms-range") or self.headers.get("Range") or "")
        if match is None:
            self._send(200, content, facts)
            return
        first, last = int(match[1]), int(match[2] or len(content))
        if first >= len(content):
            self._refuse(416, "InvalidRange")
            return
        part = content[first : last + 1]
        facts["Content-Range"] = f"bytes {first}-{first + len(part) - 1}/{len(content)}"
        self._send(206, part, facts)

    def _deny(self, account: Account, asked: _Asked) -> None:
        """Missing, private or not open that far: one answer for all of them."""
        if account.tenant and asked.version >= account.challenges_from:
            address = f"https://login.microsoftonline.com/{account.tenant}/oauth2/authorize"
            challenge = f"Bearer authorization_uri={address} resource_id=https://storage.azure.com"
            self._refuse(401, "NoAuthenticationInformation", {"WWW-Authenticate": challenge})
        else:
            self._refuse(404, "ResourceNotFound")

    def _refuse(self, status: int, code: str, more: Mapping[str, str] | None = None) -> None:
        words = _WORDS.get(code, code)
        body = (
            f'{_MARK}<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{words}</Message></Error>'
        )
        self._send(status, body.encode(), {"Content-Type": "application/xml", "x-ms-error-code": code, **(more or {})})

    def _send(self, status: int, body: bytes, facts: Mapping[str, str]) -> None:
        self.send_response(status)
        if facts.get("Content-Type") != "text/html":
            self.send_header("x-ms-request-id", f"{len(self.server.requests):08x}-001e-0000-0000-000000000000")
            self.send_header("x-ms-version", self.headers.get("x-ms-version", "2009-09-19"))
        for name, value in facts.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _shut(account: Account, asked: _Asked) -> tuple[int, str] | None:
    """Status and code of a refusal that has nothing to do with single containers."""
    too_long = not _SHORTEST_NAME <= len(asked.container) <= _LONGEST_NAME
    reasons = [
        (account.is_disabled, 403, "AccountIsDisabled"),
        (account.needs_https, 400, "AccountRequiresHttps"),
        (account.is_firewalled, 403, "AuthorizationFailure"),
        (asked.has_credential, 403, "AuthenticationFailed"),
        (not account.allows_public, 409, "PublicAccessNotPermitted"),
        (not asked.container, 400, "InvalidQueryParameterValue"),
        (too_long, 400, "OutOfRangeInput"),
        (not _CONTAINER_NAME.fullmatch(asked.container), 400, "InvalidResourceName"),
    ]
    return next(((status, code) for applies, status, code in reasons if applies), None)


def _listing(page: list[State], place: str, asked: _Asked, marker: str) -> str:
    newer = asked.version >= _NEWER_SHAPE
    service, _, name = place.rpartition("/")
    root = f'ServiceEndpoint="{service}/" ContainerName={quoteattr(name)}' if newer else f'ContainerName="{place}"'
    rows = "".join(_row(state, place, asked, newer) for state in page)
    next_marker = f"<NextMarker>{escape(marker)}</NextMarker>" if marker else "<NextMarker />"
    head = f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults {root}>'
    return f"{head}<Blobs>{rows}</Blobs>{next_marker}</EnumerationResults>"


def _row(state: State, place: str, asked: _Asked, newer: bool) -> str:
    encoded = _NOT_IN_XML.search(state.name) and asked.version >= _ENCODES
    name = f'<Name Encoded="true">{quote(state.name)}</Name>' if encoded else f"<Name>{_in_xml(state.name)}</Name>"
    told = [name]
    if state.is_deleted:
        told.append("<Deleted>true</Deleted>")
    if state.is_snapshot:
        told.append(f"<Snapshot>{state.version}</Snapshot>")
    elif "versions" in asked.query.get("include", ""):
        told.append(f"<VersionId>{state.version}</VersionId>")
        told.append("<IsCurrentVersion>true</IsCurrentVersion>" if state.is_current else "")
    if not newer:
        told.append(f"<Url>{escape(place)}/{quote(state.name)}</Url>")
    kind = "<ResourceType>directory</ResourceType>" if state.is_folder else ""
    told.append(
        f"<Properties><Last-Modified>{format_datetime(state.modified, usegmt=True)}</Last-Modified>"
        f"<Etag>{state.etag}</Etag>{kind}<Content-Length>{len(state.content)}</Content-Length>"
        f"<Content-Type>{escape(state.content_type)}</Content-Type><BlobType>BlockBlob</BlobType></Properties>"
    )
    return f"<Blob>{''.join(told)}</Blob>"


def _in_xml(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", text), {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


def _to_marker(at: int) -> str:
    return f"2!{_RESERVED}!{base64.b64encode(str(at).encode()).decode()}"


def _from_marker(marker: str) -> int:
    """0 for a marker that was not ours: a client that does not encode it begins again, for ever."""
    given = marker.removeprefix(f"2!{_RESERVED}!")
    return int(base64.b64decode(given)) if marker != given else 0
