"""One self-contained HTML page: no script, nothing loaded, a content policy that allows only its own style sheet."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from importlib import resources
from typing import Final

from findings.report_facts import ReportFacts
from reports.charts import WIDTH
from reports.page import page_of
from reports.shown import Shown

_POLICY: Final = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


def html_report(facts: ReportFacts, made_at: datetime, version: str, *, reveal: bool = False) -> str:
    """The page. Places are masked unless `reveal`."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - only this report needs it
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = _template("report.css")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    page = page_of(facts, Shown(reveal), made_at, version)
    return environment.get_template("report.html.j2").render(
        page=page,
        css=Markup(css),  # noqa: S704 - ours, and the policy holds its digest
        policy=_POLICY.format(digest),
        width=WIDTH,
    )


def _template(name: str) -> str:
    return resources.files("reports").joinpath("templates", name).read_text(encoding="utf-8")
