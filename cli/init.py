"""`stray init`: a workspace to fill in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from cli.console import notice
from cli.errors import CommandError
from matchers.keys import create_key


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path())
def init(folder: Path) -> None:
    """Make a workspace: a scope file to fill in, a key for the pack, a folder for letters.

    Example: stray init trust
    """
    scope_path, key_path = folder / "scope.toml", folder / "pack.key"
    for path in (scope_path, key_path):
        if path.exists():
            raise CommandError(f"{path} is there already; nothing was changed")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "letters").mkdir(mode=0o700, exist_ok=True)
    create_key(key_path)
    scope_path.write_text(files("cli").joinpath("scope_template.toml").read_text(encoding="utf-8"), encoding="utf-8")
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*.key\n*.key.letters.csv\nletters/\npack/\n*.duckdb\n*.duckdb.*\n")
    notice(f"{scope_path}: fill in the organisation, the authority and what to look at")
    notice(f"{key_path}: the pack's key; keep it where the pack is not, and keep a copy: without it the pack is noise")
    notice(f"next: put letters into {folder / 'letters'}, then")
    notice(f"  stray pack build {folder / 'letters'} --pack {folder / 'pack'} --key {key_path}")
    notice(f"  stray doctor {scope_path}")
    notice(f"  stray scope show {scope_path}")
    notice(f"  stray sweep {scope_path}")
