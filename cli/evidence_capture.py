"""`stray evidence capture`: the files of findings, fetched one by one as a sweep would and sealed at once."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from cli.console import json_line, notice
from cli.errands import check_authority, conduct_log, errand_for, guard_for, record_tip_off
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.reading import READ_WAIT, merge_what_waits
from crawler.ftp.single import read_file, tipped_target
from fetching.conduct import ConductLog
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError
from fetching.pacing import Pacer
from fetching.statuses import reason_of_status
from fetching.wire import Wire
from findings.errors import DatabaseLockedError
from findings.query import finding
from findings.results import FindingRow
from findings.vault.asking import seen_digests
from findings.vault.chain import Event, Head
from findings.vault.log import EvidenceLog
from findings.vault.mirror import take_in_log
from findings.vault.records import Answered
from findings.vault.sealing import recipients_of
from findings.vault.store import Vault, vault_folder
from scope.guard import Guard, contains
from scope.loader import load_scope
from scope.model import CertificatePolicy, Scope
from scope.urls import FTP_SCHEMES
from sweeps.keeping import circumstances_of
from sweeps.plan import user_agent

Clock = Callable[[], datetime]


def capture_all(
    id_prefixes: Sequence[str],
    scope_path: Path,
    database: Path | None,
    tip_off: str | None,
    who_why: tuple[str, str],
    output: str,
) -> ExitCode:
    """Fetch and keep each; what can not be had is told, and the others go on.

    Raises:
        AuthorityError, ScopeError, CommandError, FindingsError: nothing was requested.
    """
    scope = load_scope(scope_path, needs_targets=False)
    check_authority(scope, tip_off)
    recipients_of(scope.evidence.recipients)
    database = database or scope.database.file
    merge_what_waits(database)
    by_url: dict[str, list[FindingRow]] = {}
    for prefix in dict.fromkeys(id_prefixes):
        row = finding(database, prefix, READ_WAIT).row
        by_url.setdefault(row.url, []).append(row)
    asked = [(url, rows, guard_for(url, scope, tip_off)) for url, rows in by_url.items()]
    conduct = conduct_log(scope, "evidence", tip_off)
    capture = Capture(scope, database, conduct, who_why, output)
    with closing(conduct):
        for url, rows, guard in asked:
            if tip_off is not None and guard.tip_off is not None:
                record_tip_off(scope, url, tip_off)
            capture.one(url, rows, guard)
    try:
        take_in_log(database, READ_WAIT)
    except DatabaseLockedError as error:
        notice(f"kept; the database learns of it later: {error}")
    notice(f"head of the log: {capture.vault.head()}")
    return ExitCode.NOTHING_FOUND if not capture.missed else ExitCode.INCOMPLETE


class Capture:
    """Captures under one scope, each host at its own pace.

    Args:
        scope: its authority has been checked.
        database: whose findings these are; the vault lies beside it.
        conduct: takes each request.
        who_why: who has it kept, and why.
        output: table or json.
        clock: aware time, for what goes on record.
    """

    def __init__(
        self,
        scope: Scope,
        database: Path,
        conduct: ConductLog,
        who_why: tuple[str, str],
        output: str,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        by, reason = who_why
        agent = user_agent(scope, version("stray"))
        self._scope = scope
        self._database = database
        self._conduct = conduct
        self._circumstances = circumstances_of(scope, reason, agent, by=by)
        self._output = output
        self._pacers: dict[str, Pacer] = {}
        self._clock = clock
        folder = vault_folder(database)
        self.vault = Vault(folder, EvidenceLog(folder, clock))
        self.missed = 0

    def one(self, url: str, rows: Sequence[FindingRow], guard: Guard) -> None:
        """Fetch one place and keep it for all these findings."""
        ids = [row.finding_id for row in rows]
        pacer = self._pacers.setdefault(urlsplit(url).netloc, Pacer(self._scope.limits.requests_per_second))
        errand = replace(errand_for(self._scope, guard, self._conduct), pacer=pacer)
        try:
            answer = _fetched(url, self._scope, errand, self._clock)
        except FetchingError as error:
            self.missed += 1
            self._tell_missed(ids, error)
            return
        event = self.vault.keep(answer, self._circumstances, ids, self._scope.evidence.recipients)
        if event is None:
            raise CommandError("what a person asks for is always kept")
        self._tell_kept(event, url)

    def _tell_kept(self, event: Event, url: str) -> None:
        details = event.deed.details
        seen = seen_digests(self._database, url, READ_WAIT)
        same = details["sha256"] in seen if seen else None
        if self._output == "json":
            kept = {"kept": True, "evidence_id": event.deed.evidence_id, "findings": details["findings"]}
            digests = {name: details[name] for name in ("fetched_at", "size", "sha256", "sha1", "sealed_sha256")}
            json_line(kept | digests | {"same_as_seen": same, "head": str(Head(event.number, event.digest))})
            return
        told = {True: "the bytes that a sweep saw", False: "NOT the bytes that a sweep saw", None: "never seen whole"}
        notice(
            f"{event.deed.evidence_id}: kept {details['size']} bytes, {told[same]}, "
            f"sealed to {len(details['recipients'])} keys"
        )

    def _tell_missed(self, ids: Sequence[str], error: FetchingError) -> None:
        if self._output == "json":
            json_line({"kept": False, "findings": list(ids), "reason": error.reason, "detail": error.detail})
        else:
            notice(f"{' '.join(ids)}: not kept: {error.reason.value} {error.detail}".rstrip())


def _fetched(url: str, scope: Scope, errand: Errand, clock: Clock) -> Answered:
    """The whole file, as anyone gets it.

    Raises:
        FetchingError: it was not asked for, or refused, or did not come whole.
    """
    if urlsplit(url).scheme in FTP_SCHEMES:
        target = next((target for target in scope.ftp if contains(target, url)), None) or tipped_target(url, scope)
        return Answered(url, read_file(url, target, errand), clock())
    with Wire(errand, Dialler.of(errand), _trust(url, scope), retries=0) as wire, wire.get(url) as answer:
        if refused := reason_of_status(answer.status):
            raise NoAnswerError(*refused)
        body = answer.read(errand.limits.body_bytes)
        return Answered(
            answer.url,
            body,
            clock(),
            answer.status,
            dict(answer.headers),
            url if answer.redirected else None,
            all_headers=True,
            server=answer.peer.address,
            certificate_sha256=answer.peer.certificate_sha256,
        )


def _trust(url: str, scope: Scope) -> ssl.SSLContext | None:
    """Where the scope reads on behind a certificate that does not hold, so does this; the certificate is on record."""
    holding = [target for target in scope.site if contains(target, url)]
    if not any(target.certificates is CertificatePolicy.RECORD for target in holding):
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
