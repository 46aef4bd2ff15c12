from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo_range.ftp_server import FtpServer
from demo_range.little_proxy import LittleProxy

if TYPE_CHECKING:
    from tests.crawler.ftp.conftest import Walk

NAME = "ftp.typing.example"


@pytest.mark.parametrize("resolve", ["here", "proxy"])
def test_control_and_data_go_through_a_socks_proxy(walk: Walk, tree: Path, resolve: str) -> None:
    with FtpServer(tree) as server, LittleProxy(socks=True, hosts={NAME: "127.0.0.1"}) as proxy:
        port = server.url.rstrip("/").rpartition(":")[2]
        host = NAME if resolve == "proxy" else "localhost"
        walked = walk(f"ftp://{host}:{port}/", network={"proxy": proxy.url, "resolve": resolve})
        assert {host for host, _ in proxy.asked} == {NAME if resolve == "proxy" else "127.0.0.1"}
        assert len(proxy.asked) == len(walked.dialled) > len(walked.bodies)
    assert walked.bodies["/Completed/2024-05/0001%20hollis.txt"] == b"Dear Dr Hollis"
    assert walked.skips == {}


def test_an_http_proxy_is_not_for_ftp(walk: Walk, tree: Path) -> None:
    with FtpServer(tree) as server, LittleProxy() as proxy:
        walked = walk(server.url, network={"proxy": proxy.url})
        assert (proxy.clients, server.commands) == (0, [])
    assert walked.skips == {"/": ("proxy_failed", "FTP goes through a socks5h:// proxy only")}


def test_a_proxy_that_lets_nobody_through_says_nothing_of_the_server(walk: Walk, tree: Path) -> None:
    with FtpServer(tree) as server, LittleProxy(socks=True, status=2) as proxy:
        walked = walk(server.url, network={"proxy": proxy.url})
        assert server.commands == []
    assert walked.skips == {"/": ("proxy_failed", "socks_2")}
