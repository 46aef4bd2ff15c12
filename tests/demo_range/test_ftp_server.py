"""A server that anyone may read, and nobody may change."""

from __future__ import annotations

import ftplib
import io
import threading
from pathlib import Path

import pytest

from demo_range.ftp_server import FtpServer
from demo_range.loopback import DemoRangeError


def test_anonymous_may_read_and_not_write(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"alpha")
    with FtpServer(tmp_path, banner="hello") as server, ftplib.FTP(timeout=10) as client:
        assert client.connect("127.0.0.1", server.port) == "220 hello"
        client.login()
        assert client.nlst() == ["a.txt"]
        with pytest.raises(ftplib.error_perm, match="550"):
            client.storbinary("STOR b.txt", io.BytesIO(b"beta"))
        with pytest.raises(ftplib.error_perm, match="550"):
            client.delete("a.txt")
        assert server.url == f"ftp://127.0.0.1:{server.port}"
        assert server.verbs[:2] == ["USER", "PASS"]
        assert {"STOR", "DELE"} <= set(server.verbs)
    assert (tmp_path / "a.txt").read_bytes() == b"alpha"


def test_it_can_do_less_on_request(tmp_path: Path) -> None:
    with FtpServer(tmp_path, without=("MLSD",)) as server, ftplib.FTP(timeout=10) as client:
        client.connect("127.0.0.1", server.port)
        client.login()
        with pytest.raises(ftplib.error_perm, match="500"):
            client.sendcmd("MLSD")


def test_it_stops_without_leaving_a_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with FtpServer(tmp_path):
        pass
    assert set(threading.enumerate()) <= before


def test_one_that_does_not_run_has_no_port(tmp_path: Path) -> None:
    with pytest.raises(DemoRangeError):
        _ = FtpServer(tmp_path).port
