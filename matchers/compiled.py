"""Loops compiled to machine code by numba, each for one signature, when it is first called.

Numba itself is loaded then, and not before: that takes as long as all else in a process that compares nothing, such as
the command, and a unit in which nothing has changed.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# What a cache that can not be used looks like: no folder for it may be written (RuntimeError), the disk is full, or a
# power cut left half a file.
_NO_CACHE = (RuntimeError, OSError, EOFError, pickle.UnpicklingError)


@dataclass(frozen=True, slots=True)
class Scalar:
    """The type of one number, by numba's name for it."""

    name: str

    def resolved(self) -> Any:
        """What numba calls it."""
        import numba  # noqa: PLC0415 - see above

        return getattr(numba.types, self.name)


@dataclass(frozen=True, slots=True)
class Array:
    """The type of an array without gaps.

    Attributes:
        element: as numpy writes it.
        dimensions: of the array.
        readonly: it is not written; it may be mapped from a file.
    """

    element: str
    dimensions: int
    readonly: bool

    def resolved(self) -> Any:
        """What numba calls it."""
        import numba  # noqa: PLC0415 - see above

        element = numba.from_dtype(np.dtype(self.element))
        return numba.types.Array(element, self.dimensions, "C", readonly=self.readonly)


def given(element: str) -> Array:
    """The type of an array that a loop reads: one dimension, without gaps; it may be mapped from a file."""
    return Array(element, 1, readonly=True)


def filled(element: str, dimensions: int = 1) -> Array:
    """The type of an array that a loop writes, without gaps."""
    return Array(element, dimensions, readonly=False)


NUMBER = Scalar("int64")
Type = Scalar | Array


class Compiled(Generic[_Arguments, _Result]):
    """A function that is compiled at its first call.

    It has a closed list of signatures, compiled in one order: so processes that compile at the same time write the
    same entries to the cache, and no argument of another type is ever compiled for in passing. Numba keeps what it
    compiled beside the byte code, or in the user's cache folder, apart for each kind of processor. Where neither can
    be written, every process compiles for itself.
    """

    def __init__(
        self, function: Callable[_Arguments, _Result], result: Type, arguments: Sequence[tuple[Type, ...]]
    ) -> None:
        self.plain = function
        self._result, self._arguments = result, arguments
        self._ready: Callable[_Arguments, _Result] | None = None

    def __call__(self, *arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        """Run it; the first call may take seconds."""
        return (self._ready or self.load())(*arguments, **named)

    def load(self) -> Callable[_Arguments, _Result]:
        """What the first call does before it runs."""
        if self._ready is None:
            self._ready = self._compile()
        return self._ready

    def _compile(self) -> Callable[_Arguments, _Result]:
        try:
            return self._compiled(cached=True)
        except _NO_CACHE:
            return self._compiled(cached=False)

    def _compiled(self, *, cached: bool) -> Callable[_Arguments, _Result]:
        import numba  # noqa: PLC0415 - see above

        signatures = [self._result.resolved()(*(each.resolved() for each in types)) for types in self._arguments]
        compile_it: Any = numba.njit(signatures, cache=cached, nogil=True, error_model="numpy")
        function: Callable[_Arguments, _Result] = compile_it(_with_inlined(self.plain))
        return function


class Inlined(Generic[_Arguments, _Result]):
    """A function that becomes part of compiled ones; called from elsewhere it is what it was."""

    def __init__(self, function: Callable[_Arguments, _Result]) -> None:
        self._plain = function

    def __call__(self, *arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        """Run it as it was written."""
        return self._plain(*arguments, **named)

    def resolved(self) -> Any:
        """What numba takes for a function that another one calls."""
        import numba  # noqa: PLC0415 - see above

        return numba.njit(self._plain, nogil=True, error_model="numpy")


_made: list[Compiled[..., Any]] = []


def load_loops() -> None:
    """Have all loops of the modules that are imported ready: for who calls them soon, and must not wait then."""
    for each in _made:
        each.load()


def compiled(
    result: Type, *arguments: tuple[Type, ...]
) -> Callable[[Callable[_Arguments, _Result]], Compiled[_Arguments, _Result]]:
    """Compile a function for these types of arguments, one tuple for each signature.

    A function that it calls is marked `inlined` and stands in the same module: the cache looks at no other file.
    """

    def wrap(function: Callable[_Arguments, _Result]) -> Compiled[_Arguments, _Result]:
        made = Compiled(function, result, arguments)
        _made.append(made)
        return made

    return wrap


def inlined(function: Callable[_Arguments, _Result]) -> Inlined[_Arguments, _Result]:
    """A function that compiled ones call; it becomes part of them."""
    return Inlined(function)


def _with_inlined(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """The same function, which finds in place of inlined ones what numba takes for them."""
    if not isinstance(function, FunctionType):
        return function
    known = function.__globals__
    inlined_ones = {name: known[name].resolved() for name in function.__code__.co_names if _is_inlined(known.get(name))}
    if not inlined_ones:
        return function
    return FunctionType(function.__code__, known | inlined_ones, function.__name__, None, function.__closure__)


def _is_inlined(what: object) -> bool:
    return isinstance(what, Inlined)
