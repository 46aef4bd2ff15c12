"""`stray pack add`, `sync`, `erase`, `merge` and `rotate`: changes of a pack that is there."""

from __future__ import annotations

from pathlib import Path

import click

from cli.console import notice
from cli.errors import CommandError
from cli.options import DatabaseFile, pack_options
from cli.pack_reading import Reading, key_for, leave_mapping, mapping_beside, register_at, tell_summary
from cli.pack_seen import tell_seen
from inspection.letters import copy_mapping, forget_in_mapping, letter_files
from inspection.sync import ERASED_AT_MOST, sync_plan
from matchers.keys import load_key
from matchers.pack import open_pack
from matchers.pack_build import marks_staged_for
from matchers.pack_format import PackHistory
from matchers.pack_life import Change, ChangeSummary, change_pack, merge_packs, rotate_key

# Share of letters that came after the last full build from which templates are learned from too little: what a letter
# was counted against when it came is what its words are weighed by.
BUILD_AGAIN_FROM = 0.5

_letters = click.argument("letters", metavar="LETTERS...", nargs=-1, required=True, type=click.Path(path_type=Path))
_register = click.option(
    "--register", "register_path", type=click.Path(path_type=Path),
    help="CSV: letter_id and file, and whom each letter is about.",
)  # fmt: skip


@click.command()
@_letters
@pack_options
@_register
@click.option(
    "--db", "database", type=DatabaseFile(path_type=Path),
    help="Findings database in which to look whether they were seen; else that of ./scope.toml, if the pack is its.",
)  # fmt: skip
def add(
    letters: tuple[Path, ...], pack_path: Path, key_path: Path, register_path: Path | None, database: Path | None
) -> None:
    """Add letters to a pack. Those that it has already are not read again.

    Says which of them were seen before, by the sketches that sweeps keep; no request is made.

    Example: stray pack add new-letters/ --pack pack --key pack.key --register letters.csv
    """
    key = load_key(key_path)
    opened = open_pack(pack_path, key)
    register = register_at(register_path)
    files = letter_files(letters, opened.keyring.root, register)
    leave_mapping(files, key_path, register)
    reading = Reading(files, opened.marks(), marks_staged_for(pack_path, opened.keyring, opened.parameters))
    with reading.letters(opened.keyring.root, register) as texts:
        done = change_pack(pack_path, key, Change(texts))
    reading.tell()
    if done.added:
        tell_seen(pack_path, key, opened, database)
    _tell(pack_path, done, f"{done.added} added, {reading.unchanged} were there, {len(reading.unreadable)} unreadable")


@click.command()
@_letters
@pack_options
@_register
@click.option(
    "--allow-erase", "erased_at_most", metavar="PERCENT", type=click.FloatRange(0, 100), default=ERASED_AT_MOST,
    show_default=True, help="Share of the pack's letters that may have vanished.",
)  # fmt: skip
def sync(
    letters: tuple[Path, ...], pack_path: Path, key_path: Path, register_path: Path | None, erased_at_most: float
) -> None:
    """Make a pack hold what these folders hold: new letters, new texts and rows, and none that have vanished.

    For a nightly job: what has not changed is not read again, and a second run changes nothing. All folders of the
    pack are named. Where too many letters have vanished, or a folder can not be entered, none is erased.

    Example: stray pack sync letters/ --pack pack --key pack.key --register letters.csv
    """
    key = load_key(key_path)
    opened = open_pack(pack_path, key)
    register = register_at(register_path)
    files = letter_files(letters, opened.keyring.root, register)
    plan = sync_plan(opened, files, erased_at_most)
    for folder in plan.unsure:
        notice(f"{folder.path}: {folder.fault}; no letter is erased this time")
    reading = Reading(plan.files, plan.marks, marks_staged_for(pack_path, opened.keyring, opened.parameters))
    leave_mapping(list(plan.files), key_path, register)
    with reading.letters(opened.keyring.root, register) as texts:
        done = change_pack(pack_path, key, Change(texts, plan.vanished, replaces=True))
    forget_in_mapping(plan.vanished, mapping_beside(key_path))
    reading.tell()
    counts = f"{done.added} added, {done.replaced} replaced, {done.erased} erased, {reading.unchanged} unchanged"
    _tell(pack_path, done, f"{counts}, {len(reading.unreadable)} unreadable")


@click.command()
@click.argument("letter_ids", metavar="IDS...", nargs=-1, required=True)
@pack_options
def erase(letter_ids: tuple[str, ...], pack_path: Path, key_path: Path) -> None:
    """Erase letters and recordings by their ids: their salts, sealed parts and rows, and their names in the mapping.

    Copies that file systems and backups keep are not reached. If the letter's file stays, the next sync adds it again.

    Example: stray pack erase L0123456789abcdef --pack pack --key pack.key
    """
    done = change_pack(pack_path, load_key(key_path), Change(erase=letter_ids))
    forget_in_mapping(letter_ids, mapping_beside(key_path))
    _tell(pack_path, done, f"{done.erased} erased" + (f", {done.unheard} recordings erased" if done.unheard else ""))
    notice(
        "their files, and copies of the pack in backups, are not reached; while the files stay, `sync` adds them again"
    )


@click.command()
@click.option("--from", "other", type=click.Path(path_type=Path), required=True, help="The pack whose letters come in.")
@pack_options
def merge(other: Path, pack_path: Path, key_path: Path) -> None:
    """Take the letters of another pack of the same key into a pack. The other one stays as it is.

    Example: stray pack merge --from other-pack --pack pack --key pack.key
    """
    done = merge_packs(pack_path, other, load_key(key_path))
    heard = f" and {done.heard} recordings" if done.heard else ""
    _tell(pack_path, done, f"{done.added} letters{heard} taken from {other}")


@click.command()
@pack_options
@click.option("--new-key", type=click.Path(path_type=Path), required=True, help="The new key file; made if not there.")
def rotate(pack_path: Path, key_path: Path, new_key: Path) -> None:
    """Put a pack under a new key. The old key opens nothing of it any more, and needs no letter to be read again.

    What somebody took together with the old key stays open to them: then build a new pack under a new key as well.

    Example: stray pack rotate --pack pack --key pack.key --new-key pack-2027.key
    """
    key = load_key(key_path)
    open_pack(pack_path, key)
    if new_key.exists() and new_key.samefile(key_path):
        raise CommandError(f"{new_key}: is the key that the pack has; name another file, it is made if it is not there")
    summary = rotate_key(pack_path, key, key_for(new_key, pack_path))
    copy_mapping(mapping_beside(key_path), mapping_beside(new_key))
    notice(f"{pack_path}: {summary.letters} letters under {new_key}; {key_path} opens it no more")
    notice("name the new key in scope.toml; destroy the old one when no backup of the pack needs it")


def _tell(pack_path: Path, done: ChangeSummary, counts: str) -> None:
    if done.pack is None:
        changed = done.heard or done.unheard
        notice(f"{pack_path}: {counts}; {'its letters stay as they were' if changed else 'nothing was changed'}")
        return
    tell_summary(done.pack)
    notice(f"{pack_path}: {counts}; {done.pack.letters} letters, {done.pack.bytes_per_letter:,.0f} bytes a letter")


def wants_building(history: PackHistory, letters: int) -> bool:
    """Have so many letters come since the last full build that templates are better learned anew?"""
    return history.added > BUILD_AGAIN_FROM * letters
