"""Addresses of buckets cross to another process whole."""

from __future__ import annotations

from pathlib import Path

from documents.buckets import BucketLead
from fetching.leads import read_leads, write_leads

LEADS = [
    BucketLead("https://s3.amazonaws.com/letters", "s3", "letters", key="Jane\nDoe \u2028.pdf", parent="http://h/"),
    BucketLead("https://a.blob.core.windows.net/c", "azure", "c", "a", had_credential=True, met_in="script"),
]


def test_what_is_written_is_read_in_its_order_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "names.leads"
    assert write_leads(path, LEADS) == 2
    assert list(read_leads(path)) == LEADS
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_leads(path, []) == 0
    assert list(read_leads(path)) == []
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert list(read_leads(None)) == []
    assert list(read_leads(tmp_path / "none")) == []
