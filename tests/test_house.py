"""The shape of the house: what a linter does not know."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = [
    "benchmarks", "bucket_probes", "cli", "crawler", "demo_range", "documents", "extraction", "fetching", "findings",
    "inspection", "matchers", "reports", "scope", "sweeps",
]  # fmt: skip
FILE_LINES = 400
FUNCTION_CODE_LINES = 40
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "manager", "stuff", "lib"}
# Tests of what the whole command promises; they lie where its fixtures are.
ACROSS_ROOMS = {
    "bombs",
    "bounds",
    "corpus",
    "database_faults",
    "faults",
    "fuzzing",
    "liar",
    "mutations",
    "privacy",
    "readme",
    "torn_spool",
    "unchanged",
}
# Names of places that this project must not depend on: index hosts, and folders of one machine.
FOREIGN = re.compile(
    r"(pyp[i]\.org|pythonhoste[d]|registry\.npm[j]s|deb\.debia[n]|(?<![\w.])/(?:wor[k]|roo[t]|hom[e])/\w)"
)

SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code_lines(source: str) -> set[int]:
    """Numbers of the lines that hold code: no blanks, no comments."""
    ignored = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in ignored:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_is_short_and_says_what_it_is_for(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= FILE_LINES
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring, "a module says in one line what it is for"
    assert path.stem not in BANNED_NAMES


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_functions_are_short(path: Path) -> None:
    source = path.read_text()
    lines = code_lines(source)
    long = []
    for function in functions(ast.parse(source)):
        body = function.body
        first = body[1] if ast.get_docstring(function) and len(body) > 1 else body[0]
        count = len(lines & set(range(first.lineno, (function.end_lineno or 0) + 1)))
        if count > FUNCTION_CODE_LINES:
            long.append(f"{function.name}: {count}")
    assert long == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_casts(path: Path) -> None:
    assert not re.search(r"\bcast\(", path.read_text()), "a union or a narrower type says it better"


def test_tests_mirror_the_tree() -> None:
    strange = []
    for path in TESTS:
        parts = path.relative_to(ROOT / "tests").parts
        if len(parts) > 1 and parts[0] in ROOMS and path.name.startswith("test_"):
            stem = path.stem.removeprefix("test_")
            if stem in ACROSS_ROOMS:
                continue
            if not any((ROOT / parts[0]).rglob(f"{stem}.py")) and not (ROOT / parts[0] / stem).is_dir():
                strange.append(relative(path))
    assert strange == [], "a test file is named for the module that it tests"
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_nothing_names_an_index_host_or_a_folder_of_one_machine() -> None:
    named = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        if not path.is_file() or inside.parts[0].startswith(
            (".venv", ".git", ".mypy", ".ruff", ".pytest", ".hypothesis")
        ):
            continue
        if (
            path.suffix in {".py", ".md", ".toml", ".lock", ".sql", ".txt", ".cfg", ""}
            and path.stat().st_size < 2_000_000
        ):
            text = path.read_text(encoding="utf-8", errors="ignore")
            named += [f"{inside}: {found.group()}" for found in FOREIGN.finditer(text)]
    assert named == []
