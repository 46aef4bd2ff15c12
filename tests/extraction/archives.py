"""Archives made for the tests of this room by real writers: Python's, py7zr, and the system's where it is there."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from py7zr import SevenZipFile

from documents.records import SkipReason
from extraction.budget import ExtractionLimits
from extraction.reader import extract
from extraction.records import Extraction

LETTER = "Example Fertility Clinic. Dear Dr Sample, thank you for referring this patient. Yours sincerely, Dr Example"


def zipped(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return buffer.getvalue()


def tarred(parts: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as container:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            container.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def seven_zipped(parts: Mapping[str, bytes], **settings: Any) -> bytes:
    buffer = io.BytesIO()
    with SevenZipFile(buffer, "w", **settings) as container:
        for name, content in parts.items():
            container.writestr(content, name)
    return buffer.getvalue()


def made_by(folder: Path, program: str, *arguments: str, result: str) -> bytes:
    """What a program of the system makes in this folder."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    subprocess.run([found, *arguments], cwd=folder, check=True, capture_output=True)
    return (folder / result).read_bytes()


def texts(extraction: Extraction) -> dict[str, str]:
    return {piece.path: piece.text for piece in extraction.pieces}


def problems(extraction: Extraction) -> list[tuple[SkipReason, str, str]]:
    return [(problem.reason, problem.path, problem.detail) for problem in extraction.problems]


def read(data: bytes, **limits: int) -> tuple[dict[str, str], list[tuple[SkipReason, str, str]]]:
    """Texts by their places, and what was not read."""
    extraction = extract(data, ExtractionLimits(**limits))
    return texts(extraction), problems(extraction)


def layered(data: bytes, names: Sequence[str]) -> bytes:
    """ZIP in ZIP."""
    for name in names:
        data = zipped({name: data})
    return data
