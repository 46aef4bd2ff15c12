"""What fuzzing calls: sniffers and our own parsers, each with the only errors that it may raise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from unicodedata import category

from documents.charset import decode, decoded_sample
from documents.dictation import read_dictation_header
from documents.media_type import MediaType, sniff
from documents.mp3_header import read_mp3
from documents.naming import disagrees, named_types
from documents.records import SkipReason
from documents.wav_header import read_wav
from extraction import answers
from extraction.budget import AnswerError, Budget, BudgetSpentError, ExtractionLimits, UnreadableError
from extraction.office.zip_members import read_members
from extraction.paths import MemberPaths, member_path
from extraction.pdf.pdf_mending import mended
from extraction.reader import READERS, Reader, extract
from extraction.recordings.sound import SOUND_TYPES
from extraction.records import Problem

# Small, so that a file that asks for much is soon done.
LIMITS = ExtractionLimits(
    decompressed_bytes=8 << 20, member_bytes=4 << 20, members=200, depth=3, pages=20, characters=1_000_000
)
# Parsers in C and Rust that others fuzz, and that would take this process with them.
_NOT_OURS = {
    *(MediaType.PDF, MediaType.HTML, MediaType.PNG, MediaType.JPEG, MediaType.TIFF, MediaType.GIF, MediaType.BMP),
    *(MediaType.WEBP, *SOUND_TYPES),
}
_READABLE = {kind: reader for kind, reader in READERS.items() if kind not in _NOT_OURS}

# Categories of characters that move a cursor or end a line, and of halves of characters.
_HARMFUL = {"Cc", "Cs", "Zl", "Zp"}

Target = Callable[[bytes], None]


def sniffed(data: bytes) -> None:
    """Media type, charset and headers never raise."""
    kind = sniff(data)
    assert isinstance(kind, MediaType)
    decoded = decode(data)
    assert isinstance(decoded.text, str)
    decoded_sample(data)
    for header in (read_dictation_header, read_mp3, read_wav):
        header(data)


def named(data: bytes) -> None:
    """Names are only names: no path leads out, and two of one name stand at two places."""
    for text in (data.decode("latin-1"), data.decode("utf-8", "surrogateescape"), data.decode("utf-16-le", "replace")):
        path = member_path(text)
        assert _HARMFUL.isdisjoint(map(category, path)), "it is shown to people"
        paths = MemberPaths()
        assert paths.place(text) != paths.place(text)
        named_types(text)
        disagrees(text, sniff(data))


def answered(data: bytes) -> None:
    """An answer of a worker that was taken over is refused by AnswerError, or is an extraction."""
    header, _, text = data.partition(b"\0")
    with suppress(AnswerError):
        answers.decode(header, text, LIMITS)


def carved(data: bytes) -> None:
    """Members of a ZIP container, its directory there or not."""
    with suppress(UnreadableError, BudgetSpentError):
        for member in read_members(data, lambda name: True, Budget(LIMITS)):
            assert isinstance(member.data, bytes)


def repaired(data: bytes) -> None:
    """PDF that is mended before PDFium sees it."""
    with suppress(UnreadableError, BudgetSpentError):
        mended(data, Budget(LIMITS))


def of_reader(reader: Reader) -> Target:
    """A reader gives what it read or raises one of two errors; what it hands on is handed on to its end."""

    def read(data: bytes) -> None:
        with suppress(UnreadableError, BudgetSpentError):
            content = reader(data, Budget(LIMITS))
            for one in content.embedded:
                assert isinstance(one, Problem) or isinstance(one.data, bytes)

    return read


def routed(data: bytes) -> None:
    """Whatever the bytes are taken for, no parser's complaint is left over."""
    if sniff(data) in _NOT_OURS:
        return
    crashed = [one.detail for one in extract(data, LIMITS).problems if one.reason is SkipReason.PARSER_CRASHED]
    assert crashed == []


# By number: the first byte of what a fuzzer makes says which; so their order is that of a run's seeds.
TARGETS: Mapping[str, Target] = {
    "sniffed": sniffed,
    "named": named,
    "answered": answered,
    "carved": carved,
    "repaired": repaired,
    "routed": routed,
    **{str(kind): of_reader(reader) for kind, reader in sorted(_READABLE.items())},
}
NAMES = tuple(TARGETS)


def aimed(name: str, data: bytes) -> bytes:
    """Bytes that bring data to a target."""
    return bytes([NAMES.index(name)]) + data


def call(data: bytes) -> None:
    """The target that the first byte names, with the rest."""
    if data:
        TARGETS[NAMES[data[0] % len(NAMES)]](data[1:])
