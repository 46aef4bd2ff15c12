"""The only door to DuckDB: spool, merge, migrations, views, triage."""
