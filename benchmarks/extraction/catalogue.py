"""Every format that letters are written in, and the files of a run, made once and kept while it lasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.extraction import (
    archive_files,
    health_files,
    mail_files,
    office_suite,
    pdf_files,
    plain_files,
    scan_files,
    sheet_files,
    word_files,
)
from benchmarks.extraction.letters import Letter
from benchmarks.extraction.rendered import Format, Rendered

FORMATS: tuple[Format, ...] = (
    *plain_files.FORMATS,
    *pdf_files.FORMATS,
    *word_files.FORMATS,
    *sheet_files.FORMATS,
    *office_suite.FORMATS,
    *mail_files.FORMATS,
    *archive_files.FORMATS,
    *health_files.FORMATS,
    *scan_files.FORMATS,
)


def chosen(words: Sequence[str] = (), families: Sequence[str] | None = None) -> tuple[Format, ...]:
    """Formats of these families whose names hold one of the words; all without words. LibreOffice's if it is there."""
    there = [form for form in FORMATS if not form.filter or office_suite.program()]
    named = [form for form in there if not words or any(word in form.name for word in words)]
    return tuple(form for form in named if not families or form.family in families)


class Files:
    """The letters in a format, written when they are first asked for."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        self.letters = tuple(letters)
        self._made: dict[str, tuple[Rendered, ...]] = {}

    def of(self, form: Format) -> tuple[Rendered, ...]:
        """A file for each letter.

        Raises:
            RuntimeError: LibreOffice did not write them.
        """
        if form.name not in self._made:
            self._made[form.name] = tuple(_made(form, self.letters))
        return self._made[form.name]


def _made(form: Format, letters: Sequence[Letter]) -> Sequence[Rendered]:
    if form.filter:
        return list(office_suite.converted(form, letters))
    make: Callable[[Letter], Rendered] = form.make
    return [make(letter) for letter in letters]
