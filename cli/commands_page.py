"""docs/commands.md, made from the commands themselves: `python -m cli.commands_page > docs/commands.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from cli.exit_codes import ExitCode
from cli.main import stray

_MEANINGS = {
    ExitCode.NOTHING_FOUND: "everything in scope was seen; nothing found",
    ExitCode.CRASH: "crashed, or the demo went wrong",
    ExitCode.USAGE: "usage; a scope, pack, key or database that can not be used",
    ExitCode.NEW: "everything was seen; new findings",
    ExitCode.KNOWN_OPEN: "everything was seen; only findings that were known to be open",
    ExitCode.REAPPEARED: "everything was seen; findings that had gone are back",
    ExitCode.INCOMPLETE: "something was unknown or skipped beyond what the scope allows; nothing found",
    ExitCode.INCOMPLETE_KNOWN_OPEN: "the same, and known open findings",
    ExitCode.INCOMPLETE_REAPPEARED: "the same, and findings that are back",
    ExitCode.INCOMPLETE_NEW: "the same, and new findings",
    ExitCode.NO_AUTHORITY: "the scope gives no authority, or it has expired; nothing was requested",
    ExitCode.EVIDENCE_BROKEN: "`stray evidence verify`: something is missing or altered",
    ExitCode.LAPSED: "`stray heartbeat`: no sweep has ended, or none was complete, when one should have been; told",
    ExitCode.STOPPED: "stopped at once by a second Ctrl-C; the same command carries on",
    ExitCode.READER_GONE: "whoever read the output had enough of it (`| head`); no fault",
}


def page() -> str:
    """The whole page."""
    lines = [
        "# Commands",
        "",
        "Made from the commands themselves by `python -m cli.commands_page`; a test holds it against them.",
        "Results go to standard output, everything else to standard error. `--format json` prints one object a line.",
        "",
    ]
    for path, command in _leaves(stray, ("stray",)):
        lines += [f"## {' '.join(path)}", "", "```text", _help(path, command), "```", ""]
    lines += ["## Exit codes", "", "The first that applies.", "", "| code | meaning |", "| --- | --- |"]
    lines += [f"| {code.value} | {_MEANINGS[code]} |" for code in ExitCode]
    return "\n".join(lines) + "\n"


def _leaves(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _leaves(command, (*path, name))
        elif command is not None:
            yield (*path, name), command


def _help(path: tuple[str, ...], command: click.Command) -> str:
    context = click.Context(command, info_name=" ".join(path), max_content_width=100, terminal_width=100)
    return command.get_help(context)


if __name__ == "__main__":
    sys.stdout.write(page())
