"""Simulated time: what was swept within minutes is dated as if weeks had passed, before it is merged.

Nothing of the product has a clock that can be set. A sweep for the example runs in real time and leaves its spool; here
the spool's time stamps are moved, each moment by what its own sweep is moved by, and the merge does the rest.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from findings.parts import COLUMNS, write_table
from findings.spool_folders import SweepFolder

# Headers tell whole seconds: what was put in place just before a turn may be dated a second before it.
_SLACK: Final = timedelta(seconds=2)
_TIMES_OF_HEADERS: Final = frozenset(["date", "last-modified", "expires"])
_ID_TIME: Final = "%Y%m%dT%H%M%SZ"

Move = Callable[[datetime], datetime]


class SimulatedTime:
    """Real moments to simulated ones. Each turn moves all that happens after it by the same span.

    What is older than the first turn, such as the date of a planted file, is not moved, and neither is the future.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._since: list[datetime] = []
        self._spans: list[timedelta] = []

    def turn_to(self, moment: datetime) -> None:
        """From now on it is this moment, and time goes on from there."""
        now = self._clock()
        self._since.append(now - _SLACK)
        self._spans.append(moment - now)

    def now(self) -> datetime:
        """The simulated moment."""
        return self.at(self._clock())

    def at(self, real: datetime) -> datetime:
        """What a real moment is called; aware."""
        turn = bisect_right(self._since, real) - 1
        return real if turn < 0 or real > self._clock() else real + self._spans[turn]


def move_spool(folder: SweepFolder, time: SimulatedTime) -> SweepFolder:
    """Date a finished sweep that no merge has touched anew, id and all. The folder is renamed last.

    Returns:
        Where it lies now.
    """
    begun = datetime.fromisoformat(json.loads(folder.header_file.read_bytes())["started_at"])
    sweep_id = f"{time.at(begun).astimezone(UTC):{_ID_TIME}}-{folder.sweep_id.rpartition('-')[2]}"
    for path in folder.path.rglob("*.json"):
        told = json.loads(path.read_bytes())
        path.write_text(json.dumps(_moved_json(told, folder.sweep_id, sweep_id, time.at)), encoding="utf-8")
    for path in folder.path.rglob("part-*/*.parquet"):
        rows = pq.read_table(path, partitioning=None).to_pylist()
        moved = [_moved_row({**row, "sweep_id": sweep_id}, time.at) for row in rows]
        write_table(path, pa.Table.from_pylist(moved, schema=COLUMNS[path.stem]))
    target = SweepFolder(folder.path.with_name(f"sweep-{sweep_id}"))
    folder.path.rename(target.path)
    return target


def _moved_json(told: Any, old_id: str, new_id: str, move: Move) -> Any:
    if isinstance(told, dict):
        return {name: _moved_json(value, old_id, new_id, move) for name, value in told.items()}
    if told == old_id:
        return new_id
    return _moved_text(told, move) if isinstance(told, str) else told


def _moved_text(text: str, move: Move) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return move(moment).isoformat() if moment.tzinfo else text


def _moved_row(row: Mapping[str, Any], move: Move) -> dict[str, Any]:
    moved = {name: _moved(value, move) for name, value in row.items()}
    if row.get("headers") is not None:
        moved["headers"] = [(name, _moved_header(name, value, move)) for name, value in row["headers"]]
    return moved


def _moved(value: Any, move: Move) -> Any:
    """Times of servers without a zone, such as those of listings, are in UTC here: all of them are our own."""
    match value:
        case datetime() if value.tzinfo is None:
            return move(value.replace(tzinfo=UTC)).replace(tzinfo=None)
        case datetime():
            return move(value)
        case list():
            return [_moved(each, move) for each in value]
        case dict():
            return {name: _moved(each, move) for name, each in value.items()}
        case _:
            return value


def _moved_header(name: str, value: str, move: Move) -> str:
    if name not in _TIMES_OF_HEADERS:
        return value
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return value
    return format_datetime(move(moment.replace(tzinfo=moment.tzinfo or UTC)).astimezone(UTC), usegmt=True)
