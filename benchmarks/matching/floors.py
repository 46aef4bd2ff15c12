"""Quality floors: the least that a small run must reach, pinned to the letters that it is made of."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.matching.quality import Quality
from benchmarks.matching.workspace import Settings

FLOORS = Path(__file__).parent / "floors.json"
# The run that floors are of: small enough for a gate on two cores within four minutes.
GATE = Settings(letters=600, negatives=1_000, most=150, most_distorted=20)
# A floor lies this many letters below what was measured when it was pinned: so many may be lost to chance when the
# matcher changes, one more is a loss.
_MARGIN = 3


@dataclass(frozen=True, slots=True)
class Floors:
    """What must be reached.

    Attributes:
        digest: of the corpus that the floors were pinned on.
        known: least share of letters found as `known_letter`, by row of the targets.
        right: least share of right verdicts, by row of the negatives.
        wrong: most negatives in which a letter is called known.
    """

    digest: str
    known: Mapping[str, float]
    right: Mapping[str, float]
    wrong: int


def read_floors(path: Path = FLOORS) -> Floors:
    """The pinned floors."""
    return Floors(**json.loads(path.read_text(encoding="utf-8")))


def write_floors(floors: Floors, path: Path = FLOORS) -> None:
    """Pin floors."""
    content = {"digest": floors.digest, "known": dict(floors.known), "right": dict(floors.right), "wrong": floors.wrong}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def pinned(quality: Quality) -> Floors:
    """Floors a little below what was measured; a letter falsely known is never allowed for."""
    known = {name: _below(one.known or 0.0, one.letters) for name, one in quality.targets.items()}
    right = {name: _below(one.allowed, one.documents) for name, one in quality.negatives.items()}
    return Floors(quality.digest, known, right, 0)


def _below(value: float, of: int) -> float:
    return max(0.0, math.floor(1000 * (value - _MARGIN / of)) / 1000)


def misses(quality: Quality, floors: Floors) -> list[str]:
    """What is below its floor, in words; the corpus being another counts too, as floors are then of other letters."""
    if quality.digest != floors.digest:
        return ["the letters are not those that the floors were pinned on: look at the full run, then pin anew"]
    found = []
    for name, floor in floors.known.items():
        row = quality.targets.get(name)
        if row is None or row.known is None or row.known < floor:
            found.append(f"{name}: {_told(row.known if row else None)} of the letters known, floor {floor:.1%}")
    for name, floor in floors.right.items():
        row = quality.negatives.get(name)
        if row is None or row.allowed < floor:
            found.append(f"{name}: {_told(row.allowed if row else None)} rightly judged, floor {floor:.1%}")
    if quality.wrong > floors.wrong:
        found.append(
            f"{quality.wrong} of {quality.tried} negatives called a known letter, at most {floors.wrong} may be"
        )
    return found


def _told(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"
