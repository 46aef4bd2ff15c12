"""The database key: made once, private, and never replaced under a database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from findings.database import check_key
from findings.errors import DatabaseKeyError
from findings.keys import KEY_BYTES, DatabaseKey, load_or_create_database_key
from tests.findings.conftest import Estate, letter

KEY = DatabaseKey(bytes(range(KEY_BYTES)))


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "workspace" / "findings.key"
    first = load_or_create_database_key(path, database_exists=False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == KEY_BYTES
    assert load_or_create_database_key(path, database_exists=True) == first
    assert list(path.parent.iterdir()) == [path]


def test_no_new_key_for_a_database_that_has_lost_its_own(tmp_path: Path) -> None:
    with pytest.raises(DatabaseKeyError, match="key of this database is gone"):
        load_or_create_database_key(tmp_path / "findings.key", database_exists=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"short", bytes(KEY_BYTES + 1)])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "findings.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(DatabaseKeyError, match="not a database key"):
        load_or_create_database_key(path, database_exists=False)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "findings.key"
    path.write_bytes(bytes(KEY_BYTES))
    path.chmod(0o644)
    with pytest.raises(DatabaseKeyError, match="chmod 600"):
        load_or_create_database_key(path, database_exists=False)


def test_of_two_who_begin_at_once_both_get_the_same_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from findings.keys import load_or_create_database_key as load; "
        "sys.stdout.write(load(Path(sys.argv[1]), database_exists=False).check_value())"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "findings.key")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (process.communicate()[0] for process in both)
    assert first == second
    assert len(first) == 32


def test_a_finding_id_is_the_same_for_every_spelling_of_a_place() -> None:
    plain = KEY.finding_id("https://files.example.org/a%20b.pdf", "", "letter:1")
    assert plain == KEY.finding_id("HTTPS://Files.Example.org:443/a%20b.pdf#page=2", "", "letter:1")
    assert plain == KEY.finding_id("https://files.example.org/a%20b.pdf?X-Amz-Signature=0&X-Amz-Date=1", "", "letter:1")
    assert len(plain) == 32


def test_a_finding_id_differs_by_place_member_letter_and_key() -> None:
    ids = {
        KEY.finding_id("https://files.example.org/a", "", "letter:1"),
        KEY.finding_id("https://files.example.org/b", "", "letter:1"),
        KEY.finding_id("https://files.example.org/a", "m", "letter:1"),
        KEY.finding_id("https://files.example.org/a", "", "letter:2"),
        KEY.finding_id("https://files.example.org/a", "", "verdict:same_template"),
        KEY.finding_id("https://files.example.org/a", "mletter:1", ""),
        DatabaseKey(bytes(KEY_BYTES)).finding_id("https://files.example.org/a", "", "letter:1"),
    }
    assert len(ids) == 7


def test_the_key_shows_in_no_text() -> None:
    secret = bytes(range(KEY_BYTES))
    assert secret.hex() not in repr(KEY) + KEY.check_value()
    assert repr(secret) not in repr(KEY)


def test_a_wrong_key_is_noticed_before_a_sweep(fresh_estate: Estate) -> None:
    estate = fresh_estate
    check_key(estate.database, estate.key)  # no database yet
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    check_key(estate.database, estate.key)
    with pytest.raises(DatabaseKeyError, match="another database key"):
        check_key(estate.database, DatabaseKey(bytes(KEY_BYTES)))
