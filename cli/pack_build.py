"""`stray pack build`: a pack from the organisation's letters."""

from __future__ import annotations

from pathlib import Path

import click

from cli.console import notice
from cli.errors import CommandError
from cli.options import pack_options
from cli.pack_reading import Reading, key_for, leave_mapping, register_at, tell_summary
from inspection.letters import letter_files
from matchers.errors import PackBuildError, PackError, PackKeyError
from matchers.keys import load_key
from matchers.pack_build import build_pack, staged_marks
from matchers.pack_format import MANIFEST, read_manifest


@click.command()
@click.argument("letters", metavar="LETTERS...", nargs=-1, required=True, type=click.Path(path_type=Path))
@pack_options
@click.option(
    "--register", type=click.Path(path_type=Path), help="CSV: letter_id and file, and whom each letter is about."
)
def build(letters: tuple[Path, ...], pack_path: Path, key_path: Path, register: Path | None) -> None:
    """Build a pack from folders of letters, in any type that extraction reads.

    A build that was killed is taken up where it was: letters that it had read are not read again.

    Example: stray pack build letters/ --pack pack --key pack.key --register letters.csv
    """
    build_from_files(letters, pack_path, key_path, register)


def build_from_files(letters: tuple[Path, ...], pack_path: Path, key_path: Path, register_path: Path | None) -> None:
    """Read the letters and build the pack, telling on standard error what became of each that gave trouble.

    Raises:
        LettersError, PackError, CommandError: nothing was built; an earlier pack stays as it was.
    """
    _refuse_other_key(pack_path, key_path)
    key = key_for(key_path, pack_path)
    register = register_at(register_path)
    files = letter_files(letters, key, register)
    leave_mapping(files, key_path, register)
    reading = Reading(files, staged=staged_marks(pack_path, key))
    try:
        with reading.letters(key, register) as texts:
            summary = build_pack(texts, pack_path, key)
    except PackBuildError:
        reading.tell()
        if len(reading.unreadable) == len(files):
            raise CommandError(f"none of {len(files)} files gave text; {pack_path} was not touched") from None
        raise
    reading.tell()
    tell_summary(summary)
    notice(f"{pack_path}: {summary.letters} letters, {summary.bytes_per_letter:,.0f} bytes a letter")
    if reading.unreadable:
        notice(f"{len(reading.unreadable)} of {len(files)} letters are NOT in the pack and will not be recognised")


def _refuse_other_key(pack_path: Path, key_path: Path) -> None:
    """A mistyped key must not put a pack of its own in the place of one that another key opens."""
    if not (pack_path / MANIFEST).exists():
        return
    advice = "name its key, or another folder for a new pack; to be rid of the old one, remove its folder"
    if not key_path.exists():
        raise CommandError(f"{key_path}: no such key, and {pack_path} holds a pack already; {advice}")
    try:
        read_manifest(pack_path, load_key(key_path))
    except PackKeyError:
        raise CommandError(f"{pack_path} holds a pack of another key than {key_path}; {advice}") from None
    except PackError:
        return  # of an older version, or damaged: building anew is what helps
