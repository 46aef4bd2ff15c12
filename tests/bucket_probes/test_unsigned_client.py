from __future__ import annotations

import socket
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucket_probes.unsigned_client import unsigned_client
from documents.records import SkipReason
from fetching.errors import NoAnswerError, UrlDeniedError

ENDPOINT = "https://s3.eu-west-2.amazonaws.com"
carried: list[str] = []
client = unsigned_client(ENDPOINT, "eu-west-2", carried.append)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_requests_name_the_key_byte_by_byte(key: str) -> None:
    carried.clear()
    client.get_object(Bucket="Clinic.Letters_2", Key=key)
    assert carried == [f"{ENDPOINT}/Clinic.Letters_2/{quote(key, safe='/-_.~')}"]


def test_listings_ask_for_encoded_keys() -> None:
    carried.clear()
    client.list_objects_v2(Bucket="letters", Prefix="2024/é +", ContinuationToken="a+b/=")
    client.list_objects(Bucket="letters", Prefix="", Marker="x&y")
    assert carried == [
        f"{ENDPOINT}/letters?list-type=2&prefix=2024%2F%C3%A9%20%2B&continuation-token=a%2Bb%2F%3D&encoding-type=url",
        f"{ENDPOINT}/letters?prefix=&marker=x%26y&encoding-type=url",
    ]


@pytest.mark.parametrize(
    ("operation", "question"),
    [
        ("get_bucket_acl", "acl"),
        ("get_bucket_policy_status", "policyStatus"),
        ("get_bucket_website", "website"),
        ("list_multipart_uploads", "uploads"),
        ("list_object_versions", "versions&encoding-type=url"),
    ],
)
@pytest.mark.parametrize("virtual", [False, True])
def test_questions_about_a_bucket(operation: str, question: str, virtual: bool) -> None:
    asked: list[str] = []
    place = "https://letters.s3.eu-west-2.amazonaws.com/" if virtual else f"{ENDPOINT}/letters"
    getattr(unsigned_client(ENDPOINT, "eu-west-2", asked.append, virtual=virtual), operation)(Bucket="letters")
    assert asked == [f"{place}?{question}"]


def test_where_a_bucket_is() -> None:
    """boto3 asks for this path-style, always, and reads the answer by itself."""
    asked: list[str] = []
    unsigned_client(ENDPOINT, "eu-west-2", asked.append).get_bucket_location(Bucket="letters")
    assert asked == [f"{ENDPOINT}/letters?location"]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("put_object", {"Key": "k", "Body": b"x"}),
        ("delete_object", {"Key": "k"}),
        ("delete_bucket", {}),
        ("put_bucket_acl", {"ACL": "public-read"}),
        ("create_bucket", {}),
        ("create_multipart_upload", {"Key": "k"}),
        ("delete_objects", {"Delete": {"Objects": [{"Key": "k"}]}}),
    ],
)
def test_nothing_is_written(operation: str, parameters: dict[str, object]) -> None:
    carried.clear()
    with pytest.raises(UrlDeniedError) as caught:
        getattr(client, operation)(Bucket="letters", **parameters)
    assert caught.value.reason is SkipReason.DENIED_BY_GUARD
    assert carried == []


def test_a_failure_to_carry_comes_through_once() -> None:
    tries: list[str] = []

    def fail(url: str) -> None:
        tries.append(url)
        raise NoAnswerError(SkipReason.TIMED_OUT, "ReadTimeoutError")

    with pytest.raises(NoAnswerError):
        unsigned_client(ENDPOINT, "eu-west-2", fail).list_objects_v2(Bucket="letters")
    assert len(tries) == 1


def test_ambient_settings_change_nothing(lending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No profile, region, endpoint, retry count or metadata service: the client is made without a look at them."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    seen: list[str] = []
    unsigned_client(ENDPOINT, "eu-west-2", seen.append).get_object(Bucket="letters", Key="k")
    assert seen == [f"{ENDPOINT}/letters/k"]
    assert lending not in seen[0]
