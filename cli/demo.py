"""`stray demo`: the practice ground. Start it, sweep it, hold the findings against the answer key."""

from __future__ import annotations

import shutil
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import click

from cli.console import notice, results
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.pack import build_from_files
from cli.sweep import run_sweep
from cli.sweep_summary import tell_summary
from scope.loader import load_scope

MARKER = ".stray-demo"


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("demo-workspace"), show_default=True,
    help="Where the demo is made; an earlier demo there is replaced.",
)  # fmt: skip
@click.option("--serve", is_flag=True, help="Keep the servers running afterwards, to sweep by hand, until Ctrl-C.")
@click.option(
    "--example", type=click.Path(path_type=Path),
    help="Instead, make the example database here: nine sweeps, dated over seven weeks. Takes minutes.",
)  # fmt: skip
def demo(folder: Path, serve: bool, example: Path | None) -> None:
    """Practice on real servers on this machine with invented letters: build a pack, sweep, compare.

    Example: stray demo
    """
    if find_spec("faker") is None or find_spec("moto") is None:
        raise CommandError("the demo needs the extra [demo]; in a checkout `make setup` installs it")
    from cli.demo_answers import show_answers  # noqa: PLC0415 - the practice ground is an extra
    from demo_range.range import DemoRange  # noqa: PLC0415

    _clear(folder)
    started = time.monotonic()
    if example is not None:
        from cli.example import build_example  # noqa: PLC0415 - an extra, too

        build_example(folder, example)
        notice(f"{time.monotonic() - started:.0f} s in all")
        return
    with DemoRange(folder) as ground:
        (folder / "scope.toml").write_text(ground.scope_toml, encoding="utf-8")
        scope = load_scope(folder / "scope.toml")
        notice(f"practice ground: {len(ground.answer_key.places)} places on servers on this machine, in {folder}")
        build_from_files((ground.letters_folder,), scope.pack.path, scope.pack.key, ground.register)
        result, _ = run_sweep(scope)
        tell_summary(result, scope)
        right = show_answers(ground, scope.database.file)
        notice(f"{time.monotonic() - started:.0f} s in all")
        _say_what_next(folder)
        if serve:
            _wait(folder)
    sys.exit(ExitCode.NOTHING_FOUND if right else ExitCode.CRASH)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise CommandError(f"{folder} is there and was not made by `stray demo`; name another with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # web servers that drop their rights have to read below it
    (folder / MARKER).touch()


def _say_what_next(folder: Path) -> None:
    database = folder / "findings.duckdb"
    stray = "stray" if shutil.which("stray") else sys.argv[0]  # as make runs it, the command is on no PATH
    lines = (
        "What to try next:",
        f"  {stray} findings list --db {database}",
        f"  {stray} findings show ID --db {database}",
        f"  {stray} findings incidents --db {database}",
        f"  {stray} triage --web --db {database}",
        f"  {stray} report --format html --out report.html --db {database}",
        f"  {stray} findings set ID confirmed --by you --note 'told the supplier' --db {database}",
        f"  {stray} scope show {folder / 'scope.toml'}",
        f"  {stray} check {folder / 'site'} --pack {folder / 'pack'} --key {folder / 'pack.key'}",
        f"  {stray} demo --serve      then, elsewhere: {stray} sweep {folder / 'scope.toml'}",
        f"Your own estate: {stray} init trust",
    )
    for line in lines:
        results().print(line, markup=False, soft_wrap=True)


def _wait(folder: Path) -> None:
    notice(f"servers run until Ctrl-C; in another terminal: stray sweep {folder / 'scope.toml'}")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        notice("stopped")
