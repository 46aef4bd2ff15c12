"""Lies about listings: pages that lead nowhere, repeat themselves, fail, or come in another shape."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from urllib.parse import parse_qsl, unquote, urlencode

from demo_range.cloud_buckets import Asked, Reply, Right
from demo_range.lie_forms import Form, Scene, not_found, refusal
from demo_range.lies import Lie, Service

# Parameters that say where a listing goes on.
_POSITIONS = ("continuation-token", "start-after", "marker", "pageToken")
_WRAPPED = "/+&=?#% "
_REPEATED = 3
_TOKEN = re.compile(rb"<(NextContinuationToken|NextMarker)>[^<]*</\1>")
_ROW = re.compile(rb"<(Contents|Blob)>.*?</\1>", re.DOTALL)
_KEY = re.compile(rb"<(Key|Name)>(.*?)</\1>", re.DOTALL)


@dataclass(slots=True)
class Listings:
    """The forms of lies about listings; keeps what was asked before."""

    _numbers: count[int] = field(default_factory=count)
    _failed: set[str] = field(default_factory=set)

    def forms(self) -> Mapping[Lie, Form]:
        """By lie. What is no request for a listing is answered truly."""
        listed: dict[Lie, Form] = {
            Lie.OLD_ENUMERATION: _old_enumeration,
            Lie.RESERVED_IN_MARKER: _reserved,
            Lie.NO_NEXT_MARKER: lambda scene: _changed(scene.honest(), lambda body: _TOKEN.sub(b"", body)),
            Lie.SAME_MARKER: lambda scene: _with_token(_from_start(scene), "same"),
            Lie.SAME_PAGE: lambda scene: _with_token(_from_start(scene), f"t{next(self._numbers)}"),
            Lie.EMPTY_PAGES: lambda scene: _with_token(_emptied(_from_start(scene)), f"t{next(self._numbers)}"),
            Lie.FAILING_PAGE: lambda scene: self._failing(scene, once=False),
            Lie.FAILING_PAGE_ONCE: lambda scene: self._failing(scene, once=True),
            Lie.DENIED_PAGE: lambda scene: scene.without(Right.LIST) if _position(scene.asked) else scene.honest(),
            Lie.LOST_PAGE: lambda scene: not_found(scene) if _position(scene.asked) else scene.honest(),
            Lie.NO_KEY_COUNT: lambda scene: _changed(scene.honest(), _without_count),
            Lie.VERSION_1_ONLY: _version_1_only,
            Lie.OTHER_NAMESPACE: lambda scene: _changed(scene.honest(), _namespace(b' xmlns="urn:other"')),
            Lie.NO_NAMESPACE: lambda scene: _changed(scene.honest(), _namespace(b"")),
            Lie.REPEATED_KEYS: _repeated,
        }
        return {lie: _only_listings(form) for lie, form in listed.items()}

    def _failing(self, scene: Scene, *, once: bool) -> Reply:
        at = _position(scene.asked)
        if not at or (once and at in self._failed):
            return scene.honest()
        self._failed.add(at)
        return refusal(scene, 500, ("InternalError", "backendError", "InternalError"))


def is_listing(scene: Scene) -> bool:
    """Is it a request for current objects of the bucket?"""
    asked = scene.asked
    if scene.is_json:
        return asked.path.endswith("/o") and "softDeleted=true" not in asked.query
    if scene.service is Service.AZURE:
        return "comp=list" in asked.query
    names = {name for name, _ in parse_qsl(asked.query, keep_blank_values=True)}
    whole = names & {"acl", "versions", "policyStatus", "website", "location", "uploads"}
    return not asked.path[1:].partition("/")[2] and not whole


def _only_listings(form: Form) -> Form:
    return lambda scene: form(scene) if is_listing(scene) else scene.honest()


def _position(asked: Asked) -> str:
    """Where the listing is asked to go on; empty for its beginning."""
    return next((value for name, value in parse_qsl(asked.query) if name in _POSITIONS and value), "")


def _from_start(scene: Scene) -> Reply:
    pairs = [pair for pair in parse_qsl(scene.asked.query, keep_blank_values=True) if pair[0] not in _POSITIONS]
    return scene.truth(replace(scene.asked, query=urlencode(pairs)), scene.bucket)


def _changed(said: Reply, change: Callable[[bytes], bytes]) -> Reply:
    return replace(said, body=change(said.body)) if said.status == 200 else said  # noqa: PLR2004 - HTTP's


def _with_token(said: Reply, token: str) -> Reply:
    """A page that says that it goes on there."""
    if said.body.startswith(b"{"):
        return _changed(said, lambda body: json.dumps({**json.loads(body), "nextPageToken": token}).encode())
    word = token.encode()

    def xml(body: bytes) -> bytes:
        body = _TOKEN.sub(b"", body).replace(b"<NextMarker></NextMarker>", b"")
        body = body.replace(b"<IsTruncated>false", b"<IsTruncated>true")
        if b"</EnumerationResults>" in body:
            return body.replace(
                b"</EnumerationResults>", b"<NextMarker>" + word + b"</NextMarker></EnumerationResults>"
            )
        name = b"NextContinuationToken" if b"<KeyCount>" in body else b"NextMarker"
        return body.replace(b"<IsTruncated>", b"<%b>%b</%b><IsTruncated>" % (name, word, name), 1)

    return _changed(said, xml)


def _emptied(said: Reply) -> Reply:
    if said.body.startswith(b"{"):
        return _changed(said, lambda body: json.dumps({**json.loads(body), "items": []}).encode())
    return _changed(said, lambda body: _ROW.sub(b"", body))


def _version_1_only(scene: Scene) -> Reply:
    """It does not know version 2: the parameters of it are passed over, and so is its token."""
    pairs = parse_qsl(scene.asked.query, keep_blank_values=True)
    known = [pair for pair in pairs if pair[0] not in ("list-type", "continuation-token", "start-after")]
    return scene.truth(replace(scene.asked, query=urlencode(known, errors="surrogateescape")), scene.bucket)


def _repeated(scene: Scene) -> Reply:
    """A page begins with the last keys of the one before."""
    said = scene.honest()
    token = _TOKEN.search(said.body)
    as_json = said.body.startswith(b"{")
    if as_json:
        page = json.loads(said.body)
        names = [item["name"] for item in page.get("items", [])]
        goes_on = "nextPageToken" in page
    else:
        names = [unquote(key.decode(), errors="surrogateescape") for _, key in _KEY.findall(said.body) if key]
        goes_on = bool(token and b"></" not in token[0])
    if not goes_on or len(names) <= _REPEATED + 1:
        return said
    earlier = names[-1 - _REPEATED].encode("utf-8", "surrogateescape")
    return _with_token(said, base64.b64encode(earlier).decode())


def _old_enumeration(scene: Scene) -> Reply:
    """As before 2013: the container's name is its address, and every blob has its own."""

    def older(body: bytes) -> bytes:
        body = re.sub(rb'ServiceEndpoint="[^"]*" ContainerName="', b'ContainerName="http://localhost/', body)
        return body.replace(b"</Name>", b"</Name><Url>http://localhost/x</Url>")

    return _changed(scene.honest(), older)


def _reserved(scene: Scene) -> Reply:
    """A marker of signs that mean something in a URL: it comes back whole only where it was encoded."""
    name = next((word for word in _POSITIONS if f"{word}=" in scene.asked.query), "")
    pairs = parse_qsl(scene.asked.query, keep_blank_values=True)
    if name and not dict(pairs).get(name, "").startswith(_WRAPPED):
        return refusal(scene, 400, ("InvalidArgument", "invalid", "OutOfRangeInput"))
    plain = [(word, value.removeprefix(_WRAPPED) if word == name else value) for word, value in pairs]
    said = scene.truth(replace(scene.asked, query=urlencode(plain, errors="surrogateescape")), scene.bucket)
    if said.body.startswith(b"{"):
        page = json.loads(said.body)
        return _with_token(said, _WRAPPED + page["nextPageToken"]) if "nextPageToken" in page else said
    token = _TOKEN.search(said.body)
    if token is None or b"></" in token[0]:
        return said
    word = token[0].partition(b">")[2].partition(b"<")[0].decode()
    return _with_token(said, _WRAPPED.replace("&", "&amp;") + word)


def _without_count(body: bytes) -> bytes:
    return re.sub(rb"<KeyCount>\d+</KeyCount>", b"", body)


def _namespace(said: bytes) -> Callable[[bytes], bytes]:
    return lambda body: re.sub(rb' xmlns=[\'"][^\'"]*[\'"]', said, body, count=1)
