"""The `stray` command: its groups, each loaded when it is asked for, because most of them pull in a framework."""

from __future__ import annotations

import os
import resource
import sys
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

import click

from cli.errors import ReaderGoneError, told_plainly

# Command to its file in this room, in the order in which help shows them. The object there has the command's name.
COMMANDS = {
    "init": "cli.init",
    "pack": "cli.pack",
    "canary": "cli.canary",
    "check": "cli.check",
    "text": "cli.text",
    "listing": "cli.listing",
    "probe": "cli.probe",
    "scope": "cli.scope",
    "sweep": "cli.sweep",
    "rematch": "cli.rematch",
    "stop": "cli.stop",
    "recheck": "cli.recheck",
    "status": "cli.status",
    "findings": "cli.findings",
    "report": "cli.report",
    "notify": "cli.notify",
    "heartbeat": "cli.heartbeat",
    "triage": "cli.triage",
    "purge": "cli.purge",
    "evidence": "cli.evidence",
    "conduct": "cli.conduct",
    "backup": "cli.keeping",
    "restore": "cli.keeping",
    "buckets": "cli.buckets",
    "doctor": "cli.doctor",
    "demo": "cli.demo",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker; the table above says so
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Click would take a reader that has gone (`| head`) for a fault."""
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise ReaderGoneError from None
        return result


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="stray", message="stray %(version)s")
def stray() -> None:
    """Finds an organisation's patient letters that have become publicly reachable, before a patient does."""


def main() -> None:
    """Entry point of the installed command."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold letters and keys
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 - closed by whoever started us
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115 - the same
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that can not show a name shows its code
    with told_plainly():
        result = stray.main(prog_name="stray", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
