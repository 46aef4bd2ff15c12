"""What the demo range's Azure Blob server keeps: accounts, containers, blobs with what is left of earlier states."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# Each state of a blob is a second younger than the one before; the first is of this moment.
_FIRST_MOMENT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


class Level(StrEnum):
    """How far a container is open to anyone."""

    PRIVATE = "private"
    BLOB = "blob"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True)
class State:
    """One state of a blob.

    Attributes:
        name: of the blob.
        content: its bytes.
        content_type: as it is told.
        modified: when it came to be.
        version: moment that tells it from the blob's other states.
        is_snapshot: it was kept by hand.
        is_current: it is given to whoever names no version.
        is_deleted: it is kept for a while and given to nobody.
        is_folder: of a hierarchical account.
    """

    name: str
    content: bytes
    content_type: str
    modified: datetime
    version: str
    is_snapshot: bool = False
    is_current: bool = True
    is_deleted: bool = False
    is_folder: bool = False

    @property
    def etag(self) -> str:
        """Of this state."""
        return f"0x8D{hashlib.blake2b(self.version.encode() + self.content, digest_size=7).hexdigest().upper()}"


@dataclass(slots=True)
class Container:
    """Blobs below one level of access; states of one blob in the order of their making."""

    level: Level = Level.PRIVATE
    states: list[State] = field(default_factory=list)

    def put(self, name: str, content: bytes, content_type: str = "application/octet-stream") -> State:
        """A new blob, or a new version of one."""
        self._age(name)
        state = self._new(name, content, content_type)
        self.states.append(state)
        return state

    def folder(self, name: str) -> None:
        """A folder, as hierarchical accounts have them."""
        self.states.append(self._new(name, b"", "application/octet-stream", is_folder=True))

    def snapshot(self, name: str) -> State:
        """Keep the current state by hand."""
        current = self.find(name)
        if current is None:
            raise KeyError(name)
        kept = self._new(name, current.content, current.content_type, is_snapshot=True, is_current=False)
        self.states.append(kept)
        return kept

    def delete(self, name: str, *, keep_version: bool) -> None:
        """Delete it: its last state stays as a version, or is kept for a while and given to nobody."""
        current = self.find(name)
        if current is None:
            raise KeyError(name)
        self.states.remove(current)
        self.states.append(replace(current, is_current=False, is_deleted=not keep_version))

    def find(self, name: str, version: str | None = None, snapshot: str | None = None) -> State | None:
        """What a read is given."""
        for state in self.states:
            if state.name != name or state.is_deleted:
                continue
            if snapshot is not None or version is not None:
                wanted = state.is_snapshot if snapshot is not None else not state.is_snapshot
                if wanted and state.version == (snapshot or version):
                    return state
            elif state.is_current:
                return state
        return None

    def listed(self, prefix: str, include: frozenset[str]) -> Iterator[State]:
        """What a listing shows, in the service's order."""
        for state in sorted(self.states, key=lambda state: (state.name, state.version)):
            shown = (
                state.is_current
                or (state.is_deleted and "deleted" in include)
                or (state.is_snapshot and "snapshots" in include)
                or (not (state.is_deleted or state.is_snapshot) and "versions" in include)
            )
            if shown and state.name.startswith(prefix):
                yield state

    def _age(self, name: str) -> None:
        self.states[:] = [
            replace(state, is_current=False) if state.name == name and state.is_current else state
            for state in self.states
        ]

    def _new(
        self,
        name: str,
        content: bytes,
        content_type: str,
        *,
        is_snapshot: bool = False,
        is_current: bool = True,
        is_folder: bool = False,
    ) -> State:
        moment = _FIRST_MOMENT + timedelta(seconds=len(self.states))
        version = f"{moment:%Y-%m-%dT%H:%M:%S}.{len(self.states) % 10_000_000:07d}Z"
        return State(name, content, content_type, moment, version, is_snapshot, is_current, is_folder=is_folder)


@dataclass(slots=True)
class Account:
    """A storage account.

    Attributes:
        containers: by name.
        allows_public: the owner lets single containers be public.
        is_disabled: the service has shut it.
        is_firewalled: only some networks are let in, and we are in none of them.
        needs_https: plain HTTP is refused.
        tenant: whose tokens it takes.
        challenges_from: the version of requests from which a refusal names the tenant; earlier ones get a 404.
        keeps: what may be asked for besides current blobs.
        page_size: blobs of a listing page, where fewer are not asked for.
    """

    containers: dict[str, Container] = field(default_factory=dict)
    allows_public: bool = True
    is_disabled: bool = False
    is_firewalled: bool = False
    needs_https: bool = False
    tenant: str = ""
    challenges_from: str = "2019-12-12"
    keeps: frozenset[str] = frozenset(["snapshots", "versions", "deleted"])
    page_size: int = 5_000

    def container(self, name: str, level: Level = Level.PRIVATE) -> Container:
        """A new container."""
        made = self.containers[name] = Container(level)
        return made
