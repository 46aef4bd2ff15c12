"""Recipients are checked when a scope is loaded, and a private key among them is never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from scope.errors import ScopeError
from scope.loader import load_scope
from scope.model import Scope

pyrage = pytest.importorskip("pyrage", reason="needs the extra [evidence]")

MINIMAL = """
organisation = "Example"
contact = "security@example.org"
[authority]
who = "J. Example"
reference = "IG-1"
expires = 2999-12-31
[pack]
path = "pack"
key = "pack.key"
[[site]]
url = "https://www.example.org/"
tier = "own"
authority = "IG-1"
[evidence]
"""
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN"


def load(tmp_path: Path, evidence: str) -> Scope:
    path = tmp_path / "scope.toml"
    path.write_text(MINIMAL + evidence)
    return load_scope(path)


def test_public_keys_of_age_and_ssh_are_taken(tmp_path: Path) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    scope = load(tmp_path, f'keep = "sealed"\nrecipients = ["{key}", "{SSH} ann@example.org"]')
    assert (scope.evidence.keep, len(scope.evidence.recipients)) == ("sealed", 2)


def test_nothing_is_kept_unless_the_scope_says_so(tmp_path: Path) -> None:
    assert load(tmp_path, "").evidence.keep == "digest"


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ('keep = "sealed"', "evidence.recipients: missing"),
        ('keep = "bytes"', 'give "digest" or "sealed"'),
        ('recipients = ["age1qqqq"]', r"evidence.recipients\[1\]: is no public key"),
        ('recipients = ["ssh-ed25519 nonsense"]', r"evidence.recipients\[1\]: is no public key"),
        (f'recipients = ["{SSH} ann", "{SSH} bea"]', "one key is there twice"),
        ('recipients = [""]', r"evidence.recipients\[1\]"),
        ('recipient = ["age1qqqq"]', "did you mean 'recipients'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, evidence: str, said: str) -> None:
    with pytest.raises(ScopeError, match=said):
        load(tmp_path, evidence)


@pytest.mark.parametrize("form", ['recipients = ["{}"]', 'recipients = "{}"', "recipients = [['{}']]", 'keep = "{}"'])
def test_a_private_key_is_refused_and_not_repeated(tmp_path: Path, form: str) -> None:
    secret = str(pyrage.x25519.Identity.generate())
    with pytest.raises(ScopeError) as told:
        load(tmp_path, form.format(secret))
    assert secret[:30] not in str(told.value)
