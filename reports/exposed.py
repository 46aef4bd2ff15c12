"""How a finding lies open, in a few lines for a person."""

from __future__ import annotations

from typing import Final, assert_never

from documents.exposure import IndexBasis, TlsState, Transport, Truth
from findings.results import FindingExposure
from reports.shown import Shown

# Steps of the way to a place that are shown: its beginning and its end; the rest is counted.
_SHOWN_STEPS: Final = 6
# Characters of a server's own words that are shown.
_LONGEST_WORDS: Final = 120

_TLS: Final = {
    TlsState.VALID: "its certificate holds",
    TlsState.EXPIRED: "its certificate has expired",
    TlsState.NOT_YET_VALID: "its certificate is not valid yet",
    TlsState.WRONG_HOST: "its certificate is another host's",
    TlsState.SELF_SIGNED: "its certificate is signed by itself",
    TlsState.UNTRUSTED: "nobody known has signed its certificate",
    TlsState.REVOKED: "its certificate has been revoked",
    TlsState.NONE: "not encrypted on the way",
    TlsState.FAILED: "not encrypted on the way: TLS is offered and does not work",
    TlsState.UNKNOWN: "encryption unknown",
}
_INDEX: Final = {
    IndexBasis.NOTHING_FORBIDS: "nothing keeps them out",
    IndexBasis.ROBOTS_TXT: "robots.txt",
    IndexBasis.X_ROBOTS_TAG: "the answer's X-Robots-Tag",
    IndexBasis.META_ROBOTS: "the page's meta robots",
    IndexBasis.SOME_ENGINES: "only some are told to keep out",
    IndexBasis.CANONICAL: "the page names another address as its own",
    IndexBasis.PAGE_NOT_READ: "the page could not be read",
    IndexBasis.FTP: "engines seldom read FTP servers",
}


def exposure_facts(exposure: FindingExposure | None, shown: Shown) -> list[tuple[str, str]]:
    """Names and values; none where nothing was recorded."""
    if exposure is None or exposure.transport is None:
        return []
    facts = [
        ("reachable", f"by anyone over {_transport(exposure.transport)}, {_TLS[exposure.tls]}"),
        ("login above", _login(exposure.auth_above)),
        ("listing", _listing(exposure)),
        ("search", _search(exposure)),
    ]
    if exposure.is_current is Truth.NO:
        facts.append(("version", "an earlier one, or one behind a deletion: it stays when only the object is deleted"))
    if exposure.found_as:
        facts.append(("found as", shown.url(exposure.found_as)))
    if exposure.requested_url:
        facts.append(("asked for", shown.url(exposure.requested_url)))
    facts += [("reached by" if not place else "", step) for place, step in enumerate(_way(exposure, shown))]
    if exposure.server:
        facts.append(("server", exposure.server[:_LONGEST_WORDS]))
    if exposure.etag:
        facts.append(("etag", exposure.etag[:_LONGEST_WORDS]))
    return facts


def _transport(transport: Transport) -> str:
    match transport:
        case Transport.HTTP:
            return "plain http"
        case Transport.HTTPS:
            return "https"
        case Transport.FTP:
            return "plain FTP, without an account"
        case Transport.FTPS:
            return "FTP with TLS, without an account"
        case _:
            assert_never(transport)


def _login(asked: Truth) -> str:
    match asked:
        case Truth.YES:
            return "a folder above it asks for a login; the file itself does not"
        case Truth.NO:
            return "no folder above it, inside the target, asks for one"
        case Truth.UNKNOWN:
            return "unknown"
        case _:
            assert_never(asked)


def _listing(exposure: FindingExposure) -> str:
    if exposure.listed is Truth.YES:
        return "the server lists it"
    if exposure.is_current is not Truth.UNKNOWN:
        return f"its key was known; may anyone list the bucket: {exposure.folder_listed.value}"
    match exposure.folder_listed:
        case Truth.YES:
            return "a link led to it; the server lists its folder too"
        case Truth.NO:
            return "a link led to it; its folder is not listed"
        case Truth.UNKNOWN:
            return "a link led to it; whether its folder is listed is unknown"
        case _:
            assert_never(exposure.folder_listed)


def _search(exposure: FindingExposure) -> str:
    basis = f": {_INDEX[exposure.index_basis]}" if exposure.index_basis else ""
    match exposure.indexable:
        case Truth.YES:
            return f"an engine may hold it{basis}"
        case Truth.NO:
            return f"engines are kept out{basis}"
        case Truth.UNKNOWN:
            return f"unknown whether an engine may hold it{basis}"
        case _:
            assert_never(exposure.indexable)


def _way(exposure: FindingExposure, shown: Shown) -> list[str]:
    steps = [shown.url(url) for url in exposure.reached_by]
    if len(steps) <= _SHOWN_STEPS:
        return steps
    half = _SHOWN_STEPS // 2
    return [*steps[:half], f"({len(steps) - 2 * half} steps more)", *steps[-half:]]
