"""`stray pack inspect` and `stray pack verify`: what a pack holds, and whether it is whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from cli.console import json_line, notice, results
from cli.options import format_option, pack_options
from cli.pack_change import wants_building
from matchers.keys import load_key
from matchers.pack import Pack, open_pack
from matchers.sound_matcher import FRAME_SECONDS
from matchers.thresholds import Level
from matchers.verifying import verify_pack

# Letters below which most of what their templates say is in fewer than `frequent_from` letters, as DESIGN and the
# measurements in docs/fingerprint-pack.md have it.
FEW_LETTERS = 20


@click.command()
@pack_options
@format_option
def inspect(pack_path: Path, key_path: Path, output: str) -> None:
    """Say what a pack holds: counts, sizes, parameters, dates; never text.

    Example: stray pack inspect --pack pack --key pack.key
    """
    opened = open_pack(pack_path, load_key(key_path))
    fields, remarks = _fields(opened), _remarks(opened)
    if output == "json":
        json_line(fields | {"remarks": remarks})
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        results().print(f"{name:<{width}}  {_shown(value)}")
    for remark in remarks:
        notice(remark)


@click.command()
@pack_options
def verify(pack_path: Path, key_path: Path) -> None:
    """Look at everything in a pack: every file against its digest, every letter, every row, all counts.

    Example: stray pack verify --pack pack --key pack.key
    """
    verified = verify_pack(open_pack(pack_path, load_key(key_path)), pack_path)
    recordings = f", {verified.recordings:,} recordings" if verified.recordings else ""
    notice(f"{pack_path}: whole; {verified.letters:,} letters{recordings} and {verified.rows:,} rows were opened")


def _fields(opened: Pack) -> dict[str, object]:
    manifest = opened.manifest
    history = manifest.history
    return {
        "pack_id": opened.pack_id,
        "format_version": opened.format_version,
        "normaliser_version": opened.normaliser_version,
        "built": history.built,
        "built_letters": history.built_letters,
        "changed": history.changed,
        "added_since_built": history.added,
        "erased_since_built": history.erased,
        "key_rotations": len(opened.keyring.layers),
        "letters": opened.letters,
        "shingles": opened.shingles,
        "template_shingles": opened.template_shingles,
        "recordings": manifest.sounds.recordings if manifest.sounds else 0,
        "recorded_seconds": round(manifest.sounds.frames * FRAME_SECONDS) if manifest.sounds else 0,
        "anchors": dict(manifest.counts.anchors),
        "bytes": sum(mark.size for mark in manifest.files.values()),
        "bytes_per_letter": round(opened.bytes_per_letter),
        **asdict(opened.parameters),
        "calibrated": manifest.thresholds is not None,
        "thresholds": {level.value: getattr(opened.thresholds, level) for level in Level},
        "false_per_million_at_most": {
            level.value: float(f"{opened.thresholds.expected(level):.2g}") for level in Level
        },
    }


def _remarks(opened: Pack) -> list[str]:
    """What a person should know of this pack, in words."""
    remarks = []
    frequent = opened.parameters.frequent_from
    if not opened.template_shingles:
        remarks.append(
            f"no template was learned: text counts as template from {frequent} letters on. "
            "Verdicts on passages are careful: what letters share can not be told from what is one letter's own"
        )
    elif opened.letters < FEW_LETTERS:
        remarks.append(
            f"{opened.letters} letters are few: of a template that fewer than {frequent} of them use nothing is known, "
            "and excerpts are claimed with more care. Give whatever letters there are, old ones too"
        )
    if wants_building(opened.manifest.history, opened.letters):
        remarks.append(
            "more than half of the letters came after the last full build; building anew learns templates from all of "
            "them: stray pack build"
        )
    if not opened.manifest.counts.anchors:
        remarks.append("no identifiers are registered: whom a letter is about can not settle a doubtful passage")
    return remarks


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(count)}" for name, count in value.items()) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
