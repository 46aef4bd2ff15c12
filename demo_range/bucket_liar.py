"""The liar: one process that plays S3, Google Cloud Storage and Azure Blob, truly or with any lie of `lies.py`.

`python -m demo_range.bucket_liar` reads lines of JSON on standard input and answers each with one on standard output:
{"buckets": [{"name": "a", "rights": ["list", "read"], "objects": {"k": "text"}}], "tell": [{"lie": "not_found_above",
"above": 50}]}. Each line may give buckets, what is told from now on, or nothing; the answer has the addresses and how
many requests were answered with which status. It ends when standard input does.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from demo_range.azure_service import AzureService
from demo_range.bucket_server import BucketServer
from demo_range.cloud_buckets import Asked, CloudBucket, Reply, Right
from demo_range.gcs_service import GcsService
from demo_range.lie_forms import FORMS, Form, Scene, bomb
from demo_range.lie_listings import Listings
from demo_range.lies import Lie, Occasion, Service, Telling
from demo_range.s3_service import S3Service

# The storage account that buckets without one are in.
ACCOUNT = "clinicstore"


class BucketLiar:
    """Three servers with the same buckets: `with BucketLiar(buckets) as liar: liar.url(Service.S3)`.

    Azure's containers are below `url(Service.AZURE)/ACCOUNT`.

    Args:
        buckets: what exists.
        page: objects on a page of a listing.
    """

    def __init__(self, buckets: Iterable[CloudBucket] = (), page: int = 1000) -> None:
        self._buckets = {bucket.name: bucket for bucket in buckets}
        self._page = page
        self._occasions: tuple[Occasion, ...] = ()
        self._forms: Mapping[Lie, Form] = {**FORMS, **Listings().forms()}
        self.lies = 0
        self._servers = {
            service: BucketServer(lambda asked, service=service: self._answer(service, asked))  # type: ignore[misc]
            for service in Service
        }
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            for server in self._servers.values():
                starting.enter_context(server)
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def url(self, service: Service) -> str:
        """Scheme, host and port."""
        return self._servers[service].url

    def asked(self, service: Service) -> list[Asked]:
        """The requests so far."""
        return self._servers[service].asked

    def counts(self, service: Service) -> Mapping[int, int]:
        """How often each status was given."""
        return self._servers[service].counts

    def add(self, bucket: CloudBucket) -> None:
        """From now on it exists."""
        self._buckets[bucket.name] = bucket

    def tell(self, *tellings: Telling) -> None:
        """From now on these lies are told, the first that is due; none for the truth."""
        if any(telling.lie is Lie.GZIP_BOMB for telling in tellings):
            bomb()  # packed now, so that no request waits for it
        self._forms = {**FORMS, **Listings().forms()}
        self._occasions = tuple(Occasion(telling) for telling in tellings)

    def _answer(self, service: Service, asked: Asked) -> Reply:
        name = _name(service, asked)
        bucket = self._buckets.get(name)
        for occasion in self._occasions:
            concerned = not occasion.telling.buckets or name in occasion.telling.buckets
            if concerned and occasion.is_now(asked.source, time.monotonic()):
                self.lies += 1
                scene = Scene(service, asked, bucket, lambda asked, bucket: self._truth(service, asked, bucket))
                return self._forms[occasion.telling.lie](scene)
        return self._truth(service, asked, bucket)

    def _truth(self, service: Service, asked: Asked, bucket: CloudBucket | None) -> Reply:
        held = {bucket.name: bucket} if bucket else {}
        match service:
            case Service.S3:
                return S3Service(held, self._page).answer(asked)
            case Service.GCS:
                return GcsService(held, self._page).answer(asked)
            case Service.AZURE:
                containers = {(bucket.account or ACCOUNT, bucket.name): bucket for bucket in held.values()}
                return AzureService(containers, self._page).answer(asked)


def _name(service: Service, asked: Asked) -> str:
    """The bucket that a request is about."""
    parts = asked.path[1:].split("/")
    if service is Service.AZURE:
        parts = parts[1:]
    elif service is Service.GCS and "/storage/v1/b/" in asked.path:
        parts = asked.path.partition("/storage/v1/b/")[2].split("/")
    return unquote(parts[0]) if parts else ""


def bucket_of(said: Mapping[str, Any]) -> CloudBucket:
    """A bucket as a line of JSON gives it."""
    bucket = CloudBucket(
        name=said["name"],
        rights=frozenset(Right(word) for word in said.get("rights", [])),
        region=said.get("region", ""),
        account=said.get("account", ""),
    )
    for key, text in said.get("objects", {}).items():
        bucket.put(key, text.encode())
    return bucket


def telling_of(said: Mapping[str, Any]) -> Telling:
    """A telling as a line of JSON gives it."""
    more = {name: value for name, value in said.items() if name not in ("lie", "buckets")}
    return Telling(Lie(said["lie"]), frozenset(said.get("buckets", ())), **more)


def serve() -> None:
    """Serve until standard input ends."""
    with BucketLiar() as liar:
        for line in sys.stdin:
            said = json.loads(line)
            for bucket in said.get("buckets", ()):
                liar.add(bucket_of(bucket))
            if "tell" in said:
                liar.tell(*(telling_of(telling) for telling in said["tell"]))
            answer = {
                "urls": {service: liar.url(service) for service in Service},
                "account": ACCOUNT,
                "counts": {service: dict(liar.counts(service)) for service in Service},
                "lies": liar.lies,
            }
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    serve()
