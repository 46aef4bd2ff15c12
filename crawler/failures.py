"""From an error to a skip reason: one table for all that Scrapy, Twisted and OpenSSL raise."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from OpenSSL import SSL
from scrapy import exceptions as scrapy_errors
from service_identity.exceptions import CertificateError, VerificationError
from twisted.internet import error as twisted_errors
from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure
from twisted.web import _newclient as twisted_http
from twisted.web.error import SchemeNotSupported
from twisted.web.http import PotentialDataLoss, _DataLoss, _MalformedChunkedDataError

from documents.records import SkipReason
from fetching.errors import FetchingError

# The first line that the error or one of its causes is an instance of decides, so causes that say more come first:
# a TLS failure arrives inside "no response received" inside "download failed".
REASONS: tuple[tuple[tuple[type[BaseException], ...], SkipReason], ...] = (
    ((SSL.Error, CertificateError, VerificationError, twisted_errors.SSLError), SkipReason.TLS_ERROR),
    ((twisted_errors.VerifyError, twisted_errors.CertificateError), SkipReason.TLS_ERROR),
    ((scrapy_errors.ResponseDataLossError, _DataLoss, PotentialDataLoss), SkipReason.TRUNCATED),
    ((twisted_http.WrongBodyLength, _MalformedChunkedDataError), SkipReason.TRUNCATED),
    ((scrapy_errors.DownloadTimeoutError, twisted_errors.TimeoutError), SkipReason.TIMED_OUT),
    ((twisted_errors.TCPTimedOutError, TimeoutError), SkipReason.TIMED_OUT),
    ((scrapy_errors.CannotResolveHostError, twisted_errors.DNSLookupError), SkipReason.DNS_ERROR),
    ((twisted_errors.UnknownHostError,), SkipReason.DNS_ERROR),
    # Scrapy cancels a download for one reason only: it passed DOWNLOAD_MAXSIZE. Our own cancelling is an FetchingError.
    ((scrapy_errors.DownloadCancelledError, CancelledError), SkipReason.TOO_LARGE),
    ((scrapy_errors.StopDownload,), SkipReason.TOO_LARGE),
    ((scrapy_errors.UnsupportedURLSchemeError, scrapy_errors.NotSupported), SkipReason.DENIED_BY_GUARD),
    ((SchemeNotSupported,), SkipReason.DENIED_BY_GUARD),
    ((twisted_http.ParseError, twisted_http.BadHeaders, zlib.error), SkipReason.UNREADABLE),
    ((scrapy_errors.DownloadConnectionRefusedError, twisted_errors.ConnectError), SkipReason.HOST_DOWN),
    ((twisted_errors.ConnectionClosed, twisted_http.ConnectionAborted), SkipReason.HOST_DOWN),
    ((twisted_errors.ConnectingCancelledError, twisted_http.RequestNotSent), SkipReason.HOST_DOWN),
    ((scrapy_errors.DownloadFailedError, twisted_http._WrapperException), SkipReason.HOST_DOWN),
    ((ConnectionError, OSError), SkipReason.HOST_DOWN),
)


def reason_of_error(error: BaseException) -> tuple[SkipReason, str]:
    """Why a request brought no document, and the cause's class name."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, FetchingError):  # ours, out of Twisted's depths
            return cause.reason, cause.detail
    for classes, reason in REASONS:
        for cause in causes:
            if isinstance(cause, classes):
                return reason, type(cause).__name__
    return SkipReason.UNIT_FAILED, type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it was made of, nearest first; Twisted keeps lists of failures as `reasons`."""
    waiting: list[BaseException | None] = [error]
    met: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if current is None or id(current) in met:
            continue
        met.add(id(current))
        yield current
        waiting.append(current.__cause__)
        inner = getattr(current, "reasons", ())
        waiting.extend(each.value if isinstance(each, Failure) else None for each in inner)
