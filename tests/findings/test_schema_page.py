"""The page about the database says what the schema says."""

from __future__ import annotations

from pathlib import Path

from findings.schema_page import schema_page

PAGE = Path(__file__).parents[2] / "docs" / "findings-database.md"


def test_the_page_is_current() -> None:
    told = "make it anew: python -c 'import findings.schema_page as p; print(p.schema_page(), end=\"\")' > " + PAGE.name
    assert PAGE.read_text(encoding="utf-8") == schema_page(), told
