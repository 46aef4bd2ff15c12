"""Servers whose certificate is wrong in one way each."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo_range.loopback import LOOPBACK, AnsweringHandler, ListeningServer, LoopbackServer

_VALID = timedelta(days=30)


class TlsFault(StrEnum):
    """What is wrong with the certificate. Each is signed by itself; `SELF_SIGNED` has no other fault."""

    SELF_SIGNED = "self_signed"
    EXPIRED = "expired"
    WRONG_HOST = "wrong_host"


class TlsServer(LoopbackServer):
    """HTTPS on loopback with a faulty certificate; every path answers 200 to a client that connects all the same.

    Attributes:
        certificate: PEM; a client that trusts it sees only the fault that is left.
    """

    scheme = "https"

    def __init__(self, fault: TlsFault = TlsFault.SELF_SIGNED, name: str | None = None) -> None:
        """`name`: what the certificate names instead of the loopback address."""
        super().__init__(AnsweringHandler)
        self.certificate, self._key = faulty_certificate(fault, name)

    def listening(self) -> ListeningServer:
        """Bound, with the certificate loaded."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory(prefix="stray-tls-") as folder:
            chain = Path(folder) / "server.pem"
            chain.write_bytes(self.certificate + self._key)
            context.load_cert_chain(chain)
        return _TlsListeningServer(self._handler, context)


class _TlsListeningServer(ListeningServer):
    def __init__(self, handler: Any, context: ssl.SSLContext) -> None:
        super().__init__(handler)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread, so that a client that refuses delays nobody."""
        # Wrapping takes the accepted socket's place; unwatched in the middle of a handshake, it could not be cut.
        with (
            self._context.wrap_socket(request, server_side=True, do_handshake_on_connect=False) as secured,
            self.watching(secured),
        ):
            secured.do_handshake()
            super().finish_request(secured, client_address)


def faulty_certificate(fault: TlsFault, named: str | None = None) -> tuple[bytes, bytes]:
    """Certificate and key as PEM; `named` is the host that it names, the loopback address if not given."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = "elsewhere.example" if fault is TlsFault.WRONG_HOST else named
    host = x509.DNSName(named) if named else x509.IPAddress(IPv4Address(LOOPBACK))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo range")])
    end = datetime.now(UTC) + (-_VALID if fault is TlsFault.EXPIRED else _VALID)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 2 * _VALID)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([host]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem), private
