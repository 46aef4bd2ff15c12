"""The matcher beside its targets and its peers: `python -m benchmarks.matching`.

python -m benchmarks.matching --quick            a few minutes
python -m benchmarks.matching                    every section; speed at 1 k and 10 k letters, peers at 1 k
python -m benchmarks.matching --full             more letters, speed at 100 k, peers at 10 k and 100 k; hours
python -m benchmarks.matching --full --size 1000000 --only speed
python -m benchmarks.matching gate               the small run that must reach the pinned floors; exit 1 below
python -m benchmarks.matching pin                pin the floors anew
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.matching import floors, peers, quality, script_quality, speed
from benchmarks.matching.transcripts import beside_the_project
from benchmarks.matching.workspace import Settings

_SECTIONS = ("targets", "distortions", "negatives", "templates", "scripts", "transcripts", "speed", "peers")
# Template counts that the targets are looked at besides ten: one, as of a single clinic, and two hundred; and a pack of
# five letters, too few to show what is template.
_OTHER_TEMPLATES = (1, 200)
_TINY = 5
_FULL_SIZES = (1_000, 10_000, 100_000)


def main() -> None:
    """Run what was asked for; exit 1 where the gate is missed."""
    options = _options()
    match options.what:
        case "gate":
            sys.exit(_gate(options.processes))
        case "pin":
            found = quality.target_quality(floors.GATE, options.processes)
            print(quality.target_tables(found))
            floors.write_floors(floors.pinned(found))
        case _:
            _run(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("all", "gate", "pin"), default="all")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small numbers of everything")
    size.add_argument("--full", action="store_true", help="large numbers of everything")
    parser.add_argument("--size", type=int, action="append", help="letters of the packs of speed and peers; repeatable")
    parser.add_argument("--only", choices=_SECTIONS, action="append", help="a section; repeatable")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--transcripts", type=Path, default=None, help="JSON Lines file of dictated texts")
    parser.add_argument("--json", type=Path, default=None, help="write all figures to this file")
    return parser.parse_args()


def _settings(options: argparse.Namespace) -> Settings:
    if options.quick:
        return floors.GATE
    if options.full:
        return Settings(letters=4_000, negatives=4_000, most=1_000, most_distorted=200)
    return Settings()


def _gate(processes: int) -> int:
    found = quality.target_quality(floors.GATE, processes)
    print(quality.target_tables(found))
    missed = floors.misses(found, floors.read_floors())
    for line in missed:
        print(f"below the floor: {line}", file=sys.stderr)
    return bool(missed)


def _run(options: argparse.Namespace) -> None:
    sections: Mapping[str, Callable[[argparse.Namespace], object]] = {
        "targets": _targets,
        "distortions": _distortions,
        "negatives": _negatives,
        "templates": _templates,
        "scripts": lambda _: script_quality.report(),
        "transcripts": _transcripts,
        "speed": _speed,
        "peers": _peers,
    }
    figures = {}
    for name in options.only or _SECTIONS:
        began = time.perf_counter()
        print(f"\n== {name}", flush=True)
        figures[name] = sections[name](options)
        print(f"({time.perf_counter() - began:.0f} s)", flush=True)
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def _targets(options: argparse.Namespace) -> object:
    found = quality.target_quality(_settings(options), options.processes)
    print(quality.target_tables(found))
    return quality.as_json(found)


def _distortions(options: argparse.Namespace) -> object:
    found = quality.distorted_quality(_settings(options), options.processes)
    print(quality.distorted_table(found))
    return {name: asdict(one) for name, one in found.items()}


def _negatives(options: argparse.Namespace) -> object:
    found = quality.hard_quality(_settings(options), options.processes)
    print(quality.negative_table(found))
    return {name: asdict(one) for name, one in found.items()}


def _templates(options: argparse.Namespace) -> object:
    settings = _settings(options)
    kinds = [(f"{count} templates", replace(settings, templates=count)) for count in _OTHER_TEMPLATES]
    figures = {}
    for name, one in (*kinds, (f"a pack of {_TINY} letters", replace(settings, letters=_TINY))):
        print(f"\n{name}")
        found = quality.target_quality(one, options.processes)
        print(quality.target_tables(found), flush=True)
        figures[name] = quality.as_json(found)
    return figures


def _transcripts(options: argparse.Namespace) -> object:
    path = options.transcripts or beside_the_project()
    if path is None:
        print("no file of dictated texts: name one with --transcripts")
        return None
    found = quality.target_quality(replace(_settings(options), bodies=path).fitted(), options.processes)
    print(quality.target_tables(found))
    return quality.as_json(found)


def _speed(options: argparse.Namespace) -> object:
    return speed.report(options.size or _sizes(options, (1_000,), (1_000, 10_000)))


def _peers(options: argparse.Namespace) -> object:
    return peers.report(options.size or _sizes(options, (200,), (1_000,)), quick=options.quick)


def _sizes(options: argparse.Namespace, quick: tuple[int, ...], usual: tuple[int, ...]) -> tuple[int, ...]:
    if options.full:
        return _FULL_SIZES
    return quick if options.quick else usual


if __name__ == "__main__":
    main()
