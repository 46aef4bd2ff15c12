"""Loops compiled to machine code by numba, each for one signature, when it is first called."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

import numba
import numpy as np

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# What a cache that can not be used looks like: no folder for it may be written (RuntimeError), the disk is full, or a
# power cut left half a file.
_NO_CACHE = (RuntimeError, OSError, EOFError, pickle.UnpicklingError)


def given(element: str) -> Any:
    """The type of an array that a loop reads: one dimension, without gaps; it may be mapped from a file."""
    return numba.types.Array(numba.from_dtype(np.dtype(element)), 1, "C", readonly=True)


def filled(element: str, dimensions: int = 1) -> Any:
    """The type of an array that a loop writes, without gaps."""
    return numba.types.Array(numba.from_dtype(np.dtype(element)), dimensions, "C")


NUMBER = numba.types.int64
WORD = numba.types.uint64


class Compiled(Generic[_Arguments, _Result]):
    """A function that is compiled at its first call.

    It has a closed list of signatures, compiled in one order: so processes that compile at the same time write the
    same entries to the cache, and no argument of another type is ever compiled for in passing. Numba keeps what it
    compiled beside the byte code, or in the user's cache folder, apart for each kind of processor. Where neither can
    be written, every process compiles for itself.
    """

    def __init__(self, function: Callable[_Arguments, _Result], signatures: list[Any]) -> None:
        self.plain = function
        self._signatures = signatures
        self._ready: Callable[_Arguments, _Result] | None = None

    def __call__(self, *arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        """Run it; the first call may take seconds."""
        ready = self._ready
        if ready is None:
            ready = self._ready = self._compile()
        return ready(*arguments, **named)

    def _compile(self) -> Callable[_Arguments, _Result]:
        try:
            return self._compiled(cached=True)
        except _NO_CACHE:
            return self._compiled(cached=False)

    def _compiled(self, *, cached: bool) -> Callable[_Arguments, _Result]:
        compile_it: Any = numba.njit(self._signatures, cache=cached, nogil=True, error_model="numpy")
        function: Callable[_Arguments, _Result] = compile_it(self.plain)
        return function


def compiled(
    result: Any, *arguments: tuple[Any, ...]
) -> Callable[[Callable[_Arguments, _Result]], Compiled[_Arguments, _Result]]:
    """Compile a function for these types of arguments, one tuple for each signature.

    A function that it calls is marked `inlined` and stands in the same module: the cache looks at no other file.
    """

    def wrap(function: Callable[_Arguments, _Result]) -> Compiled[_Arguments, _Result]:
        return Compiled(function, [result(*types) for types in arguments])

    return wrap


def inlined(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """A function that compiled ones call; it becomes part of them."""
    compile_it: Any = numba.njit
    small: Callable[_Arguments, _Result] = compile_it(function, nogil=True, error_model="numpy")
    return small
