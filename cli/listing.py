"""`stray listing`: what the crawler sees in a page, an answer or the lines of an FTP server."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from cli.check_urls import Fetched, NotFetched, fetch_listing
from cli.console import notice
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.listing_rows import Seen, Unparsed, show
from cli.options import format_option, reveal_option
from cli.reveal_log import log_reveal
from crawler.listings import parse_listing
from crawler.listings.ftp_lines import FtpLineKind, read_ftp_line
from documents.records import Entry
from reports.shown import Shown
from scope.loader import load_scope

# Larger files are no listings, bytes; the same as a sweep's default for one body.
LARGEST_FILE = 32 << 20
_FOLDER_OF_A_FILE = "http://localhost/"
_FTP_FOLDER_OF_A_FILE = "ftp://localhost/"


@click.command()
@click.argument("target", metavar="URL|FILE")
@click.option("--url", "base", metavar="BASE", help="Where FILE was fetched.  [default: http://localhost/]")
@click.option("--content-type", metavar="TYPE", help="The Content-Type that FILE came with, if any.")
@click.option("--ftp", is_flag=True, help="FILE holds the lines of an FTP server: LIST or MLSD.")
@click.option(
    "--scope", "scope_path", type=click.Path(path_type=Path), default=Path("scope.toml"), show_default=True,
    help="The scope file; needed for a URL.",
)  # fmt: skip
@click.option("--tip-off", metavar="REFERENCE", help="Ask once for a URL outside the scope's targets, on record.")
@format_option
@reveal_option
def listing(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    target: str,
    base: str | None,
    content_type: str | None,
    ftp: bool,
    scope_path: Path,
    tip_off: str | None,
    output: str,
    reveal: bool,
) -> None:
    """Show what is seen in a listing: each row's kind, size, time and name. A URL needs a scope with authority.

    Of an FTP folder the first 100,000 rows are shown; what is below it is not looked at.

    A size with ~ is rounded by the server. A time says what it was read from, and its zone where it names one. Names
    in a local file are shown in clear. Exits with 0 for a listing that was read whole, with 20 for anything else.

    Example: stray listing page.html --url https://files.example.org/pub/
    """
    if "://" in target:
        if base or content_type or ftp:
            raise CommandError("--url, --content-type and --ftp are for a FILE")
        seen = _of_url(target, scope_path, tip_off, reveal=reveal)
        shown = Shown(reveal)
    else:
        body = _body(target)
        seen = _of_lines(body, _base(base, ftp=True)) if ftp else _of_page(body, _base(base, ftp=False), content_type)
        shown = Shown(reveal=True)
        if base is None:
            notice(f"read as if fetched from {_base(None, ftp=ftp)}; --url says where it was")
    if seen is not None:
        show(seen, output, shown)
    whole = seen is not None and seen.is_listing and not seen.unread and not seen.ends_early
    sys.exit(ExitCode.NOTHING_FOUND if whole else ExitCode.INCOMPLETE)


def _of_url(url: str, scope_path: Path, tip_off: str | None, *, reveal: bool) -> Seen | None:
    scope = load_scope(scope_path, needs_targets=False)
    if reveal:
        log_reveal(scope.database.file)
    answer = fetch_listing(url, scope, tip_off)
    if isinstance(answer, Fetched):
        return _of_page(answer.body, answer.url, answer.content_type)
    if isinstance(answer, NotFetched):
        detail = f" ({answer.detail})" if answer.detail else ""
        notice(f"not read: {answer.reason.value}{detail}")
        return None
    return Seen(
        is_listing=True, entries=answer.entries, unread=answer.unread, next_url=None, ends_early=answer.ends_early
    )


def _of_page(body: bytes, url: str, content_type: str | None) -> Seen:
    found = parse_listing(body, url, content_type)
    return Seen(found.is_listing, found.entries, found.unread, found.next_url)


def _of_lines(body: bytes, url: str) -> Seen:
    """Entries of the lines; a line that names none and is no header or total either is one that was not read."""
    entries: list[Entry] = []
    unparsed: list[Unparsed] = []
    lines = body.decode("utf-8", "surrogateescape").split("\n")
    begun = ""
    for number, line in enumerate(lines, 1):
        read = read_ftp_line(begun + line, url=url)
        if begun and read.kind is not FtpLineKind.ENTRY:  # what looked wrapped was not
            unparsed.append(Unparsed(number - 1, begun.rstrip("\n")))
            read = read_ftp_line(line, url=url)
        begun = line + "\n" if read.kind is FtpLineKind.CONTINUES and number < len(lines) else ""
        if read.kind is FtpLineKind.ENTRY and read.entry is not None:
            entries.append(read.entry)
        elif read.kind is FtpLineKind.UNPARSED or (read.kind is FtpLineKind.CONTINUES and not begun):
            unparsed.append(Unparsed(number, line.rstrip("\r")))
    return Seen(bool(entries) or not unparsed, tuple(entries), len(unparsed), None, tuple(unparsed))


def _body(target: str) -> bytes:
    path = Path(target)
    if not target or not path.is_file():
        raise CommandError(f"{target or repr(target)}: no such file")
    if path.stat().st_size > LARGEST_FILE:
        raise CommandError(f"{target}: larger than {LARGEST_FILE} bytes, which no listing is")
    return path.read_bytes()


def _base(given: str | None, *, ftp: bool) -> str:
    """Where a file is taken to come from."""
    if given is None:
        return _FTP_FOLDER_OF_A_FILE if ftp else _FOLDER_OF_A_FILE
    schemes = ("ftp", "ftps") if ftp else ("http", "https")
    try:
        parts = urlsplit(given)
        fits = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise CommandError(f"--url wants an address such as {_FTP_FOLDER_OF_A_FILE if ftp else _FOLDER_OF_A_FILE}")
    return given.rstrip("/") + "/" if ftp else given
