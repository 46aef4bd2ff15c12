"""Attacks on a pack, carried out on the pack itself: what it shows without its key, and what with it.

The attacks are those of the literature on encoded personal data: frequencies, repetition, one known record that opens
others, and trying all values of a short identifier.
"""

from __future__ import annotations

import stat
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.anchors import Stretcher
from matchers.pack import Pack
from matchers.pack_format import ARRAYS, SOUND_ARRAYS, array_path
from matchers.postings import RowKind, kinds_of
from matchers.siphash import SipKey, siphash
from matchers.sound_matcher import FRAME_SECONDS
from matchers.stored_letter import StoredLetter

# Bytes of each file that are looked at; a million letters have files of gigabytes, and what is not random in them
# shows in the first megabytes as well.
SAMPLED_BYTES = 32 << 20
# Rows of the table that are looked at. Rows stand in the order of keyed hashes, so the first are a random sample.
SAMPLED_ROWS = 4 << 20
# Letters that are opened, and letters that the attacker is taken to know.
SAMPLED_LETTERS = 200
KNOWN_LETTERS = (1, 10, 100)
# Chi-squared of 256 byte values is 255 for random bytes, with a standard deviation of 22.6; 400 is beyond 6 of them.
UNEVEN_FROM = 400.0
# Random bytes grow when they are packed; text, ids and counts become smaller.
PACKED_BELOW = 0.99
# Fewer bytes say nothing of randomness.
LEAST_BYTES = 4096
# What chance may give beyond its mean, in a few hundred letters.
_CHANCE_MARGIN = 0.01
# Bytes of a run that repeats in random bytes once in 2**64 pairs.
_RUN = 8
_GUESSES = 200
_SECONDS_A_DAY = 86_400
# Values of short identifiers: numbers with a valid check digit in the ranges given to patients of England and Wales,
# dates of 100 years, and the 2.6 million postcodes that were ever in use.
_SPACES = {"nhs_number": 290_000_000, "date_of_birth": 36_525, "postcode": 2_600_000}
# A shingle that holds a whole number has one or two symbols beside it, of 36 letters and digits.
_SYMBOLS = 36
# What lies open by design: the first row of every bucket, and hashes.
_NOT_SEALED = frozenset({"table_directory"})


class Attacker(StrEnum):
    """What somebody has besides the pack."""

    NOTHING = "the pack alone"
    KNOWN_LETTER = "the pack and letters, without the key"
    KEY = "the pack and its key"


@dataclass(frozen=True, slots=True)
class Observation:
    """What one attack gave.

    Attributes:
        attacker: what it takes.
        name: of the attack, for programs.
        value: the figure.
        words: the same for people.
        is_alarm: this should not be.
    """

    attacker: Attacker
    name: str
    value: float
    words: str
    is_alarm: bool = False


def audit_pack(pack: Pack, folder: Path, seed: int = 0) -> Iterator[Observation]:
    """Attack a pack; takes seconds whatever its size.

    Args:
        pack: open.
        folder: where it lies.
        seed: of the choice of letters.
    """
    generator = np.random.default_rng(seed)
    letters = generator.permutation(pack.letters)[:SAMPLED_LETTERS]
    yield from _modes(pack, folder)
    yield from _counts(pack)
    for path in _files(pack, folder):
        yield from _randomness(path.stem, path)
    yield _ids_in_clear(pack, folder, letters)
    yield from _repetition(pack)
    yield from _words_of_others(pack, letters)
    yield from _known_letters(pack, generator)
    yield from _guessing(pack)


def _modes(pack: Pack, folder: Path) -> Iterator[Observation]:
    paths = [folder, *folder.rglob("*")]
    loose = [path for path in paths if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)]
    words = f"{len(loose)} of {len(paths)} files and folders can be read by group or others"
    yield Observation(Attacker.NOTHING, "readable_by_others", len(loose), words, is_alarm=bool(loose))
    files = _files(pack, folder)
    ours = {folder, folder / "pack.json", *files, *(path.parent for path in files)}
    strange = [path for path in paths if path not in ours]
    words = f"{len(strange)} files in the folder do not belong to this generation: what a killed run left, or others'"
    yield Observation(Attacker.NOTHING, "foreign_files", len(strange), words, is_alarm=bool(strange))


def _files(pack: Pack, folder: Path) -> list[Path]:
    """The files of this generation, of letters and recordings."""
    letters, sounds = pack.manifest.arrays_folder(folder), pack.manifest.sounds
    recordings = [array_path(sounds.folder(folder), name) for name in SOUND_ARRAYS] if sounds else []
    return [array_path(letters, name) for name in ARRAYS] + recordings


def _counts(pack: Pack) -> Iterator[Observation]:
    counts = pack.manifest.counts
    words = f"there are {counts.letters:,} letters of {counts.tokens / counts.letters:,.0f} words on average"
    yield Observation(Attacker.NOTHING, "letters", counts.letters, words)
    words = f"{counts.template_shingles:,} of {counts.shingles:,} rows are template"
    yield Observation(Attacker.NOTHING, "template_shingles", counts.template_shingles, words)
    if sounds := pack.manifest.sounds:
        minutes = sounds.frames * FRAME_SECONDS / 60
        words = f"there are {sounds.recordings:,} recordings of {minutes / sounds.recordings:,.1f} minutes on average"
        yield Observation(Attacker.NOTHING, "recordings", sounds.recordings, words, is_alarm=False)
    if pack.letters == 1:
        words = "a pack of one letter shows how long this letter is"
        yield Observation(Attacker.NOTHING, "one_letter", 1, words, is_alarm=True)


def _randomness(name: str, path: Path) -> Iterator[Observation]:
    with path.open("rb") as file:
        content = file.read(SAMPLED_BYTES)
    if len(content) < LEAST_BYTES:
        return
    expected = len(content) / 256
    seen = np.bincount(np.frombuffer(content, dtype=np.uint8), minlength=256)
    uneven = float(((seen - expected) ** 2 / expected).sum())
    packed = len(zlib.compress(content, level=1)) / len(content)
    alarm = (uneven > UNEVEN_FROM or packed < PACKED_BELOW) and name not in _NOT_SEALED | {"table_remainders"}
    said = "looks random" if uneven <= UNEVEN_FROM and packed >= PACKED_BELOW else "does not look random"
    if name in _NOT_SEALED:
        said = "holds the order of keyed hashes, not sealed"
    elif name == "table_remainders":
        said = "holds keyed hashes, not sealed; equal ones show"
    words = f"{name}: {said} (chi-squared {uneven:,.0f}, packs to {packed:.0%})"
    yield Observation(Attacker.NOTHING, f"unevenness_{name}", uneven, words, is_alarm=alarm)


def _ids_in_clear(pack: Pack, folder: Path, letters: NDArray[np.int64]) -> Observation:
    """Are ids of letters anywhere in the files, in any usual encoding?"""
    ids = [pack.letter(number).letter_id for number in letters.tolist()]
    if stored := pack.recordings:
        ids += [stored.recording_id(number) for number in range(min(len(stored), SAMPLED_LETTERS))]
    wanted = [one.encode(code) for one in ids if len(one) >= _RUN for code in ("utf-8", "utf-16-le", "utf-32-le")]
    found = 0
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                content = file.read(SAMPLED_BYTES)
            found += sum(letter_id in content for letter_id in wanted)
    words = f"{found} of the ids of {len(ids)} letters stand in the files in clear"
    return Observation(Attacker.NOTHING, "ids_in_clear", found, words, is_alarm=found > 0)


def _repetition(pack: Pack) -> Iterator[Observation]:
    """What shows of rows and words without the key: what is equal."""
    hashes, _ = _sampled_rows(pack)
    _, times = np.unique(hashes, return_counts=True)
    several, most = float((times > 1).mean()) if len(times) else 0.0, int(times.max(initial=0))
    words = f"{several:.1%} of the shingles have several rows, {most} at most: passages that letters share"
    yield Observation(Attacker.NOTHING, "shingles_with_several_rows", several, words)
    sealed = np.asarray(pack.sealed("token_hashes")[: SAMPLED_BYTES // 2])
    runs = sealed[: len(sealed) // 4 * 4].view("<u8")
    repeated = len(runs) - len(np.unique(runs))
    words = f"{repeated} runs of four words stand twice in the sealed words"
    yield Observation(Attacker.NOTHING, "repeated_words", repeated, words, is_alarm=repeated > len(runs) // 1_000_000)


def _words_of_others(pack: Pack, letters: NDArray[np.int64]) -> Iterator[Observation]:
    """Somebody who has a letter, say a patient, looks for its words among those of other letters."""
    opened = [letter for letter in map(pack.letter, letters.tolist()) if letter.sizes.tokens]
    if len(opened) < 2:  # noqa: PLR2004 - one letter and another
        return
    for name, told, words_of in (
        ("sealed", "as they lie there", StoredLetter.sealed_tokens),
        ("opened", "with the seal taken off", StoredLetter.tokens),
    ):
        known = np.unique(words_of(opened[0]))
        chance = len(known) / (1 << 16)
        share = float(np.mean([np.isin(words_of(letter), known).mean() for letter in opened[1:]]))
        words = f"{share:.2%} of the words of other letters equal one of a known letter, {told}; by chance {chance:.2%}"
        alarm = share > 2 * chance + _CHANCE_MARGIN
        yield Observation(Attacker.KNOWN_LETTER, f"words_of_other_letters_{name}", share, words, is_alarm=alarm)


def _known_letters(pack: Pack, generator: np.random.Generator) -> Iterator[Observation]:
    """Somebody who has the key and some letters looks for their passages in other letters."""
    hashes, values = _sampled_rows(pack)
    is_place = kinds_of(values) < RowKind.FEW
    hashes, letters = hashes[is_place], (values[is_place] >> np.uint64(32)).astype(np.int64)
    for count in KNOWN_LETTERS:
        if count >= pack.letters or not len(hashes):
            return
        known = np.isin(letters, generator.permutation(pack.letters)[:count])
        recognised = np.isin(hashes[~known], hashes[known])
        share = float(recognised.mean()) if len(recognised) else 0.0
        words = f"{share:.1%} of what is kept of other letters is told by knowing {count}: passages that they share"
        yield Observation(Attacker.KEY, f"passages_told_by_{count}", share, words)


def _guessing(pack: Pack) -> Iterator[Observation]:
    """What it costs to try all values of a short identifier, by the time that one takes here."""
    stretcher = Stretcher(pack.keyring.root)
    each = _seconds(lambda: stretcher.stretched("audit", "value"), _GUESSES)
    for kind, space in _SPACES.items():
        days = each * space / _SECONDS_A_DAY
        words = (
            f"all {space:,} values of {kind} against the anchors: {_span(days)} of one core, {each * 1e6:,.0f} µs each"
        )
        yield Observation(Attacker.KEY, f"core_days_{kind}_anchors", days, words)
    messages = np.arange(1 << 16, dtype=np.uint64)
    key = SipKey.from_bytes(pack.keyring.root.subkey("shingles"))
    each = _seconds(lambda: siphash([messages] * 4, key), 20) / len(messages)
    space = _SPACES["nhs_number"] * _SYMBOLS**2 * 3
    days = each * space / _SECONDS_A_DAY
    words = f"all NHS numbers with the symbols beside them against the shingles: {_span(days)} of one core"
    yield Observation(Attacker.KEY, "core_days_nhs_number_shingles", days, words)


def _sampled_rows(pack: Pack) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    parts, rows = [], 0
    for part in pack.table.rows():
        parts.append(part)
        rows += len(part[0])
        if rows >= SAMPLED_ROWS:
            break
    if not parts:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint64)
    return np.concatenate([hashes for hashes, _ in parts]), np.concatenate([values for _, values in parts])


def _seconds(work: Callable[[], object], times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) / times


def _span(days: float) -> str:
    for unit, size in (("years", 365.25), ("days", 1.0), ("hours", 1 / 24), ("minutes", 1 / 1440)):
        if days >= size:
            return f"{days / size:,.1f} {unit}"
    return f"{days * _SECONDS_A_DAY:,.1f} seconds"
