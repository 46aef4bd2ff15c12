"""Archives and mail, as their own readers take them apart again."""

from __future__ import annotations

import io
import mailbox as mailboxes
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any

import py7zr
import pypdfium2
import pytest

from demo_range.archives import locked_7z, locked_pdf, mailbox, mailed, tarred, zipped

FILES = {"a/one.txt": b"one", "two.txt": b"two" * 1000}


def test_a_zip_holds_its_files_and_is_the_same_again() -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(FILES))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert zipped(FILES) == zipped(FILES)


def test_a_tar_holds_its_files() -> None:
    with tarfile.open(fileobj=io.BytesIO(tarred(FILES))) as archive:
        read = {member.name: archive.extractfile(member) for member in archive.getmembers()}
        assert {name: file.read() for name, file in read.items() if file} == FILES


def test_a_locked_archive_tells_nothing_without_its_password() -> None:
    locked = locked_7z(FILES, "open sesame")
    assert b"one.txt" not in locked
    with pytest.raises(py7zr.exceptions.PasswordRequired):
        py7zr.SevenZipFile(io.BytesIO(locked))
    with py7zr.SevenZipFile(io.BytesIO(locked), password="open sesame") as archive:
        assert set(archive.namelist()) == set(FILES)


def test_a_locked_page_wants_its_password() -> None:
    locked = locked_pdf("Cover sheet", "open sesame")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(locked)
    document: Any = pypdfium2.PdfDocument(locked, password="open sesame")
    try:
        assert len(document) == 1
    finally:
        document.close()


def test_a_mailbox_holds_mails_with_attachments(tmp_path: Path) -> None:
    first, second = mailed("One", "Please see attached.", FILES), mailed("Two", "Nothing attached.", {})
    attached = [part.get_filename() for part in message_from_bytes(first).walk() if part.get_filename()]
    assert attached == list(FILES)
    path = tmp_path / "box.mbox"
    path.write_bytes(mailbox(first, second))
    box = mailboxes.mbox(path)
    try:
        assert [mail["Subject"] for mail in box] == ["One", "Two"]
    finally:
        box.close()
