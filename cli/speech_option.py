"""The option of commands that read documents: who listens to recordings, by default nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from scope.sections import Speech

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTION = "--speech"


def speech_option(command: Command) -> Command:
    """--speech; `speech_of` makes settings of it."""
    return click.option(
        _OPTION, "speech", metavar="FUNCTION MODEL", type=(str, click.Path(path_type=Path)),
        help="A recogniser of your own, MODULE:FUNCTION, and the folder of its model.  [default: nobody listens]",
    )(command)  # fmt: skip


def speech_of(given: tuple[str, Path] | None, otherwise: Speech | None = None) -> Speech | None:
    """What was given, else what the scope says.

    Raises:
        click.BadParameter: it is no name of a function, or there is no such folder.
    """
    if given is None:
        return otherwise
    function, model = given
    if not model.is_dir():
        raise click.BadParameter(f"{model}: no such folder", param_hint=_OPTION)
    try:
        return Speech(recogniser=function, model=model)
    except ValidationError:
        raise click.BadParameter("a recogniser is named MODULE:FUNCTION", param_hint=_OPTION) from None
