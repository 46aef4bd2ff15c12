from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bucket_probes.errors import RefusedError
from documents.buckets import Question
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.errors import NoAnswerError
from tests.bucket_probes.azure_setting import (
    NO,
    UNKNOWN,
    YES,
    Lying,
    listing,
)

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Liar, Reply


class TestLies:
    @pytest.mark.parametrize(
        "body",
        [
            "",
            "<html>Sign in</html>",
            "<Error><Code>ContainerNotFound</Code></Error>",
            '<!DOCTYPE a [<!ENTITY b "c">]><EnumerationResults/>',
        ],
    )
    def test_a_page_for_everything_is_no_yes(self, lying: Lying, body: str) -> None:
        opened = lying(lambda asked: body)
        opened.probe.state()
        with pytest.raises(RefusedError):
            opened.probe.read(ListedObject("known.pdf"), question=Question.READ_KNOWN_KEY)
        access = opened.access
        assert (access.exists, access.listable, access.readable, access.known_key_readable) == (UNKNOWN,) * 4

    def test_a_page_in_the_place_of_a_blob_is_no_blob(self, lying: Lying, reply: type[Reply]) -> None:
        opened = lying(lambda asked: reply(200, b"<html>", {"Content-Type": "text/html"}))
        with pytest.raises(RefusedError, match="no storage service"):
            opened.probe.read(ListedObject("known.pdf"), question=Question.READ_KNOWN_KEY)
        assert opened.access.known_key_readable is UNKNOWN

    @pytest.mark.parametrize("status", [404, 403, 401, 400, 500, 502, 410])
    @pytest.mark.parametrize(
        "body", [b"", b"<html>404</html>", b"<Error><Code>NoSuchBucket</Code></Error>", b"<Error>"]
    )
    def test_nothing_but_the_services_own_word_is_a_verdict(
        self, lying: Lying, reply: type[Reply], status: int, body: bytes
    ) -> None:
        opened = lying(lambda asked: reply(status, body))
        opened.probe.state()
        access = opened.access
        assert (access.exists, access.account_exists, access.listable) == (UNKNOWN,) * 3

    @pytest.mark.parametrize("truths", [1, 2, 3])
    def test_a_no_after_another_answer_is_in_doubt(
        self, lying: Lying, liar: Liar, reply: type[Reply], truths: int
    ) -> None:
        missing = reply(404, b"<Error><Code>ContainerNotFound</Code></Error>")
        private = reply(404, b"<Error><Code>ResourceNotFound</Code></Error>")
        opened = lying(lambda asked: private if len(liar.asked) <= truths else missing)
        opened.probe.state()
        assert opened.access.exists is UNKNOWN
        with pytest.raises(RefusedError) as refused:
            opened.probe.read(ListedObject("known.pdf"), question=Question.READ_KNOWN_KEY)
        assert refused.value.reason is SkipReason.SERVER_ERROR
        assert opened.access.exists is UNKNOWN

    @pytest.mark.parametrize("other", ["ResourceNotFound", "BlobNotFound"])
    def test_a_lie_to_one_question_is_found_out_by_another(self, lying: Lying, reply: type[Reply], other: str) -> None:
        missing = reply(404, b"<Error><Code>ContainerNotFound</Code></Error>")
        opened = lying(
            lambda asked: (
                missing if "comp" in asked.query else reply(404, f"<Error><Code>{other}</Code></Error>".encode())
            )
        )
        opened.probe.state()
        assert opened.access.exists is not NO

    def test_a_container_that_is_missing_is_asked_for_twice(self, lying: Lying, liar: Liar, reply: type[Reply]) -> None:
        opened = lying(lambda asked: reply(404, b"<Error><Code>ContainerNotFound</Code></Error>"))
        opened.probe.state()
        assert (len(liar.asked), opened.access.exists, opened.access.listable) == (2, NO, NO)

    def test_a_no_is_one_answer_and_a_yes_takes_it_back(self, lying: Lying, liar: Liar, reply: type[Reply]) -> None:
        missing = reply(404, b"<Error><Code>ContainerNotFound</Code></Error>")
        opened = lying(lambda asked: missing if len(liar.asked) <= 2 else listing("a"))
        opened.probe.state()
        assert (len(liar.asked), opened.access.exists, opened.access.listable) == (2, NO, NO)
        assert opened.keys() == ["a"]
        assert (opened.access.exists, opened.access.listable) == (YES, YES)

    def test_throttled_is_unknown_and_ends_the_questions(self, lying: Lying, liar: Liar, reply: type[Reply]) -> None:
        opened = lying(lambda asked: reply(503, b"<Error><Code>ServerBusy</Code></Error>", {"Retry-After": "9999"}))
        with pytest.raises(NoAnswerError):
            opened.probe.state()
        assert len(liar.asked) == 1
        assert [(item.status, item.code) for item in opened.access.evidence] == [
            (503, "ServerBusy"),
            (None, "throttled"),
        ]
        assert (opened.access.exists, opened.access.listable) == (UNKNOWN, UNKNOWN)

    def test_a_yes_stands_against_later_refusals(self, lying: Lying, reply: type[Reply]) -> None:
        def says(asked: Asked) -> Any:
            if asked.query.get("marker"):
                return reply(409, b"<Error><Code>PublicAccessNotPermitted</Code></Error>")
            return listing("a", marker="m")

        opened = lying(says)
        with pytest.raises(RefusedError):
            opened.keys()
        access = opened.access
        assert (access.exists, access.listable, access.public_access_blocked) == (YES, YES, NO)
