from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bucket_probes.errors import RefusedError
from demo_range.azure_server import DEVELOPMENT, AzureServer
from demo_range.azure_store import Level
from documents.buckets import Question
from documents.exposure import Truth
from fetching.dialler import AddressDeniedError
from tests.bucket_probes.azure_setting import (
    CONTROL,
    HOST,
    NO,
    UNKNOWN,
    YES,
    Open,
    filled,
    resolver,
)

if TYPE_CHECKING:
    pass


class TestDns:
    @pytest.mark.parametrize(
        ("known", "otherwise", "account", "exists", "code"),
        [
            (CONTROL, socket.EAI_NONAME, NO, NO, "NXDOMAIN"),
            ({}, socket.EAI_NONAME, UNKNOWN, UNKNOWN, "NXDOMAIN, for accounts that exist too"),
            (CONTROL, socket.EAI_AGAIN, UNKNOWN, UNKNOWN, "EAI_AGAIN"),
            (CONTROL, socket.EAI_FAIL, UNKNOWN, UNKNOWN, "EAI_FAIL"),
            (CONTROL, socket.EAI_NODATA, UNKNOWN, UNKNOWN, "EAI_NODATA"),
            ({HOST: "127.0.0.1"}, socket.EAI_NONAME, YES, UNKNOWN, "address"),
            ({HOST: "10.1.2.3"}, socket.EAI_NONAME, YES, UNKNOWN, "address that may not be dialled"),
            ({HOST: "127.0.0.1"}, socket.EAI_AGAIN, YES, UNKNOWN, "address"),
            ({}, "127.0.0.1", UNKNOWN, UNKNOWN, "every name resolves"),
        ],
    )
    def test_what_the_resolver_says_of_an_account(
        self,
        open_container: Open,
        known: Mapping[str, str],
        otherwise: int | str,
        account: Truth,
        exists: Truth,
        code: str,
    ) -> None:
        opened = open_container(None, "letters", resolve=resolver(known, otherwise), timeout_seconds=1)
        with suppress(AddressDeniedError):
            opened.probe.state()
        access = opened.access
        assert (access.account_exists, access.exists) == (account, exists)
        assert (access.evidence[0].question, access.evidence[0].status, access.evidence[0].code) == (
            Question.DNS,
            None,
            code,
        )

    def test_no_request_is_made_at_an_account_that_is_not_there(self, open_container: Open) -> None:
        opened = open_container(None, "letters", resolve=resolver(CONTROL))
        opened.probe.state()
        with pytest.raises(RefusedError, match="NXDOMAIN"):
            opened.keys()
        assert [item.question for item in opened.access.evidence] == [Question.DNS]
        assert opened.access.listable is NO

    def test_an_account_at_a_host_of_its_own_is_read(self, azure: AzureServer, open_container: Open) -> None:
        filled(azure, "letters", Level.CONTAINER)
        host = f"{DEVELOPMENT}.blob.private.example"
        endpoint = f"http://{host}:{azure.port}"
        opened = open_container(endpoint, "letters", resolve=resolver({host: "127.0.0.1"}))
        opened.probe.state()
        assert opened.keys() == ["letters/known.txt"]
        assert opened.access.evidence[0].question is Question.DNS
