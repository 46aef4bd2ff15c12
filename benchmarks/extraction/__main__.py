"""Extraction beside its targets and its peers: `python -m benchmarks.extraction`.

python -m benchmarks.extraction                               every section, 15 letters a format
python -m benchmarks.extraction --only formats --format doc --letters 45
python -m benchmarks.extraction --family fax --save FOLDER    and keep the files, to look at them
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.extraction import peers, reports, speed
from benchmarks.extraction.catalogue import Files, chosen
from benchmarks.extraction.hardening import samples, tally
from benchmarks.extraction.letters import letters
from benchmarks.extraction.parent_memory import peak_megabytes
from benchmarks.extraction.recovering import figures, matcher_of
from benchmarks.extraction.rendered import Family
from extraction.isolation import ExtractorPool, IsolationLimits

_SECTIONS = ("formats", "peers", "speed", "mutations")
_PACK = 200
_LETTERS = 15
_MUTATIONS = 3_000
_PEER_LETTERS = 5
_SHOWN = 20


def main() -> None:
    """Run what was asked for."""
    options = _options()
    files = Files(letters(options.letters))
    sections: Mapping[str, Callable[[argparse.Namespace, Files], object]] = {
        "formats": _formats,
        "peers": _peers,
        "speed": _speed,
        "mutations": _mutations,
    }
    told = {}
    for name in options.only or _SECTIONS:
        began = time.perf_counter()
        print(f"\n== {name}", flush=True)
        told[name] = sections[name](options, files)
        print(f"({time.perf_counter() - began:.0f} s)", flush=True)
        if options.json:
            options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=_SECTIONS, action="append", help="a section; repeatable")
    parser.add_argument("--format", action="append", default=[], help="part of a format's name; repeatable")
    parser.add_argument("--family", choices=list(Family), action="append", help="formats with one target; repeatable")
    parser.add_argument("--letters", type=int, default=_LETTERS, help="letters in each format")
    parser.add_argument("--pack", type=int, default=_PACK, help="letters in the pack")
    parser.add_argument("--peer-letters", type=int, default=_PEER_LETTERS, help="the same for peers")
    parser.add_argument("--mutations", type=int, default=_MUTATIONS, help="files that are damaged and read")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--save", type=Path, default=None, help="write the files here")
    parser.add_argument("--json", type=Path, default=None, help="write all figures to this file")
    return parser.parse_args()


def _formats(options: argparse.Namespace, files: Files) -> object:
    found = []
    with matcher_of(options.pack) as matcher, ExtractorPool(options.workers) as pool:
        for form in chosen(options.format, options.family):
            made = files.of(form)
            if options.save:
                _save(options.save / form.name.replace(" ", "-"), form.suffix, [one.data for one in made])
            found.append(figures(pool, matcher, form, files.letters, made))
    print(reports.format_table(found))
    print()
    print(reports.family_table(found))
    for line in reports.missed(found):
        print(f"below the target: {line}")
    return [asdict(one) for one in found]


def _peers(options: argparse.Namespace, files: Files) -> object:
    for line in peers.missing():
        print(line)
    few = Files(files.letters[: options.peer_letters])
    found = list(peers.compared(few, chosen(options.format, options.family)))
    print(peers.peer_table(found))
    return [asdict(one) for one in found]


def _speed(options: argparse.Namespace, files: Files) -> object:
    found = speed.report(files)
    print(speed.speed_table(found))
    return speed.as_json(found)


def _mutations(options: argparse.Namespace, files: Files) -> object:
    whole = samples(files, chosen(options.format, options.family))
    found = tally(whole, options.mutations, IsolationLimits(), options.workers)
    print(found.table())
    print(f"slowest {found.slowest:.1f} s; {found.deaths} workers died; this process {peak_megabytes():.0f} MB at most")
    for name, seed in found.unaccounted[:_SHOWN]:
        print(f"neither text nor a reason: {name}, seed {seed}")
    for name, seed, detail in found.crashed[:_SHOWN]:
        print(f"parser crashed: {name}, seed {seed}: {detail}")
    return {name: dict(outcomes) for name, outcomes in found.outcomes.items()}


def _save(folder: Path, suffix: str, contents: list[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(contents):
        (folder / f"{number:03d}.{suffix}").write_bytes(data)


if __name__ == "__main__":
    main()
