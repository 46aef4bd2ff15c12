"""What an operator may set of OCR. Plain values: a worker is told them on its command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

# Names of Tesseract's language files without their ending: "eng", "chi_sim", "deu_latf". Never a path.
LANGUAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,31}")


@dataclass(frozen=True, slots=True)
class OcrSettings:
    """How pictures are read.

    Attributes:
        languages: Tesseract's names, the commonest first; each one more costs time.
        second_engine: RapidOCR reads again what Tesseract read poorly, where it is installed.
        data_folders: the operator's own folders with language files, looked at before all others.
        page_seconds: for one page, all attempts together; made pages took up to 4 s of CPU, a hostile pattern 21.
    """

    languages: tuple[str, ...] = ("eng",)
    second_engine: bool = True
    data_folders: tuple[str, ...] = ()
    page_seconds: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what is no name of a language: it becomes part of a path."""
        if not self.languages or not all(LANGUAGE.fullmatch(language) for language in self.languages):
            raise ValueError("languages of OCR are names such as eng or cym")

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` and JSON made of them."""
        return cls(
            languages=tuple(plain["languages"]),
            second_engine=bool(plain["second_engine"]),
            data_folders=tuple(plain["data_folders"]),
            page_seconds=float(plain["page_seconds"]),
        )
