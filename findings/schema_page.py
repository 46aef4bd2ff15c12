"""The page `docs/findings-database.md`, from the schema itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from findings.database import Connection, connect_in_memory
from findings.schema import MACROS, VIEWS, migrate, migrations

_HEAD: Final = """\
# The findings database

One DuckDB file. Sweeps write it through the spool; reports, triage and notebooks read it.
This page is made from the schema, and a test keeps it so:
`python -c "import findings.schema_page as p; print(p.schema_page(), end='')" > docs/findings-database.md`

- Times are UTC. Places are in clear, because nobody could act without them; Stray shows them masked.
- No text of a document and no identifier of a person is in it.
- One process may write, or many may read. Open it read-only, ask, and close it, or work on a copy made with Stray not
  running: a merge waits for whoever holds the file, then leaves its spool for the next one.
- In a notebook: `duckdb.connect("findings.duckdb", read_only=True)`, then begin with `FROM questions`.
  [The cookbook](cookbook.md) has a line for each question that responders ask.
- A finding's `state` is derived from `sightings` by one rule (findings/deriving/rules.sql); `triage` is the latest row
  of `triage_events` that still holds. One sweep's `gone` is a definite answer that it is not there; the state `gone`
  takes two, an hour apart or by two ways ([gone.md](gone.md)), and `why` says what a state rests on.
- What is derived (`finding_states`, `finding_exposures`, two columns of `sightings`) is written by the merge that
  changes what it rests on, in one transaction, and can be made anew from the facts. Ask the views; they read it.
- How a finding lies open (transport, TLS state, logins above it, listings, search engines, the way to it) stands in the
  view `exposure`; each question has three answers. Listed places that look like a batch of dictations and transcripts
  stand in `worth_a_look`, fetched or not.
- What anyone can do at a bucket stands in `bucket_states`, each sweep's word in `bucket_history`; addresses of buckets
  that pages name in `buckets_met`, how far a search for names came in `name_search_reach`.
- Exposure is an interval: from `first_seen` at the latest to `last_seen` at the least, both seen by us. A server's
  Last-Modified stands in `server_modified` and is not the date of exposure.
"""


def schema_page() -> str:
    """The page's text, tables in the order in which they were made."""
    with connect_in_memory() as connection:
        migrate(connection, Path(":memory:"), migrations())
        tables = connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY table_oid"
        ).fetchall()
        views = dict(connection.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
        parts = [_HEAD, "## Views\n"]
        parts += [_section(connection, name, views[name]) for name in VIEWS]
        parts.append("## Macros\n\nA macro is a view with an argument: `FROM letter('L-41');`.\n")
        parts += ["| macro | what it answers |", "| --- | --- |", *_macros(connection), "", "## Tables\n"]
        parts += [_section(connection, str(name), comment) for name, comment in tables]
    return "\n".join(parts)


def _macros(connection: Connection) -> list[str]:
    made = connection.execute(
        "SELECT function_name, parameters[1], comment FROM duckdb_functions() WHERE NOT internal "
        "AND function_type IN ('macro', 'table_macro')"
    ).fetchall()
    said = {name: f"| `{name}({parameter})` | {comment} |" for name, parameter, comment in made}
    return [said[name] for name in MACROS]


def _section(connection: Connection, name: str, comment: str | None) -> str:
    columns = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? AND NOT internal "
        "ORDER BY column_index",
        [name],
    ).fetchall()
    rows = [f"| `{column}` | `{kind}` | {said or ''} |" for column, kind, said in columns]
    return "\n".join(
        [f"### {name}\n", f"{comment or ''}\n", "| column | type | meaning |", "| --- | --- | --- |", *rows, ""]
    )
