"""`python -m benchmarks.faults`: everything goes wrong, and the tally says what came of it. `--seed` repeats a run."""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.faults.checks import Check, all_checks
from benchmarks.faults.estate import FaultyEstate
from benchmarks.faults.sweeper import Act, Ending, Sweeper, small_disk

# Exit codes that a sweep of this estate may end with: it always misses something, so never with 0 to 12.
_INCOMPLETE: Final = frozenset([20, 21, 22, 23])
_ALL: Final = _INCOMPLETE | {10, 11, 12}
# Seconds until something is done to a run, at least and at most: from when workers begin until one may have ended.
_SOONEST, _LATEST = 1.0, 18.0
# How often a run finds its database held, and how often it is stopped and not killed.
_HELD, _STOPPED = 0.25, 0.12
_SCOPE: Final = """
organisation = "Fault suite"
contact = "suite@example.org"

[authority]
who = "the fault suite, which may look at itself"
reference = "FAULTS-1"
expires = {expires}

[pack]
path = "pack"
key = "pack.key"

[database]
file = "findings.duckdb"
key = "findings.key"

[limits]
requests_per_second = 25.0
requests = 120
timeout_seconds = 2.0
depth = 30

[network]
private_addresses = ["127.0.0.1"]
"""
_MORE: Final = 'tier = "processor"\nsupplier = "Suite"\nauthority = "FAULTS-1"\n'


def main() -> None:
    """Run the suite; the exit code is 0 where everything held."""
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(1 << 31)
    print(f"fault suite: seed {seed}, {asked.kills} kills", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="stray-faults-") as place, small_disk(Path(place) / "disk") as is_small:
        suite = Suite(Path(place), seed, asked)
        checks = suite.run(fills_disk=is_small)
        _print(suite, checks, is_small, time.monotonic() - began)
    print(f"again: python -m benchmarks.faults --seed {seed} --kills {asked.kills} --part {asked.part}")
    sys.exit(0 if all(check.holds for check in checks) else 1)


class Suite:
    """One run of everything."""

    def __init__(self, place: Path, seed: int, asked: argparse.Namespace) -> None:
        self._place = place
        self._work = place / "disk" / "work"
        self._asked = asked
        self._chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
        self.estate = FaultyEstate(place / "estate", seed, asked.part)
        self.sweeper = Sweeper(self._work, self._chance, asked.workers)
        self.endings: list[Ending] = []
        self.wrong: list[str] = []
        self.sweeps = 0
        self._codes = _INCOMPLETE

    def run(self, *, fills_disk: bool) -> list[Check]:
        """Kill until it is enough, then let it end; what must hold."""
        self._work.mkdir(mode=0o700)
        with self.estate:
            self._prepare()
            if self.estate.is_seen_whole:  # of a small part of the estate
                self._codes = _ALL
            kills, fills_at = 0, self._asked.kills // 2 if fills_disk else -1
            while kills < self._asked.kills:
                act = self._next_act(is_time_to_fill=kills == fills_at)
                if act is Act.FILL_DISK:
                    fills_at = -1
                ending = self._one(act, self._chance.uniform(_SOONEST, _LATEST))
                kills += ending.act in (Act.KILL_SWEEP, Act.KILL_ALL)
            self._to_the_end()
            for host in self.estate.recovering:
                host.is_up = True
            self._to_the_end()
            listed = self.sweeper.stray("findings", "list", "--db", "findings.duckdb", "--format", "json")
            self._expect(listed.returncode == 0, f"stray findings list ended with {listed.returncode}")
            cuts = sum(ending.act is not Act.NOTHING for ending in self.endings) * self._asked.workers
            checks = list(all_checks(self._work / "findings.duckdb", self.estate, self.sweeps, cuts))
        strays = sum(ending.strays for ending in self.endings)
        checks.append(Check("no process outlives its sweep", f"{strays} did", strays == 0))
        checks.append(Check("exit codes and messages are right", "; ".join(self.wrong) or "all", not self.wrong))
        return checks

    def _prepare(self) -> None:
        expires = datetime.now(UTC).date() + timedelta(days=30)
        tables = "\n".join(f"{target.table}{_MORE}" for target in self.estate.targets)
        (self._work / "scope.toml").write_text(_SCOPE.format(expires=expires) + tables, encoding="utf-8")
        built = self.sweeper.stray(
            "pack",
            "build",
            str(self.estate.letters_folder),
            "--pack",
            "pack",
            "--key",
            "pack.key",
            "--register",
            str(self.estate.register),
        )
        if built.returncode:
            sys.exit(f"the pack could not be built: {built.stderr}")

    def _next_act(self, *, is_time_to_fill: bool) -> Act:
        if is_time_to_fill:
            return Act.FILL_DISK
        if self._chance.random() < _STOPPED:
            return Act.STOP
        return self._chance.choice([Act.KILL_SWEEP, Act.KILL_ALL])

    def _to_the_end(self) -> None:
        """A run that nothing is done to; the sweep that it goes on with ends."""
        self._one(Act.NOTHING, 3600.0)

    def _one(self, act: Act, after: float) -> Ending:
        ending = self.sweeper.run(act, after, held=self._chance.random() < _HELD and act is not Act.FILL_DISK)
        self.endings.append(ending)
        self._judge(ending)
        if self._asked.verbose:
            print(f"{len(self.endings):3} {ending.act}: {ending.code}", flush=True)
            if ending.code is not None:
                print("    " + ending.err.strip().replace("\n", "\n    ")[-1500:], flush=True)
        return ending

    def _judge(self, ending: Ending) -> None:
        """Is the exit code the right one for how the run ended?"""
        name = f"{ending.act} ended with {ending.code}"
        if "Traceback" in ending.err or ending.code == 1:
            self.wrong.append(f"{name}: a crash: {ending.err.strip().splitlines()[-1:]}")
        match ending.act:
            case Act.NOTHING:
                self.sweeps += 1
                self._expect(ending.code in self._codes, name)
            case Act.STOP:
                self._expect(ending.code in self._codes, name)
            case Act.FILL_DISK:
                self._expect(ending.code is not None and "full" in ending.err, f"{name}, and does not say why")
            case Act.KILL_SWEEP | Act.KILL_ALL:
                self._expect(ending.code is None, name)

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)


def _print(suite: Suite, checks: list[Check], is_small: bool, seconds: float) -> None:
    acts = Counter(ending.act for ending in suite.endings)
    estate = suite.estate
    print(f"\n{len(estate.targets)} targets, {len(estate.letters)} letters, {estate.faults()} spoilt answers")
    for act in Act:
        print(f"  {acts[act]:4} runs: {act.value}")
    print(f"  {sum(ending.held for ending in suite.endings):4} runs found the database held")
    if not is_small:
        print("       no small disk could be mounted: it was not filled")
    codes = Counter(str(ending.code) for ending in suite.endings if ending.code is not None)
    print(f"  exit codes: {', '.join(f'{code}: {count}' for code, count in sorted(codes.items()))}")
    print(f"  {suite.sweeps} sweeps ended, {seconds:.0f} s\n")
    for check in checks:
        print(f"  {'holds' if check.holds else 'FAILS':5}  {check.name}: {check.told}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="of all chance; a new one where it is not given")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--part", type=float, default=1.0, help="of the hosts and buckets of each kind")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
