from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo_range.range import DemoRange
from findings.conduct.asking import Wanted, requests
from findings.conduct.folder import conduct_root

STRAY = [sys.executable, "-W", "error::ResourceWarning", "-c", "from cli.main import main; main()"]
Stray = Callable[..., "subprocess.CompletedProcess[str]"]

# What a user's environment may hold; none of it may be used.
AMBIENT = {
    "AWS_ACCESS_KEY_ID": "AKIAAMBIENTAMBIENT00",
    "AWS_SECRET_ACCESS_KEY": "ambient-secret",
    "AWS_SESSION_TOKEN": "ambient-token",
    "GOOGLE_APPLICATION_CREDENTIALS": "/nonexistent/ambient.json",
    "AZURE_STORAGE_KEY": "ambient-azure",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}

ENVIRONMENT = {**os.environ, **AMBIENT, "COLUMNS": "200"}


def run_stray(*arguments: str | Path, cwd: Path, timeout: float = 110) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, in a process of its own, with credentials lying about in the environment."""
    return subprocess.run(
        [*STRAY, *map(str, arguments)],
        cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip


@contextmanager
def started_stray(*arguments: str | Path, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """The same, running; ended with the block, however that ends."""
    process = subprocess.Popen(
        [*STRAY, *map(str, arguments)],
        cwd=cwd, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def children_of(pid: int) -> set[int]:
    """All descendants."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(status.parent.name)
            found |= {child} | children_of(child)
    return found


@dataclass(frozen=True)
class Workspace:
    """A folder with a scope file for the running range, and no database yet."""

    folder: Path
    ground: DemoRange

    @property
    def scope(self) -> Path:
        return self.folder / "scope.toml"

    @property
    def database(self) -> Path:
        return self.folder / "findings.duckdb"

    def stray(self, *arguments: str | Path, timeout: float = 110) -> subprocess.CompletedProcess[str]:
        return run_stray(*arguments, cwd=self.folder, timeout=timeout)

    def started(self, *arguments: str | Path) -> AbstractContextManager[subprocess.Popen[str]]:
        return started_stray(*arguments, cwd=self.folder)

    def conduct(self, of: str = "") -> list[dict[str, Any]]:
        """Every line of the conduct log, of a sweep or command."""
        return list(requests(conduct_root(self.database), Wanted(sweep=of)))

    def edit(self, changes: Mapping[str, str]) -> None:
        text = self.scope.read_text()
        for old, new in changes.items():
            assert re.search(old, text, re.DOTALL), old
            text = re.sub(old, new, text, flags=re.DOTALL)
        self.scope.write_text(text)

    def only_open_directory(self) -> None:
        """A smaller scope: the open directory alone."""
        self.edit({r"\[\[bucket\]\].*": "", r"\[\[site\]\]\nurl = \"[^\"]*\"\nkind = \"site\".*?(?=\[\[site)": ""})


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRange]:
    """The practice ground, running, with the organisation's pack beside it."""
    folder = tmp_path_factory.mktemp("ground")
    with DemoRange(folder) as running:
        built = run_stray(
            "pack", "build", running.letters_folder, "--pack", folder / "pack", "--key", folder / "pack.key",
            "--register", running.register, cwd=folder,
        )  # fmt: skip
        assert built.returncode == 0, built.stderr
        yield running


def workspace_of(ground: DemoRange, folder: Path) -> Workspace:
    """A workspace in a folder that is there, with the pack of the range."""
    made = Workspace(folder, ground)
    text = ground.scope_toml.replace('"pack"', f'"{ground.folder}/pack"').replace(
        '"pack.key"', f'"{ground.folder}/pack.key"'
    )
    made.scope.write_text(text)
    return made


@pytest.fixture
def workspace(ground: DemoRange, tmp_path: Path) -> Workspace:
    return workspace_of(ground, tmp_path)


@pytest.fixture(scope="session")
def swept(
    ground: DemoRange, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, subprocess.CompletedProcess[str]]:
    """A workspace after one sweep, and what the sweep said. Tests only read it."""
    made = workspace_of(ground, tmp_path_factory.mktemp("swept"))
    return made, made.stray("sweep", "--format", "json", "--log-file", "sweep.jsonl")
