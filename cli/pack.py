"""`stray pack`: fingerprints of the letters that the organisation knows."""

from __future__ import annotations

import click

from cli.pack_audio import add_audio
from cli.pack_audit import audit
from cli.pack_build import build, build_from_files
from cli.pack_calibrate import calibrate
from cli.pack_change import add, erase, merge, rotate, sync
from cli.pack_inspect import inspect, verify

__all__ = ["build_from_files", "pack"]


@click.group()
def pack() -> None:
    """The fingerprint pack: what known letters are recognised by; holds no readable text."""


for command in (build, add, add_audio, sync, erase, merge, rotate, inspect, verify, audit, calibrate):
    pack.add_command(command)
