"""What can be wrong with a scope file."""

from __future__ import annotations

from pathlib import Path


class ScopeError(Exception):
    """The scope file can not be used. Its text names the file and each thing that is wrong; shown as it is."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.path = path
        self.problems = problems
