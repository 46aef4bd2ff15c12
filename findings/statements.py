"""This room's SQL files, and the rules that come with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import resources


def sql_text(folder: str, name: str) -> str:
    """One of this room's SQL files."""
    return resources.files("findings").joinpath(folder, name).read_text(encoding="utf-8")


def digest_of(folder: str, names: Iterable[str]) -> str:
    """Changes when one of these files does."""
    text = "\0".join(sql_text(folder, f"{name}.sql") for name in names)
    return hashlib.sha256(text.encode()).hexdigest()


def shipped_severity_rules() -> str:
    """The rules of severity that come with Stray, TOML."""
    return resources.files("findings").joinpath("severity_rules.toml").read_text(encoding="utf-8")
