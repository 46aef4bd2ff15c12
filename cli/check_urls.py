"""URLs for `stray check` and `stray listing`: each one GET, under the scope's authority, on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urldefrag, urlsplit

from cli.errands import check_authority, conduct_log, errand_for, guard_for, record_tip_off
from cli.errors import CommandError
from crawler.ftp.single import FolderError, FolderListing, list_folder, read_file, tipped_target
from documents.records import SkipReason
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError
from fetching.statuses import reason_of_status
from fetching.wire import Wire
from scope.guard import contains
from scope.model import FtpTarget, Scope
from scope.urls import FTP_SCHEMES, has_credentials, without_credentials

# Characters of a mistyped URL that its error repeats.
_SHOWN = 60

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class NotFetched:
    """A URL that gave no document, and why."""

    reason: SkipReason
    detail: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer.

    Attributes:
        url: where it came from, after redirects.
        body: its bytes.
        content_type: the header's value, if any.
    """

    url: str
    body: bytes
    content_type: str | None


def fetch_urls(urls: list[str], scope: Scope, tip_off: str | None) -> Iterator[tuple[str, bytes | NotFetched]]:
    """Each URL's bytes, or why there are none, for `stray check`. Errors: see `_answers`."""
    for url, fetched in _answers(urls, scope, tip_off, "check", _document):
        yield url, fetched.body if isinstance(fetched, Fetched) else fetched


def fetch_listing(url: str, scope: Scope, tip_off: str | None) -> Fetched | FolderListing | NotFetched:
    """A page, an FTP folder's rows, or why there is neither, for `stray listing`. Errors: see `_answers`."""
    ((_, answer),) = _answers([url], scope, tip_off, "listing", _page_or_folder)
    return answer


def _answers(
    urls: list[str],
    scope: Scope,
    tip_off: str | None,
    command: str,
    ask: Callable[[str, Scope, Errand], Answer],
) -> Iterator[tuple[str, Answer | NotFetched]]:
    """Each URL's answer, or why there is none. Asked as given, but for a fragment and a credential, and once.

    Args:
        urls: as given; one that is given twice is asked once.
        scope: with its authority.
        tip_off: the reference under which a URL outside the scope's targets may be asked for, or None.
        command: who asks, for the name of the conduct log.
        ask: gets the answer, or raises FetchingError.

    Raises:
        AuthorityError: the scope gives no valid authority.
        CommandError: a URL can not be asked for, or only on a tip-off.
    """
    check_authority(scope, tip_off)
    asked = [(url, guard_for(url, scope, tip_off)) for url in dict.fromkeys(map(_bare, urls))]
    conduct = conduct_log(scope, command, tip_off)
    for url, guard in asked:
        if tip_off is not None and guard.tip_off is not None:
            record_tip_off(scope, url, tip_off)
        try:
            answer: Answer | NotFetched = ask(url, scope, errand_for(scope, guard, conduct))
        except FetchingError as error:
            answer = NotFetched(error.reason, error.detail)
        yield url, answer
    conduct.close()


def _bare(given: str) -> str:
    try:
        url = urldefrag(without_credentials(given) if has_credentials(given) else given).url
        parts = urlsplit(url)
        return url + "/" if parts.scheme in FTP_SCHEMES and not parts.path else url
    except ValueError:
        raise CommandError(f"{given[:_SHOWN]}: not a URL") from None


def _document(url: str, scope: Scope, errand: Errand) -> Fetched | NotFetched:
    if urlsplit(url).scheme not in FTP_SCHEMES:
        return _page(url, errand)
    try:
        return Fetched(url, read_file(url, _ftp_target(url, scope), errand), None)
    except FolderError as error:
        return NotFetched(error.reason, f"{error.detail}; a sweep looks into it, `stray listing` shows its rows")


def _page_or_folder(url: str, scope: Scope, errand: Errand) -> Fetched | FolderListing | NotFetched:
    if urlsplit(url).scheme not in FTP_SCHEMES:
        return _page(url, errand)
    if url.endswith("/"):
        return list_folder(url, _ftp_target(url, scope), errand)
    try:
        return Fetched(url, read_file(url, _ftp_target(url, scope), errand), None)
    except FolderError as error:
        if errand.guard.url(url + "/"):  # the tip-off was for a file of this name, and for nothing more
            return NotFetched(error.reason, f"{error.detail}; to have it listed, end its address with /")
    return list_folder(url + "/", _ftp_target(url + "/", scope), errand)


def _page(url: str, errand: Errand) -> Fetched | NotFetched:
    with Wire(errand, Dialler.of(errand), retries=0) as wire, wire.get(url) as answer:
        if refused := reason_of_status(answer.status):
            return NotFetched(*refused)
        body = answer.read(errand.limits.body_bytes)
        return Fetched(answer.url, body, answer.headers.get("content-type"))


def _ftp_target(url: str, scope: Scope) -> FtpTarget:
    held = next((target for target in scope.ftp if contains(target, url)), None)
    return held or tipped_target(url, scope)
