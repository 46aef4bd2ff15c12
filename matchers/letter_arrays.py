"""The array files of a pack in the making."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matchers.copies import MOST_COPIES, CopyFinder, long_numbers
from matchers.document_text import joined
from matchers.errors import PackBuildError
from matchers.frequencies import Frequencies, FrequencyCounter
from matchers.keys import PackKey
from matchers.normaliser import Normalised, normalise
from matchers.pack_format import ARRAYS, PackCounts, PackParameters, array_path
from matchers.places import pack_places
from matchers.postings import packed_postings
from matchers.seals import SALT_BYTES, Part, RowSeal, Seal, sealed_figure
from matchers.shingles import covered, shingle_hashes, winnowed
from matchers.siphash import SipKey, Words
from matchers.spill import PARTS, ArrayFile, PartedRecords, SpillFile
from matchers.stored_letter import SIZES_BYTES, LetterSizes
from matchers.token_shapes import TokenClass, pack_shapes, unpack_shapes, with_classes
from matchers.tokens import letter_multiplier, salted, token_key, tokens_of

# Places kept of one shingle in one letter; a letter that repeats itself hundreds of times must not flood the index.
MOST_PLACES = 4
# Symbols of text that a letter shares with other letters without a break before it counts as shared text: about eight
# words. Common turns of phrase are shorter.
SHARED_RUN_SYMBOLS = 40

_POSTING = np.dtype([("hash", "<u8"), ("posting", "<u8")])
_PACK_ID_BYTES = 8


class LetterArrays:
    """Takes letters batch by batch, then writes the files. Usable once."""

    def __init__(self, folder: Path, key: PackKey, parameters: PackParameters, generation: str) -> None:
        self._parameters = parameters
        self._shingle_key = SipKey.from_bytes(key.subkey("shingles"))
        self._token_key = token_key(key.subkey("tokens"))
        self._letter_key = key.subkey("letters")
        self._row_seal = RowSeal(key.subkey("rows"), generation)
        self._pack_seal = Seal(self._letter_key, generation.encode())
        self._files = {name: ArrayFile(array_path(folder, name), dtype) for name, dtype in ARRAYS.items()}
        self._hashes = SpillFile(folder, "<u8")
        self._shapes = SpillFile(folder, "<u1")
        self._sizes = SpillFile(folder, "<u1")
        self._salts = SpillFile(folder, "<u1")
        self._counter = FrequencyCounter(folder)
        self._postings = PartedRecords(folder, _POSTING)
        self._copy_finder = CopyFinder(folder)
        self._ids: dict[str, None] = {}
        self.copies: tuple[tuple[str, ...], ...] = ()
        self._totals = LetterSizes(0, 0, 0, 0, 0, 0, 0)
        self._shared: list[float] = []
        self._content = hashlib.blake2b(digest_size=_PACK_ID_BYTES, key=key.subkey("pack-id"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (*self._files.values(), self._hashes, self._shapes, self._sizes, self._salts):
            file.close()
        self._counter.close()
        self._postings.close()
        self._copy_finder.close()

    @property
    def letters(self) -> int:
        """Letters taken so far."""
        return len(self._ids)

    @property
    def pack_id(self) -> str:
        """A keyed digest of all that has been taken and written, but for salts and seals."""
        return self._content.hexdigest()

    @property
    def sealed_median(self) -> str:
        """The share of a middling letter that it has in common with others."""
        return sealed_figure(self._pack_seal, float(np.median(self._shared)))

    def add(self, letter_ids: list[str], texts: list[str]) -> list[str]:
        """Take a batch; returns the ids of the letters that are too short for a single shingle."""
        self._check_ids(letter_ids)
        parts = [normalise(text) for text in texts]
        together = joined(parts)
        ends = np.cumsum([len(part) for part in parts])
        hashes = self._split_hashes(together, ends)
        tokens = tokens_of(together, self._token_key)
        cuts = np.searchsorted(tokens.starts[:-1], ends).tolist()
        shapes = pack_shapes(np.diff(tokens.starts).astype(np.uint8), tokens.numeric)
        numbers = long_numbers(together, tokens)
        for at, (start, end) in enumerate(zip([0, *cuts[:-1]], cuts, strict=True)):
            words = tokens.hashes[start:end]
            self._add_letter(letter_ids[at], parts[at], words)
            self._copy_finder.add(words, words[numbers[start:end]], len(hashes[at]))
        self._shapes.append(shapes)
        self._hashes.append(np.concatenate(hashes))
        self._counter.add(hashes)
        return [letter_id for letter_id, own in zip(letter_ids, hashes, strict=True) if not len(own)]

    def finish(self) -> PackCounts:
        """Write everything; afterwards the folder holds the array files and nothing else."""
        self._find_copies()
        frequencies = self._counter.count(self._parameters.frequent_from)
        self._counter.close()
        self._write("template_hashes", frequencies.template)
        self._keep_rare(frequencies)
        kept = self._write_index()
        for file in self._files.values():
            file.close()
        return PackCounts(self.letters, kept, len(frequencies.template), self._totals.token_start)

    def _find_copies(self) -> None:
        """Copies of one letter are one letter to the frequencies, so that they do not turn it into template."""
        hashes, ids = self._hashes.read(), list(self._ids)
        groups = self._copy_finder.groups(hashes)
        for group in groups:
            if len(group) <= MOST_COPIES:
                self._counter.count_once(self._copy_finder.shingles_of(letter, hashes) for letter in group)
        self._copy_finder.close()
        self.copies = tuple(tuple(ids[letter] for letter in group) for group in groups)

    def _check_ids(self, letter_ids: list[str]) -> None:
        for letter_id in letter_ids:
            if letter_id in self._ids:
                raise PackBuildError("a letter id is given twice; every letter needs its own")
            self._ids[letter_id] = None

    def _add_letter(self, letter_id: str, text: Normalised, tokens: Words) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        seal = Seal(self._letter_key, salt)
        encoded = np.frombuffer(letter_id.encode(), dtype=np.uint8)
        places = pack_places(text.offsets)
        self._content.update(tokens.tobytes())
        self._write("letter_ids", encoded, seal, Part.LETTER_ID)
        self._write("place_bits", places, seal, Part.PLACES)
        of_letter = salted(tokens, letter_multiplier(seal)).astype("<u2")
        self._files["token_hashes"].append(seal.applied(Part.TOKENS, of_letter).view("<u2"))
        for file in (self._files["salts"], self._salts):
            file.append(np.frombuffer(salt, dtype=np.uint8))
        sizes = replace(
            self._totals, tokens=len(tokens), place_bytes=len(places), id_bytes=len(encoded), symbols=len(text)
        )
        self._sizes.append(np.frombuffer(sizes.packed(), dtype=np.uint8))
        self._totals = sizes.next_start()

    def _write(self, name: str, content: NDArray[Any], seal: Seal | None = None, part: Part | None = None) -> None:
        """Write to an array file, sealed where a seal is given; what is sealed counts open for the pack's id."""
        self._content.update(content.tobytes())
        self._files[name].append(seal.applied(part, content) if seal and part else content)

    def _split_hashes(self, together: Normalised, ends: NDArray[np.int64]) -> list[Words]:
        """The shingles of each letter; those that reach into the next letter are left out."""
        length = self._parameters.shingle_symbols
        hashes = shingle_hashes(together.symbols, length, self._shingle_key)
        starts = np.concatenate(([0], ends[:-1]))
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        return [hashes[start : max(start, end - length + 1)] for start, end in pairs]

    def _keep_rare(self, frequencies: Frequencies) -> None:
        hashes, shapes, salts = self._hashes.read(), self._shapes.read(), self._salts.read()
        rows = self._sizes.read().reshape(self.letters, SIZES_BYTES)
        hash_start = 0
        for letter, row in enumerate(rows):
            sizes = LetterSizes.unpacked(row.tobytes())
            seal = Seal(self._letter_key, salts[letter * SALT_BYTES : (letter + 1) * SALT_BYTES].tobytes())
            hash_end = hash_start + max(0, sizes.symbols - self._parameters.shingle_symbols + 1)
            own = np.asarray(hashes[hash_start:hash_end])
            frequent, counts = frequencies.of(own)
            records = self._rare_postings(letter, own, frequent, counts)
            self._postings.add(records["hash"], records)
            of_letter = np.asarray(shapes[sizes.token_start : sizes.token_start + sizes.tokens])
            classes, shared = self._classes(frequent, counts, unpack_shapes(of_letter).lengths)
            self._write("token_shapes", with_classes(of_letter, classes), seal, Part.SHAPES)
            sizes = replace(sizes, shared=shared)
            self._write("letter_sizes", np.frombuffer(sizes.packed(), dtype=np.uint8), seal, Part.SIZES)
            self._shared.append(sizes.shared_share)
            hash_start = hash_end

    def _rare_postings(
        self, letter: int, hashes: Words, frequent: NDArray[np.bool_], counts: NDArray[np.uint8]
    ) -> NDArray[np.void]:
        kept = winnowed(hashes, ~frequent, self._parameters.window)
        order = np.argsort(hashes[kept], kind="stable")
        ordered = hashes[kept][order]
        first = np.searchsorted(ordered, ordered)
        kept = kept[order[np.arange(len(ordered)) - first < MOST_PLACES]]
        records = np.zeros(len(kept), dtype=_POSTING)
        records["hash"] = hashes[kept]
        records["posting"] = packed_postings(letter, kept, counts[kept] == 1)
        return records

    def _classes(
        self, frequent: NDArray[np.bool_], counts: NDArray[np.uint8], lengths: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], int]:
        """The class of each token, and the symbols of the letter that are shared with others in long runs."""
        size = int(lengths.sum())
        length = self._parameters.shingle_symbols
        template = _over(covered(frequent, length), size)
        shared = _over(covered(frequent | (counts > 1), length), size)
        ends = np.cumsum(lengths)
        classes = np.full(len(lengths), TokenClass.UNIQUE, dtype=np.uint8)
        classes[_all_within(shared, ends)] = TokenClass.FEW
        classes[_all_within(template, ends)] = TokenClass.TEMPLATE
        return classes, symbols_in_runs(shared, SHARED_RUN_SYMBOLS)

    def _write_index(self) -> int:
        kept = 0
        for number in range(PARTS):
            part = self._postings.part(number)
            part = part[np.argsort(part["hash"], kind="stable")]
            self._write("index_hashes", part["hash"])
            self._content.update(part["posting"].tobytes())
            rows = np.arange(kept, kept + len(part))
            self._files["index_postings"].append(self._row_seal.applied(rows, part["posting"]))
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
