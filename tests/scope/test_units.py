from __future__ import annotations

from pathlib import Path

from scope.loader import load_scope
from scope.units import UnitKind, units_of

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


def test_units_have_the_same_ids_in_every_sweep() -> None:
    first, second = (list(units_of(load_scope(EXAMPLE))) for _ in range(2))
    assert first == second
    # Written down: a change of these orphans every open finding's unit.
    assert [unit.unit_id for unit in first] == [
        "site-e7960f7575178359",
        "open_directory-88da2f1e0fab1223",
        "bucket-3c8822cac41567d4",
        "bucket-366d5ce41bad541e",
        "bucket-922d120d6652587c",
        "bucket-9a56e97efb398975",
        "ftp-dd609327bc4306e3",
    ]


def test_a_target_named_twice_is_one_unit() -> None:
    scope = load_scope(EXAMPLE)
    doubled = scope.model_copy(update={"site": scope.site * 2})
    assert len(list(units_of(doubled))) == len(list(units_of(scope)))


def test_a_unit_shows_its_kind_and_address() -> None:
    bucket = next(unit for unit in units_of(load_scope(EXAMPLE)) if unit.host == "objects.typing-supplier.example")
    assert bucket.kind is UnitKind.BUCKET
    assert bucket.host == "objects.typing-supplier.example"
    assert bucket.display == "bucket https://objects.typing-supplier.example/transcripts/"


def test_an_ftp_folder_is_a_unit_under_its_canonical_address() -> None:
    (unit,) = (unit for unit in units_of(load_scope(EXAMPLE)) if unit.kind is UnitKind.FTP)
    assert unit.start_url == "ftp://ftp.typing-supplier.example/clients/example-trust/"
    assert unit.host == "ftp.typing-supplier.example"
    assert unit.display == "ftp ftp://ftp.typing-supplier.example/clients/example-trust/"
