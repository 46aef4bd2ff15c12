"""Candidate names: at which rank those of a list lie that was written before the patterns, beside a peer.

`python -m benchmarks bucket_names [--peer FOLDER] [--verbose] [--json FILE]`; the folder is a checkout of cloud_enum,
whose own function and word list are run. The list: `benchmarks/bucket_names_held_out.toml`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bucket_probes.names.candidates import CONTAINERS_PER_ACCOUNT, candidates, containers, count
from bucket_probes.names.keywords import read_keywords
from scope.model import NameSearch

HELD_OUT = Path(__file__).with_name("bucket_names_held_out.toml")
RANKS = (100, 1_000, 10_000, 20_000, 100_000)
# The list was written in this year, and its newest names end in it.
YEAR = 2026
# Runs in a process of its own, so that the peer's modules stay there; those that ask the network are not loaded.
_RUN_PEER = """
import json, sys, types
folder, keywords = sys.argv[1], json.load(sys.stdin)
for name in ("enum_tools", "enum_tools.aws_checks", "enum_tools.azure_checks", "enum_tools.gcp_checks",
             "enum_tools.utils", "logger", "logger.logger"):
    module = sys.modules[name] = types.ModuleType(name)
    if "." in name:
        setattr(sys.modules[name.partition(".")[0]], name.partition(".")[2], module)
sys.path.insert(0, folder)
import cloud_enum
cloud_enum.log = types.SimpleNamespace(debug=lambda text: None)
words = cloud_enum.read_mutations(folder + "/enum_tools/fuzz.txt")
json.dump({"names": cloud_enum.build_names(keywords, words), "words": words}, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """How one generator did for one organisation and provider: how many are listed, made, and found by each rank."""

    organisation: str
    provider: str
    generator: str
    listed: int
    made: int
    found: tuple[int, ...]
    missing: tuple[str, ...]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="a checkout of cloud_enum")
    parser.add_argument("--verbose", action="store_true", help="print the names that were not found")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    arguments = parser.parse_args()
    organisations = tomllib.loads(HELD_OUT.read_text(encoding="utf-8"))["organisation"]
    rows = [row for each in organisations for row in _rows(each, arguments.peer)]
    for row in rows:
        shares = "  ".join(f"{found / row.listed:6.1%}" for found in row.found)
        print(f"{row.provider:10} {row.generator:28} {row.made:7,} made  {row.listed:4} listed  {shares}")
        if arguments.verbose and row.missing:
            print("    not found:", *row.missing)
    _print_sums(rows)
    _print_speed(organisations[0]["keywords"])
    if arguments.peer is None:
        print("no peer: give a checkout of cloud_enum with --peer")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")


def _rows(organisation: Mapping[str, Any], peer: Path | None) -> Iterator[Row]:
    keywords: list[str] = organisation["keywords"]
    search = _search(keywords)
    made_by: dict[str, Mapping[str, list[str]]] = {"stray": _ours(search)}
    if peer is not None:
        variants = dict.fromkeys("".join(tokens) for each in read_keywords(keywords) for tokens, _ in each.variants)
        domains = dict.fromkeys(domain for each in read_keywords(keywords) for domain in each.domains)
        made_by["cloud_enum"] = _theirs(peer, keywords)
        made_by["cloud_enum, our keywords"] = _theirs(peer, [*variants, *domains])
    for provider in ("s3", "gcs", "account", "container"):
        for generator, made in made_by.items():
            yield _row(organisation, provider, generator, made[provider])


def _listed(organisation: Mapping[str, Any], provider: str) -> list[str]:
    if provider in ("account", "container"):
        pairs = [pair.split("/") for pair in organisation["azure"].split()]
        return list(dict.fromkeys(pair[provider == "container"] for pair in pairs))
    return list(dict.fromkeys(organisation[provider].split()))


def _row(organisation: Mapping[str, Any], provider: str, generator: str, made: Iterable[str]) -> Row:
    listed = _listed(organisation, provider)
    ranks = {name: rank for rank, name in reversed(list(enumerate(dict.fromkeys(made), 1)))}
    found = tuple(sum(ranks.get(name, RANKS[-1] + 1) <= most for name in listed) for most in RANKS)
    missing = tuple(name for name in listed if ranks.get(name, RANKS[-1] + 1) > RANKS[-1])
    return Row(organisation["name"], provider, generator, len(listed), len(ranks), found, missing)


def _search(keywords: Iterable[str]) -> NameSearch:
    fields = {"name_search": True, "authority": "benchmark", "keywords": tuple(keywords), "candidates": RANKS[-1]}
    return NameSearch.model_validate(fields)


def _ours(search: NameSearch) -> dict[str, list[str]]:
    return {
        "s3": [each.name for each in candidates(search, "s3", year=YEAR)],
        "gcs": [each.name for each in candidates(search, "gcs", year=YEAR)],
        "account": [each.account for each in candidates(search, "azure", year=YEAR)],
        "container": [each.name for each in containers(search, "any", CONTAINERS_PER_ACCOUNT)],
    }


def _theirs(peer: Path, keywords: Iterable[str]) -> dict[str, list[str]]:
    """Its names; of Azure, those that have no other sign are accounts, and its words are the containers."""
    ran = subprocess.run(
        [sys.executable, "-c", _RUN_PEER, str(peer)],
        input=json.dumps(list(keywords)),
        capture_output=True,
        text=True,
        check=True,
    )
    made = json.loads(ran.stdout)
    accounts = [name for name in made["names"] if re.fullmatch(r"[a-z0-9]{3,24}", name)]
    return {"s3": made["names"], "gcs": made["names"], "account": accounts, "container": made["words"]}


def _print_sums(rows: list[Row]) -> None:
    print(f"\nall organisations and services: share found among the first {', '.join(f'{rank:,}' for rank in RANKS)}")
    for generator in dict.fromkeys(row.generator for row in rows):
        for kind, providers in (("buckets", ("s3", "gcs")), ("accounts", ("account",)), ("containers", ("container",))):
            chosen = [row for row in rows if row.generator == generator and row.provider in providers]
            listed = sum(row.listed for row in chosen)
            shares = [sum(row.found[number] for row in chosen) / listed for number in range(len(RANKS))]
            print(f"{generator:28} {kind:10} {listed:4}  " + "  ".join(f"{share:6.1%}" for share in shares))


def _print_speed(keywords: list[str]) -> None:
    search = _search(keywords)
    for provider in ("s3", "gcs", "azure"):
        began = time.process_time()
        made = count(search, provider, year=YEAR)
        print(f"count at {provider}: {made:,} names in {time.process_time() - began:.2f} s of processor time")


if __name__ == "__main__":
    main()
