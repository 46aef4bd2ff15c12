"""Opening evidence: on record first, then in clear, into a new folder for its owner only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from findings.durable_files import FOLDER_MODE, storage_errors, written_aside
from findings.errors import EvidenceError
from findings.vault.chain import Action, Deed
from findings.vault.sealing import unseal
from findings.vault.store import Kept, Vault
from findings.vault.warc import read_back

WARC: Final = "evidence.warc"
# Without an ending: nothing opens it by a click, and its own name may name a patient.
FILE: Final = "file"


def open_into(vault: Vault, one: Kept, identities: Sequence[Any], folder: Path, who_why: tuple[str, str]) -> int:
    """Write the WARC file and the fetched file into the new folder `folder`.

    Args:
        vault: holds it.
        one: what to open.
        identities: private keys.
        folder: is made, mode 0700.
        who_why: who opens it and why, for the log.

    Returns:
        Bytes that lie there in clear.

    Raises:
        EvidenceError: it is missing, altered or not what the log says, no key opens it, or `folder` is there.
        SpoolError: the disk gives up.
    """
    if folder.exists():
        raise EvidenceError(f"{folder} is there already; what is opened goes into a new folder")
    warc = unseal(vault.sealed(one), identities)
    body = read_back(warc).body
    if hashlib.sha256(body).hexdigest() != one.sha256:
        raise EvidenceError("what was sealed is not what the log says; `stray evidence verify --identity` says more")
    vault.record(Deed(Action.OPENED, *who_why, one.evidence_id))
    with storage_errors(folder.parent):
        folder.mkdir(mode=FOLDER_MODE)
        for name, content in ((WARC, warc), (FILE, body)):
            with written_aside(folder / name) as out:
                out.write(content)
    return len(warc) + len(body)
