"""Who answered is read off the connection."""

from __future__ import annotations

import socket

from fetching.peers import Peer, peer_of


def test_the_address_is_that_of_the_other_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as opened:
        assert peer_of(opened) == Peer("127.0.0.1", "")
    assert peer_of(opened) == Peer()
