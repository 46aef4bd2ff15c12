"""What a sweep came to, in a few lines that can be read at three in the morning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from typing import Any

from cli.console import notice
from cli.exit_codes import ExitCode
from cli.names_told import searched
from findings.errors import FindingsError
from findings.records import BucketState, FindingState, UnitState
from findings.results import SweepSummary
from findings.spool_folders import spool_root, spooled_matches
from findings.told import mark_told
from findings.vault.asking import not_kept
from reports.reach_words import alarms, reach_fields, told_of
from scope.model import Scope
from scope.reasons import SkipReason
from sweeps.sweep import SweepResult

# Seconds to wait for the database to note that its news were told; they are told once more if it is held for longer.
TOLD_WAIT = 5.0

_STATES = {
    BucketState.LISTABLE: "listable",
    BucketState.READABLE: "readable and not listable",
    BucketState.NOT_LISTABLE: "not listable (readable or not: unknown)",
    BucketState.EXISTS: "there, nothing more known",
    BucketState.UNKNOWN: "unknown",
    BucketState.CLOSED: "closed",
    BucketState.ABSENT: "absent",
}


def unseen(summary: SweepSummary, allowed: frozenset[SkipReason]) -> dict[str, int]:
    """What kept the sweep from being complete, with counts; empty where everything in scope was seen."""
    gaps = {"canary letters not found": len(summary.reach.missing)} if summary.reach.missing else {}
    gaps |= {reason.value: count for reason, count in summary.skips.items() if reason not in allowed and count}
    broken = {state: count for state, count in summary.units.items() if state is not UnitState.FINISHED and count}
    gaps |= {f"units {state.value}": count for state, count in broken.items()}
    if unknown := summary.findings[FindingState.UNKNOWN]:
        gaps["findings neither seen nor ruled out"] = unknown
    if unknown_names := sum(search.unknown for search in summary.names):
        gaps["names without an answer that counts"] = unknown_names
    if fallen := len({change.unit_id for change in summary.reach.suspicious}):
        gaps["units that saw much less than before"] = fallen
    return gaps


def summary_fields(result: SweepResult, allowed: frozenset[SkipReason]) -> dict[str, object]:
    """One object for programs."""
    summary = result.summary
    if summary is None:
        return {"sweep": result.sweep_id, "merged": False, "why": result.waits}
    return {
        "sweep": summary.sweep_id,
        "kind": summary.kind,
        "merged": True,
        "state": summary.state,
        "findings": dict(summary.findings),
        "documents": summary.documents,
        "unchanged": summary.unchanged,
        "verdicts": dict(summary.verdicts),
        "skipped": dict(summary.skips),
        "buckets": dict(summary.buckets),
        "names": [asdict(search) for search in summary.names],
        "unseen": unseen(summary, allowed),
        **reach_fields(summary.reach),
    }


def must_be_told(result: SweepResult, scope: Scope) -> Iterator[str]:
    """What is said even where nothing else is: what is broken, not seen, set aside or not kept."""
    summary = result.summary
    if summary is None:
        yield f"not merged: {result.waits}"
        waiting = spooled_matches(spool_root(scope.database.file))
        yield f"nothing is lost, {waiting} letters wait: the next sweep or `stray findings list` merges them"
        return
    yield from alarms(summary.reach)
    for path in result.merged.quarantined if result.merged else ():
        yield f"unreadable spool file set aside: {path}"
    for reason in result.merged.left if result.merged else ():
        yield f"left in the spool: {reason}"
    if gaps := unseen(summary, scope.allowed_skips):
        yield f"NOT SEEN: {_counted(gaps)}; details: stray findings reach --db {scope.database.file}"
    yield from _not_kept(scope, summary.sweep_id)


def tell_summary(result: SweepResult, scope: Scope, *, quiet: bool = False) -> None:
    """To standard error: counts, gaps, and what to do next. What nobody was told stays new for the next sweep."""
    summary = result.summary
    for line in must_be_told(result, scope):
        notice(line)
    if summary is None:
        return
    for line in islice(_lines(summary, scope), 1 if quiet else None):
        notice(line)
    mark_told(scope.database.file, summary.sweep_id, TOLD_WAIT)


def tell_not_failed_on(code: ExitCode, whole: ExitCode) -> None:
    """What `--fail-on` leaves out of the exit code is said all the same."""
    if code is not whole:
        notice(
            f"exit code {code.value} by --fail-on; without it {whole.value} ({whole.name.lower().replace('_', ' ')})"
        )


def _lines(summary: SweepSummary, scope: Scope) -> Iterator[str]:
    counted = ", ".join(f"{count} {state.value}" for state, count in summary.findings.items() if count)
    yield f"findings: {counted or 'none'}"
    kept = f", {summary.unchanged} more are as they were" if summary.unchanged else ""
    yield f"documents read: {summary.documents}{kept}; {_counted(summary.verdicts)}"
    yield from told_of(summary.reach)
    if summary.buckets:
        buckets = {_STATES[state]: count for state, count in summary.buckets.items()}
        yield f"buckets: {_counted(buckets)}; details: stray buckets list --db {scope.database.file}"
    for search in summary.names:
        yield from searched(search, scope)
    accepted = {reason: count for reason, count in summary.skips.items() if reason in scope.allowed_skips}
    if accepted:
        yield f"not read, accepted by the scope: {_counted(accepted)}"
    if any(summary.findings.values()):
        yield f"look at them: stray findings list --db {scope.database.file}"


def _not_kept(scope: Scope, sweep_id: str) -> Iterator[str]:
    """Files that the vault had no room for; the log of evidence has them, whatever becomes of this line."""
    if scope.evidence.keep != "sealed":
        return
    with suppress(FindingsError):
        if count := not_kept(scope.database.file, sweep_id, TOLD_WAIT):
            yield f"NOT KEPT as evidence: {count} files; the vault is as full as [evidence] bytes allows"


def _counted(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
