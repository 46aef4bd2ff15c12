"""How a control connection is secured: TLS asked for first, what came of it remembered for the next connection."""

from __future__ import annotations

import ssl
from enum import Enum, auto

from documents.exposure import TlsState
from documents.records import SkipReason
from fetching.certificates import state_of_verify_code
from fetching.errors import NoAnswerError
from scope.model import CertificatePolicy, FtpTarget


class Approach(Enum):
    """What the next connection tries. The order is that in which they are tried."""

    VERIFIED = auto()
    UNVERIFIED = auto()
    PLAIN = auto()


class Security:
    """Decides for one unit how its connections are secured.

    Args:
        target: says what is enough.
        trust: whom to believe; None for the system's authorities.

    Attributes:
        approach: of the next connection.
        tls: what the last connection was worth.
    """

    def __init__(self, target: FtpTarget, trust: ssl.SSLContext | None = None) -> None:
        self._records = target.certificates is CertificatePolicy.RECORD
        self._requires = target.tls == "require"
        self._verifying = trust or ssl.create_default_context()
        self._believing = ssl.create_default_context()
        self._believing.check_hostname = False
        self._believing.verify_mode = ssl.CERT_NONE
        self.implicit = target.url.startswith("ftps:")
        self.approach = Approach.VERIFIED
        self.tls = TlsState.UNKNOWN

    @property
    def context(self) -> ssl.SSLContext:
        """For the handshakes of this approach."""
        return self._verifying if self.approach is Approach.VERIFIED else self._believing

    def shaken(self) -> None:
        """The handshake succeeded."""
        if self.approach is Approach.VERIFIED:
            self.tls = TlsState.VALID

    def not_offered(self) -> None:
        """The server knows no TLS; this connection goes on without.

        Raises:
            NoAnswerError: the scope wants TLS.
        """
        self._plain(TlsState.NONE)

    def failed(self, error: OSError | EOFError) -> None:
        """The handshake came to nothing; the next connection takes another approach.

        Raises:
            NoAnswerError: the scope allows none.
        """
        if isinstance(error, ssl.SSLCertVerificationError):
            self.tls = state_of_verify_code(error.verify_code)
            if not self._records:
                raise NoAnswerError(SkipReason.TLS_ERROR, self.tls.value)
            self.approach = Approach.UNVERIFIED
        else:
            self._plain(TlsState.FAILED)

    def unprotected(self) -> None:
        """The server secures commands only, and sends files in the clear.

        Raises:
            NoAnswerError: the scope wants TLS.
        """
        if self._requires:
            raise NoAnswerError(SkipReason.TLS_ERROR, "files in the clear")

    def _plain(self, tls: TlsState) -> None:
        self.tls = tls
        if self._requires or self.implicit:
            raise NoAnswerError(SkipReason.TLS_ERROR, tls.value)
        self.approach = Approach.PLAIN
