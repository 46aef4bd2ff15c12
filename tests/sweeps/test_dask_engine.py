from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.dask_engine import Certificates, check_address
from sweeps.errors import EngineError


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://[::1]:8786"])
def test_on_this_machine_no_certificates_are_needed(address: str) -> None:
    check_address(address, None)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("tcp://10.0.0.1:8786", "this machine"),
        ("tcp://localhost:8786", "this machine"),
        ("tcp://127.0.0.1.example.org:8786", "this machine"),
        ("tls://127.0.0.1:8786", "needs --tls-ca"),
        ("127.0.0.1:8786", "looks like"),
        ("ws://127.0.0.1:8786", "looks like"),
        ("tls://host", "looks like"),
        ("inproc://127.0.0.1:1", "looks like"),
        ("tcp://127.0.0.1:99999", "looks like"),
    ],
)
def test_whoever_reaches_a_scheduler_runs_code_so_others_are_reached_by_tls(address: str, why: str) -> None:
    with pytest.raises(EngineError, match=why):
        check_address(address, None)


def test_certificates_are_looked_for_before_anything_is_begun(tmp_path: Path) -> None:
    missing = Certificates(tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(EngineError, match=r"ca\.pem is not there"):
        check_address("tls://10.0.0.1:8786", missing)
