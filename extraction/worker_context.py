"""How worker processes are made: by a fork server that has the parsers loaded, without the parent's main module.

Python's own start of a fork server child imports the parent's main module first. For the `stray` command or a sweep's
worker that is the crawler, the database and the cloud SDKs: seconds and hundreds of megabytes for each worker.
"""

from __future__ import annotations

import io
import multiprocessing
import os
from multiprocessing import context, forkserver, popen_forkserver, process, reduction, spawn, util
from typing import Any

# Loaded once in the fork server; each worker is a copy that starts in milliseconds.
PRELOADED = ["extraction.sandbox", "extraction.reader"]


class _Popen(popen_forkserver.Popen):
    """Python's own, but for the two lines that take the main module out."""

    _fds: list[int]

    def _launch(self, process_obj: process.BaseProcess) -> None:
        preparation: dict[str, Any] = spawn.get_preparation_data(process_obj.name)
        preparation.pop("init_main_from_name", None)
        preparation.pop("init_main_from_path", None)
        buffer = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(preparation, buffer)
            reduction.dump(process_obj, buffer)
        finally:
            context.set_spawning_popen(None)
        self.sentinel, write_end = forkserver.connect_to_new_process(self._fds)
        # A second copy of the pipe's write end: when it closes, the child knows that the parent is gone.
        parent_end = os.dup(write_end)
        self.finalizer = util.Finalize(self, _close_all, (parent_end, self.sentinel))
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(buffer.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


def _close_all(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


class _Process(context.ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: process.BaseProcess) -> _Popen:  # noqa: N802 - multiprocessing's own name
        return _Popen(process_obj)


class _Context(context.ForkServerContext):
    Process = _Process


def worker_context() -> multiprocessing.context.ForkServerContext:
    """A context whose processes are workers."""
    made = _Context()
    made.set_forkserver_preload(PRELOADED)
    return made
