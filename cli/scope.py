"""`stray scope`: what would be looked at, without a request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from bucket_probes.names.candidates import CONTAINERS_PER_ACCOUNT, count, unusable
from cli.console import json_line, notice, results
from cli.options import format_option, scope_argument
from scope.guard import Guard
from scope.key_patterns import count as count_keys
from scope.loader import load_scope
from scope.model import BucketTarget, NameTarget, Scope
from scope.providers import Protocol
from scope.units import Unit, units_of


@click.group()
def scope() -> None:
    """The scope: what may be looked at, and by whose authority."""


@scope.command()
@scope_argument
@format_option
def show(scope_path: Path, output: str) -> None:
    """Show what a sweep would look at, unit by unit, without making a request.

    Example: stray scope show scope.toml
    """
    loaded = load_scope(scope_path)
    units = list(units_of(loaded))
    candidates = {target.provider: count(target.search, target.provider) for target in loaded.searched}
    if output == "json":
        for unit in units:
            json_line(_fields(unit, candidates))
    else:
        _print_table(units)
        limits = loaded.limits
        notice(
            f"{len(units)} units; each at most {limits.requests:,} requests, {limits.bytes:,} bytes, "
            f"{limits.seconds:,} s, {limits.requests_per_second:g} requests a second to one host"
        )
    for target in loaded.bucket:
        if keys := _known_keys(target):
            notice(f"bucket {target.name}: {keys:,} known keys are tried where its listing does not show them")
    _tell_names(loaded, candidates)
    denied = Guard(loaded).authority_denial()
    if denied:
        notice(f"a sweep of it would be refused (exit code 30): {denied.detail}")
    elif loaded.authority:
        notice(f"authority: {loaded.authority.who}, {loaded.authority.reference}, to {loaded.authority.expires}")


def _tell_names(loaded: Scope, candidates: Mapping[str, int]) -> None:
    """Is there a search for names, for how many, and by whose leave?"""
    search = loaded.names
    if search is None:
        return
    harvest = "; addresses of buckets that are met are asked for first" if search.harvest else ""
    if not loaded.searched:
        why = "name_search is not true" if not search.name_search else "it names no authority"
        notice(f"names of buckets are not searched: {why}")
        return
    for target in loaded.searched:
        notice(f"{candidates[target.provider]:,} {_asked_for(target)} are asked for at {target.service.title}{harvest}")
    notice(
        f"search for names: existence only, {search.requests_per_second:g} requests a second at first, "
        f"{search.fastest:g} at most; authority: {search.authority}"
    )
    if left := unusable(search):
        notice(f"keywords of which no name can be made: {', '.join(left)}")


def _known_keys(target: BucketTarget) -> int:
    """How many keys its patterns stand for."""
    return sum(count_keys(pattern) for pattern in target.known_keys)


def _asked_for(target: NameTarget) -> str:
    if target.service.protocol is Protocol.AZURE:
        return f"names of storage accounts, and in each that exists up to {CONTAINERS_PER_ACCOUNT} of containers,"
    return "names"


def _fields(unit: Unit, candidates: Mapping[str, int]) -> dict[str, str | int | None]:
    target = unit.target
    fields: dict[str, str | int | None] = {
        "unit": unit.unit_id,
        "kind": unit.kind,
        "address": unit.start_url,
        "tier": target.tier,
        "supplier": target.supplier,
        "authority": target.authority,
    }
    if isinstance(target, BucketTarget):
        fields |= {"known_keys": _known_keys(target)}
    if isinstance(target, NameTarget):
        fields |= {"provider": target.provider, "candidates": candidates[target.provider]}
    return fields


def _print_table(units: list[Unit]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("kind", "address", "tier", "supplier", "authority"):
        table.add_column(heading, overflow="fold")
    for unit in units:
        target = unit.target
        cells = (unit.kind, unit.start_url, target.tier, target.supplier or "", target.authority)
        table.add_row(*(escape(cell) for cell in cells))
    results().print(table)
