"""Letters in archives, alone among other files and in archives of archives."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Mapping

import py7zr

from benchmarks.extraction.letters import Letter
from benchmarks.extraction.mail_files import with_attachment
from benchmarks.extraction.plain_files import plain_page, text
from benchmarks.extraction.rendered import Format, Rendered, whole
from demo_range.rendering import Format as RangeFormat
from demo_range.rendering import rendered

_OTHER = {"readme.txt": b"Letters of the day.\n", "day1/": b""}


def _word(letter: Letter) -> bytes:
    return rendered(RangeFormat.DOCX, letter.sheet)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of these files; a name that ends with a slash is a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    """A TAR archive of these files, compressed where the mode says so."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]  # a mode is any text here
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def seven_zipped(files: Mapping[str, bytes]) -> bytes:
    """A 7z archive of these files."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        for name, data in files.items():
            if not name.endswith("/"):
                archive.writef(io.BytesIO(data), name)
    return out.getvalue()


def _zip(letter: Letter) -> Rendered:
    return Rendered(zipped({**_OTHER, "day1/letter.docx": _word(letter)}), whole(letter))


def _seven_zip(letter: Letter) -> Rendered:
    return Rendered(seven_zipped({**_OTHER, "day1/letter.docx": _word(letter)}), whole(letter))


def _tar(letter: Letter) -> Rendered:
    return Rendered(tarred({**_OTHER, "day1/letter.docx": _word(letter)}), whole(letter))


def _gz(letter: Letter) -> Rendered:
    return Rendered(gzip.compress(text(letter, "cp1252").data, mtime=0), whole(letter))


def _bz2(letter: Letter) -> Rendered:
    return Rendered(bz2.compress(plain_page(letter).data), whole(letter))


def _xz(letter: Letter) -> Rendered:
    return Rendered(lzma.compress(text(letter, "utf-8").data), whole(letter))


def _tar_gz(letter: Letter) -> Rendered:
    return Rendered(tarred({**_OTHER, "day1/letter.docx": _word(letter)}, "w:gz"), whole(letter))


def _tar_xz(letter: Letter) -> Rendered:
    return Rendered(tarred({**_OTHER, "day1/letter.docx": _word(letter)}, "w:xz"), whole(letter))


def _nested(letter: Letter) -> Rendered:
    """A mail with an attachment in a ZIP in a TAR, compressed, in a 7z."""
    inner = tarred({"mails.zip": zipped({"inbox/1.eml": with_attachment(letter).data})}, "w:bz2")
    return Rendered(seven_zipped({"backup.tar.bz2": inner}), whole(letter))


FORMATS = (
    Format("zip", "zip", _zip),
    Format("7z", "7z", _seven_zip),
    Format("tar", "tar", _tar),
    Format("gz", "gz", _gz),
    Format("bz2", "bz2", _bz2),
    Format("xz", "xz", _xz),
    Format("tar.gz", "tar.gz", _tar_gz),
    Format("tar.xz", "tar.xz", _tar_xz),
    Format("7z of tar.bz2 of zip of eml", "7z", _nested),
)
