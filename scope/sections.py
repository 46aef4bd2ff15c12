"""Tables of a scope file that say how what is fetched is read, and how long what is found is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict, StringConstraints

from scope.fields import Permission, Table

# Tesseract's names, such as eng or chi_sim; never a path.
OcrLanguage = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{1,31}$")]
# A hundred years are for ever.
Days = Annotated[int, Strict(), Field(ge=1, le=36_500)]


class Retention(Table):
    """Days after which `stray purge` deletes what is kept of places. None: for ever."""

    listings: Days | None = None
    documents: Days | None = None
    gone: Days | None = None
    false_positive: Days | None = None
    closed: Days | None = None


class Ocr(Table):
    """How scans and pictures are read. Pages count for each document."""

    languages: Annotated[tuple[OcrLanguage, ...], Field(min_length=1)] = ("eng",)
    pages: Annotated[int, Field(ge=0, le=100_000)] = 200
    second_engine: Permission = True
    data: tuple[Path, ...] = ()


class Speech(Table):
    """Who listens to recordings: a function of the operator's own, with a folder for its model. Nobody by default."""

    recogniser: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$", max_length=200)]
    model: Path
    seconds: Annotated[int, Field(gt=0, le=3600)] = 120
