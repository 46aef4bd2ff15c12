"""What a verdict rests on besides the document and the pack: how documents are read, and by what.

A verdict of an earlier sweep is kept only while this is the same. READING_VERSION is raised with every change in
`extraction/`, `inspection/` or `matchers/` after which a document may read or be judged otherwise; a release of Stray,
and another version of a library that reads, count as such changes by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from matchers.normaliser_version import NORMALISER_VERSION

READING_VERSION: Final = 1
# Libraries that take text out of files. Absent ones count as well: with one more, more is read.
_LIBRARIES: Final = (
    *("av", "inflate64", "lxml", "pillow", "py7zr", "pydsscodec", "pypdfium2", "rapidocr", "tesserocr", "trafilatura"),
    "stray",
)


def reading_versions() -> Mapping[str, str]:
    """By name; the same as long as the same document reads the same."""
    return {
        "reading": str(READING_VERSION),
        "normaliser": str(NORMALISER_VERSION),
        **{library: _version(library) for library in _LIBRARIES},
    }


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
