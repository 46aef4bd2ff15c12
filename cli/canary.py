"""`stray canary`: letters that the organisation plants itself, to see whether its sweeps can see."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import click

from cli.console import json_line, notice, result_line
from cli.errors import CommandError
from cli.options import format_option, pack_options
from matchers.hashed_letter import Letter
from matchers.keys import load_key
from matchers.pack_life import Change, change_pack
from scope.canary_ids import CANARY_PREFIX

_FORMS = ["docx", "pdf", "html", "txt"]
# Bytes of an id: of 10,000 canary letters two share one with a probability below 10^-6.
_ID_BYTES = 6


@click.group()
def canary() -> None:
    """Canary letters: synthetic ones that every sweep must find."""


@canary.command()
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@pack_options
@click.option("--url", help="Where you will put it; goes into the lines for the scope.")
@click.option("--label", help="How messages are to call it; they never name its address.")
@click.option("--contact", required=True, help="Whom somebody who finds it should write to; is printed on it.")
@format_option
def make(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    target: Path, pack_path: Path, key_path: Path, url: str | None, label: str | None, contact: str, output: str
) -> None:
    """Write a letter about nobody, put it into the pack, and say what goes into the scope.

    The ending of FILE says in which format: .docx, .pdf, .html or .txt. Make one for each place: each text is its own,
    so that a copy that turns up elsewhere says where it was taken from. The letter is no finding where you put it, and
    is told loudly anywhere else.

    Example: stray canary make ref-4417.docx --pack pack --key pack.key --contact security@example.nhs.uk
    """
    from cli.canary_letter import canary_sheet  # noqa: PLC0415 - what writes files takes longer to load than the rest
    from demo_range.rendering import Format, rendered  # noqa: PLC0415 - the same

    form = target.suffix.lower().removeprefix(".")
    if form not in _FORMS:
        raise CommandError(f"{target}: end its name with .{', .'.join(_FORMS)}")
    key = load_key(key_path)
    letter_id = f"{CANARY_PREFIX}{secrets.token_hex(_ID_BYTES)}"
    reference = f"{letter_id.rpartition('-')[2][:4].upper()}/{secrets.randbelow(10**6):06d}"
    sheet = canary_sheet(contact, reference)
    _write_new(target, rendered(Format(form), sheet, author=""))
    try:
        done = change_pack(pack_path, key, Change(iter([Letter(letter_id, sheet.text)])))
    except BaseException:
        target.unlink(missing_ok=True)  # a letter that no pack knows is found by nobody
        raise
    lines = {"url": url or "https://…", "letter": letter_id, "label": label or target.name}
    if output == "json":
        json_line({"file": str(target), **lines, "url": url, "letters": done.pack.letters if done.pack else None})
        return
    notice(
        f"{target}: a letter about nobody, in the pack as {letter_id}. Put it at its place, and this into the scope:"
    )
    result_line("[[canary]]")
    for name, value in lines.items():
        result_line(f"{name} = {json.dumps(value, ensure_ascii=False)}")


def _write_new(target: Path, data: bytes) -> None:
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        raise CommandError(f"{target}: is there already; each canary letter is a new one") from None
    except OSError as error:
        raise CommandError(f"{target}: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
