from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from fetching.conduct import ConductLog

URL = "https://files.example.org/letters/Jane%20Roe%201971.pdf?token=x"


def test_every_request_is_a_line_without_names(tmp_path: Path) -> None:
    path = tmp_path / "conduct.jsonl"
    log = ConductLog(path, lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    log.answered("GET", URL, 200, 12)
    log.failed("GET", URL, "ReadTimeoutError")
    log.refused(URL, "denied_by_guard")
    log.observed(URL, {"access": {"exists": "yes"}})
    text = path.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line.get("status"), line.get("failed"), line.get("refused")) for line in lines] == [
        (200, None, None),
        (None, "ReadTimeoutError", None),
        (None, None, "denied_by_guard"),
        (None, None, None),
    ]
    assert lines[3]["access"] == {"exists": "yes"}
    assert lines[0]["at"] == "2026-03-01T12:00:00.000+00:00"
    assert all(line["url"].startswith("https://files.example.org/") for line in lines)
    assert "Jane" not in text
    assert "token" not in text
    assert log.requests == 2, "what was refused was not asked"
    assert path.stat().st_mode & 0o777 == 0o600
    log.close()


def test_without_a_file_and_after_closing_it_counts(tmp_path: Path) -> None:
    silent = ConductLog()
    silent.answered("GET", URL, 200, 1)
    assert silent.requests == 1
    log = ConductLog(tmp_path / "conduct.jsonl")
    log.close()
    log.close()
    log.failed("GET", URL, "x")
    assert log.requests == 1
