"""`stray text`: what is read of a file, piece by piece, and what is not."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from cli.console import json_line, notice, result_line
from cli.exit_codes import ExitCode, sweep_exit_code
from cli.ocr_options import ocr_of, ocr_options
from cli.options import format_option
from cli.speech_option import speech_of, speech_option
from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from extraction.records import Extraction, Origin, Sound, TextPiece
from extraction.sandbox import DEFAULT_LIMITS
from inspection.reading import isolation_limits, ocr_budget
from inspection.scans import ScanPass
from reports.shown import Shown


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--no-text", is_flag=True, help="Only the places and their lengths, names masked, for a screen that others see."
)
@ocr_options
@speech_option
@format_option
def text(
    files: tuple[Path, ...],
    no_text: bool,
    ocr_languages: str | None,
    ocr_pages: int | None,
    speech: tuple[str, Path] | None,
    output: str,
) -> None:
    """Show what is read of files, piece by piece, and what is not and why. Nothing is matched, sent or kept.

    Example: stray text bundle.zip
    """
    ocr = ocr_of(ocr_languages, ocr_pages)
    workers = os.cpu_count() or 1
    unread = unnamed = 0
    with ExtractorPool(workers, isolation_limits(ocr, speech_of(speech))) as extractors:
        scans = ScanPass(extractors, workers, ocr_budget(ocr))
        for file in files:
            data = _bytes_of(file)
            if data is None:
                unnamed += 1
                continue
            extraction = scans.completed(data, extractors.extract(data))
            unread += extraction.partial
            if output == "json":
                json_line(_fields(str(file), len(data), extraction, no_text))
            else:
                _show(str(file), len(data), extraction, no_text)
    if unnamed == len(files):
        sys.exit(ExitCode.USAGE)
    sys.exit(sweep_exit_code(complete=not unread + unnamed, new=0, reappeared=0, known_open=0))


def _bytes_of(file: Path) -> bytes | None:
    """Of a regular file that is not too large to be read; of others it is told why not."""
    try:
        if not file.is_file():
            file.stat()
            notice(f"{file}: {'a folder' if file.is_dir() else 'not a regular file'}; name files")
            return None
        if file.stat().st_size > DEFAULT_LIMITS.document_bytes:
            notice(f"{file}: {SkipReason.TOO_LARGE} (more than {DEFAULT_LIMITS.document_bytes:,} bytes)")
            return None
        return file.read_bytes()
    except OSError as error:
        notice(f"{file}: {(error.strerror or type(error).__name__).lower()}")
        return None


def _show(target: str, size: int, extraction: Extraction, no_text: bool) -> None:
    shown = Shown(reveal=not no_text)
    result_line(f"{target}: {extraction.media_type}, {size:,} bytes")
    if not no_text:
        for origin in extraction.origins:
            _show_facts(f"from{' ' + origin.path if origin.path else ''}", origin)
        for sound in extraction.sounds:
            _show_facts(f"recording{' ' + sound.path if sound.path else ''}", sound)
    for file in extraction.files:
        lie = f", though it is called .{file.misnamed}" if file.misnamed else ""
        result_line(f"  inside {shown.member(file.path)}: {file.media_type}, {file.size:,} bytes{lie}")
    for piece in extraction.pieces:
        result_line(f"--- {target}{shown.member(piece.path)} ({_measure(piece)})")
        if not no_text:
            for line in piece.text.split("\n"):
                result_line(line.replace("\t", "    "))
    for problem in extraction.problems:
        why = f"{problem.reason} ({problem.detail})" if problem.detail else problem.reason
        notice(f"not read: {target}{shown.member(problem.path)}: {why}")
    if not extraction.pieces and not extraction.problems:
        notice(f"{target}: nothing to read")


def _measure(piece: TextPiece) -> str:
    by_ocr = "" if piece.confidence is None else f", OCR with confidence {piece.confidence}"
    return f"{len(piece.text):,} characters{by_ocr}"


def _show_facts(heading: str, record: Origin | Sound) -> None:
    facts = {name: value for name, value in asdict(record).items() if value is not None and name != "path"}
    fingerprint = facts.pop("fingerprint", b"")
    if fingerprint:
        facts["fingerprint"] = f"{len(fingerprint) // 4:,} frames"
    if facts:
        told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items() if value != b"")
        result_line(f"  {heading}: {told}")


def _fields(target: str, size: int, extraction: Extraction, no_text: bool) -> dict[str, object]:
    shown = Shown(reveal=not no_text)
    named: dict[str, object] = {
        "origins": [asdict(origin) for origin in extraction.origins],
        "recordings": [asdict(sound) | {"fingerprint": sound.fingerprint.hex()} for sound in extraction.sounds],
    }
    return {
        "target": target,
        "size": size,
        "media_type": extraction.media_type,
        "pieces": [
            {"path": shown.member(piece.path), "characters": len(piece.text), "ocr_confidence": piece.confidence}
            | ({} if no_text else {"text": piece.text})
            for piece in extraction.pieces
        ],
        "skipped": [
            {"reason": problem.reason, "path": shown.member(problem.path), "detail": problem.detail}
            for problem in extraction.problems
        ],
        "files": [asdict(file) | {"path": shown.member(file.path)} for file in extraction.files],
        **({} if no_text else named),
    }
