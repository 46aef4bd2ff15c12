"""A google-cloud-storage client that has no rights, reads no configuration and opens no connection of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from documents.records import SkipReason
from fetching.errors import UrlDeniedError

# Takes the request that the library has built: its URL, and the headers that say what of the object is wanted.
Carrier = Callable[[str, Mapping[str, str]], None]

# Of the library's own headers these go out. The rest tell of the library, or would be a right to read.
_KEPT_HEADERS = frozenset(["range", "accept-encoding"])
# What is asked for of each listed object: the whole record is some 900 bytes, this 250.
_FIELDS = "kind,nextPageToken,items(name,size,updated,etag,generation,timeDeleted,softDeleteTime)"


class AnonymousBucket:
    """Asks about one bucket; each method hands one request to `carry`.

    The library builds the requests (addresses, encoding, parameters) and nothing more: no byte of a server's answer
    reaches its parsers, and neither its retries nor its threads can ask for anything by themselves.

    Args:
        endpoint: scheme and host.
        name: of the bucket.
        carry: asks. What it raises comes through.
    """

    def __init__(self, endpoint: str, name: str, carry: Carrier) -> None:
        # At their lower levels they write URLs, and an object's name can name a patient.
        logging.getLogger("google").setLevel(logging.CRITICAL)
        client = storage.Client(
            project="<none>",
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            _http=_Session(carry),
            client_options={"api_endpoint": endpoint},
        )
        self._client = _without_surroundings(client, endpoint)
        self._bucket: Any = self._client.bucket(name)

    def listing(self, *, count: int | None = None, page: str | None = None, **parameters: str | bool) -> None:
        """One page of objects: `prefix`, `versions`, `soft_deleted` as the library calls them."""
        given: Mapping[str, Any] = {name: _spelled(value) for name, value in parameters.items()}
        pages = self._client.list_blobs(
            self._bucket, page_token=page, page_size=count, projection="noAcl", fields=_FIELDS, retry=None, **given
        )
        _until_carried(lambda: next(pages.pages))

    def metadata(self) -> None:
        """What the bucket is set up to be."""
        _until_carried(lambda: self._bucket.reload(projection="noAcl", retry=None))

    def acl(self) -> None:
        """Who was given rights the older way."""
        _until_carried(self._bucket.acl.reload)

    def permissions(self, names: Iterable[str]) -> None:
        """Which of these rights whoever asks has."""
        _until_carried(lambda: self._bucket.test_iam_permissions(list(names), retry=None))

    def media(self, key: str, generation: int | str | None, first: int | None) -> None:
        """An object's bytes, of one generation, or only the first so many."""
        blob = self._bucket.blob(key, generation=generation)
        end = {} if first is None else {"start": 0, "end": first - 1}
        _until_carried(lambda: blob.download_as_bytes(raw_download=True, checksum=None, retry=None, **end))


class _CarriedError(Exception):
    """Leaves the library once it has built its request: there is no answer to show it."""


class _Session:
    """Stands where the library has its HTTP session."""

    is_mtls = False

    def __init__(self, carry: Carrier) -> None:
        self._carry = carry
        self._thread = threading.get_ident()

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, **_: object) -> NoReturn:
        """Hand on a request; only one that reads, and only one that was asked for."""
        if method != "GET" or threading.get_ident() != self._thread:
            raise UrlDeniedError(SkipReason.DENIED_BY_GUARD, f"method {method} does not read, or nobody asked for it")
        named = {name.lower(): value for name, value in (headers or {}).items()}
        self._carry(url, {name: named[name] for name in _KEPT_HEADERS & named.keys() if "alt=media" in url})
        raise _CarriedError


def _until_carried(act: Callable[[], object]) -> None:
    try:
        act()
    except _CarriedError:
        return


def _without_surroundings(client: Any, endpoint: str) -> Any:
    """Variables of the environment name another version, another host for mutual TLS, and start threads that ask."""
    connection = client._connection
    connection.API_VERSION = "v1"
    connection.API_BASE_MTLS_URL = endpoint
    client._bucket_metadata_cache = None
    return client


def _spelled(value: str | bool) -> str:
    """The library would write `True`."""
    return str(value).lower() if isinstance(value, bool) else value
