"""A sign of life to an address of the operator's own: a service that raises the alarm when none comes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reports.notify import NotifyError, private_text

# Seconds that the service may take to answer.
_PATIENCE: Final = 15.0
_USER_AGENT: Final = "Stray (sign of life)"


def alive_address(path: Path) -> str:
    """The address that the file holds: whoever knows it can pretend that sweeps run, so nobody else may read it.

    Raises:
        NotifyError: the file is missing, others may read it, or it holds something else than one address.
    """
    lines = [line.strip() for line in private_text(path).splitlines()]
    told = [line for line in lines if line and not line.startswith("#")]
    if len(told) != 1 or not told[0].startswith(("https://", "http://")):
        raise NotifyError(f"{path}: holds something else than one address, such as https://alive.example/...")
    return told[0]


def give_sign(address: str) -> bool:
    """One GET; False if the service did not take it, for whatever reason."""
    import http.client  # noqa: PLC0415 - loaded by sweeps alone
    import urllib.request  # noqa: PLC0415

    try:
        request = urllib.request.Request(address, headers={"User-Agent": _USER_AGENT})  # noqa: S310 - checked above
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            return bool(answer.status < http.client.MULTIPLE_CHOICES)
    except (OSError, ValueError, http.client.HTTPException):
        return False
