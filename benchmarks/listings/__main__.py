"""Listings beside their targets and peers: `python -m benchmarks.listings`.

python -m benchmarks.listings                          all sections
python -m benchmarks.listings --only ftp --verbose     a section, with each line or page that is not read right
python -m benchmarks.listings --only speed --full      the peers read the long pages, too; some minutes each
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.listings import ftp, pages, speed
from benchmarks.listings.readers import PEER_MODULE, installed

_SECTIONS = ("pages", "ftp", "speed")
# What lies beside a checkout, never in it.
_BESIDE = Path(__file__).parents[3] / "shared" / "corpora"


def main() -> None:
    """Run what was asked for, or be one of the processes that measure."""
    if sys.argv[1:2] == ["measure"]:
        reader, shape, rows = sys.argv[2:]
        print(json.dumps(speed.measure(reader, shape, int(rows))))
        return
    _run(_options())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.listings", description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=Path, default=_BESIDE / "listings", help="folder of real pages")
    parser.add_argument("--ftp-lines", type=Path, default=_BESIDE / "ftp_lines.json", help="file of FTP lines")
    parser.add_argument("--only", choices=_SECTIONS, action="append", help="a section; repeatable")
    parser.add_argument("--rows", type=int, default=speed.LONG, help="rows of the long pages")
    parser.add_argument("--full", action="store_true", help="peers read the long pages, too")
    parser.add_argument("--verbose", action="store_true", help="print each page and line that is not read right")
    parser.add_argument("--json", type=Path, default=None, help="write all figures to this file")
    return parser.parse_args()


def _run(options: argparse.Namespace) -> None:
    sections: Mapping[str, Callable[[], object]] = {
        "pages": lambda: pages.report(options.pages, verbose=options.verbose),
        "ftp": lambda: ftp.report(options.ftp_lines, verbose=options.verbose),
        "speed": lambda: speed.report(peers_too=options.full, rows=options.rows),
    }
    for module in (PEER_MODULE, ftp.PEER_MODULE):
        if installed(module) is None:
            print(f"{module.partition('.')[0]} is not installed: this peer is left out")
    figures = {}
    for name in options.only or _SECTIONS:
        print(f"\n== {name}", flush=True)
        figures[name] = sections[name]()
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
