"""Evidence by policy: where the scope says so, each file that makes a finding is sealed as it is fetched."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Sequence
from importlib.metadata import version

from documents.records import Document
from findings.vault.records import Answered, Circumstances
from findings.vault.store import Vault, vault_folder
from scope.model import Scope
from sweeps.plan import scope_digest

Keep = Callable[[Document, bytes, Sequence[str]], None]

_BY_POLICY = "scope policy: keep = sealed"


def keeper(scope: Scope, sweep_id: str, user_agent: str) -> Keep:
    """What a unit's sink calls for each document that makes findings; does nothing where the scope keeps digests."""
    if scope.evidence.keep != "sealed":
        return lambda document, data, finding_ids: None
    vault = Vault(vault_folder(scope.database.file))
    recipients = scope.evidence.recipients
    circumstances = circumstances_of(scope, _BY_POLICY, user_agent, sweep_id=sweep_id)

    def keep(document: Document, data: bytes, finding_ids: Sequence[str]) -> None:
        answer = Answered(
            document.url, data, document.fetched_at, document.status, document.headers, document.requested_url
        )
        vault.keep(answer, circumstances, finding_ids, recipients, scope.evidence.bytes)

    return keep


def circumstances_of(scope: Scope, reason: str, user_agent: str, *, sweep_id: str = "", by: str = "") -> Circumstances:
    """Who fetches under this scope; `by` is the system's name of the user, if not given."""
    return Circumstances(
        by=by or _system_user(),
        reason=reason,
        organisation=scope.organisation,
        authority=scope.authority.reference if scope.authority else "",
        user_agent=user_agent,
        stray_version=version("stray"),
        scope_digest=scope_digest(scope),
        sweep_id=sweep_id,
    )


def _system_user() -> str:
    """From the system, not from the environment, which anybody may set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
