"""Names that came before are known again, however many came between."""

from __future__ import annotations

from bucket_probes.names.seen import SeenNames


def test_each_name_is_new_once() -> None:
    seen = SeenNames()
    names = [f"name-{number}" for number in range(20_000)]
    assert all(seen.is_new(name) for name in names)
    assert not any(seen.is_new(name) for name in names)
