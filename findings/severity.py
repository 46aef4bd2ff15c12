"""Severity in the database: the rules that hold, and what other rules would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from findings.asking import asked, utc
from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader, open_writer
from findings.errors import DatabaseMissingError, SeverityRulesError
from findings.records import Severity
from findings.schema import Transaction
from findings.severity_rules import RuleSet, parse_rules
from findings.severity_tables import ORGANISATION, TABLES, latest_set, put_rules, record_set
from findings.statements import sql_text

_STEP: Final = "finding_severities"


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules that hold, and since when by whom. `origin` is `shipped` or `organisation`."""

    rules: RuleSet
    origin: str
    loaded_by: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class RulesChange:
    """What other rules make of the findings that are open.

    Attributes:
        findings: open ones.
        before, after: how many of them are how severe.
        moved: how many go from one severity to another, for each pair.
        written: the rules hold now; else this is a preview.
    """

    findings: int
    before: Mapping[Severity, int]
    after: Mapping[Severity, int]
    moved: Mapping[tuple[Severity, Severity], int]
    written: bool


def rules_in_force(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> RulesInForce:
    """The rules that hold.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    with open_reader(database, wait_seconds) as connection:
        row = latest_set(connection)
    if row is None:  # it has never been migrated by a Stray that has rules
        raise SeverityRulesError("the database holds no rules")
    return RulesInForce(parse_rules(row["rules"]), row["origin"], row["loaded_by"], utc(row["loaded_at"]))


def preview_rules(database: Path, rules: RuleSet, wait_seconds: float = LOCK_WAIT_SECONDS) -> RulesChange:
    """What these rules would change; nothing is written, and nobody is kept from reading."""
    with open_reader(database, wait_seconds) as connection:
        before = _severities(connection)
        for table in (*TABLES, _STEP):  # what is temporary stands before what is kept
            connection.execute(f"CREATE TEMP TABLE {table} AS FROM {table} LIMIT 0")
        put_rules(connection, rules)
        _derive_all(connection)
        return _change(before, _severities(connection), written=False)


def load_rules(
    database: Path, rules: RuleSet, loaded_by: str, origin: str = ORGANISATION, wait_seconds: float = LOCK_WAIT_SECONDS
) -> RulesChange:
    """Let these rules hold from now on: all findings are judged anew, in one transaction.

    Raises:
        SeverityRulesError: nobody loads them.
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    if not loaded_by.strip():
        raise SeverityRulesError("say who loads the rules")
    if not database.exists():
        raise DatabaseMissingError(database)
    with open_writer(database, wait_seconds) as connection:
        before = _severities(connection)
        with Transaction(connection):
            put_rules(connection, rules)
            record_set(connection, rules, origin, loaded_by)
            _derive_all(connection)
        return _change(before, _severities(connection), written=True)


def _derive_all(connection: Connection) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT finding_id FROM findings")
    connection.execute(sql_text("deriving", f"{_STEP}.sql"))


def _severities(connection: Connection) -> dict[str, Severity]:
    """Of open findings."""
    rows = asked(
        connection,
        "SELECT finding_id, finding_severities.severity FROM finding_severities "
        "SEMI JOIN open_findings USING (finding_id)",
    )
    return {row["finding_id"]: Severity(row["severity"]) for row in rows}


def _change(before: Mapping[str, Severity], after: Mapping[str, Severity], *, written: bool) -> RulesChange:
    moved: dict[tuple[Severity, Severity], int] = {}
    for finding_id, severity in after.items():
        was = before.get(finding_id, severity)
        if was is not severity:
            moved[was, severity] = moved.get((was, severity), 0) + 1
    return RulesChange(
        findings=len(after),
        before={severity: list(before.values()).count(severity) for severity in Severity},
        after={severity: list(after.values()).count(severity) for severity in Severity},
        moved=moved,
        written=written,
    )
