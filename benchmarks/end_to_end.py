"""The main job, whole: open directories of mixed documents swept into DuckDB, stage by stage, beside doing it by hand.

    python -m benchmarks end_to_end [--documents N]

By hand is what a person would do today: `wget -r`, `pdftotext`, and `grep` for three rare phrases of each letter, one
process after the other. Stray's stages are measured inside its own processes (`benchmarks.stage_times`).
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from benchmarks.by_hand import ByHand, by_hand, missing_programs, rare_phrases
from benchmarks.scanned_pages import Spoiling, installed_faces, pages_of, spoilt
from benchmarks.stage_times import recording, stages
from demo_range.archives import zipped
from demo_range.letters import House, Letter, known_letters, letter
from demo_range.open_directories import OpenDirectoryServer
from demo_range.rendering import Format, rendered
from findings.query import open_findings
from matchers.verdicts import Verdict

# Known letters a house of the pack; each stands in one file, and so do as many of other patients.
PATIENTS_A_HOUSE = 20
FILES_A_FOLDER = 40
SCAN_DPI = 200
# Ends a sweep that hangs, seconds.
LONGEST_RUN = 3_000

_SCOPE = """
organisation = "Benchmark"
contact = "benchmark@example.org"
[authority]
who = "Benchmark"
reference = "B-1"
expires = 2999-12-31
[pack]
path = "pack"
key = "pack.key"
[limits]
requests_per_second = 1000
[network]
private_addresses = ["127.0.0.1"]
"""
_SITE = """
[[site]]
url = "{url}/{half}/"
kind = "open_directory"
tier = "own"
authority = "B-1"
"""
_REGISTER = ("--register", "letters.csv")
Make = Callable[[Letter], bytes]


def _mail(kept: Letter) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Letter", "a@example.org", "b@example.org"
    message.set_content("Please see attached.")
    message.add_attachment(rendered(Format.PDF, kept.sheet), maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def _scan(kept: Letter) -> bytes:
    face = installed_faces()[0]
    pages = [spoilt(page, Spoiling.CLEAN, SCAN_DPI, 1) for page in pages_of(kept.sheet, SCAN_DPI, face)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=SCAN_DPI)
    return out.getvalue()


def _plain(kept: Letter, form: Format) -> bytes:
    return rendered(form, kept.sheet)


def _kinds() -> list[tuple[str, str, Make]]:
    """Twenty files of an estate: what they are, ending, and how one is made. Scans where there are typefaces."""
    text: list[tuple[str, str, Make]] = [(form.value, form.value, partial(_plain, form=form)) for form in Format]
    pdf, docx, html, txt = text
    packed: list[tuple[str, str, Make]] = [
        ("docx in zip", "zip", lambda kept: zipped({"letter.docx": rendered(Format.DOCX, kept.sheet)})),
        ("pdf in mail", "eml", _mail),
    ]
    scans: list[tuple[str, str, Make]] = [
        ("scanned pdf", "pdf", _scan),
    ]
    return [*[pdf] * 7, *[docx] * 4, *[html] * 3, *[txt] * 3, *packed, *(scans if installed_faces() else [pdf])]


@dataclass(frozen=True, slots=True)
class Estate:
    """What was planted: the kind of each file, and the letter of the pack that stands in it, if one does."""

    kinds: Mapping[str, str]
    letters: Mapping[str, str]
    texts: Mapping[str, str]


def plant(folder: Path, documents: int) -> Estate:
    """Write the letters for the pack and the files to be found; every second file holds one of them."""
    known = known_letters(3, PATIENTS_A_HOUSE)
    houses = list(House)
    (folder / "letters").mkdir(parents=True)
    rows = [f"{kept.letter_id},{kept.letter_id}.txt" for kept in known]
    (folder / "letters.csv").write_text("\n".join(["letter_id,file", *rows]) + "\n")
    for kept in known:
        (folder / "letters" / f"{kept.letter_id}.txt").write_bytes(rendered(Format.TXT, kept.sheet))
    forms, kinds, letters = _kinds(), {}, {}
    for number in range(documents):
        stranger = letter(houses[number % len(houses)], PATIENTS_A_HOUSE + number, 3)
        found = known[number // 2 % len(known)] if number % 2 == 0 else stranger
        kind, ending, make = forms[number // 2 % len(forms)]
        name = f"{number % 2}/{number // FILES_A_FOLDER}/{number:05d}.{ending}"
        place = folder / "open" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(make(found))
        kinds[name] = kind
        if number % 2 == 0:
            letters[name] = found.letter_id
    return Estate(kinds, letters, {kept.letter_id: kept.text for kept in known})


def stray(folder: Path, *arguments: str, under: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    command = [*under, sys.executable, "-c", "from cli.main import main; main()", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_RUN, check=False)


def swept(folder: Path, servers: Sequence[OpenDirectoryServer]) -> tuple[float, Mapping[str, float]]:
    """One sweep: seconds by the clock, core-seconds by stage."""
    sites = [_SITE.format(url=server.url, half=half) for half, server in enumerate(servers)]
    (folder / "scope.toml").write_text(_SCOPE + "".join(sites))
    told = folder / "stages"
    told.mkdir()
    began = time.perf_counter()
    done = stray(folder, "sweep", "--format", "json", under=recording(told))
    seconds = time.perf_counter() - began
    assert done.returncode in (10, 23), done.stderr
    summary = json.loads(done.stdout)
    print(f"sweep: {summary['documents']} documents, verdicts {summary['verdicts']}, unseen {summary['unseen']}")
    return seconds, stages(told)


def found_by_sweep(folder: Path) -> dict[str, set[str]]:
    """Letters by file, as the database has them."""
    found: dict[str, set[str]] = {}
    for row in open_findings(folder / "findings.duckdb"):
        if row.verdict is Verdict.KNOWN_LETTER and row.letter_id is not None:
            found.setdefault(row.url.split("/", 3)[3], set()).add(row.letter_id)
    return found


def tell(estate: Estate, seconds: float, spent: Mapping[str, float], hand: ByHand | None) -> None:
    """Speed of both, and the ratio."""
    documents = len(estate.kinds)
    total = sum(spent.values())
    print(f"stray sweep: {documents / seconds:.1f} documents/s, {1000 * total / documents:.1f} core-ms a document:")
    for stage, used in spent.items():
        print(f"  {stage:20} {1000 * used / documents:7.1f} core-ms a document  {used / total:4.0%}")
    if hand is None:
        return
    used = sum(hand.core_seconds.values())
    print(f"by hand: {documents / hand.seconds:.1f} documents/s, {1000 * used / documents:.1f} core-ms a document:")
    for step, each in hand.core_seconds.items():
        print(f"  {step:20} {1000 * each / documents:7.1f} core-ms a document  {each / used:4.0%}")
    print(f"ratio of documents/s, stray : by hand = {hand.seconds / seconds:.2f}")
    print(f"ratio of core-seconds, stray : by hand = {total / used:.2f}")


def tell_found(estate: Estate, ours: Mapping[str, set[str]], hand: Mapping[str, frozenset[str]] | None) -> None:
    """For each kind of file how many planted letters each found, and what was said of files without one."""
    planted: Counter[str] = Counter()
    by_us: Counter[str] = Counter()
    by_them: Counter[str] = Counter()
    for name, letter_id in estate.letters.items():
        kind = estate.kinds[name]
        planted[kind] += 1
        by_us[kind] += letter_id in ours.get(name, ())
        by_them[kind] += letter_id in (hand or {}).get(name, ())
    print(f"{'letters planted in':20} {'files':>6} {'stray':>6} {'by hand':>8}")
    for kind, count in [*planted.items(), ("all", planted.total())]:
        us, them = (each.total() if kind == "all" else each[kind] for each in (by_us, by_them))
        print(f"{kind:20} {count:6} {us:6} {them if hand is not None else '-':>8}")
    wrong = {"stray": ours, "by hand": hand or {}}
    for who, found in wrong.items():
        false = sum(len(set(letters) - {estate.letters.get(name)}) for name, letters in found.items())
        print(f"letters named where they are not, {who}: {false}")


def _beside(folder: Path, servers: Sequence[OpenDirectoryServer], estate: Estate) -> ByHand | None:
    if absent := missing_programs():
        print(f"by hand: not run, {', '.join(absent)} not installed (packages wget, poppler-utils, grep)")
        return None
    urls = [f"{server.url}/{half}/" for half, server in enumerate(servers)]
    done = by_hand(folder / "wget", urls, rare_phrases(estate.texts))
    found = {path.split("/", 1)[1]: letters for path, letters in done.found.items()}
    return ByHand(found, done.seconds, done.core_seconds)


def main() -> None:
    """Print documents a second, core-seconds by stage, and what each way finds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks end_to_end", description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=400, help="files on the two servers")
    documents = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        estate = plant(folder, documents)
        built = stray(folder, "pack", "build", "letters", "--pack", "pack", "--key", "pack.key", *_REGISTER)
        assert built.returncode == 0, built.stderr
        with OpenDirectoryServer(folder / "open") as first, OpenDirectoryServer(folder / "open") as second:
            servers = (first, second)
            seconds, spent = swept(folder, servers)
            hand = _beside(folder, servers, estate)
        tell(estate, seconds, spent, hand)
        tell_found(estate, found_by_sweep(folder), hand.found if hand else None)


if __name__ == "__main__":
    main()
