"""Only the owner can read, from the first moment, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from matchers.private_files import make_private_folder, private_opener


@pytest.fixture(params=[0, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_a_file(tmp_path: Path) -> None:
    with open(tmp_path / "file", "w", encoding="ascii", opener=private_opener) as file:
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600


@pytest.mark.usefixtures("umask")
def test_a_folder_new_or_old(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    old.chmod(0o755)
    for folder in (old, tmp_path / "new"):
        make_private_folder(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
