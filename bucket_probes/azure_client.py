"""Azure's SDK as a maker of requests: it has no credential, opens no connection and is shown no answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import NoReturn, Self

from azure.core.exceptions import AzureError
from azure.core.pipeline.transport import HttpRequest, HttpResponse, HttpTransport
from azure.storage.blob import BlobClient, ContainerClient

from documents.records import SkipReason
from fetching.errors import UrlDeniedError

# Recent enough for the challenge that names the tenant (2019-12-12) and for names that XML has no place for
# (2021-02-12); old enough for private clouds and emulators that are not of this year.
API_VERSION = "2023-11-03"
# Headers of the SDK's requests that are sent. Not among them: its request id, which is made of this machine's hardware
# address; its own agent, which names the machine's system.
_SENT = ("x-ms-version", "x-ms-range")


@dataclass(frozen=True, slots=True)
class BuiltRequest:
    """A GET that the SDK has built: its address and those of its headers that are sent."""

    url: str
    headers: dict[str, str]


class RequestNotMadeError(Exception):
    """The SDK finds that no request can be made of a name or key."""


class _RequestBuiltError(Exception):
    """Ends the SDK's part: carries the request out of it."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.request = request


class _Transport(HttpTransport[HttpRequest, HttpResponse]):
    """Where the SDK would open connections."""

    def send(self, request: HttpRequest, **kwargs: object) -> NoReturn:
        """No answer comes back, so that no retry, redirect or parser of the SDK's has anything to work on."""
        raise _RequestBuiltError(request)

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Nothing to close."""


class ContainerRequests:
    """The requests that read one container, as the SDK builds them.

    Args:
        account_url: the account's blob endpoint, without credentials.
        container: its name.

    Raises of all methods: RequestNotMadeError.
    """

    def __init__(self, account_url: str, container: str) -> None:
        # At these levels it writes URLs, and a blob's name can name a patient.
        logging.getLogger("azure").setLevel(logging.CRITICAL)
        self._client = ContainerClient(
            account_url.partition("?")[0],  # it would take a signature there for its credential
            container,
            credential=None,
            transport=_Transport(),
            api_version=API_VERSION,
            retry_total=0,
            permit_redirects=False,
        )

    def listing(
        self, prefix: str, marker: str | None, include: Sequence[str] = (), most: int | None = None
    ) -> BuiltRequest:
        """A page of the listing; `include` as the service names what it leaves out by default."""
        pages = self._client.list_blobs(
            name_starts_with=prefix or None, include=list(include) or None, results_per_page=most
        ).by_page(continuation_token=marker)
        return _built(lambda: next(pages))

    def properties(self) -> BuiltRequest:
        """The container's own."""
        return _built(self._client.get_container_properties)

    def acl(self) -> BuiltRequest:
        """Who may do what."""
        return _built(self._client.get_container_access_policy)

    def blob(self, key: str, version: tuple[str, str] | None = None, first: int | None = None) -> BuiltRequest:
        """A blob, or only so many bytes of it; `version` is a query's name and value."""
        named = {"version_id" if version[0] == "versionid" else version[0]: version[1]} if version else {}

        def ask() -> object:
            client: BlobClient = self._client.get_blob_client(key, **named)
            return client.download_blob(offset=0, length=first)

        request = _built(ask)
        if first is None:  # the SDK asks for pieces of 32 MiB, and an empty blob has none
            request.headers.pop("x-ms-range", None)
        return request


def _built(ask: Callable[[], object]) -> BuiltRequest:
    """The request that `ask` would have made."""
    made: HttpRequest | None = None
    try:
        ask()
    except _RequestBuiltError as built:
        made = built.request
    except (AzureError, ValueError) as error:  # UnicodeEncodeError is one: a name that is no text
        raise RequestNotMadeError(type(error).__name__) from None
    if made is None:
        raise RequestNotMadeError("no request")
    if made.method != "GET":
        raise UrlDeniedError(SkipReason.DENIED_BY_GUARD, f"method {made.method} does not read")
    sent = {name: made.headers[name] for name in _SENT if name in made.headers}
    return BuiltRequest(made.url, sent)
