"""A boto3 client that has no rights, reads no configuration and opens no connection of its own."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.credentials import CredentialResolver
from botocore.loaders import Loader

from documents.records import SkipReason
from fetching.errors import UrlDeniedError

# Takes the request that boto3 has built: its URL.
Carrier = Callable[[str], None]


def unsigned_client(endpoint: str, region: str, carry: Carrier, *, virtual: bool = False) -> Any:
    """A boto3 S3 client, unsigned, whose requests are handed to `carry`.

    boto3 builds the requests (addresses, encoding, checks of parameters) and nothing more: the answer goes to whoever
    carries it, and boto3 is shown an empty one. So no byte of a server's answer reaches its parsers, and neither its
    retries nor its redirects can ask for anything by themselves.

    Args:
        endpoint: scheme and host.
        region: of the endpoint.
        carry: takes each request.
        virtual: the bucket's name is the first part of the host, not of the path.

    Returns:
        The client. Its type is made at run time from the service's description, so it has no name.
    """

    def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        if request.method != "GET":
            raise UrlDeniedError(SkipReason.DENIED_BY_GUARD, f"method {request.method} does not read")
        carry(request.url)
        return AWSResponse(request.url, 200, HTTPHeaders(), _EmptyBody())

    # At these levels they write URLs, and an object's key can name a patient.
    logging.getLogger("botocore").setLevel(logging.CRITICAL)
    logging.getLogger("boto3").setLevel(logging.CRITICAL)
    client: Any = boto3.Session(botocore_session=_bare_session(), region_name=region).client(
        "s3", endpoint_url=endpoint, config=_configuration(virtual=virtual)
    )
    client.meta.events.register_first("before-send.s3", send)
    return client


class _EmptyBody:
    """The body that boto3 is shown."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """A document that says nothing: one of boto3's readers breaks on no document at all."""
        return iter((b"<Nothing/>",))

    def read(self, *_: object) -> bytes:
        """Nothing."""
        return b""


def _configuration(*, virtual: bool) -> Config:
    return Config(
        signature_version=UNSIGNED,
        # Path-style where the service knows it: one TLS host for all names, dots included.
        s3={"addressing_style": "virtual" if virtual else "path"},
        retries={"mode": "standard", "total_max_attempts": 1},  # the wire waits and asks again
        proxies={},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _bare_session() -> botocore.session.Session:
    """A session with botocore's defaults, that looks into no variable and no file, and knows no credentials."""
    defaults = botocore.session.Session.SESSION_VARIABLES.items()
    variables = {name: (None, None, default, convert) for name, (_, _, default, convert) in defaults}
    for name in ("config_file", "credentials_file"):
        variables[name] = (None, None, os.devnull, None)
    session = botocore.session.Session(session_vars=variables)
    session.register_component("credential_provider", CredentialResolver(providers=[]))
    session.register_component("data_loader", _descriptions())
    return session


@cache
def _descriptions() -> Loader:
    """Of services, read once: they take 0.2 s. Those that botocore brings along only; others may lie in the home."""
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
