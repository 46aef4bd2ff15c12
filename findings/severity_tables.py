"""The rules of severity as tables: written by a migration and by whoever loads others, read by the deriving step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import duckdb
import pyarrow as pa

from findings.parts import columns_of
from findings.severity_rules import Fact, RuleSet, shipped_rules

SHIPPED: Final = "shipped"
ORGANISATION: Final = "organisation"
TABLES: Final = ("severity_levels", "severity_rules", "severity_conditions")
_LEVELS: Final = columns_of([("severity", pa.string()), ("from_points", pa.int32())])
_RULES: Final = columns_of(
    [
        ("position", pa.int32()),
        *((name, pa.string()) for name in ("rule_id", "group_name")),
        ("points", pa.int32()),
        *((name, pa.string()) for name in ("why", "at_least", "at_most")),
        ("categories", pa.list_(pa.string())),
    ]
)
_CONDITIONS: Final = columns_of(
    [
        ("rule_id", pa.string()),
        ("fact", pa.string()),
        ("any_of", pa.list_(pa.string())),
        ("at_least", pa.float64()),
        ("below", pa.float64()),
    ]
)


def put_shipped(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the rules that come with Stray hold, unless the organisation has loaded its own; in the caller's transaction.

    Findings are not judged anew: `deriving.rebuild` does that.
    """
    rules = shipped_rules()
    known = latest_set(connection)
    if known is None or (known["origin"] == SHIPPED and known["digest"] != rules.digest):
        put_rules(connection, rules)
        record_set(connection, rules, SHIPPED, "stray")


def latest_set(connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """The set that holds, as a row; None in a database that never had one."""
    rows = connection.sql("SELECT * FROM severity_rule_sets ORDER BY set_number DESC LIMIT 1").to_arrow_table()
    return next(iter(rows.to_pylist()), None)


def record_set(connection: duckdb.DuckDBPyConnection, rules: RuleSet, origin: str, loaded_by: str) -> None:
    """Note who lets these rules hold from now on; in the caller's transaction."""
    connection.execute(
        "INSERT INTO severity_rule_sets SELECT coalesce(max(set_number), 0) + 1, ?, ?, ?, ?, ? FROM severity_rule_sets",
        [origin, rules.digest, rules.text, loaded_by, datetime.now(UTC)],
    )


def put_rules(connection: duckdb.DuckDBPyConnection, rules: RuleSet) -> None:
    """Write the rules in the place of those that held; in the caller's transaction."""
    levels = [{"severity": severity.value, "from_points": points} for severity, points in rules.levels.items()]
    conditions = [
        {
            "rule_id": rule.rule_id,
            "fact": condition.fact.value,
            "any_of": list(condition.any_of),
            "at_least": condition.at_least,
            "below": condition.below,
        }
        for rule in rules.rules
        for condition in rule.conditions
    ]
    _replace(connection, "severity_levels", levels, _LEVELS)
    _replace(connection, "severity_rules", _rule_rows(rules), _RULES)
    _replace(connection, "severity_conditions", conditions, _CONDITIONS)


def _rule_rows(rules: RuleSet) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "rule_id": rule.rule_id,
            "group_name": rule.group,
            "points": rule.points,
            "why": rule.why,
            "at_least": rule.at_least and rule.at_least.value,
            "at_most": rule.at_most and rule.at_most.value,
            "categories": [
                word for condition in rule.conditions if condition.fact is Fact.CATEGORY for word in condition.any_of
            ],
        }
        for position, rule in enumerate(rules.rules, 1)
    ]


def _replace(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]], columns: pa.Schema
) -> None:
    connection.register("new_rows", pa.Table.from_pylist(list(rows), schema=columns))
    connection.execute(f"DELETE FROM {table}")  # noqa: S608 - one of ours
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM new_rows")  # noqa: S608
    connection.unregister("new_rows")
