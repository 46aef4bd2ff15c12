"""What one document may cost, all files inside it together, and the room's errors.

ExtractionError
├── BudgetSpentError    the document asked for more than its budget
├── UnreadableError     the file can not be read, with the reason that is recorded
└── WorkerError         the worker gave no extraction
    ├── AnswerError         it gave something else, or more than is taken
    ├── LateError           not within the time
    ├── GoneError           it ended, or could not be made
    └── ClosedError         the pool is being closed
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

from documents.records import SkipReason

# Compressed sizes below which no ratio is judged: a small file of blanks compresses a thousandfold.
RATIO_FREE_BYTES = 1 << 20
# Bytes of a string besides its characters, at least where a character takes two bytes.
_WIDE_OVERHEAD = 60


class ExtractionError(Exception):
    """Root of this room's errors. None leaves the room: each becomes a `Problem`."""


class BudgetSpentError(ExtractionError):
    """The document asked for more than its budget; the text is the name of what ran out."""


class UnreadableError(ExtractionError):
    """This file can not be read."""

    def __init__(self, reason: SkipReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class WorkerError(ExtractionError):
    """The worker gave no extraction."""


class AnswerError(WorkerError):
    """Not an answer, or one larger than is taken; the text names the part."""


class LateError(WorkerError):
    """No answer within the time."""


class GoneError(WorkerError):
    """The worker ended, or could not be made.

    Attributes:
        begun: had it received the document whole?
    """

    def __init__(self, begun: bool = False) -> None:
        super().__init__("begun" if begun else "not begun")
        self.begun = begun


class ClosedError(WorkerError):
    """The pool is being closed."""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """The operator's recogniser of speech. Plain values: a worker is told them on its command line.

    Attributes:
        recogniser: "module:function".
        model: absolute path of a folder.
        seconds: of the clock, for all recordings of one document.
    """

    recogniser: str
    model: str
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class ExtractionLimits:
    """The budget of one document, the files inside it included.

    The first five held against every bomb tried (4 GiB zip, nested zips, 1.5 GB DOCX) in 0.6 s and 90 MB.

    Attributes:
        decompressed_bytes: in all.
        member_bytes: of one member of a container.
        members: of all containers; a day of a large hospital has some thousand letters.
        depth: of files inside files.
        ratio: decompressed to compressed, judged past 1 MiB.
        pages: of all PDF files; a day's transcripts have 60, a whole record 1,000.
        characters: of all text, those beyond Latin 1 twice; 7 million are 2,800 pages. With them, whoever matches
            the text stays at some 330 MB: numba and its compiled code take 165 of them.
        sound_seconds: of all recordings; a day's dictation has 3 hours.
        seconds: of the processor, for the text of all; then no more is opened, while what was read can still be told.
            The isolation's own limit (20 s) loses all.
        decoding_seconds: of the clock, for recordings, out of the time of the document; 12 s decode an hour and a half.
        speech: SpeechSettings, or None where nobody listens to recordings. Loosely typed, so that counts may be given
            as keywords.
    """

    decompressed_bytes: int = 200 << 20
    member_bytes: int = 64 << 20
    members: int = 10_000
    depth: int = 8
    ratio: int = 300
    pages: int = 2000
    characters: int = 7_000_000
    sound_seconds: float = 14_400.0
    seconds: float = 12.0
    decoding_seconds: float = 12.0
    speech: Any = None


class Budget:
    """Counts down for one document. Every `spend_` raises BudgetSpentError when there is nothing left.

    Args:
        limits: see there.
        is_timed: the processor's time counts too. Not where pictures are read, which takes its own.
    """

    def __init__(self, limits: ExtractionLimits, is_timed: bool = False) -> None:
        self.limits = limits
        self._until = time.process_time() + limits.seconds if is_timed else None
        self._bytes = limits.decompressed_bytes
        self._members = limits.members
        self._pages = limits.pages
        self._characters = limits.characters
        self._sound_seconds = limits.sound_seconds
        self._sound_until: float | None = None
        self.speech: SpeechSettings | None = limits.speech
        self._speech_until: float | None = None

    def spend_member(self, count: int = 1) -> None:
        """A container has `count` more members."""
        self._check_time()
        self._members -= count
        if self._members < 0:
            raise BudgetSpentError("members")

    def spend_bytes(self, count: int) -> None:
        """`count` more bytes were decompressed."""
        self._check_time()
        self._bytes -= count
        if self._bytes < 0:
            raise BudgetSpentError("decompressed bytes")

    def judge_member(self, decompressed: int, compressed: int) -> None:
        """Is this member, as far as it is decompressed, still plausible?"""
        if decompressed > self.limits.member_bytes:
            raise BudgetSpentError("member bytes")
        self.judge_ratio(decompressed, compressed)

    def judge_ratio(self, decompressed: int, compressed: int) -> None:
        """The same for a compressed archive, which may be as large as all that is in it."""
        if decompressed > RATIO_FREE_BYTES and decompressed > self.limits.ratio * max(compressed, 1):
            raise BudgetSpentError("compression ratio")

    def spend_sound(self, seconds: float) -> None:
        """So many more seconds of sound were decoded; the time that this takes counts from the first call."""
        now = time.monotonic()
        if self._sound_until is None:
            self._sound_until = now + self.limits.decoding_seconds
        self._sound_seconds -= seconds
        if self._sound_seconds < 0:
            raise BudgetSpentError("seconds of sound")
        if now > self._sound_until:
            raise BudgetSpentError("time for sound")

    def speech_until(self) -> float:
        """When the time for recognising speech ends, by the monotonic clock; it counts from the first call."""
        if self._speech_until is None:
            self._speech_until = time.monotonic() + (self.speech.seconds if self.speech else 0.0)
        return self._speech_until

    def spend_page(self) -> None:
        """One more page is read."""
        self._check_time()
        self._pages -= 1
        if self._pages < 0:
            raise BudgetSpentError("pages")

    def _check_time(self) -> None:
        if self._until is not None and time.process_time() > self._until:
            raise BudgetSpentError("time")

    def kept_text(self, text: str) -> str:
        """As much of a text as may be kept; it counts as spent, twice where a character takes more than a byte."""
        weight = 1 if sys.getsizeof(text) < _WIDE_OVERHEAD + 2 * len(text) else 2
        kept = text[: max(0, self._characters) // weight]
        self._characters -= weight * len(kept)
        return kept
