"""From OpenSSL's word on a certificate to the state that is recorded; the same for every client of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from documents.exposure import TlsState

# X509_V_ERR_* of OpenSSL's x509_vfy.h. What is not named here (bad purpose, broken chain, weak key) is not trusted.
_STATES: Final = {
    0: TlsState.VALID,
    9: TlsState.NOT_YET_VALID,
    10: TlsState.EXPIRED,
    18: TlsState.SELF_SIGNED,
    23: TlsState.REVOKED,
    62: TlsState.WRONG_HOST,
    63: TlsState.WRONG_HOST,
    64: TlsState.WRONG_HOST,
}
# Members stand in the order in which they are told.
_RANKS: Final = {state: rank for rank, state in enumerate(TlsState)}


def state_of_verify_code(code: int) -> TlsState:
    """What one verification result means: `ssl.SSLCertVerificationError.verify_code`, or pyOpenSSL's error number."""
    return _STATES.get(code, TlsState.UNTRUSTED)


def worst_of(states: Iterable[TlsState]) -> TlsState:
    """The one that is told where there are several; unknown where there is none."""
    return min(states, key=_RANKS.__getitem__, default=TlsState.UNKNOWN)
