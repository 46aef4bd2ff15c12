"""Notifications by apprise: what is new or back, and that a sweep could not see; counts, never a place or a name."""

from __future__ import annotations

import logging
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Final

from findings.news import News
from findings.reach_records import ReachTold
from findings.records import FindingState, Severity

# Seconds for one service to take a message. Apprise gives 4 to connect and 4 to each answer; this ends what never ends.
SEND_SECONDS: Final = 30
# Incidents that a message names; the rest is counted.
_MOST_INCIDENTS: Final = 10
_WORDS: Final = {FindingState.NEW: "new", FindingState.REAPPEARED: "back"}


# Of the keys of alarms: findings' begin with an id in hexadecimal.
_ALARM: Final = "alarm:"


class AlarmKind(StrEnum):
    """Why a sweep's other answers are not to be believed; in the words of a message."""

    CANARY_MISSING = "SWEEP BROKEN: canary letters not found"
    FELL = "SWEEP INCOMPLETE: targets that showed much less than before"


class NotifyError(Exception):
    """The file of services can not be used, or apprise is not installed. No text holds an address of a service."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A canary letter or a target that a sweep could not see. `key` is the same until it was seen again."""

    key: str
    kind: AlarmKind


@dataclass(frozen=True, slots=True)
class Service:
    """One address to tell. It holds passwords, so `repr` leaves it out; `name` is its line and kind."""

    name: str
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    title: str
    body: str


def services(path: Path) -> tuple[Service, ...]:
    """The services of a file, one address a line; empty lines and those that begin with # count for nothing.

    Raises:
        NotifyError: the file is missing, others may read it, it names none, or one that is no address.
    """
    apprise = _apprise()
    found = []
    for number, line in enumerate(private_text(path).splitlines(), 1):
        address = line.strip()
        if not address or address.startswith("#"):
            continue
        scheme = address.partition("://")[0]
        name = f"line {number}" + (f" ({scheme})" if scheme.isascii() and scheme.isalnum() else "")
        with _quiet():
            known = apprise.Apprise.instantiate(address, suppress_exceptions=True) is not None
        if not known:
            raise NotifyError(f"{path}: line {number} is no address of a service that apprise knows")
        found.append(Service(name, address))
    if not found:
        raise NotifyError(f"{path}: names no service; write one address a line, such as mailto://...")
    return tuple(found)


def send(service: Service, message: Message) -> bool:
    """Send it; False if the service did not take it, for whatever reason.

    Raises:
        NotifyError: apprise is not installed.
    """
    apprise = _apprise()
    asset = apprise.AppriseAsset(
        app_id="Stray",
        app_desc="Stray",
        app_url="",
        async_mode=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,  # nothing of it on disk
        result_log_disk_size=0,
        allow_templates=False,
    )
    sender = apprise.Apprise(asset=asset)
    with _quiet():
        return sender.add(service.address) and bool(
            sender.notify(
                title=message.title,
                body=message.body,
                notify_type=apprise.NotifyType.WARNING,
                body_format=apprise.NotifyFormat.TEXT,
                timeout=SEND_SECONDS,
            )
        )


def alarms_of(reach: ReachTold) -> tuple[Alarm, ...]:
    """What is told even where nothing was found."""
    missing = {
        f"{_ALARM}canary:{canary.canary_id}:{canary.last_found.isoformat() if canary.last_found else 'never'}"
        for canary in reach.missing
    }
    fallen = {f"{_ALARM}fell:{change.unit_id}:{change.before_sweep}" for change in reach.suspicious}
    return (
        *(Alarm(key, AlarmKind.CANARY_MISSING) for key in sorted(missing)),
        *(Alarm(key, AlarmKind.FELL) for key in sorted(fallen)),
    )


def without_alarms(keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that are of findings. Whether an alarm still holds, the next sweep says itself."""
    return frozenset(key for key in keys if not key.startswith(_ALARM))


def message_of(
    news: Sequence[News], organisation: str, sweep_id: str, unseen: int, alarms: Sequence[Alarm] = ()
) -> Message:
    """In words.

    Args:
        news: the worst first; at least one, or an alarm.
        organisation: as the scope names it.
        sweep_id: of the sweep that tells it.
        unseen: how many places and targets that sweep could not see.
        alarms: said first.
    """
    incidents: dict[str, list[News]] = {}
    for each in news:
        incidents.setdefault(each.incident_id or "", []).append(each)
    broken = [f"{kind.value}: {count}" for kind, count in Counter(each.kind for each in alarms).items()]
    lines = [f"{each}." for each in broken]
    lines += [f"{_counted(news)}. By severity: {_severities(news)}."] if news else []
    lines.append("")
    named = [(incident, group) for incident, group in incidents.items() if incident]
    lines += [
        f"incident {incident}: {_counted(group)}, worst {group[0].severity.value}"
        for incident, group in named[:_MOST_INCIDENTS]
    ]
    if len(named) > _MOST_INCIDENTS:
        lines.append(f"and {len(named) - _MOST_INCIDENTS} incidents more")
    lines += [f"Not seen by the sweep: {unseen} places or targets."] if unseen else []
    lines += [
        f"Organisation: {organisation}. Sweep {sweep_id}.",
        *(["On the sweeping host: stray findings reach"] if alarms else []),
        *(["On the sweeping host: stray findings list --since 7d"] if news else []),
    ]
    found = [f"{_counted(news)}, worst {news[0].severity.value}"] if news else []
    return Message(f"Stray: {'; '.join([*broken, *found])}", "\n".join(lines))


def trial_message(organisation: str) -> Message:
    """What `stray notify --test` sends."""
    return Message(
        "Stray: a test",
        f"This is a test of the notifications of {organisation}. Nothing was found. A real one names counts, incident "
        "ids and severities, and never an address, a path or a name.",
    )


def _counted(news: Sequence[News]) -> str:
    counts = Counter(each.event for each in news)
    told = [f"{counts[event]} {words}" for event, words in _WORDS.items() if counts[event]]
    return f"{' and '.join(told)} finding{'' if len(news) == 1 else 's'}"


def _severities(news: Sequence[News]) -> str:
    counts = Counter(each.severity for each in news)
    return ", ".join(f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity])


def private_text(path: Path) -> str:
    """What a file that only its owner may read holds.

    Raises:
        NotifyError: it is missing, others may read it, or it is no text.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read()
    except OSError as error:
        raise NotifyError(f"{path}: can not be read: {error.strerror}") from None
    if mode & 0o077:
        raise NotifyError(f"{path}: others may read its passwords (mode {mode:o}); chmod 600 it")
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise NotifyError(f"{path}: is not text in UTF-8") from None


def _apprise() -> ModuleType:
    try:
        import apprise  # noqa: PLC0415 - an extra, and half a second to load
    except ImportError:
        raise NotifyError("notifications need the extra [notify]; in a checkout `make setup` installs it") from None
    return apprise


@contextmanager
def _quiet() -> Iterator[None]:
    """Apprise tells its log what it sends and where to; we tell who failed, by line."""
    logger = logging.getLogger("apprise")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
