"""The site server and the servers beneath it: types, refusals, and a stop that leaves nothing."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
import urllib3

from demo_range.loopback import DemoRangeError
from demo_range.web_servers import PythonListingServer, WebServer


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    (tmp_path / "index.html").write_text("<p>home")
    for name in ("a b.txt", "letter.pdf", "letter.docx", "thing.xyz"):
        (tmp_path / "folder" / name).write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/folder/a%20b.txt", "text/plain"),
        ("/folder/letter.pdf", "application/pdf"),
        ("/folder/letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("/folder/thing.xyz", "application/octet-stream"),
    ],
)
def test_content_types(root: Path, http: urllib3.PoolManager, path: str, content_type: str) -> None:
    with WebServer(root) as site:
        answer = http.request("GET", site.url + path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == content_type


def test_the_site_lists_nothing_and_misses_what_is_not_there(root: Path, http: urllib3.PoolManager) -> None:
    with WebServer(root) as site:
        assert http.request("GET", f"{site.url}/folder/").status == 404
        assert http.request("GET", f"{site.url}/none.html").status == 404
        assert http.request("GET", f"{site.url}/%2e%2e/etc/passwd").status == 404
        assert http.request("POST", f"{site.url}/").status == 501


def test_a_listing_is_that_of_python(root: Path, http: urllib3.PoolManager) -> None:
    with PythonListingServer(root) as server:
        page = http.request("GET", f"{server.url}/folder/").data
    assert b"Directory listing for /folder/" in page
    assert b'<a href="a%20b.txt">a b.txt</a>' in page


def test_requests_are_recorded(root: Path, http: urllib3.PoolManager) -> None:
    with WebServer(root) as site:
        http.request("GET", f"{site.url}/none.html?q=1", headers={"X-Who": "me"})
        (request,) = site.requests
    assert (request.method, request.path, request.headers["x-who"]) == ("GET", "/none.html?q=1", "me")


def test_stopping_leaves_no_thread_and_no_listening_socket(root: Path) -> None:
    before = set(threading.enumerate())
    with WebServer(root) as site:
        port = site.port
        idle = socket.create_connection(("127.0.0.1", port), timeout=10)
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while not received.endswith(b"<p>home"):
            received += idle.recv(4096)
    with idle:
        assert idle.recv(1) == b"", "a connection that was kept open is cut"
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_server_that_was_not_started_says_so(root: Path) -> None:
    with pytest.raises(DemoRangeError, match="not been started"):
        _ = WebServer(root).url
