"""A letter as a file of some format, and which of its texts stand in one run there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from benchmarks.extraction.letters import Letter


class Family(StrEnum):
    """Formats with one target."""

    TEXT = "text"
    SCAN = "scan"
    FAX = "fax"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file.

    Attributes:
        data: its bytes.
        parts: the letter's text as the format keeps it together: letterhead, body and footer, a text box, a comment.
    """

    data: bytes = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a letter.

    Attributes:
        name: as tables have it.
        suffix: of the file's name, for whoever goes by names.
        make: the writer; of a format that LibreOffice writes, the one of its source.
        family: whose target it has.
        filter: LibreOffice's name of the format that it turns the source into; empty where it is not needed.
        source: suffix of what LibreOffice reads.
    """

    name: str
    suffix: str
    make: Callable[[Letter], Rendered]
    family: Family = Family.TEXT
    filter: str = ""
    source: str = ""


def whole(letter: Letter) -> tuple[str, ...]:
    """Letterhead, body and footer, each in one run."""
    return ("\n".join(letter.sheet.header), letter.sheet.body, letter.sheet.footer)
