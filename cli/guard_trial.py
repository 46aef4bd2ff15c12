"""Tries, in a process of its own, to connect where the guard says no: by the dialler, and past it.

`python -m cli.guard_trial` takes a scope as JSON on standard input. The process listens on loopback itself and asks
whether anything arrived, so that a refusal is proven and not only said.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from typing import Final

from fetching.dialler import AddressDeniedError, Dialler, UndialledConnectionError, refuse_undialled_connections
from scope.guard import Guard
from scope.model import NetworkPolicy, Scope

# Seconds; nothing on loopback takes as long.
_PATIENCE: Final = 0.2
# Where a cloud tells its machines their credentials. Refused before a packet leaves.
_METADATA: Final = ("169.254.169.254", 80)


def trial(scope: Scope) -> dict[str, object]:
    """What was tried and got through; empty where all was refused."""
    guard = Guard(scope.model_copy(update={"network": NetworkPolicy()}))
    refuse_undialled_connections(guard)
    through: list[str] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        dialler = Dialler(guard)
        tries: dict[str, Callable[[], object]] = {
            "loopback by the dialler": lambda: dialler.connect("127.0.0.1", port, _PATIENCE),
            "a name of loopback by the dialler": lambda: dialler.connect("localhost", port, _PATIENCE),
            "loopback past the dialler": lambda: socket.create_connection(("127.0.0.1", port), _PATIENCE),
            "metadata past the dialler": lambda: socket.create_connection(_METADATA, _PATIENCE),
            "a name past the dialler": lambda: _by_name(port),
        }
        for what, attempt in tries.items():
            if not _refused(attempt):
                through.append(what)
        listener.settimeout(_PATIENCE)
        try:
            listener.accept()[0].close()
            through.append("a connection arrived")
        except TimeoutError:
            pass
    return {"tried": len(tries), "through": through}


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        opened = attempt()
        if isinstance(opened, socket.socket):
            opened.close()
    except (AddressDeniedError, UndialledConnectionError):
        return True
    except OSError:
        return False  # it was asked for, whatever came of it
    return False


def _by_name(port: int) -> None:
    with socket.socket() as opened:
        opened.settimeout(_PATIENCE)
        opened.connect(("localhost", port))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(trial(Scope.model_validate_json(sys.stdin.read()))) + "\n")
