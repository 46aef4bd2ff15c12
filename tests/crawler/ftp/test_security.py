"""TLS first, and on record what it was worth."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from demo_range.ftp_server import FtpServer
from demo_range.tls_faults import TlsFault, faulty_certificate
from documents.exposure import TlsState, Transport


def certificate(fault: TlsFault) -> tuple[bytes, ssl.SSLContext]:
    """Certificate with key, and a client's context that trusts it."""
    pem, key = faulty_certificate(fault)
    return pem + key, ssl.create_default_context(cadata=pem.decode())


def test_over_tls_files_come_over_tls(tree: Path, walk: Any) -> None:
    pem, trust = certificate(TlsFault.SELF_SIGNED)
    with FtpServer(tree, pem) as server:
        walked = walk(f"{server.url}/", trust=trust)
        verbs = server.verbs
    assert len(walked.documents) == 4
    exposures = {(document.exposure.transport, document.exposure.tls) for document in walked.documents.values()}
    assert exposures == {(Transport.FTPS, TlsState.VALID)}
    assert verbs.index("AUTH") < verbs.index("USER")
    assert verbs.count("PROT") == 1


@pytest.mark.parametrize("required", [False, True])
def test_a_server_that_insists_on_tls_gets_it(required: bool, tree: Path, walk: Any) -> None:
    pem, trust = certificate(TlsFault.SELF_SIGNED)
    with FtpServer(tree, pem, tls_control_required=True, tls_data_required=True) as server:
        walked = walk(f"{server.url}/", trust=trust, tls="require" if required else "prefer")
    assert len(walked.documents) == 4


@pytest.mark.parametrize(("fault", "trusted", "state"), [
    (TlsFault.SELF_SIGNED, False, "self_signed"),
    (TlsFault.EXPIRED, True, "expired"),
    (TlsFault.WRONG_HOST, True, "wrong_host"),
])  # fmt: skip
def test_a_certificate_that_does_not_hold(fault: TlsFault, trusted: bool, state: str, tree: Path, walk: Any) -> None:
    pem, trust = certificate(fault)
    with FtpServer(tree, pem) as server:
        refused = walk(f"{server.url}/", trust=trust if trusted else None)
        assert refused.skips == {"/": ("tls_error", state)}
        assert "USER" not in server.verbs, "nothing is said in the clear instead"
        walked = walk(f"{server.url}/", trust=trust if trusted else None, certificates="record")
        assert server.verbs.count("USER") == 1
    assert len(walked.documents) == 4
    exposures = {(document.exposure.transport, document.exposure.tls) for document in walked.documents.values()}
    assert exposures == {(Transport.FTPS, TlsState(state))}


def test_where_tls_is_required_a_server_without_it_is_left(tree: Path, walk: Any) -> None:
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/", tls="require")
        assert "USER" not in server.verbs
    assert walked.skips == {"/": ("tls_error", "none")}


def test_a_server_that_protects_commands_only(tree: Path, walk: Any) -> None:
    pem, trust = certificate(TlsFault.SELF_SIGNED)
    with FtpServer(tree, pem, without=("PROT",)) as server:
        walked = walk(f"{server.url}/", trust=trust)
        assert {d.exposure.transport for d in walked.documents.values()} == {Transport.FTP}
        assert walk(f"{server.url}/", trust=trust, tls="require").skips == {"/": ("tls_error", "files in the clear")}
