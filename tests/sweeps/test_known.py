"""Known places reach the piece of a unit that has their keys, wherever the unit was cut when they were found."""

from __future__ import annotations

from scope.model import BucketTarget
from scope.pieces import Bounds, pieces_of
from scope.units import unit_of
from sweeps.known import may_hold

BASE = "http://127.0.0.1:9/clinic-letters"
BUCKET = {"name": "clinic-letters", "endpoint": "http://127.0.0.1:9", "tier": "own", "authority": "T-1"}


def test_each_piece_gets_what_lies_between_its_bounds() -> None:
    unit = unit_of(BucketTarget.model_validate(BUCKET))
    keys = ["a.pdf", "b", "m%C3%BC.pdf", "m%C3%BC.pdf?versionId=1", "z.pdf"]

    def held(*bounds: str) -> list[list[str]]:
        return [
            [key for key in keys if may_hold(piece, f"{BASE}/{key}")] for piece in pieces_of(unit, Bounds([*bounds]))
        ]

    assert held() == [keys]
    assert held("b", "n", "o") == [keys[:2], keys[2:4], [], keys[4:]]
    assert may_hold(pieces_of(unit, Bounds(["b"]))[1], "https://elsewhere.example.org/a.pdf"), "its own walk will tell"
