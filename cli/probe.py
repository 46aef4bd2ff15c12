"""`stray probe`: what anyone can see of a bucket, and how that is known."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import unquote

import click

from bucket_probes.source import BucketSource
from cli.console import notice
from cli.errands import check_authority, conduct_log, errand_for
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.options import format_option
from cli.probe_table import show
from documents.buckets import BucketAccess
from documents.exposure import Truth
from scope.bucket_urls import bucket_url, parse_bucket_url, target_of_url
from scope.guard import Guard
from scope.loader import load_scope
from scope.model import BucketTarget, Scope
from scope.units import unit_of

# Characters of a mistyped address that its error repeats.
_SHOWN = 60


@click.command()
@click.argument("addresses", metavar="BUCKET...", nargs=-1, required=True)
@click.option(
    "--scope", "scope_path", type=click.Path(path_type=Path), default=Path("scope.toml"), show_default=True,
    help="The scope file; the bucket must be in it.",
)  # fmt: skip
@click.option(
    "--known-key", "keys", metavar="KEY", multiple=True, help="An object to try, listed or not. May be repeated."
)
@format_option
def probe(addresses: tuple[str, ...], scope_path: Path, keys: tuple[str, ...], output: str) -> None:
    """Show what anyone can see of a bucket: is it there, can it be listed and read, and what says so.

    BUCKET is s3://name, gs://name, https://account.blob.core.windows.net/container, or the address of a bucket or an
    object at any service that the scope names. Everything is asked unsigned and read only; of objects, one byte.

    Exits with 0 where each bucket was found to exist or not, with 20 where that is unknown.

    Example: stray probe s3://example-trust-clinic-letters
    """
    scope = load_scope(scope_path)
    asked = [(address, _target(address, scope, keys)) for address in dict.fromkeys(addresses)]
    check_authority(scope, None)
    conduct = conduct_log(scope, "probe")
    known = True
    for address, target in asked:
        source = BucketSource(errand_for(scope, Guard(scope), conduct))
        access = source.access(unit_of(target))
        show(access, output, _title(access))
        known &= access.exists is not Truth.UNKNOWN
        if access.exists is Truth.UNKNOWN:
            notice(f"{address.partition('?')[0][:_SHOWN]}: whether it exists is not known; the evidence says why")
    conduct.close()
    sys.exit(ExitCode.NOTHING_FOUND if known else ExitCode.INCOMPLETE)


def _target(text: str, scope: Scope, keys: tuple[str, ...]) -> BucketTarget:
    """The scope's target that holds this bucket, with the keys to be tried. Nothing is requested here."""
    target = target_of_url(scope, text) or next(
        (each for each in scope.bucket if _key_below(each, text) is not None), None
    )
    address = parse_bucket_url(text)
    if target is None and address is None:
        raise CommandError(
            f"{text[:_SHOWN]}: not a bucket's address; expected s3://name, gs://name,"
            " https://account.blob.core.windows.net/container or the like"
        )
    if target is None:
        raise CommandError(
            f"{text.partition('?')[0][:_SHOWN]} is not in the scope; add a [[bucket]] for it under an authority,"
            " and ask again"
        )
    key = address.key if address else _key_below(target, text) or ""
    known = dict.fromkeys(each for each in (*target.known_keys, key, *keys) if each)
    return target.model_copy(update={"known_keys": tuple(known)})


def _key_below(target: BucketTarget, url: str) -> str | None:
    """The object that a URL at this bucket's own endpoint names, empty for the bucket; None where it is elsewhere."""
    whole = bucket_url(target.model_copy(update={"prefix": ""})).rstrip("/")
    place = url.partition("?")[0]
    return unquote(place[len(whole) + 1 :]) if target.endpoint and f"{place}/".startswith(f"{whole}/") else None


def _title(access: BucketAccess) -> str:
    name = "/".join(part for part in (access.account, access.name) if part)
    return f"{name}: {access.provider} at {access.endpoint}"
