"""`stray check`: match files, folders and URLs now, without a sweep."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from cli.check_urls import NotFetched, fetch_urls
from cli.console import json_line, notice, results
from cli.errors import CommandError
from cli.exit_codes import sweep_exit_code
from cli.ocr_options import ocr_of, ocr_options
from cli.options import format_option, reveal_option
from cli.reveal_log import log_reveal
from cli.speech_option import speech_of, speech_option
from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from inspection.files import Unreached, files_below
from inspection.inspector import Inspection, Inspector
from inspection.listening import Listener
from inspection.reading import isolation_limits, ocr_budget
from matchers.keys import load_key
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.verdicts import LetterMatch, Verdict
from reports.shown import Shown, printable
from scope.loader import load_scope
from scope.model import Scope

# Files larger than this are skipped as too large, bytes; the same as a sweep's default for one body.
LARGEST_FILE = 32 << 20
FINDING_VERDICTS = frozenset({Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE})
# Reasons shown in a table's cell; the JSON form has all of them.
REASONS_SHOWN = 2


@click.command()
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@click.option("--pack", "pack_path", type=click.Path(path_type=Path), help="The pack; the scope's, if not given.")
@click.option("--key", "key_path", type=click.Path(path_type=Path), help="Its key file; the scope's, if not given.")
@click.option(
    "--scope", "scope_path", type=click.Path(path_type=Path), default=Path("scope.toml"), show_default=True,
    help="The scope file; needed for URLs.",
)  # fmt: skip
@click.option("--tip-off", metavar="REFERENCE", help="Ask once for each URL outside the scope's targets, on record.")
@ocr_options
@speech_option
@format_option
@reveal_option
def check(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    targets: tuple[str, ...],
    pack_path: Path | None,
    key_path: Path | None,
    scope_path: Path,
    tip_off: str | None,
    ocr_languages: str | None,
    ocr_pages: int | None,
    speech: tuple[str, Path] | None,
    output: str,
    reveal: bool,
) -> None:
    """Match files, folders or URLs against a pack, now, without a sweep. URLs need a scope with authority.

    Local files are named as they lie there; --reveal is for addresses and for names within containers.

    Example: stray check found/ --pack pack --key pack.key --format json
    """
    urls = [target for target in targets if "://" in target]
    paths = [_local(target) for target in targets if target not in urls]
    scope = load_scope(scope_path, needs_targets=False) if urls or not (pack_path and key_path) else None
    pack_path = pack_path or (scope.pack.path if scope else Path())
    key_path = key_path or (scope.pack.key if scope else Path())
    pack = open_pack(pack_path, load_key(key_path))
    if reveal:
        log_reveal(key_path)
    show = _Output(output, Shown(reveal))
    bodies = _bodies(paths, show)
    if scope is not None and urls:
        bodies = chain(bodies, _fetched_bodies(urls, scope, tip_off, show))
    workers = os.cpu_count() or 1
    ocr = ocr_of(ocr_languages, ocr_pages, scope.ocr if scope else None)
    limits = isolation_limits(ocr, speech_of(speech, scope.speech if scope else None))
    with ExtractorPool(workers, limits) as extractors:
        inspector = Inspector(extractors, Matcher(pack), workers, ocr_budget(ocr), Listener(pack))
        for target, inspection in inspector.inspect_each(bodies):
            show.inspected(target, inspection)
    show.finish()
    if not show.seen and not show.unread:
        raise CommandError(f"no files in {', '.join(targets)}")
    sys.exit(sweep_exit_code(complete=not show.unread, new=show.found, reappeared=0, known_open=0))


class _Output:
    """Shows each answer as it comes (JSON) or all at the end (table), and tells what was not read."""

    def __init__(self, output: str, shown: Shown) -> None:
        self._shown = shown
        self._json = output == "json"
        self._table = Table(box=None, pad_edge=False)
        for heading in ("verdict", "letters", "target", "why"):
            self._table.add_column(heading, overflow="fold")
        self._problems: list[tuple[str, str]] = []
        self.seen = self.found = self.unread = 0

    def inspected(self, target: str, inspection: Inspection) -> None:
        """A document was read, if only in part."""
        self.seen += 1
        self.found += inspection.judgement.verdict in FINDING_VERDICTS
        self.unread += bool(inspection.problems)
        for problem in inspection.problems:
            where = f"{target} {self._shown.member(problem.path)}".rstrip()
            self._problems.append((where, _with_detail(problem.reason, problem.detail)))
        if self._json:
            json_line(_fields(target, inspection, self._shown))
        else:
            self._table.add_row(*_row(target, inspection))

    def not_read(self, target: str, reason: SkipReason, detail: str) -> None:
        """A target gave no document."""
        self.unread += 1
        self._problems.append((target, _with_detail(reason, detail)))
        if self._json:
            json_line(_skip_fields(target, reason, detail))

    def finish(self) -> None:
        """The table, and what was not read."""
        if not self._json and self.seen:
            results().print(self._table)
        for target, problem in self._problems:
            notice(f"not read: {target}: {problem}")
        notice(f"{self.seen} documents read, {self.found} with findings, {self.unread} not read or only in part")


def _with_detail(reason: SkipReason, detail: str) -> str:
    return f"{reason.value} ({detail})" if detail else reason.value


def _local(target: str) -> Path:
    path = Path(target)
    if not target or not path.exists():
        raise CommandError(f"{target or repr(target)}: no such file or folder")
    return path


def _bodies(paths: list[Path], show: _Output) -> Iterator[tuple[str, bytes]]:
    for path in chain.from_iterable(map(files_below, paths)):
        if isinstance(path, Unreached):
            show.not_read(str(path.path), SkipReason.UNREADABLE, path.cause)
            continue
        try:
            if path.stat().st_size > LARGEST_FILE:
                show.not_read(str(path), SkipReason.TOO_LARGE, f"over {LARGEST_FILE} bytes")
                continue
            data = path.read_bytes()
        except OSError as error:
            show.not_read(str(path), SkipReason.UNREADABLE, type(error).__name__)
            continue
        yield str(path), data


def _fetched_bodies(urls: list[str], scope: Scope, tip_off: str | None, show: _Output) -> Iterator[tuple[str, bytes]]:
    for url, fetched in fetch_urls(urls, scope, tip_off):
        if isinstance(fetched, NotFetched):
            show.not_read(url, fetched.reason, fetched.detail)
        else:
            yield url, fetched


def _skip_fields(target: str, reason: SkipReason, detail: str) -> dict[str, object]:
    """The same object for a target without a document."""
    nothing: dict[str, object] = {"sha256": None, "media_type": None, "verdict": Verdict.UNDETERMINED, "letters": []}
    skipped = [{"reason": reason, "path": "", "detail": detail}]
    return {"target": target, **nothing, "reasons": ["it could not be read"], "skipped": skipped}


def _fields(target: str, inspection: Inspection, shown: Shown) -> dict[str, object]:
    """The object that is promised for `stray check --format json`."""
    judgement = inspection.judgement
    return {
        "target": target,
        "sha256": inspection.sha256,
        "media_type": inspection.media_type,
        "verdict": judgement.verdict,
        "letters": [_letter_fields(letter, shown) for letter in judgement.letters],
        "reasons": list(judgement.reasons),
        "skipped": [
            {"reason": p.reason, "path": shown.member(p.path), "detail": p.detail} for p in inspection.problems
        ],
    }


def _letter_fields(letter: LetterMatch, shown: Shown) -> dict[str, object]:
    """A recording's spans and evidence count seconds, and `heard` says so; a letter has no such key."""
    fields: dict[str, object] = {
        "letter_id": letter.letter_id,
        "verdict": letter.verdict,
        "containment": round(letter.containment, 4),
        "coverage": round(letter.coverage, 4),
        "evidence": letter.evidence,
        "false_per_million": letter.false_per_million,
        "anchors": dict(letter.anchors),
        "spans": [
            {"piece": shown.member(span.piece), "doc": list(span.doc), "letter": list(span.letter)}
            for span in letter.spans
        ],
    }
    return fields | ({"heard": True} if letter.heard else {})


def _row(target: str, inspection: Inspection) -> tuple[str, str, str, str]:
    judgement = inspection.judgement
    letters = "\n".join(f"{letter.letter_id} {letter.containment:.0%}" for letter in judgement.letters)
    why = "\n".join(judgement.reasons[:REASONS_SHOWN])
    return judgement.verdict.value, escape(printable(letters)), escape(printable(target)), escape(printable(why))
