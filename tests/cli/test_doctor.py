from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import run_stray

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace


def test_a_fit_machine_and_scope_pass(workspace: Workspace) -> None:
    told = workspace.stray("doctor", "scope.toml", "--format", "json")
    assert told.returncode == 0, told.stdout + told.stderr
    checks = {row["check"]: row for row in map(json.loads, told.stdout.splitlines())}
    assert checks["pack"]["detail"] == "36 letters"
    assert checks["authority"]["state"] == "ok"
    assert checks["guard"]["state"] == "ok"
    assert checks["guard tried"]["state"] == "ok"
    assert checks["canary letters"]["state"] == "ok"
    assert checks["heartbeat"]["state"] == "warning"
    assert "AWS_SECRET_ACCESS_KEY" in checks["credentials and proxies"]["detail"]
    assert "ambient-secret" not in told.stdout
    assert not list(workspace.folder.glob("findings*"))


def test_what_is_wrong_fails_and_says_why(workspace: Workspace) -> None:
    workspace.edit({r"expires = [\d-]+": "expires = 2020-01-01", r"path = \"[^\"]*\"": 'path = "nowhere"'})
    told = workspace.stray("doctor", "scope.toml")
    assert told.returncode == 2
    assert "expired on 2020-01-01" in told.stdout
    assert "nowhere" in told.stdout


def test_without_a_scope_the_machine_is_looked_at(workspace: Workspace) -> None:
    told = run_stray("doctor", cwd=workspace.folder)
    assert told.returncode == 0, told.stdout
    assert "extractor" in told.stdout


def test_a_browser_is_looked_for_where_a_target_wants_pages_drawn(workspace: Workspace) -> None:
    checks = workspace.stray("doctor", "scope.toml", "--format", "json").stdout
    assert '"browser"' not in checks
    workspace.edit({r"\[\[site\]\]": "[[site]]\nrender = true"})
    told = map(json.loads, workspace.stray("doctor", "scope.toml", "--format", "json").stdout.splitlines())
    assert {row["check"]: row["state"] for row in told}["browser"] in ("ok", "warning", "failed")


def test_ocr_is_tried_with_the_languages_of_the_scope(workspace: Workspace) -> None:
    if find_spec("tesserocr") is None:
        pytest.skip("tesserocr is not installed")

    def ocr() -> tuple[str, str]:
        told = map(json.loads, workspace.stray("doctor", "scope.toml", "--format", "json").stdout.splitlines())
        return next((row["state"], row["detail"]) for row in told if row["check"] == "ocr")

    state, detail = ocr()
    assert (state, detail[:9]) == ("ok", "reads eng")
    workspace.edit({r"\[network\]": '[ocr]\nlanguages = ["eng", "xyz"]\n\n[network]'})
    assert ocr() == ("warning", "no data for xyz: put its file into a folder of ocr.data")
    workspace.edit({r"languages = [^\n]*": "pages = 0"})
    assert ocr() == ("warning", "the scope says pages = 0: no scan is read")
