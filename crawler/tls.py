"""Verifies each connection's certificate and notes what is wrong with it; reads on only where the scope says so."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from OpenSSL import SSL
from OpenSSL.crypto import X509
from service_identity.exceptions import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, ServiceID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import optionsForClientTLS
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped] # zope publishes no types

from crawler.certificates import Certificates, Origin
from documents.exposure import TlsState
from fetching.certificates import state_of_verify_code

_Callback = Callable[[SSL.Connection, X509, int, int, int], bool]


@implementer(IPolicyForHTTPS)
class NotingContextFactory:
    """Makes the download handler's connections: verified against the machine's roots and the host's name."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates

    def creatorForNetloc(self, hostname: bytes, port: int) -> _NotingCreator:  # noqa: N802 - Twisted's signature
        """See IPolicyForHTTPS."""
        return _NotingCreator(hostname.decode("ascii"), port, self._certificates)


@implementer(IOpenSSLClientConnectionCreator)
class _NotingCreator:
    """Twisted's connections, with a verification that keeps what it found."""

    def __init__(self, host: str, port: int, certificates: Certificates) -> None:
        self._creator: Any = optionsForClientTLS(host)
        self._verify = _verification((host, port), certificates)

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803 - Twisted's signature
        """See IOpenSSLClientConnectionCreator."""
        connection: SSL.Connection = self._creator.clientConnectionForTLS(tlsProtocol)
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._verify)
        return connection


def _verification(origin: Origin, certificates: Certificates) -> _Callback:
    """OpenSSL asks it once for each certificate of the chain and for each fault; the leaf has depth 0."""
    identity = _identity(origin[0])

    def verify(_: SSL.Connection, certificate: X509, code: int, depth: int, ok: int) -> bool:
        state = TlsState.VALID if ok else state_of_verify_code(code)
        if state is TlsState.VALID and depth == 0 and not _names(certificate, identity):
            state = TlsState.WRONG_HOST
        if state is not TlsState.VALID or depth == 0:
            certificates.note(origin, state)
        # Where it may not read on, the first fault ends the handshake: later ones, and the host's name, stay unasked.
        return certificates.reads_on or state is TlsState.VALID

    return verify


def _identity(host: str) -> ServiceID:
    try:
        ip_address(host)
    except ValueError:
        return DNS_ID(host)
    return IPAddress_ID(host)


def _names(certificate: X509, identity: ServiceID) -> bool:
    try:
        verify_service_identity(extract_patterns(certificate), [identity], [])
    except (VerificationError, CertificateError, ValueError):
        return False
    return True
