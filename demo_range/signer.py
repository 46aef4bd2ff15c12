"""A certification authority of a test's own, and certificates that it signs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from demo_range.loopback import LOOPBACK

_VALID = timedelta(days=30)


class Signer:
    """Signs certificates of servers.

    Attributes:
        certificate: its own, PEM.
    """

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo range authority")])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        signed = (
            _begun(self._name, self._name, self._key.public_key(), _VALID)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = signed.public_bytes(serialization.Encoding.PEM)

    def issued(self, host: str = LOOPBACK, ends: timedelta = _VALID) -> bytes:
        """Certificate and key for a server, PEM.

        Args:
            host: a name or an address.
            ends: from now; below zero for one that has expired.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            named: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            named = x509.DNSName(host)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo range server")])
        signed = (
            _begun(subject, self._name, key.public_key(), ends)
            .add_extension(x509.SubjectAlternativeName([named]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return signed.public_bytes(serialization.Encoding.PEM) + private


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, ends: timedelta
) -> x509.CertificateBuilder:
    end = datetime.now(UTC) + ends
    begin = end - 2 * _VALID
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), begin, end)
