"""Compiled loops give what the plain ones give, and also where nothing can be cached."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given, inlined

MATCHERS = Path(__file__).parents[2] / "matchers"
# Runs one compiled loop of the room, in a process of its own.
RUN = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from matchers.shingles import covered
import matchers
assert matchers.__file__.startswith(sys.argv[1])
print(covered(np.array([True, False, False, True, False]), 2).astype(int).tolist())
"""
LOADED = """
import sys
import numpy as np
from matchers.compiled import load_loops
from matchers.shingles import covered
assert "numba" not in sys.modules
load_loops()
sys.modules["numba"] = None
print(covered(np.array([True, False, False, True, False]), 2).astype(int).tolist())
"""
EXPECTED = "[1, 1, 0, 1, 1, 0]"


@inlined
def doubled(value: np.int64) -> np.int64:
    return value + value


@compiled(NUMBER, (given("u4"), filled("i8")))
def fill(values: NDArray[np.uint32], out: NDArray[np.int64]) -> int:
    total = 0
    for at in range(len(values)):
        out[at] = doubled(np.int64(values[at]))
        total += out[at]
    return total


def test_it_gives_what_the_plain_function_gives() -> None:
    values = np.arange(100, dtype=np.uint32)
    values.flags.writeable = False
    compiled_out, plain_out = np.zeros(100, dtype=np.int64), np.zeros(100, dtype=np.int64)
    assert fill(values, compiled_out) == fill.plain(values, plain_out) == 9900
    assert compiled_out.tolist() == plain_out.tolist()


def test_loops_that_were_loaded_need_nothing_more() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == EXPECTED


def test_only_the_types_that_were_named_are_taken() -> None:
    out = np.zeros(4, dtype=np.int64)
    with pytest.raises(TypeError):
        fill(np.zeros(4, dtype=np.float64), out)
    with pytest.raises(TypeError):
        fill(np.zeros(8, dtype=np.uint32)[::2], out)


def test_a_process_that_compares_nothing_loads_no_compiler() -> None:
    asked = "import sys, matchers.pack, matchers.matcher; print('numba' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], stdout=subprocess.PIPE, text=True, check=True)
    assert told.stdout.strip() == "False"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The room, copied to a place of its own, without byte code and caches."""
    shutil.copytree(MATCHERS, tmp_path / "here" / "matchers", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "here"


def command(installed: Path, home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("NUMBA_CACHE_DIR", None)
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-W", "error", "-c", RUN, str(installed)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.mark.slow
def test_it_is_cached_beside_the_code(installed: Path, tmp_path: Path) -> None:
    assert command(installed, tmp_path).communicate(timeout=100)[0].strip() == EXPECTED
    kept = sorted(path.name for path in (installed / "matchers" / "__pycache__").iterdir())
    assert any("shingles" in name for name in kept)
    for path in (installed / "matchers" / "__pycache__").glob("shingles*.nbc"):
        path.write_bytes(path.read_bytes()[:100])  # what a power cut may leave
    assert command(installed, tmp_path).communicate(timeout=100)[0].strip() == EXPECTED


def test_it_runs_where_nothing_can_be_written(installed: Path, tmp_path: Path) -> None:
    # A file where a folder must be made stops root too.
    (installed / "matchers" / "__pycache__").write_text("")
    (tmp_path / "home").write_text("")
    assert command(installed, tmp_path / "home").communicate(timeout=100)[0].strip() == EXPECTED


@pytest.mark.slow
def test_processes_may_compile_at_the_same_time(installed: Path, tmp_path: Path) -> None:
    together = [command(installed, tmp_path) for _ in range(2)]
    assert [process.communicate(timeout=100)[0].strip() for process in together] == [EXPECTED] * 2
