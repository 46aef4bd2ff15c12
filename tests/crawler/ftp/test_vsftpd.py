"""The server of the distribution: LIST only, names as bytes, links that are resolved, sessions that must be reused."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo_range.tls_faults import TlsFault, faulty_certificate
from documents.exposure import TlsState, Transport

VSFTPD = shutil.which("vsftpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(VSFTPD is None, reason="wants vsftpd")
# Seconds until a server that has not begun to listen is taken for broken.
LONGEST_START = 20

CONFIGURATION = """
listen=YES
listen_address=127.0.0.1
listen_port={port}
anonymous_enable=YES
local_enable=NO
write_enable=NO
run_as_launching_user=YES
secure_chroot_dir={empty}
anon_root={root}
seccomp_sandbox=NO
background=NO
xferlog_enable=NO
ftpd_banner=Bureau
"""
OVER_TLS = """
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
rsa_cert_file={pem}
rsa_private_key_file={pem}
require_ssl_reuse=YES
ssl_ciphers=HIGH
"""


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@contextmanager
def running(folder: Path, configuration: str) -> Iterator[str]:
    """A server on loopback; its URL, with a last slash."""
    assert VSFTPD is not None
    port = free_port()
    (folder / "empty").mkdir()
    file = folder / "vsftpd.conf"
    file.write_text(configuration.format(port=port, empty=folder / "empty", root=folder / "root", pem=folder / "pem"))
    process = subprocess.Popen([VSFTPD, str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + LONGEST_START
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "vsftpd did not start"
                assert time.monotonic() < until
        yield f"ftp://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def bureau(tree: Path, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Starts a server over the tree: `bureau(more configuration)`."""
    (tree / os.fsdecode("Caf\xe9".encode("latin-1"))).write_bytes(b"cafe")
    (tree / "Completed" / "up").symlink_to("..")
    (tree / "Completed" / "beside").symlink_to("../Pending")
    (tree / "Completed" / "latest.txt").symlink_to("2024-05/0001 hollis.txt")
    with ExitStack() as stack:

        def start(more: str = "") -> str:
            return stack.enter_context(running(tmp_path, CONFIGURATION + more))

        yield start


READ = {
    "/Caf%E9": b"cafe",
    "/Completed/2024-05/0001%20hollis.txt": b"Dear Dr Hollis",
    "/Completed/2024-05/0002_vale.doc": b"\xd0\xcf\x11\xe0 vale",
    "/Completed/latest.txt": b"Dear Dr Hollis",
    "/%20leading%20and%20trailing%20": b"spaces",
    "/a%3Bb%3Dc%20%231%3F%2541.txt": b"hostile",
}


def test_all_is_read_and_links_are_told_apart(bureau: Any, walk: Any) -> None:
    walked = walk(bureau())
    assert walked.bodies == READ
    assert walked.skips == {"/Completed/up": ("budget_spent", "folder_in_itself")}
    document = walked.documents["/Completed/latest.txt"]
    assert document.headers["server"] == "Bureau"
    assert (document.exposure.transport, document.exposure.tls) == (Transport.FTP, TlsState.NONE)
    assert walked.logins == 1


def test_data_connections_take_up_the_session_that_the_server_insists_on(
    bureau: Any, tmp_path: Path, walk: Any
) -> None:
    pem, key = faulty_certificate(TlsFault.SELF_SIGNED)
    (tmp_path / "pem").write_bytes(pem + key)
    url = bureau(OVER_TLS)
    walked = walk(url, trust=ssl.create_default_context(cadata=pem.decode()), tls="require")
    assert walked.bodies == READ
    assert {document.exposure.transport for document in walked.documents.values()} == {Transport.FTPS}
    assert {document.exposure.tls for document in walked.documents.values()} == {TlsState.VALID}


def test_nothing_above_the_login_folder_is_asked_for(bureau: Any, tree: Path, walk: Any) -> None:
    """This server does not lock anonymous in: paths that count from the root would walk the whole machine."""
    walked = walk(bureau() + "Completed/")
    assert set(walked.bodies) == {path for path in READ if path.startswith("/Completed/")}
    assert walked.reasons == {
        "/Completed/up": "denied_by_guard",
        "/Completed/beside": "denied_by_guard",
    }
