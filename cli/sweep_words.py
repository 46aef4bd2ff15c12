"""What is said of a running sweep, on its own terminal and by `stray status` in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cli.amounts import about, counted, lasting, size
from sweeps.progress import Progress

_BASES: Final = {"last_sweep": "as the last sweep took", "units_so_far": "at the pace so far"}
_PHASES: Final = {
    "planning": "planning",
    "fetching": "fetching",
    "stopping": "stopping: units write what they have",
    "waiting": "waiting",
    "merging": "taking results into the database",
    "ended": "ended",
}


def told(progress: Progress) -> str:
    """Counts of a unit in words."""
    if progress.names:
        return f"{progress.names_answered:,} of {progress.names:,} names with an answer, {progress.buckets:,} buckets"
    unchanged = f"{progress.unchanged} unchanged, " if progress.unchanged else ""
    return (
        f"{progress.documents} documents, {unchanged}{progress.matches} letters in them, "
        f"{progress.entries} entries, {progress.skipped} not read"
        f"{'; begun afresh, what it had saved could not be used' if progress.afresh else ''}"
        f"{'; what earlier sweeps remembered could not be used, so all is fetched' if progress.forgot else ''}"
    )


def sweep_lines(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Heads and lines of a snapshot's fields (`sweeps.snapshot_fields`)."""
    units, counts = fields["units"], fields["counts"]
    why = f": {fields['why']}" if fields["why"] else ""
    return [
        ("doing", f"{_PHASES.get(fields['phase'], fields['phase'])}{why}, for {lasting(fields['seconds'])}"),
        ("time left", time_left(fields)),
        ("units", _units(units)),
        ("seen", _seen(counts)),
        ("letters", _letters(counts)),
        ("requests", _requests(fields)),
    ]


def time_left(fields: Mapping[str, Any]) -> str:
    """With what it is judged by; a dash where nothing can be known."""
    left = fields["left"]
    return "-" if left is None else f"{about(left['seconds'])}, {_BASES.get(left['basis'], left['basis'])}"


def unit_rows(units: Sequence[Mapping[str, Any]], more: int) -> list[tuple[str, str, str, str, str]]:
    """Units at work: what and where, documents, letters, requests a second, trouble."""
    rows = [
        (
            f"{unit['source'].replace('_', ' ')} {unit['host']}",
            f"{unit['counts']['documents'] + unit['counts']['unchanged']:,}",
            f"{unit['counts']['matches']:,}",
            "-" if unit["requests_per_second"] is None else f"{unit['requests_per_second']:.1f}",
            unit["trouble"],
        )
        for unit in units
    ]
    return [*rows, (f"and {more:,} more at work", "", "", "", "")] if more > 0 else rows


def _units(units: Mapping[str, int]) -> str:
    done = units["resumed"] + units["ended"]
    before = f" ({units['resumed']:,} before)" if units["resumed"] else ""
    broken = f", {units['broken']:,} broke" if units["broken"] else ""
    return (
        f"{done:,} of {units['planned']:,} done{before}{broken}, "
        f"{units['at_work']:,} at work, {units['waiting']:,} to come"
    )


def _seen(counts: Mapping[str, int]) -> str:
    parts = [counted(counts["entries"], "entry", "entries"), counted(counts["documents"], "document")]
    if counts["unchanged"]:
        parts.append(f"{counts['unchanged']:,} unchanged")
    if counts["buckets"]:
        parts.append(counted(counts["buckets"], "bucket"))
    if counts["names"]:
        parts.append(f"{counts['names_answered']:,} of {counts['names']:,} names answered")
    return ", ".join([*parts, f"{counts['skipped']:,} not read"])


def _letters(counts: Mapping[str, int]) -> str:
    return (
        f"{counts['known']:,} known, {counts['passages']:,} shared passages, {counts['templates']:,} of our templates"
    )


def _requests(fields: Mapping[str, Any]) -> str:
    rate = fields["requests_per_second"]
    now = "-" if rate is None else f"{rate:.1f}"
    return (
        f"{now} a second at {counted(fields['hosts'], 'host')}, {fields['mean_requests_per_second']:.1f} on average; "
        f"{fields['counts']['requests']:,} in all, {size(fields['counts']['bytes'])}"
    )
