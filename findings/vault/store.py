"""The vault: a folder beside the database with one sealed file for each fetched file, and the chained log.

<database>.vault/
    lock                      held by whoever writes
    log.jsonl                 what was done, chained (`chain.py`)
    <evidence id>.warc.age    a WARC file, sealed; appears whole, by a rename

A file is whole and on disk before its line is written. A kill in between leaves a file without a line, which
`stray evidence verify` names; it never leaves a line without its file.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from findings.durable_files import storage_errors, sync_folder, written_aside
from findings.errors import EvidenceError
from findings.vault.chain import Action, Deed, Event, Head, head_of
from findings.vault.log import EvidenceLog
from findings.vault.records import Answered, Circumstances
from findings.vault.sealing import recipients_of, seal
from findings.vault.warc import payload_sha1, warc_of
from scope.recipients import bare

SEALED: Final = ".warc.age"
_ASIDE: Final = ".tmp"
# Ids become names of files, so they hold nothing that a path could be made of.
EVIDENCE_ID: Final = re.compile(r"[0-9A-Za-z-]{1,60}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
# A size that no file has, and no column of the database holds.
_MOST_BYTES: Final = 1 << 63
_FULL: Final = "the vault is as full as the scope allows"
# Characters of what a person typed that an error repeats: a whole id, and no more.
_SHOWN_ID: Final = 32


@dataclass(frozen=True, slots=True)
class Kept:
    """A sealed file, as the log tells of it.

    Attributes:
        evidence_id: its id.
        event: the line that tells of it.
        sha256: of the fetched file, in hex.
        size: of the fetched file, bytes.
        sealed_sha256: of the sealed file, in hex.
        sealed_size: of the sealed file, bytes.
        finding_ids: what it proves.
        destroyed: a later event destroyed it.
    """

    evidence_id: str
    event: Event
    sha256: str
    size: int
    sealed_sha256: str
    sealed_size: int
    finding_ids: tuple[str, ...]
    destroyed: bool = False


def vault_folder(database: Path) -> Path:
    """The vault of a database lies beside it: same backup, same owner."""
    return database.with_name(database.name + ".vault")


class Vault:
    """Keeps evidence and tells the log. One object serves one thread; any number of processes share a folder."""

    def __init__(self, folder: Path, log: EvidenceLog | None = None) -> None:
        self.folder = folder
        self.log = log or EvidenceLog(folder)
        self._known: set[tuple[str, str]] = set()
        self._sizes: dict[str, int] = {}

    def keep(
        self,
        answer: Answered,
        circumstances: Circumstances,
        finding_ids: Sequence[str],
        recipients: Sequence[str],
        most_bytes: int = _MOST_BYTES,
    ) -> Event | None:
        """Seal a fetched file and log it. Once this returns, both are on disk.

        Args:
            answer: what was fetched.
            circumstances: who, why.
            finding_ids: what it proves.
            recipients: public keys to seal to.
            most_bytes: what sweeps may fill the vault with; beyond it the log says that this was not kept.

        Returns:
            What was logged: a capture, or that it was not kept. None where a sweep brings what is kept already for all
            these findings, byte for byte. What somebody asks for outside of a sweep is always kept.

        Raises:
            EvidenceError: there is nobody to seal to.
            SpoolError: the disk gives up; then nothing of it is in the log.
        """
        keys = recipients_of(recipients)
        sha256 = hashlib.sha256(answer.body).hexdigest()
        with self.log.held():
            self._learn(self.log.news())
            if circumstances.sweep_id and self._has(finding_ids, sha256):
                return None
            if circumstances.sweep_id and sum(self._sizes.values()) + len(answer.body) > most_bytes:
                return self._not_kept(answer, circumstances, finding_ids, sha256)
            evidence_id = f"{answer.fetched_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
            content = warc_of(answer, circumstances, evidence_id, finding_ids)
            sealed_sha256, sealed_size = self._write(evidence_id, content, keys)
            details = {
                "fetched_at": answer.fetched_at.astimezone(UTC).isoformat(),
                "findings": list(finding_ids),
                "sha256": sha256,
                "sha1": payload_sha1(answer.body),
                "size": len(answer.body),
                "status": answer.status,
                "sealed_sha256": sealed_sha256,
                "sealed_size": sealed_size,
                "recipients": [bare(text) for text in recipients],
                "authority": circumstances.authority,
                "scope_digest": circumstances.scope_digest,
                "sweep_id": circumstances.sweep_id,
                "stray_version": circumstances.stray_version,
            }
            deed = Deed(Action.CAPTURED, circumstances.by, circumstances.reason, evidence_id, details)
            event = self.log.append(deed)
            self._learn([event])
        return event

    def _not_kept(
        self, answer: Answered, circumstances: Circumstances, finding_ids: Sequence[str], sha256: str
    ) -> Event:
        details = {
            "findings": list(finding_ids),
            "sha256": sha256,
            "size": len(answer.body),
            "sweep_id": circumstances.sweep_id,
        }
        event = self.log.append(Deed(Action.NOT_KEPT, circumstances.by, _FULL, "", details))
        self._learn([event])
        return event

    def record(self, deed: Deed) -> Event:
        """Log what is about to be done with evidence: a deed that is not on record does not happen.

        Raises:
            SpoolError: the disk gives up.
        """
        with self.log.held():
            return self.log.append(deed)

    def destroy(self, evidence_id: str, by: str, reason: str) -> Event:
        """Remove a sealed file for good. That it was there, and its digests, stay on record.

        Also a file that no line tells of, named by its whole id; and one whose destruction was killed half way.

        Raises:
            EvidenceError: there is none of this id, or it is gone already.
            SpoolError: the disk gives up.
        """
        path = self.path(evidence_id)
        known = next((one for one in self.all() if one.evidence_id == evidence_id), None)
        if known is None and not path.exists():
            raise EvidenceError("there is no evidence of this id")
        if known is not None and known.destroyed and not path.exists():
            raise EvidenceError("it has been destroyed before")
        with storage_errors(self.folder):
            unlogged = {} if known else {"sealed_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        event = self.record(Deed(Action.DESTROYED, by, reason, evidence_id, unlogged))
        with storage_errors(self.folder):
            path.unlink(missing_ok=True)
            sync_folder(self.folder)
        return event

    def all(self) -> list[Kept]:
        """All that was ever kept, in the order of the log."""
        return kept_of(self.log.events())

    def one(self, id_prefix: str) -> Kept:
        """The evidence whose id begins so.

        Raises:
            EvidenceError: none or several do.
        """
        found = [kept for kept in self.all() if kept.evidence_id.startswith(id_prefix)]
        shown = f"{id_prefix[:_SHOWN_ID]!a}"
        if not found:
            raise EvidenceError(f"no evidence begins with {shown}")
        if len(found) > 1:
            raise EvidenceError(f"{len(found)} pieces of evidence begin with {shown}; give more of the id")
        return found[0]

    def head(self) -> Head:
        """The end of the chain as it is now."""
        return head_of(self.log.lines())

    def path(self, evidence_id: str) -> Path:
        """Where the sealed file is, or was."""
        if not EVIDENCE_ID.fullmatch(evidence_id):
            raise EvidenceError("an id of evidence holds something else than letters, digits and -")
        return self.folder / (evidence_id + SEALED)

    def sealed(self, kept: Kept) -> bytes:
        """The sealed bytes, which are those that were kept.

        Raises:
            EvidenceError: the file is missing, or has been altered.
        """
        try:
            content = self.path(kept.evidence_id).read_bytes()
        except FileNotFoundError:
            told = "was destroyed, on record" if kept.destroyed else "is missing"
            raise EvidenceError(f"{kept.evidence_id} {told}") from None
        if hashlib.sha256(content).hexdigest() != kept.sealed_sha256:
            raise EvidenceError(f"{kept.evidence_id} has been altered; `stray evidence verify` says more")
        return content

    def _has(self, finding_ids: Sequence[str], sha256: str) -> bool:
        return all((finding_id, sha256) in self._known for finding_id in finding_ids)

    def _learn(self, events: Iterable[Event]) -> None:
        """What need not be kept again: what was, and what was refused. What is destroyed leaves room."""
        events = list(events)
        for kept in kept_of(events):
            self._known.update((finding_id, kept.sha256) for finding_id in kept.finding_ids)
            self._sizes[kept.evidence_id] = kept.sealed_size
        for event in events:
            match event.deed.action:
                case Action.DESTROYED:
                    self._sizes.pop(event.deed.evidence_id, None)
                case Action.NOT_KEPT:
                    self._known.update(_refused(event))

    def _write(self, evidence_id: str, content: bytes, keys: Sequence[Any]) -> tuple[str, int]:
        with storage_errors(self.folder):
            for half_made in self.folder.glob(f"*{SEALED}{_ASIDE}"):  # killed right here, earlier: we hold the lock
                half_made.unlink()
            path = self.path(evidence_id)
            try:
                with written_aside(path) as out:
                    written = seal(content, keys, out)
            except BaseException:
                path.with_name(path.name + _ASIDE).unlink(missing_ok=True)
                raise
            sync_folder(self.folder)
        return written


def kept_of(events: Iterable[Event]) -> list[Kept]:
    """What these events say was kept; a line that says less than it must is passed over, `examination.py` tells."""
    found: dict[str, Kept] = {}
    for event in events:
        if event.deed.action is Action.CAPTURED:
            kept = _kept(event)
            if kept is not None:
                found.setdefault(kept.evidence_id, kept)
        elif event.deed.action is Action.DESTROYED and event.deed.evidence_id in found:
            kept = found[event.deed.evidence_id]
            found[kept.evidence_id] = Kept(
                kept.evidence_id, kept.event, kept.sha256, kept.size, kept.sealed_sha256, kept.sealed_size,
                kept.finding_ids, destroyed=True,
            )  # fmt: skip
    return list(found.values())


def _refused(event: Event) -> Iterator[tuple[str, str]]:
    findings, sha256 = event.deed.details.get("findings"), event.deed.details.get("sha256")
    if isinstance(findings, list) and isinstance(sha256, str):
        yield from ((finding_id, sha256) for finding_id in findings if isinstance(finding_id, str))


def _kept(event: Event) -> Kept | None:
    details = event.deed.details
    try:
        numbers = details["size"], details["sealed_size"]
        texts = details["sha256"], details["sealed_sha256"]
        findings = details["findings"]
        fetched_at = datetime.fromisoformat(details["fetched_at"])
        is_timed = fetched_at.tzinfo is not None and fetched_at.astimezone(UTC) is not None
        is_told = all(_SHA256.fullmatch(text) for text in texts) and isinstance(findings, list)
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    is_sized = all(type(number) is int and 0 <= number < _MOST_BYTES for number in numbers)
    is_told = is_told and all(isinstance(finding_id, str) for finding_id in findings)
    if not (EVIDENCE_ID.fullmatch(event.deed.evidence_id) and is_timed and is_sized and is_told):
        return None
    return Kept(event.deed.evidence_id, event, texts[0], numbers[0], texts[1], numbers[1], tuple(findings))
