"""`stray probe`: what anyone can see of a bucket, and how that is known."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

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
from scope.bucket_urls import grammar_of_scope, parse_bucket_url, target_for
from scope.guard import Guard
from scope.key_patterns import literal
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
            why = "no other bucket of the scope was found there to vouch for that answer" if _is_missing(access) else ""
            notice(f"{_shown(address)}: whether it exists is not known; {why or 'the evidence says why'}")
    conduct.close()
    sys.exit(ExitCode.NOTHING_FOUND if known else ExitCode.INCOMPLETE)


def _target(text: str, scope: Scope, keys: tuple[str, ...]) -> BucketTarget:
    """The scope's target that holds this bucket, with the keys to be tried. Nothing is requested here."""
    address = parse_bucket_url(text, grammar_of_scope(scope))
    if address is None:
        raise CommandError(
            f"{_shown(text)}: not a bucket's address; expected s3://name, gs://name,"
            " https://account.blob.core.windows.net/container or the like"
        )
    target = target_for(scope, address) or target_for(scope, replace(address, key=""))
    if target is None:
        raise CommandError(
            f"{_shown(text)} is not in the scope; add a [[bucket]] for it under an authority, and ask again"
        )
    known = (*target.known_keys, *(literal(key) for key in (address.key, *keys) if key))
    return target.model_copy(update={"known_keys": tuple(dict.fromkeys(known))})


def _shown(text: str) -> str:
    """What was typed, without a query, which may hold a signature."""
    return text.partition("?")[0][:_SHOWN]


def _is_missing(access: BucketAccess) -> bool:
    """Was it not found, without more?"""
    return {item.code for item in access.evidence} == {"NoSuchBucket"}


def _title(access: BucketAccess) -> str:
    name = "/".join(part for part in (access.account, access.name) if part)
    return f"{name}: {access.provider} at {access.endpoint}"
