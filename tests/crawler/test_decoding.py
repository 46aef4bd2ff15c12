"""Compressed answers: whole or not at all."""

from __future__ import annotations

import gzip
import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler.middlewares.decoding import MOST_MEMBERS, inflated
from documents.records import SkipReason
from fetching.errors import NoAnswerError

LIMIT = 100_000


@given(some.binary(max_size=5_000))
def test_what_was_compressed_comes_back(body: bytes) -> None:
    assert inflated(gzip.compress(body), LIMIT) == body
    assert inflated(zlib.compress(body), LIMIT) == body


@given(some.binary(min_size=1, max_size=2_000), some.data())
def test_a_stream_that_was_cut_is_never_half_read(body: bytes, data: some.DataObject) -> None:
    stream = gzip.compress(body)
    cut = stream[: data.draw(some.integers(1, len(stream) - 1))]
    with pytest.raises(NoAnswerError) as raised:
        inflated(cut, LIMIT)
    assert raised.value.reason is SkipReason.TRUNCATED


def test_several_members_are_one_body() -> None:
    assert inflated(gzip.compress(b"one ") + gzip.compress(b"two"), LIMIT) == b"one two"


def test_rubbish_after_the_end_is_left() -> None:
    assert inflated(gzip.compress(b"one") + b"\0\0rubbish", LIMIT) == b"one"


@pytest.mark.parametrize("stream", [gzip.compress(bytes(LIMIT + 1)), gzip.compress(bytes(60_000)) * 2])
def test_a_bomb_is_too_large(stream: bytes) -> None:
    with pytest.raises(NoAnswerError) as raised:
        inflated(stream, LIMIT)
    assert raised.value.reason is SkipReason.TOO_LARGE


def test_a_body_of_just_the_limit_passes() -> None:
    assert len(inflated(gzip.compress(bytes(LIMIT)), LIMIT)) == LIMIT


def test_what_is_not_compressed_is_an_error() -> None:
    with pytest.raises(zlib.error):
        inflated(b"plain text", LIMIT)


def test_members_and_padding_longer_than_a_piece() -> None:
    one, two = os.urandom(70_000), os.urandom(10)
    stream = gzip.compress(one) + bytes(200_000) + gzip.compress(two) + bytes(70_000)
    assert inflated(stream, LIMIT) == one + two


def test_members_without_number_are_not_read() -> None:
    assert inflated(gzip.compress(b"a") * MOST_MEMBERS, LIMIT) == b"a" * MOST_MEMBERS
    with pytest.raises(NoAnswerError) as raised:
        inflated(gzip.compress(b"a") * (MOST_MEMBERS + 1), LIMIT)
    assert (raised.value.reason, raised.value.detail) == (SkipReason.UNREADABLE, "gzip_members")
