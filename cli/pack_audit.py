"""`stray pack audit`: attacks a pack, and says what that gave."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from cli.console import json_line, results
from cli.errors import CommandError
from cli.options import format_option, pack_options
from matchers.audit import Observation, audit_pack
from matchers.keys import load_key
from matchers.pack import open_pack


@click.command()
@pack_options
@format_option
def audit(pack_path: Path, key_path: Path, output: str) -> None:
    """Attack a pack, without its key and with it, and say what that gave. The pack is not changed.

    Example: stray pack audit --pack pack --key pack.key
    """
    pack = open_pack(pack_path, load_key(key_path))
    alarms = 0
    attacker = None
    for seen in audit_pack(pack, pack_path):
        alarms += seen.is_alarm
        if output == "json":
            json_line(asdict(seen))
            continue
        if seen.attacker is not attacker:
            attacker = seen.attacker
            results().print(f"Who has {attacker}:")
        results().print(_line(seen))
    if alarms:
        raise CommandError(f"{pack_path}: {alarms} of these should not be; see the lines with an exclamation mark")


def _line(seen: Observation) -> str:
    return f"{'!' if seen.is_alarm else ' '} {seen.words}"
