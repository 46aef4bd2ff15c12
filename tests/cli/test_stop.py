from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace


def test_a_stop_ends_a_sweep_within_seconds_and_the_same_command_goes_on_after_it(workspace: Workspace) -> None:
    workspace.edit({r"requests_per_second = [\d.]+": "requests_per_second = 2.0"})
    workspace.only_open_directory()
    stop = Path(f"{workspace.database}.stop")
    with workspace.started("sweep", "--format", "json") as process:
        until = time.monotonic() + 60
        while not workspace.conduct():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.05)
        stopped = workspace.stray("stop", "--why", "they rang\x1b[2J")
        assert stopped.returncode == 0, stopped.stderr
        assert stop.stat().st_mode & 0o777 == 0o644
        output, errors = process.communicate(timeout=60)
    assert process.returncode in range(20, 24), errors
    assert "they rang" in errors
    assert "interrupted" in output

    told = workspace.stray("status")
    assert re.search(r"stopped +stop file .* by .*: they rang", told.stdout)
    assert "\x1b" not in told.stdout
    refused = workspace.stray("sweep")
    assert (refused.returncode, "no sweep was begun" in refused.stderr) == (20, True), refused.stderr
    url = workspace.ground.scope_toml.split('url = "')[1].split('"')[0]
    pack = ("--pack", workspace.ground.folder / "pack", "--key", workspace.ground.folder / "pack.key")
    probed = workspace.stray("check", url, *pack)
    assert probed.returncode == 2
    assert "nothing was requested" in probed.stderr
    assert '"gates"' in workspace.stray("doctor", "scope.toml", "--format", "json").stdout

    cleared = workspace.stray("stop", "--clear", "--why", "they agree")
    assert cleared.returncode == 0, cleared.stderr
    assert not stop.exists()
    record = [json.loads(line) for line in Path(f"{workspace.database}.stops.jsonl").read_text().splitlines()]
    assert [(line["act"], line["why"][:9]) for line in record] == [("stop", "they rang"), ("clear", "they agre")]
    workspace.edit({r"requests_per_second = [\d.]+": "requests_per_second = 1000.0"})
    again = workspace.stray("sweep", "--format", "json")
    assert again.returncode == 10, again.stderr
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        left = connection.execute("SELECT count(*) FROM skips WHERE reason = 'interrupted' AND sweep_id = ?",
                                  [json.loads(again.stdout)["sweep"]]).fetchall()  # fmt: skip
    assert left == [(0,)]


def test_outside_its_windows_no_sweep_begins_and_it_says_when_one_may(workspace: Workspace) -> None:
    day = time.strftime("%a", time.gmtime(time.time() + 3 * 24 * 3600))
    with workspace.scope.open("a") as file:
        file.write(f'\n[schedule]\nwindows = ["{day} 10:00-11:00"]\ntimezone = "Europe/London"\n')
    told = workspace.stray("sweep")
    assert told.returncode == 20
    assert re.search(r"no sweep was begun: outside the windows of time; the next opens at \d{4}-\d\d-\d\d \d\d:00 UTC",
                     told.stderr)  # fmt: skip
    assert not workspace.database.exists()
    with workspace.started("sweep", "--wait-for-window") as waiting:
        assert waiting.stderr is not None
        assert "waiting for it" in waiting.stderr.readline()
        workspace.stray("stop", "--why", "not today")
        assert waiting.wait(60) == 20
        assert "not today" in waiting.stderr.read()
