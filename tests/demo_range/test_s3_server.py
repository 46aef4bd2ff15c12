"""The S3 server as a process: starts, serves, ends with its block and with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
import urllib3
from botocore import UNSIGNED
from botocore.config import Config

from demo_range.loopback import DemoRangeError
from demo_range.s3_server import S3Server

ROOT = Path(__file__).parents[2]
ORPHAN = """
import sys, time
from demo_range.s3_server import S3Server
with S3Server() as server:
    print(server.url, flush=True)
    time.sleep(60)
"""


def test_a_client_without_credentials_reads_what_is_public() -> None:
    with S3Server() as server:
        server.add_bucket("clinic", "public-read")
        for number in range(3):
            server.put_object("clinic", f"{number}.txt", b"text", "public-read", "text/plain")
        client = boto3.client(
            "s3",
            endpoint_url=server.url,
            region_name="us-east-1",
            config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}),
        )
        try:
            page = client.list_objects_v2(Bucket="clinic", MaxKeys=2)
            assert page["IsTruncated"]
            rest = client.list_objects_v2(Bucket="clinic", ContinuationToken=page["NextContinuationToken"])
            assert [entry["Key"] for entry in page["Contents"] + rest["Contents"]] == ["0.txt", "1.txt", "2.txt"]
            got = client.get_object(Bucket="clinic", Key="1.txt")
            assert (got["Body"].read(), got["ContentType"]) == (b"text", "text/plain")
        finally:
            client.close()


def test_set_up_that_the_server_refuses_is_an_error() -> None:
    with S3Server() as server, pytest.raises(DemoRangeError, match="404"):
        server.put_object("absent", "key", b"")


def test_the_process_ends_with_the_block(http: urllib3.PoolManager) -> None:
    with S3Server() as server:
        url = server.url
    with pytest.raises(urllib3.exceptions.HTTPError):
        http.request("GET", url)


def test_the_process_ends_when_its_parent_is_killed(http: urllib3.PoolManager) -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().decode().strip()
        assert http.request("GET", url).status == 403
        os.kill(parent.pid, signal.SIGKILL)
    assert closed_within(http, url, seconds=10)


def closed_within(http: urllib3.PoolManager, url: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            http.request("GET", url)
        except urllib3.exceptions.HTTPError:
            return True
        time.sleep(0.05)
    return False


def test_a_child_that_can_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DemoRangeError, match="did not start"):
        S3Server().__enter__()
