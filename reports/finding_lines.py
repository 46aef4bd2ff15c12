"""JSON Lines for other programs: a finding a line, in ASCII."""

from __future__ import annotations

import json
from datetime import date

from findings.report_facts import ReportFacts
from reports.finding_fields import finding_fields
from reports.shown import Shown


def finding_lines(facts: ReportFacts, shown: Shown) -> str:
    """All findings, the worst first. Times are ISO 8601 in UTC."""
    return "".join(json_text(finding_fields(finding, shown)) + "\n" for finding in facts.findings)


def json_text(value: object) -> str:
    """In ASCII, on one line."""
    # DEL is ASCII, and the one control character that json leaves as it is.
    return json.dumps(value, ensure_ascii=True, default=_plain).replace("\x7f", "\\u007f")


def _plain(value: object) -> str:
    if isinstance(value, date):  # times are dates too
        return value.isoformat()
    raise TypeError(f"no plain form for {type(value).__name__}")
