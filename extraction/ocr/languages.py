"""Finds Tesseract's language files: the operator's, the ones of the extra's wheels, the distribution's. Never fetched.

TESSDATA_PREFIX is not read: what reads patients' letters is not chosen by an environment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from extraction.ocr.settings import OcrSettings

ENDING: Final = ".traineddata"
# Where distributions put them: Debian and Ubuntu (by version), Arch and Alpine, Fedora and openSUSE, Homebrew.
_VERSIONED = (Path("/usr/share/tesseract-ocr"), "*/tessdata")
_PLAIN = (
    *("/usr/share/tessdata", "/usr/share/tesseract/tessdata", "/usr/local/share/tessdata"),
    "/opt/homebrew/share/tessdata",
)
# SHA-256 of files that are known: tessdata_fast 4.1.0, as the wheel and Debian carry it.
KNOWN: Final = frozenset(
    (
        ("eng", "7d4322bd2a7749724879683fc3912cb542f19906c83bcc1a52132556427170b2"),
        ("cym", "7f6ee3374749645a7c92dfe773f5c3d6492194d371712ecfd775edc53c363fb4"),
    )
)


@dataclass(frozen=True, slots=True)
class LanguageFile:
    """One language's file, found on this machine.

    Attributes:
        language: Tesseract's name of it.
        path: where it lies.
        known: it is byte for byte one that this program was tested with; otherwise it is the operator's own choice.
    """

    language: str
    path: Path
    known: bool


def data_folders(settings: OcrSettings | None = None) -> list[str]:
    """Where language files may lie, best first: a worker must be able to read them."""
    own = settings.data_folders if settings else ()
    return [*own, *_machine_folders()]


def found(language: str, settings: OcrSettings) -> LanguageFile | None:
    """The first file of this language. One in the wheels' folder counts only if its digest is the known one."""
    for folder in data_folders(settings):
        path = Path(folder) / f"{language}{ENDING}"
        digest = _digest(path)
        if digest is None:
            continue
        known = (language, digest) in KNOWN
        if known or folder != _wheel_folder():
            return LanguageFile(language, path, known)
    return None


def all_found(languages: Sequence[str], settings: OcrSettings) -> tuple[list[LanguageFile], list[str]]:
    """The files of these languages, and the names of those that are missing."""
    files = {language: found(language, settings) for language in dict.fromkeys(languages)}
    missing = [language for language, file in files.items() if file is None]
    return [file for file in files.values() if file is not None], missing


def told_together(files: Sequence[LanguageFile]) -> tuple[str, str]:
    """Folder and names as Tesseract wants them: one folder, names joined by plus signs.

    Files of several folders are named from the root, which Tesseract takes for one folder.
    """
    folders = {file.path.parent for file in files}
    if len(folders) == 1:
        return f"{folders.pop()}/", "+".join(file.language for file in files)
    return "/", "+".join(str(file.path.resolve()).removesuffix(ENDING).lstrip("/") for file in files)


@cache
def _machine_folders() -> tuple[str, ...]:
    """Looked for once: a worker that has given up its files can no longer list them."""
    versioned = sorted(_VERSIONED[0].glob(_VERSIONED[1]), key=_version, reverse=True)
    wheel = _wheel_folder()
    folders = [Path(wheel)] if wheel else []
    folders += [*versioned, *(Path(folder) for folder in _PLAIN)]
    return tuple(str(folder) for folder in folders if folder.is_dir())


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())


@cache
def _wheel_folder() -> str:
    """Where the wheels of the extra put theirs; empty without them."""
    try:
        return str(import_module("tessdata").data_path())
    except ImportError:
        return ""


@cache
def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
