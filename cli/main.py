"""The `stray` command: its groups, each loaded when it is asked for, because most of them pull in a framework."""

from __future__ import annotations

import resource
from importlib import import_module

import click

from cli.errors import told_plainly

# Command to its file in this room, in the order in which help shows them. The object there has the command's name.
COMMANDS = {
    "init": "cli.init",
    "pack": "cli.pack",
    "check": "cli.check",
    "scope": "cli.scope",
    "sweep": "cli.sweep",
    "findings": "cli.findings",
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


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="stray", message="stray %(version)s")
def stray() -> None:
    """Finds an organisation's patient letters that have become publicly reachable, before a patient does."""


def main() -> None:
    """Entry point of the installed command."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold letters and keys
    with told_plainly():
        stray(prog_name="stray")
