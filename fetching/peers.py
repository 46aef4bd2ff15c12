"""Who answered: the address that a connection leads to, and the certificate that was shown."""

from __future__ import annotations

import hashlib
import socket
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLSocket


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection.

    Attributes:
        address: of the host, without port; empty where it is not known.
        certificate_sha256: of the certificate that it showed, in hex; empty without TLS.
    """

    address: str = ""
    certificate_sha256: str = ""


def peer_of(opened: socket.socket, *, through_proxy: bool = False) -> Peer:
    """Of a socket that is connected; through a proxy the address of the host is not known."""
    address, digest = "", ""
    if not through_proxy:
        with suppress(OSError, IndexError):
            address = str(opened.getpeername()[0])
    if isinstance(opened, SSLSocket) and (certificate := opened.getpeercert(binary_form=True)):
        digest = hashlib.sha256(certificate).hexdigest()
    return Peer(address, digest)
