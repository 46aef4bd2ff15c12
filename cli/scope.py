"""`stray scope`: what would be looked at, without a request."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from cli.console import json_line, notice, results
from cli.options import format_option, scope_argument
from scope.guard import Guard
from scope.loader import load_scope
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
    if output == "json":
        for unit in units:
            json_line(_fields(unit))
    else:
        _print_table(units)
        limits = loaded.limits
        notice(
            f"{len(units)} units; each at most {limits.requests:,} requests, {limits.bytes:,} bytes, "
            f"{limits.seconds:,} s, {limits.requests_per_second:g} requests a second to one host"
        )
    denied = Guard(loaded).authority_denial()
    if denied:
        notice(f"a sweep of it would be refused (exit code 30): {denied.detail}")
    elif loaded.authority:
        notice(f"authority: {loaded.authority.who}, {loaded.authority.reference}, to {loaded.authority.expires}")


def _fields(unit: Unit) -> dict[str, str | None]:
    target = unit.target
    return {
        "unit": unit.unit_id,
        "kind": unit.kind,
        "address": unit.start_url,
        "tier": target.tier,
        "supplier": target.supplier,
        "authority": target.authority,
    }


def _print_table(units: list[Unit]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("kind", "address", "tier", "supplier", "authority"):
        table.add_column(heading, overflow="fold")
    for unit in units:
        fields = _fields(unit)
        table.add_row(*(escape(fields[name] or "") for name in ("kind", "address", "tier", "supplier", "authority")))
    results().print(table)
