"""Options of commands that read documents without a scope: which languages OCR knows, how many scans it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from inspection.scans import DEFAULT_PAGES
from scope.sections import Ocr

Command = TypeVar("Command", bound=Callable[..., Any])


def ocr_options(command: Command) -> Command:
    """--ocr-languages and --ocr-pages; `ocr_of` makes settings of them."""
    pages = click.option(
        "--ocr-pages", type=click.IntRange(min=0), metavar="N",
        help=f"Scans of one document that OCR reads at most; 0 for none.  [default: {DEFAULT_PAGES}]",
    )  # fmt: skip
    languages = click.option(
        "--ocr-languages", metavar="NAMES",
        help="Languages of scans by Tesseract's names, such as eng+cym.  [default: eng]",
    )  # fmt: skip
    return languages(pages(command))


def ocr_of(languages: str | None, pages: int | None, otherwise: Ocr | None = None) -> Ocr:
    """What was given, else what the scope says, else the defaults."""
    chosen = otherwise or Ocr()
    update: dict[str, Any] = {}
    if languages is not None:
        update["languages"] = tuple(languages.replace(",", "+").split("+"))
    if pages is not None:
        update["pages"] = pages
    try:
        return Ocr.model_validate(chosen.model_dump() | update)
    except ValidationError:
        raise click.BadParameter(
            "names of languages are such as eng or eng+cym", param_hint="--ocr-languages"
        ) from None
