"""`stray check`: match files and folders now, without a sweep."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from cli.console import json_line, notice, results
from cli.errors import CommandError
from cli.exit_codes import sweep_exit_code
from cli.options import format_option, pack_options
from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from inspection.inspector import Inspection, Inspector
from matchers.keys import load_key
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.verdicts import LetterMatch, Verdict

# Files larger than this are skipped as too large, bytes; the same as a sweep's default for one body.
LARGEST_FILE = 32 << 20
FINDING_VERDICTS = frozenset({Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE})
# Reasons shown in a table's cell; the JSON form has all of them.
REASONS_SHOWN = 2


@click.command()
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@pack_options
@format_option
def check(targets: tuple[str, ...], pack_path: Path, key_path: Path, output: str) -> None:
    """Match files or folders against a pack, now, without a sweep.

    Example: stray check found/ --pack pack --key pack.key --format json
    """
    matcher = Matcher(open_pack(pack_path, load_key(key_path)))
    paths = [_local(target) for target in targets]
    skipped: list[dict[str, object]] = []
    workers = os.cpu_count() or 1
    table = Table(box=None, pad_edge=False)
    for heading in ("verdict", "letters", "target", "why"):
        table.add_column(heading, overflow="fold")
    found = seen = 0
    with ExtractorPool(workers=workers) as extractors:
        bodies = _bodies(paths, skipped)
        for path, inspection in Inspector(extractors, matcher).inspect_each(bodies, workers):
            seen += 1
            found += inspection.judgement.verdict in FINDING_VERDICTS
            fields = _fields(path, inspection)
            if fields["skipped"]:
                skipped.append(fields)
            if output == "json":
                json_line(fields)
            else:
                table.add_row(*_row(path, inspection))
    for fields in skipped:
        if output == "json" and "verdict" not in fields:
            json_line(fields | {"verdict": Verdict.UNDETERMINED})
    if output == "table":
        results().print(table)
    _tell_skips(skipped)
    notice(f"{seen} documents read, {found} with findings, {len(skipped)} not read or only in part")
    if not seen and not skipped:
        raise CommandError(f"no files in {', '.join(targets)}")
    sys.exit(sweep_exit_code(complete=not skipped, new=found, reappeared=0, known_open=0))


def _local(target: str) -> Path:
    if "://" in target:
        raise CommandError(f"{target.partition(':')[0]} addresses are looked at by `stray sweep`, under a scope")
    path = Path(target)
    if not path.exists():
        raise CommandError(f"{target}: no such file or folder")
    return path


def _bodies(paths: list[Path], skipped: list[dict[str, object]]) -> Iterator[tuple[Path, bytes]]:
    for place in paths:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_symlink() or not path.is_file():
                continue
            try:
                if path.stat().st_size > LARGEST_FILE:
                    skipped.append(_skip_fields(path, SkipReason.TOO_LARGE, f"over {LARGEST_FILE} bytes"))
                    continue
                data = path.read_bytes()
            except OSError as error:
                skipped.append(_skip_fields(path, SkipReason.UNREADABLE, type(error).__name__))
                continue
            yield path, data


def _skip_fields(path: Path, reason: SkipReason, detail: str) -> dict[str, object]:
    return {"target": str(path), "letters": [], "skipped": [{"reason": reason, "path": "", "detail": detail}]}


def _fields(path: Path, inspection: Inspection) -> dict[str, object]:
    """The object that DESIGN fixes for `stray check --format json`."""
    judgement = inspection.judgement
    return {
        "target": str(path),
        "sha256": inspection.sha256,
        "media_type": inspection.media_type,
        "verdict": judgement.verdict,
        "letters": [_letter_fields(letter) for letter in judgement.letters],
        "reasons": list(judgement.reasons),
        "skipped": [{"reason": p.reason, "path": p.path, "detail": p.detail} for p in inspection.problems],
    }


def _letter_fields(letter: LetterMatch) -> dict[str, object]:
    return {
        "letter_id": letter.letter_id,
        "verdict": letter.verdict,
        "containment": round(letter.containment, 4),
        "coverage": round(letter.coverage, 4),
        "evidence": letter.evidence,
        "anchors": dict(letter.anchors),
        "spans": [{"piece": span.piece, "doc": list(span.doc), "letter": list(span.letter)} for span in letter.spans],
    }


def _row(path: Path, inspection: Inspection) -> tuple[str, str, str, str]:
    judgement = inspection.judgement
    letters = "\n".join(f"{letter.letter_id} {letter.containment:.0%}" for letter in judgement.letters)
    why = "\n".join(judgement.reasons[:REASONS_SHOWN])
    return judgement.verdict.value, escape(letters), escape(str(path)), escape(why)


def _tell_skips(skipped: list[dict[str, object]]) -> None:
    for fields in skipped:
        problems = fields["skipped"]
        if isinstance(problems, list):
            for problem in problems:
                where = f"{fields['target']}{problem['path']}"
                notice(f"not read: {where}: {problem['reason']} ({problem['detail']})")
