"""The shape of the house: what a linter does not know."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

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

# Of these files, folders and caches here nothing is read for such names.
LEFT_BY_TOOLS = (".venv", ".git", ".mypy", ".ruff", ".pytest", ".hypothesis")
TEXTS = {".py", ".md", ".toml", ".lock", ".sql", ".txt", ".cfg", ""}
MOST_TEXT = 2_000_000  # bytes

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


def function_lengths(source: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each function's name and its lines of code."""
    lines = code_lines(source)
    for function in functions(tree):
        body = function.body
        first = body[1] if ast.get_docstring(function) and len(body) > 1 else body[0]
        yield function.name, len(lines & set(range(first.lineno, (function.end_lineno or 0) + 1)))


def faults_of(path: Path) -> Iterator[str]:
    """What is wrong with the shape of one source file."""
    source = path.read_text()
    tree = ast.parse(source)
    if (count := len(source.splitlines())) > FILE_LINES:
        yield f"{count} lines"
    if not ast.get_docstring(tree):
        yield "a module says in one line what it is for"
    if path.stem in BANNED_NAMES:
        yield "a name that says nothing"
    if re.search(r"\bcast\(", source):
        yield "a cast, where a union or a narrower type says it better"
    yield from (
        f"{name} has {length} lines of code"
        for name, length in function_lengths(source, tree)
        if length > FUNCTION_CODE_LINES
    )


def texts_of_the_project() -> Iterator[Path]:
    """Files that may name a place, without what tools and environments leave here."""
    for folder, inner, names in os.walk(ROOT):
        if Path(folder) == ROOT:
            inner[:] = [name for name in inner if not name.startswith(LEFT_BY_TOOLS)]
        for path in (Path(folder, name) for name in names):
            is_ours = path.suffix in TEXTS and not relative(path).startswith(LEFT_BY_TOOLS)
            if is_ours and path.is_file() and path.stat().st_size < MOST_TEXT:
                yield path


def test_files_are_short_say_what_they_are_for_and_hold_short_functions_and_no_casts() -> None:
    assert len(SOURCES) > 500
    assert {relative(path): found for path in SOURCES if (found := list(faults_of(path)))} == {}


def test_what_breaks_the_shape_is_found(tmp_path: Path) -> None:
    lines = "\n".join("    a = 1  # a comment counts no line" for _ in range(FUNCTION_CODE_LINES + 1))
    made = tmp_path / "utils.py"
    made.write_text(f"def long() -> None:\n{lines}\n\n\nx = {'cast'}(int, 'a')\n" + "\n" * FILE_LINES)
    found = list(faults_of(made))
    assert len(found) == 5, found
    made.write_text(
        '"""A short one."""\n\n\ndef short() -> None:\n    """Said."""\n' + lines[: lines.rindex("\n")] + "\n"
    )
    assert list(faults_of(made)) == ["a name that says nothing"]


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
    for path in texts_of_the_project():
        text = path.read_text(encoding="utf-8", errors="ignore")
        named += [f"{relative(path)}: {found.group()}" for found in FOREIGN.finditer(text)]
    assert named == []
