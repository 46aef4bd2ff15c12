"""The forms that `stray report` writes, each as the bytes of one file."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import assert_never

from findings.report_facts import ReportFacts
from reports.shown import Shown


class ReportFormat(StrEnum):
    """What a report can be."""

    HTML = "html"
    JSONL = "jsonl"
    CSV = "csv"
    SARIF = "sarif"
    OCSF = "ocsf"


def written_report(
    form: ReportFormat, facts: ReportFacts, made_at: datetime, version: str, *, reveal: bool = False
) -> bytes:
    """The report in this form, in UTF-8. Places are masked unless `reveal`.

    Args:
        form: which.
        facts: what there is.
        made_at: now; aware.
        version: of Stray.
        reveal: show addresses and names of files in clear.
    """
    shown = Shown(reveal)
    match form:
        case ReportFormat.HTML:
            from reports.html_report import html_report  # noqa: PLC0415 - each form loads what it needs

            return html_report(facts, made_at, version, reveal=reveal).encode()
        case ReportFormat.JSONL:
            from reports.finding_lines import finding_lines  # noqa: PLC0415

            return finding_lines(facts, shown).encode()
        case ReportFormat.CSV:
            from reports.csv_report import csv_report  # noqa: PLC0415

            return csv_report(facts, shown).encode()
        case ReportFormat.SARIF:
            from reports.sarif import sarif_log  # noqa: PLC0415

            return sarif_log(facts, shown, version).encode()
        case ReportFormat.OCSF:
            from reports.ocsf import ocsf_lines  # noqa: PLC0415

            return ocsf_lines(facts, shown, made_at, version).encode()
        case _:
            assert_never(form)
