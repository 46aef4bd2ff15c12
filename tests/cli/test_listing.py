from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.cli.conftest import run_stray

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

NGINX = """<html>\r\n<head><title>Index of /pub/</title></head>\r\n<body>\r\n<h1>Index of /pub/</h1><hr><pre><a href="../">../</a>\r
<a href="sub%20dir/">sub dir/</a>                           02-Jan-2023 03:04                   -\r
<a href="letter.pdf">letter.pdf</a>                         02-Jan-2023 03:04              149504\r
<a href="big.iso">big.iso</a>                               02-Jan-2023 03:04                1.2G\r
</pre><hr></body>\r\n</html>\r\n"""  # noqa: E501 - as the server writes it
FTP = (
    b"total 12\r\n-rw-r--r--   1 own  grp       149504 Jan  2  2023 l\xe9tter.pdf\r\n"
    b"drwxr-xr-x   2 own  grp         4096 Jan  2  2023 sub dir\r\nwhat is this\r\n"
)


def test_a_page_is_shown_as_a_table_that_fits(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(NGINX)
    told = run_stray("listing", "page.html", "--url", "https://files.example.org/pub/", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    rows = [[word for word in line.split() if word != "text"] for line in told.stdout.splitlines()]
    assert rows == [
        ["kind", "size", "modified", "from", "name"],
        ["directory", "2023-01-02", "03:04", "sub", "dir"],
        ["file", "149,504", "2023-01-02", "03:04", "letter.pdf"],
        ["file", "~1,288,490,189", "2023-01-02", "03:04", "big.iso"],
    ]
    assert max(map(len, told.stdout.splitlines())) <= 80
    assert "a listing of 3 rows (2 file, 1 directory), 0 not read" in told.stderr


def test_json_has_one_object_a_line_the_listing_first(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(NGINX)
    told = run_stray("listing", "page.html", "--format", "json", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    head, *rows = map(json.loads, told.stdout.splitlines())
    assert head == {"is_listing": True, "rows": 3, "unread": 0, "next_url": None, "ends_early": None}
    assert {key: rows[1][key] for key in ("kind", "name", "url", "size", "size_exact", "modified")} == {
        "kind": "file",
        "name": "letter.pdf",
        "url": "http://localhost/letter.pdf",
        "size": 149_504,
        "size_exact": True,
        "modified": "2023-01-02T03:04:00",
    }
    assert "--url says where it was" in told.stderr


def test_what_is_no_listing_is_told_and_has_another_exit_code(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html><p>Opening hours</p></html>")
    told = run_stray("listing", "page.html", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (20, "")
    assert "no listing" in told.stderr


def test_a_page_of_a_bucket_says_where_it_goes_on(tmp_path: Path) -> None:
    row = "<Contents><Key>2024/letter.pdf</Key><Size>7</Size></Contents>"
    text = f"<ListBucketResult><Name>b</Name><IsTruncated>true</IsTruncated>{row}</ListBucketResult>"
    (tmp_path / "page.xml").write_text(text)
    told = run_stray("listing", "page.xml", "--url", "https://b.example/", "--format", "json", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    head, entry = map(json.loads, told.stdout.splitlines())
    assert head["next_url"] == "https://b.example/?marker=2024%2Fletter.pdf"
    assert entry["url"] == "https://b.example/2024/letter.pdf"
    assert "goes on at https://b.example/?marker=" in told.stderr


def test_lines_of_an_ftp_server_and_those_that_were_not_read(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_bytes(FTP)
    told = run_stray(
        "listing", "lines.txt", "--ftp", "--url", "ftp://files.example.org/pub", "--format", "json", cwd=tmp_path
    )
    assert told.returncode == 20, told.stderr
    head, *rows = map(json.loads, told.stdout.splitlines())
    assert (head["rows"], head["unread"]) == (2, 1)
    assert [(row["kind"], row["name"], row["url"]) for row in rows[:2]] == [
        ("file", "létter.pdf", "ftp://files.example.org/pub/l%E9tter.pdf"),
        ("directory", "sub dir", "ftp://files.example.org/pub/sub%20dir/"),
    ]
    assert rows[2] == {"unparsed": "what is this", "line": 4}
    (tmp_path / "lines.txt").write_bytes(FTP.replace(b"what is this\r\n", b""))
    assert run_stray("listing", "lines.txt", "--ftp", cwd=tmp_path).returncode == 0


def test_a_wrapped_line_of_vms_is_one_row(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text(
        "Directory DISK$USER:[PUB]\r\n\r\nA_VERY_LONG_NAME_OF_A_LETTER.PDF;1\r\n"
        "                     9/12          2-JAN-2023 03:45:12  [GRP,OWN]  (RWED,RWED,RE,)\r\n"
        "LONELY_NAME_THAT_ENDS_HERE.TXT;2\r\n"
    )
    told = run_stray("listing", "lines.txt", "--ftp", "--format", "json", cwd=tmp_path)
    head, *rows = map(json.loads, told.stdout.splitlines())
    assert (head["rows"], head["unread"]) == (1, 1), told.stdout
    assert rows[0]["name"].startswith("A_VERY_LONG_NAME_OF_A_LETTER.PDF")
    assert rows[1]["line"] == 5


@pytest.mark.parametrize("output", ["table", "json"])
def test_names_can_not_steer_the_terminal(tmp_path: Path, output: str) -> None:
    page = NGINX.replace("letter.pdf", "%1B%5B2J%E2%80%AEfdp.exe")
    (tmp_path / "page.html").write_text(page)
    (tmp_path / "lines.txt").write_bytes(b"\x1b[2J what \xe2\x80\xae is this\r\n" + FTP)
    for arguments in (["page.html"], ["lines.txt", "--ftp"]):
        told = run_stray("listing", *arguments, "--format", output, cwd=tmp_path)
        assert "\x1b" not in told.stdout + told.stderr
        assert "\u202e" not in told.stdout + told.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.html"], "no such file"),
        (["."], "no such file"),
        (["page.html", "--url", "files.example.org"], "--url wants an address such as http://localhost/"),
        (["page.html", "--url", "http://[::1"], "--url wants an address"),
        (
            ["page.html", "--ftp", "--url", "http://files.example.org/"],
            "--url wants an address such as ftp://localhost/",
        ),
        (["https://files.example.org/", "--ftp"], "are for a FILE"),
        (["https://files.example.org/"], "scope.toml"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "page.html").write_text(NGINX)
    told = run_stray("listing", *arguments, cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr


def test_a_url_is_asked_once_and_names_are_masked_unless_revealed(workspace: Workspace) -> None:
    place = next(place for place in workspace.ground.answer_key.planted if place.area == "open_directory")
    folder, _, name = workspace.ground.url(place).rpartition("/")
    told = workspace.stray("listing", folder + "/")
    assert told.returncode == 0, told.stderr
    assert unquote(name) not in told.stdout + told.stderr
    assert "a listing of" in told.stderr
    masked = workspace.stray("listing", folder + "/", "--format", "json")
    assert unquote(name) not in masked.stdout
    assert name not in masked.stdout
    shown = workspace.stray("listing", folder + "/", "--format", "json", "--reveal")
    assert unquote(name) in [json.loads(line).get("name") for line in shown.stdout.splitlines()]
    assert (workspace.folder / "findings.duckdb.reveals.jsonl").read_text().count("\n") == 1
    assert [line["status"] for line in workspace.conduct("listing")] == [200] * 3


def test_a_url_needs_authority_and_outside_the_targets_a_tip_off(workspace: Workspace) -> None:
    place = next(place for place in workspace.ground.answer_key.planted if place.area == "site")
    url = workspace.ground.url(place)
    workspace.only_open_directory()
    refused = workspace.stray("listing", url)
    assert (refused.returncode, "--tip-off REFERENCE" in refused.stderr) == (2, True)
    told = workspace.stray("listing", url, "--tip-off", "CALL-9")
    assert told.returncode == 20, told.stderr
    assert "CALL-9" in (workspace.folder / "findings.duckdb.tip-offs.jsonl").read_text()
    gone = workspace.stray("listing", url + "-nothing", "--tip-off", "CALL-9")
    assert (gone.returncode, "not read: not_found (http_404)" in gone.stderr) == (20, True)
    workspace.edit({r"expires = [\d-]+": "expires = 2020-01-01"})
    assert workspace.stray("listing", url, "--tip-off", "CALL-9").returncode == 30
