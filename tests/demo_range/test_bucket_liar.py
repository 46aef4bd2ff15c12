from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from demo_range.bucket_liar import ACCOUNT, BucketLiar
from demo_range.cloud_buckets import CloudBucket, Right
from demo_range.lies import Lie, Service, Telling

PATHS = {
    Service.S3: "/{}?list-type=2&max-keys=0",
    Service.GCS: "/storage/v1/b/{}?fields=kind",
    Service.AZURE: f"/{ACCOUNT}/{{}}?restype=container",
}


@pytest.fixture
def liar() -> Iterator[BucketLiar]:
    with BucketLiar([CloudBucket("open", frozenset([Right.LIST, Right.READ])), CloudBucket("shut")]) as running:
        yield running


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        yield pool


@pytest.mark.parametrize(
    ("service", "statuses"),
    [(Service.S3, [200, 403, 404]), (Service.GCS, [401, 401, 404]), (Service.AZURE, [200, 404, 404])],
)
def test_the_truth(liar: BucketLiar, http: urllib3.PoolManager, service: Service, statuses: list[int]) -> None:
    asked = [http.request("GET", liar.url(service) + PATHS[service].format(name)) for name in ("open", "shut", "none")]
    assert [answer.status for answer in asked] == statuses
    assert [asked.method for asked in liar.asked(service)] == ["GET"] * 3
    assert sum(liar.counts(service).values()) == 3


def test_a_lie_is_told_for_some_names_alone(liar: BucketLiar, http: urllib3.PoolManager) -> None:
    liar.tell(Telling(Lie.NOT_FOUND_FIRST, frozenset({"shut"}), after=1))
    url = liar.url(Service.S3)
    statuses = [http.request("GET", f"{url}/{name}?list-type=2").status for name in ("open", "shut", "shut")]
    assert statuses == [200, 404, 403]
    assert liar.lies == 1


@pytest.mark.parametrize("service", [Service.S3, Service.GCS])
def test_a_false_not_found_is_word_for_word_a_true_one(
    liar: BucketLiar, http: urllib3.PoolManager, service: Service
) -> None:
    url = liar.url(service)
    true = http.request("GET", url + PATHS[service].format("none"))
    liar.tell(Telling(Lie.NOT_FOUND_FIRST))
    false = http.request("GET", url + PATHS[service].format("open"))
    assert (false.status, false.data) == (true.status, true.data)


@pytest.mark.parametrize("lie", Lie)
@pytest.mark.parametrize("service", Service)
def test_no_lie_breaks_the_server(liar: BucketLiar, service: Service, lie: Lie) -> None:
    liar.tell(Telling(lie, above=1))
    with urllib3.PoolManager(retries=False, timeout=0.1) as impatient:
        for path in (PATHS[service].format("open"), PATHS[service].format("open") + "&comp=list&marker=YQ=="):
            try:
                impatient.request("GET", liar.url(service) + path, redirect=False, preload_content=False).close()
            except urllib3.exceptions.HTTPError:
                continue
    liar.tell()
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        assert pool.request("GET", liar.url(service) + PATHS[service].format("none")).status == 404


def test_as_a_process(http: urllib3.PoolManager) -> None:
    lines = [
        {"buckets": [{"name": "a", "rights": ["list", "read"], "objects": {"k": "text"}}]},
        {"tell": [{"lie": "not_found_first", "after": 1, "buckets": ["a"]}]},
        {},
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "demo_range.bucket_liar"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdin
        assert process.stdout
        answers = []
        for line in lines:
            process.stdin.write(json.dumps(line) + "\n")
            process.stdin.flush()
            answers.append(json.loads(process.stdout.readline()))
            http.request("GET", answers[0]["urls"]["s3"] + "/a/k")
        process.stdin.close()
        assert process.wait(10) == 0
    assert answers[0]["account"] == ACCOUNT
    assert [answer["counts"]["s3"] for answer in answers] == [{}, {"200": 1}, {"200": 1, "404": 1}]
    assert answers[2]["lies"] == 1
