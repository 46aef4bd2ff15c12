"""How evidence and what came of its examination are told: a table and lines for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from cli.console import json_line, notice, result_line, results
from findings.vault.asking import Held
from findings.vault.examination import EXPLAINED, Examined, Noticed
from reports.shown import Shown, printable

# Characters of a digest or a finding's id in a table; the JSON form has all of them.
_SHORT = 12


def list_held(rows: Sequence[Held], shown: Shown, output: str) -> None:
    """What is kept."""
    if output == "json":
        for row in rows:
            json_line(_fields(row, shown))
    elif rows:
        table = Table(box=None, pad_edge=False)
        table.add_column("evidence", no_wrap=True)
        table.add_column("fetched (UTC)", no_wrap=True)
        table.add_column("what, where, by whom and why", overflow="fold")
        for row in rows:
            table.add_row(*(escape(cell) for cell in _cells(row, shown)))
        results().print(table)


def _cells(row: Held, shown: Shown) -> tuple[str, str, str]:
    findings = [finding_id[:_SHORT] for finding_id in row.finding_ids]
    more = f" and {len(findings) - 2} more" if len(findings) > 2 else ""  # noqa: PLR2004
    lines = [
        f"{'destroyed' if row.destroyed_at else f'{row.size} bytes'}, SHA-256 {row.sha256[:_SHORT]}",
        *([f"proves {' '.join(findings[:2])}{more}"] if findings else []),
        *(shown.url(url) for url in row.urls[:1]),
        f"{printable(row.captured_by)}: {printable(row.reason)}",
    ]
    return row.evidence_id, f"{row.fetched_at:%Y-%m-%d %H:%M}", "\n".join(lines)


def _fields(row: Held, shown: Shown) -> dict[str, object]:
    return {
        "evidence_id": row.evidence_id,
        "fetched_at": row.fetched_at.isoformat(),
        "size": row.size,
        "sha256": row.sha256,
        "sha1": row.sha1,
        "sealed_sha256": row.sealed_sha256,
        "sealed_size": row.sealed_size,
        "recipients": list(row.recipients),
        "findings": list(row.finding_ids),
        "where": [shown.url(url) for url in row.urls],
        "captured_by": row.captured_by,
        "reason": row.reason,
        "sweep_id": row.sweep_id,
        "destroyed_at": row.destroyed_at.isoformat() if row.destroyed_at else None,
    }


def tell_examined(result: Examined, output: str, *, opened: bool) -> None:
    """What came of an examination; `opened`: files were opened for it."""
    if output == "json":
        json_line(_examined_fields(result))
    else:
        for noticed in result.noticed:
            result_line(_told(noticed))
    looked = f", {result.opened} opened and as the log says" if opened else ""
    gone = f", {result.destroyed} destroyed on record" if result.destroyed else ""
    notice(f"{result.files} sealed files as they were left{looked}{gone}; {result.events} lines in the log")
    notice(f"head of the log: {result.head}")
    if result.anchored < result.events:
        vouched = f"up to line {result.anchored} only" if result.anchored else "by nothing"
        notice(
            f"the log is vouched for {vouched}: lines missing at its end would not show; give --head if you have one"
        )


def _told(noticed: Noticed) -> str:
    where = f"{noticed.evidence_id} " if noticed.evidence_id else ""
    where += f"(log line {noticed.line})" if noticed.line else ""
    detail = f" ({noticed.detail})" if noticed.detail else ""
    kind = "BROKEN" if noticed.weight == "broken" else noticed.weight
    return f"{kind}  {noticed.trouble.value}  {where.strip()}: {EXPLAINED[noticed.trouble]}{detail}"


def _examined_fields(result: Examined) -> dict[str, object]:
    return {
        "sound": result.is_sound,
        "broken": result.is_broken,
        "events": result.events,
        "files": result.files,
        "opened": result.opened,
        "destroyed": result.destroyed,
        "head": str(result.head),
        "anchored": result.anchored,
        "noticed": [
            {
                "trouble": noticed.trouble,
                "weight": noticed.weight,
                "line": noticed.line or None,
                "evidence_id": noticed.evidence_id or None,
                "detail": noticed.detail,
            }
            for noticed in result.noticed
        ],
    }
