"""What each lie does to an answer, in the words of the service that it is told for."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from demo_range import azure_service, gcs_service, s3_service
from demo_range.cloud_buckets import Asked, CloudBucket, Manner, Reply, Right
from demo_range.lies import Lie, Service

MEBIBYTE = 1 << 20
# What a gzip bomb unpacks to: four times the usual limit of a body.
BOMB_BYTES = 128 * MEBIBYTE
_HTML = "text/html; charset=utf-8"
_BLOCKED = b"<!DOCTYPE html><html><head><title>Access blocked</title></head><body><h1>Blocked</h1></body></html>"
_LOGIN = b'<!DOCTYPE html><html><body><form method="post" action="/login"><input name="user"></form></body></html>'
_DEPTH = 20_000


@dataclass(frozen=True, slots=True)
class Scene:
    """One request, and what is true of it.

    Attributes:
        service: whose interface.
        asked: the request.
        bucket: what was asked about; None where there is none.
        truth: the answer to a request, as the service would give it for this bucket.
    """

    service: Service
    asked: Asked
    bucket: CloudBucket | None
    truth: Callable[[Asked, CloudBucket | None], Reply]

    def honest(self) -> Reply:
        """The true answer."""
        return self.truth(self.asked, self.bucket)

    def without(self, right: Right) -> Reply:
        """The true answer if everybody had one right less."""
        bucket = self.bucket
        return self.truth(self.asked, replace(bucket, rights=bucket.rights - {right}) if bucket else None)

    @property
    def is_json(self) -> bool:
        """Google's JSON interface."""
        return self.service is Service.GCS and "/storage/v1/b/" in self.asked.path


Form = Callable[[Scene], Reply]


def refusal(scene: Scene, status: int, words: tuple[str, str, str], headers: Mapping[str, str] | None = None) -> Reply:
    """An error document; the code in S3's, Google's and Azure's words."""
    if scene.service is Service.S3:
        return s3_service.error(status, words[0], "", headers)
    if scene.service is Service.AZURE:
        return azure_service.error(status, words[2], "", headers)
    if not scene.is_json:
        said = gcs_service.xml_error(status, _XML_WORDS.get(words[1], words[1]), "")
    else:
        said = gcs_service.json_error(status, "", words[1])
    return replace(said, headers={**said.headers, **(headers or {})})


_XML_WORDS = {"notFound": "NoSuchBucket", "backendError": "ServiceUnavailable", "required": "AccessDenied"}


def not_found(scene: Scene) -> Reply:
    """The lie that peers believe."""
    if scene.service is Service.AZURE:  # what it says of a missing container it says of a private one too
        return azure_service.error(404, "ContainerNotFound", "The specified container does not exist.")
    return scene.truth(scene.asked, None)


def _slow_down(scene: Scene) -> Reply:
    return refusal(scene, 503, ("SlowDown", "backendError", "ServerBusy"))


def _too_many(scene: Scene, retry_after: str) -> Reply:
    words = ("TooManyRequests", "rateLimitExceeded", "ServerBusy")
    return refusal(scene, 429, words, {"Retry-After": retry_after})


def _too_many_date(scene: Scene) -> Reply:
    return _too_many(scene, format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True))


def _error(scene: Scene) -> Reply:
    return refusal(scene, 500, ("InternalError", "backendError", "OperationTimedOut"))


def _flaky(scene: Scene) -> Reply:
    """One of several, by the request's own length: chance has already decided that there is a lie."""
    forms = (not_found, _slow_down, _error, lambda scene: Reply(502, _BLOCKED, _HTML))
    return forms[len(scene.asked.query + scene.asked.path) % len(forms)](scene)


def _moved(status: int, headers: Mapping[str, str], more: str = "", code: str = "PermanentRedirect") -> Form:
    return lambda scene: s3_service.error(status, code, "", headers, more)


def _redirect(location: str) -> Form:
    return lambda scene: Reply(302, b"", _HTML, {"Location": location})


def _loop(scene: Scene) -> Reply:
    """Two addresses that lead to one another."""
    path, query = scene.asked.path, scene.asked.query
    turned = query.removesuffix("&turn=1") if query.endswith("&turn=1") else f"{query}&turn=1"
    return Reply(302, b"", _HTML, {"Location": f"{path}?{turned}"})


def _for_a_while(scene: Scene) -> Reply:
    """A new bucket: what is asked is answered at another address of the service."""
    asked = scene.asked
    if asked.query.endswith("moved=1"):
        return scene.honest()
    location = f"{asked.path}?{asked.query}&moved=1" if asked.query else f"{asked.path}?moved=1"
    return s3_service.error(307, "TemporaryRedirect", "", {"Location": location})


def _head_denied(scene: Scene) -> Reply:
    return Reply(403, b"") if scene.asked.method == "HEAD" else scene.honest()


def _head_given(scene: Scene) -> Reply:
    return Reply(200, b"") if scene.asked.method == "HEAD" else scene.honest()


def _unauthorized(scene: Scene) -> Reply:
    said = scene.honest()
    return replace(said, status={401: 403, 403: 401}.get(said.status, said.status))


def _pays(scene: Scene) -> Reply:
    bucket = scene.bucket
    return scene.truth(scene.asked, replace(bucket, requester_pays=True) if bucket else None)


def _disabled(scene: Scene) -> Reply:
    return refusal(scene, 403, ("AllAccessDisabled", "accountDisabled", "AccountIsDisabled"))


def _azure(status: int, code: str) -> Form:
    return lambda scene: azure_service.error(status, code)


def _page(body: bytes, status: int = 200) -> Form:
    return lambda scene: Reply(status, body, _HTML)


def _as(manner: Manner) -> Form:
    return lambda scene: replace(scene.honest(), manner=manner)


def _truncated(scene: Scene) -> Reply:
    said = scene.honest()
    return replace(said, body=said.body[: len(said.body) * 2 // 3])


def _charset(said: str) -> Form:
    def form(scene: Scene) -> Reply:
        honest = scene.honest()
        return replace(honest, media_type=honest.media_type.partition(";")[0] + said)

    return form


def _marked(scene: Scene) -> Reply:
    said = scene.honest()
    return replace(said, body=b"\xef\xbb\xbf" + said.body.removeprefix(b"\xef\xbb\xbf"))


def _length(change: int) -> Form:
    def form(scene: Scene) -> Reply:
        said = scene.honest()
        told = max(0, len(said.body) + change)
        return replace(said, headers={**said.headers, "Content-Length": str(told)}, manner=Manner.ALL_THEN_CLOSE)

    return form


def _bomb(scene: Scene) -> Reply:
    return Reply(200, bomb(), "application/xml", {"Content-Encoding": "gzip"})


@cache
def bomb() -> bytes:
    """Some 130 kB that unpack to 128 MiB; they take a second to be packed, once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [packer.compress(b"<ListBucketResult>")]
    pieces += [packer.compress(bytes(MEBIBYTE)) for _ in range(BOMB_BYTES // MEBIBYTE)]
    return b"".join([*pieces, packer.flush()])


def _entities(scene: Scene) -> Reply:
    """The word that would be a verdict, in entities; and ten levels of ten that would fill the memory."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<?xml version="1.0"?><!DOCTYPE Error [<!ENTITY c "NoSuchBucket"><!ENTITY l0 "x">{levels}]>'
    body += "<Error><Code>&c;</Code><Message>&l9;</Message></Error>"
    return Reply(404, body.encode(), "application/xml")


def _nested(scene: Scene) -> Reply:
    if scene.is_json:
        return Reply(404, b'{"error":' * _DEPTH, "application/json")
    return Reply(404, b"<Error>" + b"<Code>" * _DEPTH + b"NoSuchBucket", "application/xml")


def _unknown_code(scene: Scene) -> Reply:
    return refusal(scene, 403, ("NoSuchThingAsABucket", "mysterious", "Mysterious"))


def _other_case(scene: Scene) -> Reply:
    """Names of elements and words in another case than they are documented in: not what a program may rely on."""
    said = scene.honest()
    if said.status == 200 and b"<" not in said.body[:4] and not scene.is_json:  # noqa: PLR2004 - HTTP's
        return said
    if scene.is_json:
        try:
            return replace(said, body=json.dumps(_upper(json.loads(said.body))).encode())
        except ValueError:  # an object's bytes
            return said
    return replace(said, body=said.body.swapcase(), headers={})


def _upper(said: object) -> object:
    if isinstance(said, dict):
        return {name.upper(): _upper(value) for name, value in said.items()}
    return [_upper(value) for value in said] if isinstance(said, list) else said


_LOCATED = {"x-amz-bucket-region": "eu-west-1"}
_MALFORMED = "AuthorizationHeaderMalformed"
FORMS: Mapping[Lie, Form] = {
    Lie.NOT_FOUND_ABOVE: not_found,
    Lie.SLOW_DOWN_ABOVE: _slow_down,
    Lie.TOO_MANY_SECONDS_ABOVE: lambda scene: _too_many(scene, "1"),
    Lie.TOO_MANY_DATE_ABOVE: _too_many_date,
    Lie.ERROR_ABOVE: _error,
    Lie.RESET_ABOVE: _as(Manner.SILENT),
    Lie.FLAKY: _flaky,
    Lie.FLAKY_NOT_FOUND: not_found,
    Lie.NOT_FOUND_MIDSTREAM: not_found,
    Lie.NOT_FOUND_FIRST: not_found,
    Lie.MOVED_WITHOUT_LOCATION: _moved(301, _LOCATED, "<Endpoint>b.s3-eu-west-1.amazonaws.com</Endpoint>"),
    Lie.MOVED_TWO_REGIONS: _moved(301, _LOCATED, "<Endpoint>b.s3-us-west-2.amazonaws.com</Endpoint>"),
    Lie.MOVED_FOR_A_WHILE: _for_a_while,
    Lie.WRONG_REGION_IN_BODY: _moved(400, {}, "<Region>eu-west-1</Region>", _MALFORMED),
    Lie.WRONG_REGION_IN_HEADER: _moved(400, _LOCATED, "", "BadRequest"),
    Lie.WRONG_REGION_UNNAMED: _moved(400, {}, "", "IllegalLocationConstraintException"),
    Lie.HEAD_IN_WRONG_REGION: _head_given,
    Lie.REDIRECT_LOOP: _loop,
    Lie.REDIRECT_PRIVATE: _redirect("http://169.254.169.254/latest/meta-data/"),
    Lie.REDIRECT_SIGN_IN: _redirect("https://accounts.google.com/ServiceLogin"),
    Lie.REDIRECT_ELSEWHERE: _redirect("/another-bucket/"),
    Lie.LIST_DENIED: lambda scene: scene.without(Right.LIST),
    Lie.OBJECTS_DENIED: lambda scene: scene.without(Right.READ),
    Lie.HEAD_DENIED: _head_denied,
    Lie.UNAUTHORIZED_FOR_FORBIDDEN: _unauthorized,
    Lie.REQUESTER_PAYS: _pays,
    Lie.DISABLED: _disabled,
    Lie.PUBLIC_ACCESS_NOT_PERMITTED: _azure(409, "PublicAccessNotPermitted"),
    Lie.FIREWALL: _azure(403, "AuthorizationFailure"),
    Lie.AMBIGUOUS_NOT_FOUND: _azure(404, "ResourceNotFound"),
    Lie.DRIP: _as(Manner.DRIP),
    Lie.TRUNCATED: _truncated,
    Lie.WRONG_CHARSET: _charset("; charset=utf-16"),
    Lie.NO_CHARSET: _charset(""),
    Lie.BYTE_ORDER_MARK: _marked,
    Lie.BLOCK_PAGE: _page(_BLOCKED),
    Lie.LOGIN_PAGE: _page(_LOGIN),
    Lie.GZIP_BOMB: _bomb,
    Lie.LENGTH_TOO_LONG: _length(100),
    Lie.LENGTH_TOO_SHORT: _length(-7),
    Lie.RESET: _as(Manner.RESET),
    Lie.SILENT: _as(Manner.SILENT),
    Lie.UNKNOWN_CODE: _unknown_code,
    Lie.CDN_NOT_FOUND: _page(_BLOCKED.replace(b"blocked", b"not found"), 404),
    Lie.BARE_NOT_FOUND: lambda scene: Reply(404, b"", ""),
    Lie.ENTITIES: _entities,
    Lie.NESTED: _nested,
    Lie.OTHER_CASE: _other_case,
    Lie.EMPTY_BODY: lambda scene: Reply(200, b"", "application/xml"),
}
