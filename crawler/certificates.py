"""What is known of the certificates of one crawl: of each host and port, the worst that its connections showed."""

from __future__ import annotations

from urllib.parse import urlsplit

from documents.exposure import TlsState
from fetching.certificates import worst_of

_HTTPS_PORT = 443
Origin = tuple[str, int]


class Certificates:
    """What the connections of one crawl were worth, by host and port.

    Several machines may answer for one name with different certificates: the worst that was met is told.

    Args:
        reads_on: let a handshake pass whatever is wrong with the certificate.
    """

    def __init__(self, *, reads_on: bool) -> None:
        self.reads_on = reads_on
        self._states: dict[Origin, TlsState] = {}

    def note(self, origin: Origin, state: TlsState) -> None:
        """A connection's certificate was looked at."""
        self._states[origin] = worst_of((state, self._states.get(origin, TlsState.VALID)))

    def state_of(self, url: str) -> TlsState:
        """Of the connections that a URL's bytes may have come by: `NONE` for plain http."""
        parts = urlsplit(url)
        if parts.scheme != "https":
            return TlsState.NONE
        return self._states.get((parts.hostname or "", parts.port or _HTTPS_PORT), TlsState.UNKNOWN)

    def fault_of(self, url: str) -> str | None:
        """What is wrong with the certificate, as a word for a skip's detail; None where nothing is, or nobody knows."""
        state = self.state_of(url)
        return None if state in (TlsState.NONE, TlsState.VALID, TlsState.UNKNOWN) else state.value
