"""Files that LibreOffice writes: all letters of a format in one run of it, as starting it takes seconds."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.extraction import flat_odf, sheet_files, word_files
from benchmarks.extraction.letters import Letter
from benchmarks.extraction.rendered import Format, Rendered

# Seconds that one run may take: starting, and up to 200 letters of 0.2 s each, on a busy machine.
_RUN_SECONDS = 240


def program() -> str | None:
    """Where LibreOffice is, if it is there."""
    return shutil.which("soffice")


def converted(form: Format, letters: Sequence[Letter]) -> Iterator[Rendered]:
    """The letters in a format that LibreOffice writes.

    Raises:
        RuntimeError: it wrote none, or not all.
    """
    office = program()
    if office is None:
        raise RuntimeError("LibreOffice is not installed")
    with tempfile.TemporaryDirectory(prefix="stray-office-") as folder:
        sources, results = Path(folder) / "in", Path(folder) / "out"
        sources.mkdir()
        made = [form.make(letter) for letter in letters]
        for number, one in enumerate(made):
            (sources / f"{number:04d}.{form.source}").write_bytes(one.data)
        subprocess.run(
            [
                *(office, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless", "--norestore"),
                *("--convert-to", form.filter, "--outdir", str(results)),
                *sorted(map(str, sources.iterdir())),
            ],
            check=False,
            timeout=_RUN_SECONDS,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for number, one in enumerate(made):
            path = results / f"{number:04d}.{form.suffix}"
            if not path.exists():
                raise RuntimeError(f"LibreOffice wrote no {form.name}")
            yield Rendered(path.read_bytes(), one.parts)


_WORD_97 = "doc:MS Word 97"
FORMATS = (
    Format("docx libreoffice", "docx", flat_odf.rich, filter="docx:MS Word 2007 XML", source="fodt"),
    Format("doc", "doc", word_files.simple, filter=_WORD_97, source="docx"),
    Format("doc text box, note, comment", "doc", flat_odf.rich, filter=_WORD_97, source="fodt"),
    Format("rtf", "rtf", word_files.simple, filter="rtf", source="docx"),
    Format("rtf text box, note, comment", "rtf", flat_odf.rich, filter="rtf", source="fodt"),
    Format("odt", "odt", word_files.simple, filter="odt", source="docx"),
    Format("odt text box, note, comment", "odt", flat_odf.rich, filter="odt", source="fodt"),
    Format("pdf libreoffice", "pdf", word_files.simple, filter="pdf", source="docx"),
    Format("html libreoffice", "html", word_files.simple, filter="html", source="docx"),
    Format("xls", "xls", sheet_files.workbook, filter="xls:MS Excel 97", source="xlsx"),
    Format("ods", "ods", sheet_files.workbook, filter="ods", source="xlsx"),
    Format("ppt", "ppt", sheet_files.slides, filter="ppt:MS PowerPoint 97", source="pptx"),
    Format("odp", "odp", sheet_files.slides, filter="odp", source="pptx"),
)
