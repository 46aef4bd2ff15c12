"""`stray evidence`: whole files as proof, sealed to the responders, and the chained log of what became of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cli.console import notice, result_line
from cli.errors import CommandError
from cli.evidence_told import list_held, tell_examined
from cli.exit_codes import ExitCode
from cli.operator import operator_name
from cli.options import DatabaseFile, database_option, format_option, reveal_option
from cli.reading import READ_WAIT, merge_what_waits
from cli.reveal_log import log_reveal
from findings.errors import DatabaseLockedError
from findings.vault.asking import held
from findings.vault.chain import Action, Deed, Head, parsed_head
from findings.vault.examination import Examined, examine
from findings.vault.export import export as exported
from findings.vault.export import manifest_of
from findings.vault.mirror import mirror_of, take_in_log
from findings.vault.opening import open_into
from findings.vault.sealing import identities_in
from findings.vault.store import Kept, Vault, vault_folder
from reports.shown import Shown


def _said(_context: click.Context, parameter: click.Parameter, text: str) -> str:
    if not text.strip():
        raise click.BadParameter("must not be empty: it goes on record", param=parameter)
    return text


_reason_option = click.option(
    "--reason", required=True, callback=_said, help="Why; goes on record. Names of patients do not belong in it."
)
_by_option = click.option("--by", default=operator_name, callback=_said, help="Who; you, if not given.")
_vault_option = click.option(
    "--vault", "vault_path", type=click.Path(path_type=Path, file_okay=False),
    help="A vault or an export, where there is no database.",
)  # fmt: skip


@click.group()
def evidence() -> None:
    """Evidence: keep whole files, sealed; verify and hand over what is kept."""


@evidence.command()
@click.argument("finding_ids", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--scope", "scope_path", type=click.Path(path_type=Path), default=Path("scope.toml"), show_default=True,
    help="The scope file: authority, recipients, database.",
)  # fmt: skip
@click.option(
    "--db", "database", type=DatabaseFile(path_type=Path), help="Findings database instead of the scope's own."
)
@click.option("--tip-off", metavar="REFERENCE", help="Ask for a place outside the scope's targets, on record.")
@_reason_option
@_by_option
@format_option
def capture(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    finding_ids: tuple[str, ...],
    scope_path: Path,
    database: Path | None,
    tip_off: str | None,
    reason: str,
    by: str,
    output: str,
) -> None:
    """Fetch the file of a finding once more and keep it, sealed. The beginning of the finding's id is enough.

    Asked for as a sweep would: under the scope's authority, through the guard, at its pace, on record.

    Example: stray evidence capture 3fa94c01 --scope scope.toml --reason "tip-off 2026-31"
    """
    from cli.evidence_capture import capture_all  # noqa: PLC0415 - it loads what fetches

    sys.exit(capture_all(finding_ids, scope_path, database, tip_off, (by, reason), output))


@evidence.command("list")
@click.argument("finding_id", metavar="[FINDING]", default="")
@database_option
@format_option
@reveal_option
def list_(finding_id: str, database: Path, output: str, reveal: bool) -> None:
    """List what is kept, the latest first; of one finding, if the beginning of its id is given.

    Example: stray evidence list --db findings.duckdb
    """
    _take_in(database)
    if reveal:
        log_reveal(database)
    rows = [row for row in held(database, READ_WAIT) if any(one.startswith(finding_id) for one in row.finding_ids)]
    list_held(rows, Shown(reveal), output)
    notice(f"{len(rows)} kept; head of the log {Vault(vault_folder(database)).head()}")


@evidence.command()
@database_option
@_vault_option
@click.option(
    "--head", "heads", multiple=True, metavar="NUMBER:DIGEST", help="A head of the log that was noted earlier, outside."
)
@click.option(
    "--identity", "keys", type=click.Path(path_type=Path), multiple=True,
    help="A responder's private key: opens each file in memory and looks inside. Is put on record.",
)  # fmt: skip
@_by_option
@format_option
def verify(
    database: Path, vault_path: Path | None, heads: tuple[str, ...], keys: tuple[Path, ...], by: str, output: str
) -> None:
    """Look for evidence that is missing, altered, swapped or cut, and for a log that was changed.

    Exit code 0: all is as it was left; 20: something is in doubt; 40: something is missing or altered.

    Example: stray evidence verify --db findings.duckdb --head 12:9f86d081...
    """
    noted = [_head(text) for text in heads]
    vault, mirror, only = Vault(vault_path or vault_folder(database)), None, None
    if vault_path is None:
        merge_what_waits(database)
        mirror = mirror_of(database, READ_WAIT)
    elif (manifest := manifest_of(vault_path)) is not None:
        noted.append(manifest.head)
        only = manifest.evidence_ids
    elif not vault.log.path.exists():
        raise CommandError(f"{vault_path}: no vault and no export")
    identities = [identity for path in keys for identity in identities_in(path)]
    if identities:
        _record_opening(vault, by, [one for one in vault.all() if only is None or one.evidence_id in only])
    result = examine(vault, mirror, noted, identities, only)
    tell_examined(result, output, opened=bool(identities))
    if mirror is not None and not result.is_broken:
        _take_in(database)
    sys.exit(_exit_code(result))


@evidence.command()
@click.argument("evidence_ids", metavar="EVIDENCE...", nargs=-1)
@click.option("--finding", "finding_id", help="All that is kept of this finding; the beginning of its id is enough.")
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="A new folder.")
@_reason_option
@_by_option
@database_option
def export(
    evidence_ids: tuple[str, ...], finding_id: str | None, folder: Path, reason: str, by: str, database: Path
) -> None:
    """Copy evidence, still sealed, with the log and how to check both into a new folder. Is put on record.

    Example: stray evidence export --finding 3fa94c01 --to case-117 --reason "to counsel, case 117" --db findings.duckdb
    """
    _take_in(database)
    vault = Vault(vault_folder(database))
    chosen = {one.evidence_id: one for one in map(vault.one, evidence_ids)}
    if finding_id is not None:
        found = [one for one in vault.all() if not one.destroyed and _is_of(one, finding_id)]
        chosen |= {one.evidence_id: one for one in found}
    if not chosen:
        raise CommandError("nothing is kept of that; `stray evidence list` shows what is")
    handed_over = exported(vault, list(chosen.values()), folder, by, reason)
    _take_in(database)
    notice(f"{len(handed_over.evidence_ids)} exported to {folder}, still sealed")
    result_line(f"head of the log: {handed_over.head}")
    notice("tell it to whoever receives this by another way; it shows that nothing was taken from the log")


@evidence.command("open")
@click.argument("evidence_id", metavar="EVIDENCE")
@click.option(
    "--identity",
    "keys",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="A responder's private key.",
)
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="A new folder of mode 0700.")
@_reason_option
@_by_option
@_vault_option
@database_option
def open_(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    evidence_id: str,
    keys: tuple[Path, ...],
    folder: Path,
    reason: str,
    by: str,
    vault_path: Path | None,
    database: Path,
) -> None:
    """Open one piece of evidence into a new folder: the WARC file, and the file as it was fetched. Is put on record.

    What is opened is a patient's letter in clear. Do this on a responder's machine, not where sweeps run.

    Example: stray evidence open 20260301T083100Z-1f2e3d4c --identity key.txt --to opened --reason "to read it"
    """
    vault = Vault(vault_path or vault_folder(database))
    identities = [identity for path in keys for identity in identities_in(path)]
    opened = open_into(vault, vault.one(evidence_id), identities, folder, (by, reason))
    if vault_path is None:
        _take_in(database)
    notice(f"opened into {folder}; {opened} bytes in clear lie there until you remove them")


@evidence.command()
@click.argument("evidence_id", metavar="EVIDENCE")
@click.option("--yes", is_flag=True, help="Without this it is only said what would be destroyed.")
@_reason_option
@_by_option
@database_option
def destroy(evidence_id: str, yes: bool, reason: str, by: str, database: Path) -> None:
    """Destroy the bytes of one piece of evidence. That it was kept, its digests and this stay on record.

    Example: stray evidence destroy 20260301T083100Z-1f2e3d4c --reason "case closed, retention" --yes
    """
    _take_in(database)
    vault = Vault(vault_folder(database))
    if not vault.path(evidence_id).exists():  # the whole id of a file may be one that no line tells of
        evidence_id = vault.one(evidence_id).evidence_id
    if not yes:
        told = [
            f"{one.size} bytes, of {len(one.finding_ids)} findings"
            for one in vault.all()
            if one.evidence_id == evidence_id
        ]
        notice(f"would destroy {evidence_id}: {''.join(told) or 'a file that the log does not tell of'}; add --yes")
        return
    vault.destroy(evidence_id, by, reason)
    _take_in(database)
    notice(f"{evidence_id} destroyed, on record")


def _take_in(database: Path) -> None:
    """The database learns what the log has; where it is held just now, it learns it the next time."""
    merge_what_waits(database)
    try:
        differs = take_in_log(database, READ_WAIT).differs
    except DatabaseLockedError as error:
        notice(f"the log of evidence waits to be taken in: {error}")
        return
    if differs:
        notice("the log of evidence is not the one that the database knows; `stray evidence verify` says more")


def _head(text: str) -> Head:
    head = parsed_head(text)
    if head is None:
        raise CommandError("--head takes a number, a colon and a digest, as `stray evidence list` prints them")
    return head


def _is_of(one: Kept, id_prefix: str) -> bool:
    return any(finding_id.startswith(id_prefix.lower()) for finding_id in one.finding_ids)


def _record_opening(vault: Vault, by: str, chosen: Sequence[Kept]) -> None:
    ids = [one.evidence_id for one in chosen if not one.destroyed]
    if ids:
        vault.record(Deed(Action.OPENED, by, "verify, in memory", "", {"evidence": ids}))


def _exit_code(result: Examined) -> ExitCode:
    if result.is_broken:
        return ExitCode.EVIDENCE_BROKEN
    return ExitCode.NOTHING_FOUND if result.is_sound else ExitCode.INCOMPLETE
