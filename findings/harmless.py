"""Text of the database that names no patient: ids, states, words of ours, hosts and whom the scope names.

What a query gives its columns says nothing about what is in them (`SELECT url AS host`), so text counts as harmless
only where one of these columns of ours holds it, or our SQL, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Final

from findings.asking import asked
from findings.database import Connection
from findings.schema import MACROS, VIEWS
from findings.statements import sql_text

# Columns of ours whose text names no patient, in tables and in views.
HARMLESS_COLUMNS: Final = frozenset(
    "finding_id finding_ids letter_id letter_ids incident_id incident_ids batch_id sweep_id first_sweep last_sweep "
    "unit_id unit_ids bucket_id person_ids state states state_now state_then known_state status presence basis history "
    "verdict verdicts triage decision decided_by reopened assigned_to who severity severity_reasons reasons categories "
    "host hosts supplier suppliers tier tiers organisation authority transport tls listed folder_listed indexable "
    "index_basis auth_above robots_disallow is_current anonymous listable readable versions_visible acl_readable "
    "start_url exists website found_by provider region kind outcome cue reason what answer ask skipped_by_reason "
    "skipped_because news level sha256 media_type stray_version gone_basis exposed_from_basis exposed_to_basis "
    "exposed_to_at_most_basis gaps category why exposed_from_at_earliest_basis column_name column_type".split()
)
# Tables with a row for each file or each meeting of one; what they hold of these columns is in smaller tables too.
_LARGE: Final = frozenset({"entries", "skips", "matches", "sightings", "documents"})
# Columns of that name in which people write what they like.
_FREE: Final = frozenset({("evidence_log", "reason"), ("sealed_evidence", "reason")})
# The large table's columns of which a listing of ours shows text that is in no smaller one.
_OF_DOCUMENTS: Final = (("documents", "reasons", "VARCHAR[]"), ("documents", "media_type", "VARCHAR"))
# A content's digest, and answers sweep by sweep.
_SHAPES: Final = re.compile(r"[0-9a-f]{64}|[PGU]{1,4096}", re.ASCII)
_LITERAL: Final = re.compile(r"'((?:[^']|'')*)'")
# What the database says of itself: names, types and comments, all of them ours; and the words that name no macro.
_SAID_OF_ITSELF: Final = """
    SELECT unnest([column_name, data_type]) AS told FROM duckdb_columns()
    UNION ALL SELECT unnest([view_name, comment]) FROM duckdb_views()
    UNION ALL SELECT unnest([function_name || '(…)', comment]) FROM duckdb_functions()
    WHERE function_type = 'table_macro'
"""
# Texts that are asked for at once.
_AT_ONCE: Final = 100_000


def harmless_texts(
    connection: Connection, columns: Collection[str], values: Collection[Collection[object]]
) -> frozenset[str]:
    """Those texts under columns of these names that name nobody. `values` are column by column."""
    told = {
        text
        for name, of_column in zip(columns, values, strict=True)
        if name in HARMLESS_COLUMNS
        for value in of_column
        for text in _texts(value)
    }
    known = {text for text in told if text in _our_words() or _SHAPES.fullmatch(text)}
    left = sorted(told - known)
    sources = _sources(connection) if left else ""
    for start in range(0, len(left), _AT_ONCE):
        query = f"SELECT DISTINCT told FROM ({sources}) WHERE told IN (SELECT unnest($texts::VARCHAR[]))"  # noqa: S608
        known |= {row["told"] for row in asked(connection, query, {"texts": left[start : start + _AT_ONCE]})}
    return frozenset(known)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for key, each in value.items():
                yield from _texts(key)
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case _:
            pass


def _sources(connection: Connection) -> str:
    """A query for all text of our harmless columns. The names are those of our own schema."""
    query = (
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal AND data_type IN ('VARCHAR', 'VARCHAR[]') "
        "AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT internal)"
    )
    held = [(row["table_name"], row["column_name"], row["data_type"]) for row in asked(connection, query)]
    chosen = [each for each in held if each[1] in HARMLESS_COLUMNS and each[0] not in _LARGE and each[:2] not in _FREE]
    parts = [
        f'SELECT {f"unnest({name})" if kind.endswith("[]") else name} AS told FROM "{table}"'  # noqa: S608
        for table, name, kind in (*chosen, *_OF_DOCUMENTS)
    ]
    parts.append(_SAID_OF_ITSELF)
    return " UNION ALL ".join(parts)


@cache
def _our_words() -> frozenset[str]:
    """What our SQL says in words of its own."""
    files = [*(("views", name) for name in VIEWS), *(("macros", name) for name in MACROS), ("merging", "unseen")]
    text = "\n".join(re.sub(r"--.*", "", sql_text(folder, f"{name}.sql")) for folder, name in files)
    return frozenset(found.replace("''", "'") for found in _LITERAL.findall(text) if found)
