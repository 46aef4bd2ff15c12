"""Who answered: the address that a connection leads to, and the certificate that was shown."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLSocket

from urllib3 import BaseHTTPResponse


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection.

    Attributes:
        address: of the host, without port; empty where it is not known.
        certificate_sha256: of the certificate that it showed, in hex; empty without TLS.
    """

    address: str = ""
    certificate_sha256: str = ""


def peer_of(response: BaseHTTPResponse) -> Peer:
    """Of an answer whose body has not been read: its connection is given back with the last byte."""
    sock = getattr(response.connection, "sock", None)
    if sock is None:
        return Peer()
    address, digest = "", ""
    with suppress(OSError, IndexError):
        address = str(sock.getpeername()[0])
    if isinstance(sock, SSLSocket) and (certificate := sock.getpeercert(binary_form=True)):
        digest = hashlib.sha256(certificate).hexdigest()
    return Peer(address, digest)
