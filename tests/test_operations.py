"""docs/operations.md and deploy/ name commands, options and exit codes that exist, and files that are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from cli.exit_codes import ExitCode
from cli.main import stray

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text()
DEPLOYED = sorted(
    path for path in (ROOT / "deploy").rglob("*") if path.suffix in (".service", ".yaml") or path.name == "stray"
)


def command_lines() -> list[str]:
    """Each `stray ...` of the page's code and of what is deployed."""
    fences = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    inline = [code for code in re.findall(r"`([^`\n]+)`", PAGE) if re.match(r"stray [a-z]", code)]
    deployed = [line for path in DEPLOYED for line in path.read_text().splitlines() if not line.startswith("#")]
    lines = [line.replace(r"\%", "%") for line in (*fences, *inline, *deployed)]
    found = [match for line in lines for match in re.findall(r"(?:^|[ /])(stray [a-z].*?)(?:&&|$|  #)", line)]
    manifests = [path.read_text() for path in DEPLOYED if path.suffix == ".yaml"]
    found += ["stray " + args.replace(",", " ") for text in manifests for args in re.findall(r"args: \[(.*?)\]", text)]
    return sorted({line.strip() for line in found if not line.startswith("stray cd ")})


@pytest.mark.parametrize("line", command_lines())
def test_a_command_line_is_one(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = stray
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"{line}: no command {words[0]}"
        command, words = found, words[1:]
    if words:  # else it is only named
        command.make_context(command.name, words)  # raises where an option, a value or an argument is none


def test_there_are_such_lines_at_all() -> None:
    assert len(command_lines()) > 30


def test_each_exit_code_has_what_to_do() -> None:
    table = PAGE.partition("## What to do on each exit code")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    assert [int(code) for code, _, _ in rows] == [code.value for code in ExitCode]


def test_files_that_are_named_are_there() -> None:
    for name in re.findall(r"\]\(([a-z-]+\.md)\)", PAGE):
        assert (ROOT / "docs" / name).exists(), name
    for name in re.findall(r"`(deploy/[A-Za-z/.]+)`", PAGE):
        assert (ROOT / name).exists(), name
