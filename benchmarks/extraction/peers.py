"""The same files read by others: an all-in-one (xberg), pypdf for PDF, Tesseract without preparation for scans."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.extraction.catalogue import Files
from benchmarks.extraction.recovering import DISTRIBUTION_DATA, read
from benchmarks.extraction.rendered import Family, Format, Rendered
from benchmarks.extraction.shingles import recovered
from benchmarks.matching.tables import number, table
from extraction.isolation import ExtractorPool

# Seconds that a peer may think about one file before it is ended, as ours are.
_FILE_SECONDS = 60
# Nothing is there: what a peer would download ends here.
_NOWHERE = "http://127.0.0.1:9"
OURS = "stray"


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """One peer on one format.

    Attributes:
        peer: its name.
        form: name of the format.
        median: share of runs recovered, files without an answer as 0.
        milliseconds: a file, mean, one process; of ours with isolation and all.
        failures: files that gave an error, killed it or took too long.
    """

    peer: str
    form: str
    median: float
    milliseconds: float
    failures: int


def missing() -> list[str]:
    """Peers that are not here, and how to bring them."""
    if importlib.util.find_spec("xberg"):
        return []
    return ["xberg is not installed: pip install --require-hashes -r .ci/peers.lock --target FOLDER, PYTHONPATH=FOLDER"]


def peers_for(form: Format) -> list[str]:
    """Who can be asked."""
    asked = ["pypdf"] if form.suffix == "pdf" and form.family is Family.TEXT else []
    if form.family is not Family.TEXT and form.suffix in {"pdf", "tif"}:
        asked.append("tesseract")
    return asked if missing() else [*asked, "xberg"]


def compared(files: Files, forms: Sequence[Format]) -> Iterator[PeerFigures]:
    """Ours, and each peer, on each format. Ours has one worker here, as the others have one process."""
    with ExtractorPool(1) as pool:
        pool.extract(b"The worker is started before the clock.")
        for form in forms:
            made = files.of(form)
            began = time.perf_counter()
            texts = [extraction.text for extraction in read(pool, made, workers=1)]
            yield _figures(OURS, form, made, texts, time.perf_counter() - began, failures=0)
            for peer in peers_for(form):
                answers = _asked(peer, made)
                listed = [str(answer.get("text", "")) for answer in answers]
                seconds = sum(float(str(answer.get("seconds", _FILE_SECONDS))) for answer in answers)
                failures = sum(bool(answer.get("error", "no answer")) for answer in answers)
                yield _figures(peer, form, made, listed, seconds, failures)


def _figures(
    peer: str, form: Format, made: Sequence[Rendered], texts: Sequence[str], seconds: float, failures: int
) -> PeerFigures:
    shares = [recovered(one.parts, text) for one, text in zip(made, texts, strict=True)]
    return PeerFigures(peer, form.name, statistics.median(shares), 1000 * seconds / len(made), failures)


def _asked(peer: str, made: Sequence[Rendered]) -> list[Mapping[str, object]]:
    """An answer for each file; empty where the peer died of it or hung."""
    with tempfile.TemporaryDirectory(prefix="stray-peers-") as folder:
        names = [f"{number:04d}" for number in range(len(made))]
        for name, one in zip(names, made, strict=True):
            (Path(folder) / name).write_bytes(one.data)
        answers: dict[str, Mapping[str, object]] = {}
        last = ""
        while last != names[-1]:
            begun = last
            for answer in _run(peer, folder, last, len(names)):
                last = str(answer["name"])
                if "begun" not in answer:
                    answers[last] = answer
            if last == begun:  # it does not even start
                break
        return [answers.get(name, {}) for name in names]


def _run(peer: str, folder: str, after: str, count: int) -> list[Mapping[str, object]]:
    """What it said before it ended or was ended."""
    command = [sys.executable, "-m", "benchmarks.extraction.peer_process", peer, folder, *([after] if after else [])]
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), _NOWHERE),
        "TESSDATA_PREFIX": DISTRIBUTION_DATA,
        "OMP_THREAD_LIMIT": "1",
        "HOME": folder,
    }
    with tempfile.TemporaryFile("w+") as out:
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(
                command, check=False, env=environment, stdout=out, stderr=subprocess.DEVNULL,
                timeout=_FILE_SECONDS + 10 * count,
            )  # fmt: skip
        out.seek(0)
        return [json.loads(line) for line in out if line.endswith("\n") and line.startswith("{")]


def peer_table(figures: Sequence[PeerFigures]) -> str:
    """A row for each format, three columns for each peer."""
    peers = list(dict.fromkeys(one.peer for one in figures))
    cells = {(one.form, one.peer): one for one in figures}
    rows = []
    for form in dict.fromkeys(one.form for one in figures):
        row = [form]
        for peer in peers:
            one = cells.get((form, peer))
            row += [f"{one.median:.3f}", number(one.milliseconds, 1), str(one.failures)] if one else ["-", "-", "-"]
        rows.append([*row, ""])
    heads = [head for peer in peers for head in (peer, "ms", "failed")]
    return table(("format", *heads, ""), rows)
