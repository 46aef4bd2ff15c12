"""The source for FTP: one unit, one folder of a server and all below it."""

from __future__ import annotations

import ssl

from crawler.ftp.security import Security
from crawler.ftp.session import Session
from crawler.ftp.walk import FtpWalk
from documents.records import Skipped, SkipReason
from documents.sink import Sink
from fetching.dialler import Dialler
from fetching.errand import Errand
from scope.model import FtpTarget
from scope.units import Unit


class FtpSource:
    """Implements `fetching.source.Source` for FTP and FTPS.

    Args:
        errand: what must be obeyed and may be used.
        dialler: connects; None for one that resolves as the system does.
        trust: whom to believe over TLS; None for the system's authorities.
    """

    def __init__(self, errand: Errand, dialler: Dialler | None = None, trust: ssl.SSLContext | None = None) -> None:
        self._errand = errand
        self._dialler = dialler or Dialler.of(errand)
        self._trust = trust

    def fetch(self, unit: Unit, sink: Sink) -> None:
        """See `Source`."""
        target = unit.target
        if not isinstance(target, FtpTarget):
            raise TypeError(f"not an FTP folder: {unit.kind}")
        if not target.may_log_in:
            detail = "the scope does not allow an anonymous login"
            sink.skipped(Skipped(unit.start_url, SkipReason.DENIED_BY_GUARD, detail))
            return
        security = Security(target, self._trust)
        session = Session(self._errand, self._dialler, security, unit.start_url)
        try:
            FtpWalk(self._errand, unit.start_url, target, session, sink).walk()
        finally:
            session.close()
