from __future__ import annotations

from pathlib import Path

import click

from cli.commands_page import page
from cli.exit_codes import ExitCode
from cli.main import COMMANDS, stray

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text() == page(), "make it anew: python -m cli.commands_page > docs/commands.md"


def test_every_command_has_a_sentence_and_an_example_to_paste() -> None:
    text = page()
    for name in COMMANDS:
        command = stray.get_command(click.Context(stray), name)
        assert command is not None
        assert command.help
    sections = [section for section in text.split("\n## ") if section.startswith("stray ")]
    assert all("Example: stray " in section for section in sections)
    assert all(f"| {code.value} |" in text for code in ExitCode)
