"""One file of an FTP server by its address, for somebody who was told of it."""

from __future__ import annotations

from crawler.ftp.files import Files
from crawler.ftp.folders import Folders
from crawler.ftp.security import Security
from crawler.ftp.session import Session
from fetching.dialler import Dialler
from fetching.errand import Errand
from scope.model import CertificatePolicy, FtpTarget, Scope, Tier


def read_file(url: str, target: FtpTarget, errand: Errand) -> bytes:
    """The whole file, asked for once.

    Args:
        url: of the file; the guard allows it.
        target: says how the connection is secured.
        errand: what must be obeyed.

    Raises:
        FetchingError: it was not asked for, or refused, or did not come whole.
    """
    session = Session(errand, Dialler(errand.guard), Security(target), url, retries=0)
    try:
        body = Files(errand, session, Folders(errand, session, url)).fetch(url).body
        content = body.read()
        body.close()
    finally:
        session.close()
    return content


def tipped_target(url: str, scope: Scope) -> FtpTarget:
    """What a place outside the scope is taken for, whose address is asked for on a tip-off: anybody's."""
    authority = scope.authority.reference if scope.authority else "tip-off"
    return FtpTarget(
        url=url.rpartition("/")[0] + "/",
        tier=Tier.THIRD_PARTY,
        authority=authority,
        anonymous_ftp=True,
        certificates=CertificatePolicy.RECORD,
    )
