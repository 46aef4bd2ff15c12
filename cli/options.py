"""Options that mean the same in every command."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from scope.real_files import real_file

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ["table", "json"]


class DatabaseFile(click.Path):
    """A findings database; one that is named through a link is the file that the link leads to."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path that was typed, or what it leads to."""
        return real_file(Path(os.fsdecode(super().convert(value, param, ctx))))


def scope_argument(command: Command) -> Command:
    """The scope file, ./scope.toml where none is given."""
    return click.argument("scope_path", metavar="SCOPE", type=click.Path(path_type=Path), default=Path("scope.toml"))(
        command
    )


def format_option(command: Command) -> Command:
    """Table for people, one JSON object a line for programs."""
    return click.option(
        "--format", "output", type=click.Choice(FORMATS), default="table", show_default=True, help="Form of the output."
    )(command)


def database_option(command: Command) -> Command:
    """The findings database, ./findings.duckdb where none is given."""
    return click.option(
        "--db", "database", type=DatabaseFile(path_type=Path), default=Path("findings.duckdb"), show_default=True,
        help="The findings database.",
    )(command)  # fmt: skip


def pack_options(command: Command) -> Command:
    """The pack folder and its key file."""
    key = click.option("--key", "key_path", type=click.Path(path_type=Path), required=True, help="The pack's key file.")
    pack = click.option(
        "--pack", "pack_path", type=click.Path(path_type=Path), required=True, help="Folder of the fingerprint pack."
    )
    return pack(key(command))


def reveal_option(command: Command) -> Command:
    """URLs and file names in clear."""
    return click.option(
        "--reveal",
        is_flag=True,
        help="Show addresses and names of files in clear; they can name a patient. Is put on record.",
    )(command)
