"""The README's commands are run as they stand there, and its links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyrage
import pytest

from cli.commands_page import page

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


def commands(block: str) -> list[str]:
    return [line.split(" #")[0].strip() for line in block.splitlines() if line.strip()]


def test_every_block_is_one_that_is_run_here() -> None:
    assert [commands(block)[0].split()[0] for block in BLOCKS] == ["make", ".", "stray", "stray", "stray", "stray"]


@pytest.mark.parametrize("command", commands(BLOCKS[0]))
def test_the_two_commands_are_targets_that_set_themselves_up(command: str) -> None:
    """What they do is run by this suite and by CI; here, that make knows them and would set up first."""
    told = subprocess.run(
        [*shlex.split(command), "-n", "-W", "requirements.lock"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert "--require-hashes --requirement requirements.lock" in told.stdout
    assert "stray demo" in told.stdout or "-m pytest" in told.stdout


@pytest.mark.slow
def test_make_demo_runs_from_the_checkout() -> None:
    with subprocess.Popen(
        ["make", "demo"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as made:
        try:
            out, err = made.communicate()
        finally:
            with suppress(ProcessLookupError):  # what it had started goes with it
                os.killpg(made.pid, signal.SIGKILL)
    assert made.returncode == 0, err
    assert "0 of 32 decoys taken for a known letter" in out


@pytest.mark.timeout(400)
def test_your_own_estate_in_ten_lines(workspace: Workspace) -> None:
    """Typed line by line, with an editor that fills in the practice ground's scope."""
    shutil.copytree(workspace.ground.letters_folder, workspace.folder / "letters")
    filled = workspace.folder / "filled.toml"
    recipient = pyrage.x25519.Identity.generate().to_public()
    filled.write_text(f'{workspace.ground.scope_toml}\n[evidence]\nrecipients = ["{recipient}"]\n')
    editor = workspace.folder / "editor"
    editor.write_text(f'#!/bin/sh\ncp "{filled}" "$1"\n')
    editor.chmod(0o755)
    venv = Path(sys.executable).parent
    (workspace.folder / ".venv").symlink_to(venv.parent)
    environment = {**os.environ, "EDITOR": str(editor)}
    expected = {"stray sweep trust/scope.toml": 10}
    lines = commands(BLOCKS[1])
    assert len(lines) == 10
    probe = commands(BLOCKS[4])[0].replace("example-trust-clinic-letters", "ashcombe-transcripts")
    for line in [*lines, probe, *commands(BLOCKS[5])]:
        script = f". .venv/bin/activate\n{line}"
        told = subprocess.run(
            ["bash", "-c", script], cwd=workspace.folder, env=environment, capture_output=True, text=True,
            check=False, timeout=200,
        )  # fmt: skip
        assert told.returncode == expected.get(line, 0), f"{line}\n{told.stdout}{told.stderr}"
    listed = workspace.stray("findings", "list", "--db", "trust/findings.duckdb")
    assert "known_letter" in listed.stdout
    the_same_morning(workspace, listed.stdout.splitlines()[2].split()[0])


def the_same_morning(workspace: Workspace, finding: str) -> None:
    """What is typed once something is there; without a terminal to work on, triage says what else would do."""
    expected = {"triage": 2}
    for line in commands(BLOCKS[2]):
        words = shlex.split(line.replace("3fa94c01", finding))[1:]
        told = workspace.stray(*words)
        assert told.returncode == expected.get(words[0], 0), f"{line}\n{told.stdout}{told.stderr}"
    assert finding in (workspace.folder / "report.html").read_text()


def test_a_tip_off_is_one_request(workspace: Workspace) -> None:
    (workspace.folder / "trust").mkdir()
    shutil.copy(workspace.scope, workspace.folder / "trust" / "scope.toml")
    place = next(place for place in workspace.ground.answer_key.planted if place.area == "site")
    line = commands(BLOCKS[3])[0].replace("https://elsewhere.example/found.pdf", workspace.ground.url(place))
    told = workspace.stray(*shlex.split(line)[1:])
    assert told.returncode == 10, told.stderr


def test_links_lead_to_files() -> None:
    for document in [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
    ]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_commands_named_in_the_documentation_exist() -> None:
    known = set(re.findall(r"^## (stray[ a-z]+)$", page(), re.MULTILINE))
    groups = {name.rsplit(" ", 1)[0] for name in known} | {"stray"}
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for named in re.findall(r"`(stray (?:[a-z]+ ?){1,2})", document.read_text()):
            words = named.split()
            assert " ".join(words[:2]) in known | groups or " ".join(words[:3]) in known, f"{document.name}: {named}"
