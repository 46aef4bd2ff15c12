"""The organisation's own dictations on their way into a pack: files, opaque ids, fingerprints made in isolation."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice

import numpy as np

from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from extraction.recordings.sound import UNHEARD
from extraction.records import Extraction
from inspection.letters import LetterFile
from matchers.sound_matcher import LEAST_SPEAKING
from matchers.sound_store import MARK_BYTES, Recording

# Files that wait for an extractor beyond those being read, per worker.
AHEAD_PER_WORKER = 2


@dataclass(frozen=True, slots=True, repr=False)
class UnheardFile:
    """A file that is not in the pack, and why."""

    file: LetterFile
    reason: SkipReason
    detail: str


@dataclass(frozen=True, slots=True, repr=False)
class PartlyHeard:
    """A recording that is in the pack as far as it could be decoded."""

    file: LetterFile
    recording: Recording
    reason: SkipReason
    detail: str


@dataclass(frozen=True, slots=True, repr=False)
class UnchangedRecording:
    """A recording that the pack has under this id."""

    file: LetterFile


ReadRecording = Recording | PartlyHeard | UnheardFile | UnchangedRecording


def read_recordings(
    files: Iterable[LetterFile], extractors: ExtractorPool, known: Collection[tuple[str, bytes]], workers: int = 1
) -> Iterator[ReadRecording]:
    """Each file in order; one that is known by id and digest is not decoded again.

    Args:
        files: with the ids that they get.
        extractors: that decode.
        known: id and mark of the recordings that are there.
        workers: of the extractors.
    """
    remaining = iter(files)
    waiting: list[tuple[LetterFile, bytes, Future[Extraction]] | ReadRecording] = []
    while True:
        room = workers * (1 + AHEAD_PER_WORKER) - len(waiting)
        waiting += [_begun(file, extractors, known) for file in islice(remaining, room)]
        if not waiting:
            return
        first = waiting.pop(0)
        yield _read(*first) if isinstance(first, tuple) else first


def _begun(
    file: LetterFile, extractors: ExtractorPool, known: Collection[tuple[str, bytes]]
) -> tuple[LetterFile, bytes, Future[Extraction]] | ReadRecording:
    if file.fault:
        return UnheardFile(file, SkipReason.UNREADABLE, file.fault)
    try:
        data = file.path.read_bytes()
    except OSError as error:
        return UnheardFile(file, SkipReason.UNREADABLE, type(error).__name__)
    mark = hashlib.blake2b(data, digest_size=MARK_BYTES).digest()
    if (file.letter_id, mark) in known:
        return UnchangedRecording(file)
    return file, mark, extractors.submit(data)


def _read(file: LetterFile, mark: bytes, future: Future[Extraction]) -> ReadRecording:
    extraction = future.result()
    sound = next((each for each in extraction.sounds if not each.path), None)
    problem = next((each for each in extraction.problems if each != UNHEARD), None)
    if sound is None:
        return UnheardFile(file, SkipReason.UNSUPPORTED_TYPE, "no recording")
    frames = np.frombuffer(sound.fingerprint, dtype="<u4")
    if np.count_nonzero(frames) < LEAST_SPEAKING:
        if problem is None:
            return UnheardFile(file, SkipReason.UNREADABLE, "too little speech to be recognised")
        return UnheardFile(file, problem.reason, problem.detail)
    recording = Recording(file.letter_id, mark, frames)
    return PartlyHeard(file, recording, problem.reason, problem.detail) if problem else recording
