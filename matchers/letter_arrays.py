"""The array files of a pack in the making."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matchers.document_text import joined
from matchers.errors import PackBuildError
from matchers.frequencies import Frequencies, FrequencyCounter
from matchers.keys import PackKey
from matchers.normaliser import Normalised, normalise
from matchers.pack_format import ARRAYS, PackCounts, PackParameters, array_path
from matchers.places import pack_places
from matchers.shingles import covered, shingle_hashes, winnowed
from matchers.siphash import SipKey, Words
from matchers.spill import PARTS, ArrayFile, PartedRecords
from matchers.token_shapes import TokenClass, pack_shapes
from matchers.tokens import SALT_BYTES, Tokens, letter_key, salted, tokens_of

# Places kept of one shingle in one letter; a letter that repeats itself hundreds of times must not flood the index.
MOST_PLACES = 4
# Symbols of text that a letter shares with other letters without a break before it counts as shared text: about eight
# words. Common turns of phrase are shorter.
SHARED_RUN_SYMBOLS = 40

_POSTING = np.dtype([("hash", "<u8"), ("letter", "<u4"), ("position", "<u4"), ("frequency", "<u1")])


class LetterArrays:
    """Takes letters batch by batch, then writes the files. Usable once."""

    def __init__(self, folder: Path, key: PackKey, parameters: PackParameters) -> None:
        self._folder = folder
        self._parameters = parameters
        self._shingle_key = SipKey.from_bytes(key.subkey("shingles"))
        self._token_key = SipKey.from_bytes(key.subkey("tokens"))
        self._salting_key = key.subkey("letters")
        self._files = {name: ArrayFile(array_path(folder, name), dtype) for name, dtype in ARRAYS.items()}
        self._work = folder / "work"
        self._work.mkdir()
        self._all_hashes = ArrayFile(self._work / "hashes", "<u8")
        self._lengths = ArrayFile(self._work / "lengths", "<u1")
        self._numeric = ArrayFile(self._work / "numeric", "<u1")
        self._counter = FrequencyCounter(self._work / "frequencies")
        self._ids: set[str] = set()
        self._sizes: list[tuple[int, int]] = []  # shingles and tokens of each letter
        self._totals = {"token_ends": 0, "place_ends": 0, "letter_id_ends": 0}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (*self._files.values(), self._all_hashes, self._lengths, self._numeric):
            file.close()
        self._counter.close()

    @property
    def letters(self) -> int:
        """Letters taken so far."""
        return len(self._sizes)

    def add(self, letter_ids: list[str], texts: list[str]) -> list[str]:
        """Take a batch; returns the ids of the letters that are too short for a single shingle."""
        self._add_ids(letter_ids)
        parts = [normalise(text) for text in texts]
        together = joined(parts)
        ends = np.cumsum([len(part) for part in parts])
        hashes = self._split_hashes(together, ends)
        tokens = tokens_of(together, self._token_key)
        token_cuts = np.searchsorted(tokens.starts[:-1], ends)
        self._add_tokens(tokens, np.diff(token_cuts, prepend=0))
        for part in parts:
            places = pack_places(part.offsets)
            self._files["place_bits"].append(places)
            self._extend("place_ends", len(places))
        self._files["letter_sizes"].append(np.array([len(part) for part in parts]))
        self._all_hashes.append(np.concatenate(hashes))
        self._counter.add(hashes)
        self._sizes += zip(map(len, hashes), np.diff(token_cuts, prepend=0).tolist(), strict=True)
        return [letter_id for letter_id, own in zip(letter_ids, hashes, strict=True) if not len(own)]

    def finish(self) -> PackCounts:
        """Write everything; afterwards the folder holds the array files and nothing else."""
        for spill in (self._all_hashes, self._lengths, self._numeric):
            spill.close()
        frequencies = self._counter.count(self._parameters.frequent_from)
        self._files["template_hashes"].append(frequencies.template)
        postings = PartedRecords(self._work / "postings", _POSTING)
        self._keep_rare(frequencies, postings)
        kept = self._write_index(postings)
        for file in self._files.values():
            file.close()
        shutil.rmtree(self._work)
        return PackCounts(self.letters, kept, len(frequencies.template), self._totals["token_ends"])

    def _add_ids(self, letter_ids: list[str]) -> None:
        for letter_id in letter_ids:
            if letter_id in self._ids:
                raise PackBuildError("a letter id is given twice; every letter needs its own")
            self._ids.add(letter_id)
            encoded = np.frombuffer(letter_id.encode(), dtype=np.uint8)
            self._files["letter_ids"].append(encoded)
            self._extend("letter_id_ends", len(encoded))

    def _split_hashes(self, together: Normalised, ends: NDArray[np.int64]) -> list[Words]:
        """The shingles of each letter; those that reach into the next letter are left out."""
        length = self._parameters.shingle_symbols
        hashes = shingle_hashes(together.symbols, length, self._shingle_key)
        starts = np.concatenate(([0], ends[:-1]))
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        return [hashes[start : max(start, end - length + 1)] for start, end in pairs]

    def _add_tokens(self, tokens: Tokens, counts: NDArray[np.int64]) -> None:
        salts = [secrets.token_bytes(SALT_BYTES) for _ in counts]
        keys = [letter_key(self._salting_key, salt) for salt in salts]
        self._files["salts"].append(np.frombuffer(b"".join(salts), dtype=np.uint8))
        self._files["token_hashes"].append(salted(tokens.hashes, keys, counts))
        self._lengths.append(np.diff(tokens.starts))
        self._numeric.append(tokens.numeric)
        for count in counts.tolist():
            self._extend("token_ends", count)

    def _extend(self, name: str, count: int) -> None:
        self._totals[name] += count
        self._files[name].append(np.array([self._totals[name]]))

    def _keep_rare(self, frequencies: Frequencies, postings: PartedRecords) -> None:
        all_hashes, lengths, numeric = self._all_hashes.read(), self._lengths.read(), self._numeric.read()
        hash_start = token_start = 0
        for letter, (shingles, tokens) in enumerate(self._sizes):
            hashes = np.asarray(all_hashes[hash_start : hash_start + shingles])
            of_tokens = slice(token_start, token_start + tokens)
            frequent, counts = frequencies.of(hashes)
            records = self._postings(letter, hashes, frequent, counts)
            postings.add(records["hash"], records)
            self._classify(frequent, counts, np.asarray(lengths[of_tokens]), np.asarray(numeric[of_tokens]))
            hash_start, token_start = hash_start + shingles, token_start + tokens

    def _postings(
        self, letter: int, hashes: Words, frequent: NDArray[np.bool_], counts: NDArray[np.uint8]
    ) -> NDArray[np.void]:
        kept = winnowed(hashes, ~frequent, self._parameters.window)
        order = np.argsort(hashes[kept], kind="stable")
        ordered = hashes[kept][order]
        first = np.searchsorted(ordered, ordered)
        kept = kept[order[np.arange(len(ordered)) - first < MOST_PLACES]]
        records = np.zeros(len(kept), dtype=_POSTING)
        records["hash"], records["letter"] = hashes[kept], letter
        records["position"], records["frequency"] = kept, counts[kept]
        return records

    def _classify(
        self,
        frequent: NDArray[np.bool_],
        counts: NDArray[np.uint8],
        lengths: NDArray[np.uint8],
        numeric: NDArray[np.uint8],
    ) -> None:
        """Write the class of each token, and how much of the letter is shared with others in long runs."""
        size = int(lengths.sum())
        length = self._parameters.shingle_symbols
        template = _over(covered(frequent, length), size)
        shared = _over(covered(frequent | (counts > 1), length), size)
        ends = np.cumsum(lengths, dtype=np.int64)
        classes = np.full(len(lengths), TokenClass.UNIQUE, dtype=np.uint8)
        classes[_all_within(shared, ends)] = TokenClass.FEW
        classes[_all_within(template, ends)] = TokenClass.TEMPLATE
        self._files["token_shapes"].append(pack_shapes(lengths, classes, numeric))
        self._files["letter_shared"].append(np.array([symbols_in_runs(shared, SHARED_RUN_SYMBOLS)]))

    def _write_index(self, postings: PartedRecords) -> int:
        postings.close()
        kept = 0
        for number in range(PARTS):
            part = postings.part(number)
            part = part[np.argsort(part["hash"], kind="stable")]
            self._files["index_hashes"].append(part["hash"])
            self._files["index_letters"].append(part["letter"])
            self._files["index_positions"].append(part["position"])
            self._files["index_frequencies"].append(part["frequency"])
            kept += len(part)
        return kept


def _over(marks: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Marks for a letter of `size` symbols; a letter without shingles has none."""
    return marks if len(marks) else np.zeros(size, dtype=np.bool_)


def _all_within(marks: NDArray[np.bool_], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each token (by its end), whether all its symbols are marked."""
    total = np.concatenate(([0], np.cumsum(marks)))
    starts = np.concatenate(([0], ends[:-1]))
    whole: NDArray[np.bool_] = total[ends] - total[starts] == ends - starts
    return whole


def symbols_in_runs(marks: NDArray[np.bool_], at_least: int) -> int:
    """Marked symbols that stand in unbroken runs of `at_least`."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marks, [False])).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= at_least].sum())
