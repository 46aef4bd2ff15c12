"""`stray triage`: work through findings, on the terminal or on a local web page."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click

from cli.chosen_options import chosen_options
from cli.console import notice
from cli.errors import CommandError
from cli.operator import operator_name
from cli.options import database_option, reveal_option
from cli.reading import READ_WAIT, merge_what_waits
from cli.reveal_log import log_reveal
from findings.chosen import Chosen
from findings.worklist import work_page

_PAGE_NEEDS: Final = ("starlette", "uvicorn", "python_multipart", "jinja2")
_SCREEN_NEEDS: Final = ("textual",)


@click.command()
@click.option("--web", is_flag=True, help="On a web page for this machine alone, instead of on the terminal.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the page; any free one if not given.")
@click.option("--by", "decided_by", default=operator_name, help="Who decides; you, if not given.")
@chosen_options
@database_option
@reveal_option
def triage(web: bool, port: int, decided_by: str, chosen: Chosen, database: Path, reveal: bool) -> None:
    """Work through findings: next, decide, next.

    Without --web on the terminal; press ? there for its keys. With --web on a page at 127.0.0.1: the link that is
    printed works once, in one browser. Options choose findings as in `stray findings list`.

    Example: stray triage --db findings.duckdb

    Example: stray triage --web --severity critical --db findings.duckdb
    """
    missing = [name for name in (_PAGE_NEEDS if web else _SCREEN_NEEDS) if find_spec(name) is None]
    if missing:
        raise CommandError(f"this needs the extra [triage] ({', '.join(missing)}): pip install 'stray[triage]'")
    if not web and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError("triage on the terminal needs a terminal; use `stray findings list` and `set`, or --web")
    merge_what_waits(database)
    work_page(database, chosen, size=1, wait_seconds=READ_WAIT)  # what can not be read is said before anything opens
    if reveal:
        log_reveal(database)
    if web:
        _serve(database, decided_by, chosen, port, reveal=reveal)
    else:
        _show(database, decided_by, chosen, reveal=reveal)


def _serve(database: Path, who: str, chosen: Chosen, port: int, *, reveal: bool) -> None:
    from cli.triage_page.desk import Desk  # noqa: PLC0415 - an extra
    from cli.triage_page.server import serve  # noqa: PLC0415
    from reports.shown import Shown  # noqa: PLC0415

    try:
        serve(Desk(database, who, Shown(reveal), READ_WAIT), port, notice, chosen)
    except OSError as error:
        raise CommandError(f"127.0.0.1:{port}: {error.strerror}; name another --port") from None


def _show(database: Path, who: str, chosen: Chosen, *, reveal: bool) -> None:
    from cli.triage_screen.screen import TriageScreen  # noqa: PLC0415 - an extra
    from reports.shown import Shown  # noqa: PLC0415

    TriageScreen(database, who, chosen, Shown(reveal), READ_WAIT).run()
