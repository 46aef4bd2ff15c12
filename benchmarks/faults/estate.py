"""The estate: 20 hosts and 10 buckets, letters at each place where a sweep can be fair to them, and the answer key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from benchmarks.faults.hosts import Fault, Host
from demo_range.bucket_liar import ACCOUNT, BucketLiar
from demo_range.cloud_buckets import CloudBucket, Right
from demo_range.ftp_server import FtpServer
from demo_range.letters import House, Letter, letter
from demo_range.lies import Lie, Service, Telling
from demo_range.planting import keep_letters
from demo_range.rendering import Format, rendered
from scope.reasons import SkipReason

_T = TypeVar("_T")
# Of each host: letters, and files that are none.
_LETTERS, _OTHERS = 3, 6
_SITES: Final = (
    *(Fault.HEALTHY, Fault.THROTTLED, Fault.THROTTLED_TOLD, Fault.SOFT_404),
    *(Fault.ALWAYS_200, Fault.CALENDAR, Fault.CHANGING, Fault.RESETS),
)
_OPEN: Final = (
    *(Fault.HEALTHY, Fault.STALE, Fault.ENDLESS, Fault.DOWN),
    *(Fault.RECOVERS, Fault.SLOW, Fault.ERRORS, Fault.SHORT),
)
_FTP: Final[Mapping[str, Mapping[str, Any]]] = {
    "as it should be": {},
    "one connection at a time": {"limits": {"max_cons_per_ip": 1}},
    "knows no MLSD": {"without": ("MLSD", "MLST")},
    "ends idle sessions at once": {"timeout": 2},
}
# What is the matter with each bucket; None for nothing. Not all faults hurt: a throttle is waited for.
_BUCKETS: Final[Mapping[Service, tuple[Lie | None, ...]]] = {
    Service.S3: (None, Lie.SLOW_DOWN_ABOVE, Lie.LIST_DENIED, Lie.SILENT),
    Service.GCS: (None, Lie.TOO_MANY_SECONDS_ABOVE, Lie.FLAKY),
    Service.AZURE: (None, Lie.ERROR_ABOVE, Lie.PUBLIC_ACCESS_NOT_PERMITTED),
}
# Buckets of which a sweep may see nothing, or not all: their letters are not in the answer key.
_UNFAIR: Final = frozenset([Lie.LIST_DENIED, Lie.SILENT, Lie.FLAKY, Lie.ERROR_ABOVE, Lie.PUBLIC_ACCESS_NOT_PERMITTED])
# Requests a second from which a throttle lies: below what the sweep asks.
_ABOVE = 15.0
# How a fault must be told: at least one of these for the unit. Faults that are not here leave nothing out.
TOLD: Final[Mapping[str, frozenset[SkipReason]]] = {
    Fault.SOFT_404: frozenset([SkipReason.NOT_FOUND]),
    Fault.ALWAYS_200: frozenset([SkipReason.BUDGET_SPENT, SkipReason.NOT_FOUND]),
    Fault.CALENDAR: frozenset([SkipReason.BUDGET_SPENT]),
    Fault.RESETS: frozenset([SkipReason.TRUNCATED, SkipReason.HOST_DOWN, SkipReason.TIMED_OUT]),
    Fault.STALE: frozenset([SkipReason.NOT_FOUND]),
    Fault.ENDLESS: frozenset([SkipReason.BUDGET_SPENT]),
    Fault.DOWN: frozenset([SkipReason.HOST_DOWN]),
    Fault.SLOW: frozenset([SkipReason.TIMED_OUT]),
    Fault.ERRORS: frozenset([SkipReason.SERVER_ERROR]),
    Fault.SHORT: frozenset([SkipReason.TRUNCATED, SkipReason.HOST_DOWN]),
    Lie.LIST_DENIED: frozenset([SkipReason.ACCESS_DENIED]),
    Lie.SILENT: frozenset([SkipReason.HOST_DOWN, SkipReason.TIMED_OUT]),
    Lie.PUBLIC_ACCESS_NOT_PERMITTED: frozenset([SkipReason.ACCESS_DENIED]),
}


@dataclass(frozen=True, slots=True)
class Target:
    """One unit: its table in the scope, what is the matter with it, and its letters that must be found."""

    name: str
    fault: str
    table: str
    start_url: str
    letters: frozenset[str]


class FaultyEstate:
    """The servers, running; `with FaultyEstate(folder, seed) as estate`.

    Args:
        folder: for the FTP servers' files and the letters as the organisation keeps them.
        seed: of the letters.
        part: of the hosts of each kind, 1 for all; a smaller one for the short form.
    """

    def __init__(self, folder: Path, seed: int, part: float = 1.0) -> None:
        self._folder = folder
        self._seed = seed
        self._letters = self._endless_letters()
        self.letters: list[Letter] = []
        self.register = folder
        self.hosts = [self._host(fault, is_open=False) for fault in _some(_SITES, part)]
        self.hosts += [self._host(fault, is_open=True) for fault in _some(_OPEN, part)]
        self._held = {name: self._files(f"ftp-{at}") for at, name in enumerate(_some(tuple(_FTP), part))}
        self._lies = {service: _some(lies, part) for service, lies in _BUCKETS.items()}
        self._liar = BucketLiar(page=5)
        self._ftp: dict[str, FtpServer] = {}
        self.targets: list[Target] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            for host in self.hosts:
                starting.enter_context(host.server)
                self.targets.append(_web_target(host, self._ids(host.files, host.bad)))
            for at, (name, files) in enumerate(self._held.items()):
                self._start_ftp(starting, self._folder / f"ftp-{at}", name, files)
            starting.enter_context(self._liar)
            self._fill_buckets()
            self._stack = starting.pop_all()
        self.register = keep_letters(self.letters_folder, tuple(self.letters))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def letters_folder(self) -> Path:
        """The letters that the organisation knows."""
        return self._folder / "letters"

    @property
    def key(self) -> dict[str, str]:
        """Letters that must be found, with their target's name."""
        return {letter_id: target.name for target in self.targets for letter_id in target.letters}

    @property
    def recovering(self) -> list[Host]:
        """Hosts that are down in the first sweep."""
        return [host for host in self.hosts if host.fault is Fault.RECOVERS]

    def served(self) -> dict[str, int]:
        """How often each file of a web host was sent whole, and each file was asked for by FTP, by URL."""
        sent = Counter(
            {f"{host.server.url}{path}": count for host in self.hosts for path, count in host.served.items()}
        )
        for server in self._ftp.values():
            asked = [line[5:] for line in server.commands if line.upper().startswith("RETR ")]
            sent.update(f"{server.url}{path}" for path in asked)
        return sent

    @property
    def is_seen_whole(self) -> bool:
        """Does no fault leave anything out that a scope does not accept by default?"""
        accepted = frozenset([SkipReason.ACCESS_DENIED, SkipReason.NOT_FOUND])
        return all(TOLD.get(target.fault, accepted) <= accepted for target in self.targets)

    def faults(self) -> int:
        """Answers that were spoilt."""
        return sum(host.faults for host in self.hosts) + self._liar.lies

    def _host(self, fault: Fault, *, is_open: bool) -> Host:
        kind = "open" if is_open else "site"
        files = self._files(kind)
        bad: frozenset[str] = frozenset()
        if fault in (Fault.STALE, Fault.SOFT_404, Fault.ALWAYS_200):
            bad = frozenset(f"/gone-{number}.txt" for number in range(3))
        elif fault in (Fault.ERRORS, Fault.REFUSES):
            files |= {f"/ward/{number}.txt": b"not to be had\n" for number in range(2)}
        elif fault in (Fault.RESETS, Fault.SLOW, Fault.SHORT):
            bad = frozenset(f"/bad-{number}.txt" for number in range(2))
            files |= dict.fromkeys(bad, b"Notes of the estates committee. " * 40)
        return Host(f"{kind}: {fault.value}", fault, is_open, files, bad)

    def _files(self, kind: str) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for at in range(_LETTERS):
            known = next(self._letters)
            self.letters.append(known)
            files[f"/{known.letter_id.lower()}-{at}.txt"] = rendered(Format.TXT, known.sheet)
        for at in range(_OTHERS):
            text = f"Minutes of meeting {at} of the {kind} estates committee. The car park was spoken of at length.\n"
            files[f"/minutes-{at}.txt"] = (text * 6).encode()
        return files

    def _endless_letters(self) -> Iterator[Letter]:
        number = 0
        while True:
            for house in House:
                yield letter(house, number, self._seed)
            number += 1

    def _ids(self, files: Mapping[str, bytes], bad: frozenset[str] = frozenset()) -> frozenset[str]:
        known = {each.letter_id.lower(): each.letter_id for each in self.letters}
        names = [path.rpartition("/")[2].partition("-")[0] for path in files if path not in bad]
        return frozenset(known[name] for name in names if name in known)

    def _start_ftp(self, starting: ExitStack, root: Path, name: str, files: Mapping[str, bytes]) -> None:
        root.mkdir(parents=True)
        for path, content in files.items():
            (root / path[1:]).write_bytes(content)
        server = starting.enter_context(FtpServer(root, **dict(_FTP[name])))
        self._ftp[name] = server
        table = f'[[ftp]]\nurl = "{server.url}/"\n'
        self.targets.append(Target(f"ftp: {name}", "", table, f"{server.url}/", self._ids(files)))

    def _fill_buckets(self) -> None:
        tellings = []
        for service, lies in self._lies.items():
            for at, lie in enumerate(lies):
                name = f"{service.value}-clinic-{at}"
                bucket = CloudBucket(name, frozenset([Right.LIST, Right.READ]))
                files = self._files(f"bucket-{name}")
                for path, content in files.items():
                    bucket.put(path[1:], content, media_type="text/plain")
                self._liar.add(bucket)
                if lie is not None:
                    tellings.append(Telling(lie, frozenset([name]), above=_ABOVE, share=0.1, seed=self._seed))
                fair = self._ids(files) if lie not in _UNFAIR else frozenset()
                self.targets.append(self._bucket_target(service, name, lie, fair))
        self._liar.tell(*tellings)

    def _bucket_target(self, service: Service, name: str, lie: Lie | None, letters: frozenset[str]) -> Target:
        account = f'account = "{ACCOUNT}"\n' if service is Service.AZURE else ""
        endpoint = self._liar.url(service)
        table = f'[[bucket]]\nprovider = "{service.value}"\n{account}name = "{name}"\nendpoint = "{endpoint}"\n'
        return Target(
            f"bucket: {name}, {lie.value if lie else 'honest'}", lie.value if lie else "", table, name, letters
        )


def _web_target(host: Host, letters: frozenset[str]) -> Target:
    kind = "open_directory" if host.is_open else "site"
    fair = frozenset[str]() if host.fault is Fault.DOWN else letters
    return Target(host.name, host.fault.value, f'[[site]]\nurl = "{host.url}"\nkind = "{kind}"\n', host.url, fair)


def _some(all_of: tuple[_T, ...], part: float) -> tuple[_T, ...]:
    """The first so many, one at least."""
    return all_of[: max(1, round(len(all_of) * part))]
