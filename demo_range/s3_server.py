"""An S3 endpoint on loopback that enforces anonymous access, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import quote

import urllib3

from demo_range.loopback import LOOPBACK, DemoRangeError

# What an owner's request carries. No signature is checked; moto reads the service and region from it.
OWNER = "AWS4-HMAC-SHA256 Credential=owner/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"

# Seconds until the child must have said its port: importing moto takes about one on a slow core.
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_REQUEST_SECONDS = 10.0
_FIRST_ERROR = 400


class S3Server:
    """Buckets as the owner sets them up, reached by others as the real service would let them.

    `.url` is the endpoint, for path-style addressing. Region us-east-1. The state is gone when it stops.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._http = urllib3.PoolManager(timeout=_REQUEST_SECONDS, retries=False)
        self._port = 0

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo_range.s3_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=Path(__file__).parents[1],
        )
        try:
            self._port = _announced(self._process)
        except DemoRangeError as error:
            self._errors.seek(0)
            last = self._errors.read().decode(errors="replace").strip().rpartition("\n")[2]
            self.__exit__(None, None, None)
            raise DemoRangeError(f"{error}: {last}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.clear()
        if self._process is not None:
            _end(self._process)
        if self._errors is not None:
            self._errors.close()

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://{LOOPBACK}:{self._port}"

    def add_bucket(self, name: str, acl: str = "private") -> None:
        """Create a bucket with a canned ACL, such as `private` or `public-read`."""
        self._owner("PUT", f"/{name}", headers={"x-amz-acl": acl})

    def put_object(self, bucket: str, key: str, content: bytes, acl: str = "private", media_type: str = "") -> None:
        """Store an object; private unless another canned ACL is given, whatever the bucket's."""
        headers = {"x-amz-acl": acl} | ({"Content-Type": media_type} if media_type else {})
        self._owner("PUT", f"/{bucket}/{quote(key, safe='/-_.~')}", content, headers)

    def grant(self, bucket: str, *grants: tuple[str, str]) -> None:
        """Give a bucket an ACL of its own: pairs of a group (`AllUsers`, `AuthenticatedUsers`) and a permission."""
        headers: dict[str, str] = {}
        for group, permission in grants:
            name = f"x-amz-grant-{permission.lower().replace('_', '-')}"
            uri = f'uri="http://acs.amazonaws.com/groups/global/{group}"'
            headers[name] = f"{headers[name]}, {uri}" if name in headers else uri
        self._owner("PUT", f"/{bucket}?acl", headers=headers)

    def keep_versions(self, bucket: str) -> None:
        """From now on nothing is lost that is written over or deleted."""
        body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        self._owner("PUT", f"/{bucket}?versioning", body)

    def delete_object(self, bucket: str, key: str) -> None:
        """Delete an object; where versions are kept it is only marked as deleted."""
        self._owner("DELETE", f"/{bucket}/{quote(key, safe='/-_.~')}")

    def make_website(self, bucket: str) -> None:
        """Configure a bucket as a web site."""
        body = (
            b"<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>"
        )
        self._owner("PUT", f"/{bucket}?website", body)

    def set_policy(self, bucket: str, *statements: Mapping[str, Any]) -> None:
        """Give a bucket a policy of these statements."""
        policy = {"Version": "2012-10-17", "Statement": statements}
        self._owner("PUT", f"/{bucket}?policy", json.dumps(policy).encode())

    def allow_everyone(self, bucket: str, *actions: str) -> None:
        """A policy that lets everyone do these actions, such as `s3:GetObject`, on the bucket and its objects."""
        arn = f"arn:aws:s3:::{bucket}"
        self.set_policy(
            bucket, {"Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": [arn, f"{arn}/*"]}
        )

    def block_public_access(self, bucket: str) -> None:
        """Switch on all four settings of the public access block."""
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        settings = "".join(f"<{name}>true</{name}>" for name in names)
        body = f"<PublicAccessBlockConfiguration>{settings}</PublicAccessBlockConfiguration>"
        self._owner("PUT", f"/{bucket}?publicAccessBlock", body.encode())

    def _owner(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        sent = {"Authorization": OWNER, **(headers or {})}
        answer = self._http.request(method, self.url + path, body=body, headers=sent)
        if answer.status >= _FIRST_ERROR:
            raise DemoRangeError(f"the S3 server refused to set up the range with status {answer.status}")


def _announced(process: subprocess.Popen[bytes]) -> int:
    """The port that the child says it listens on."""
    said: list[bytes] = []
    out = process.stdout
    if out is None:
        raise DemoRangeError("the S3 server has no way to say its port")
    reader = threading.Thread(target=lambda: said.append(out.readline()), daemon=True)
    reader.start()
    reader.join(_START_SECONDS)
    if not said or not said[0].strip().isdigit():
        raise DemoRangeError("the S3 server did not start")
    return int(said[0])


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.terminate()  # a fork of the parent may hold the pipe open
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
