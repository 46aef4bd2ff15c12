from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from scope.errors import ScopeError
from scope.loader import load_scope
from scope.model import Scope
from scope.reasons import SkipReason

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"

MINIMAL = """
organisation = "Example"
contact = "security@example.org"
[authority]
who = "J. Example"
reference = "IG-1"
expires = 2999-12-31
[pack]
path = "pack"
key = "pack.key"
[[site]]
url = "https://www.example.org/"
tier = "own"
authority = "IG-1"
"""


FTP = (
    MINIMAL
    + """
[[ftp]]
url = "ftp://ftp.example.org/trust/"
tier = "third_party"
anonymous_ftp = true
authority = "IG-1"
"""
)


def problems(tmp_path: Path, text: str) -> str:
    path = tmp_path / "scope.toml"
    path.write_text(text)
    with pytest.raises(ScopeError) as caught:
        load_scope(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_the_example_loads_and_names_every_key_and_every_skip_reason() -> None:
    scope = load_scope(EXAMPLE)
    raw = tomllib.loads(EXAMPLE.read_text())
    assert scope.database.file == EXAMPLE.parent / "findings.duckdb"

    # Set by the loader; and files that would have to lie beside the example.
    unwritten = {"bucket.own_service", "names.own_services", "providers", "speech", "opt_out"}
    unwritten |= {"network.proxy", "network.proxy_login", "network.proxy_ca_file"}

    def missing(model: type[BaseModel], tables: list[Any], where: str) -> list[str]:
        absent = []
        for key, field in model.model_fields.items():
            if f"{where}{key}" in unwritten:
                continue
            values = [table[key] for table in tables if key in table]
            if not values:
                absent.append(f"{where}{key}")
                continue
            for inner in [field.annotation, *getattr(field.annotation, "__args__", ())]:
                if isinstance(inner, type) and issubclass(inner, BaseModel):
                    below = [t for value in values for t in (value if isinstance(value, list) else [value])]
                    absent += missing(inner, below, f"{where}{key}.")
        return absent

    assert missing(Scope, [raw], "") == []
    assert [reason for reason in SkipReason if reason.value not in EXAMPLE.read_text()] == []


def test_the_examples_values_are_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(MINIMAL)
    assert load_scope(tmp_path / "scope.toml").limits == load_scope(EXAMPLE).limits
    assert load_scope(tmp_path / "scope.toml").allowed_skips == load_scope(EXAMPLE).allowed_skips


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(MINIMAL)
    scope = load_scope(tmp_path / "scope.toml")
    assert scope.pack.key == tmp_path / "pack.key"


def test_a_missing_authority_loads_so_that_the_guard_can_refuse(tmp_path: Path) -> None:
    text = MINIMAL.replace('[authority]\nwho = "J. Example"\nreference = "IG-1"\nexpires = 2999-12-31\n', "")
    (tmp_path / "scope.toml").write_text(text)
    assert load_scope(tmp_path / "scope.toml").authority is None


def test_the_last_day_may_stand_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(MINIMAL.replace("2999-12-31", '"2999-12-31"'))
    authority = load_scope(tmp_path / "scope.toml").authority
    assert authority is not None
    assert authority.expires == date(2999, 12, 31)


def test_a_missing_file_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ScopeError, match="no such file; `stray init` makes one"):
        load_scope(tmp_path / "scope.toml")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("", "is empty"),
        ("organisation = ", "is not valid TOML"),
        (MINIMAL.replace('contact = "security@example.org"', ""), "contact: missing; give an address"),
        (MINIMAL + "[limits]\nrequest = 3\n", "limits.request: unknown key; did you mean 'requests'?"),
        (MINIMAL + "[limits]\nzzz = 3\n", "limits.zzz: unknown key; known here: body_bytes, bytes"),
        (MINIMAL + "[[sites]]\nurl = 'https://x.example/'\n", "sites: unknown key; did you mean 'site'?"),
        (MINIMAL + "[ftp]\nurl = 'ftp://x.example/'\n", "ftp: write [[ftp]], with two brackets"),
        (MINIMAL.replace("www.example.org", "www.example.org:0"), "site[1].url:"),
        (MINIMAL + "[limits]\nrequests = 'many'\n", "limits.requests: 'many' is wrong"),
        (MINIMAL + "[limits]\nrequests = 0\n", "limits.requests: 0 is wrong: greater than 0"),
        (MINIMAL.replace('tier = "own"', 'tier = "ours"'), "site[1].tier: 'ours' is wrong"),
        (MINIMAL.replace("2999-12-31", '"soon"'), "authority.expires: 'soon' is wrong"),
        (
            MINIMAL.replace("2999-12-31", "4102444800"),
            "authority.expires: 4102444800 is wrong: not a date; give a date",
        ),
        (MINIMAL.replace("2999-12-31", '"4102444800"'), "authority.expires: '4102444800' is wrong"),
        (MINIMAL.replace("2999-12-31", "4102444800.0"), "authority.expires: 4102444800.0 is wrong"),
        (MINIMAL.replace("2999-12-31", "2999-12-31T00:00:00Z"), "is wrong: not a date"),
        (MINIMAL.replace("https:", "ftp:"), "site[1].url: 'ftp://www.example.org/' is wrong"),
        (MINIMAL.replace("www.example.org", "me:secret@www.example.org"), "carries a user name or password"),
        (
            MINIMAL.replace("example.org/", "example.org/?X-Amz-Signature=s&X-Amz-Date=d"),
            "carries a signature or token",
        ),
        (MINIMAL.replace('"pack.key"', '"pack/my.key"'), "pack.key: lies inside the pack"),
        (MINIMAL + "[orc]\npages = 5\n", "orc: unknown key; did you mean 'ocr'?"),
        (MINIMAL + '[ocr]\ndata = ["."]\n', "ocr.data: the pack's key lies in that folder"),
        (MINIMAL + '[ocr]\nlanguages = ["../eng"]\n', "ocr.languages"),
        (MINIMAL.replace("www.example.org", "192.168.0.9"), '[network] private_addresses = ["192.168.0.9"]'),
        (MINIMAL.replace("www.example.org", "[::1]"), "site[1].url: ::1 is not public"),
        (MINIMAL.replace("www.example.org", "2130706433"), "127.0.0.1 is not public"),
        (MINIMAL + "[network]\nprivate_addresses = ['inside']\n", "network.private_addresses[1]: 'inside' is wrong"),
        (MINIMAL + "allowed_skip = []\n", "site[1].allowed_skip: unknown key"),
        ('allowed_skips = ["notfound"]' + MINIMAL, "allowed_skips[1]: 'notfound' is wrong"),
        (MINIMAL.partition("[[site]]")[0], "names nothing to look at"),
        (MINIMAL + '[[bucket]]\nname = "a b"\ntier = "own"\nauthority = "x"\n', "bucket[1].name: 'a b' is wrong"),
        (FTP.replace("anonymous_ftp = true\n", ""), "ftp[1].anonymous_ftp: missing; that Stray logs in as anonymous"),
        (FTP.replace("= true", "= false"), "ftp[1].anonymous_ftp: is false; Stray logs in as anonymous or not at all"),
        (FTP.replace("= true", "= 'maybe'"), "ftp[1].anonymous_ftp: 'maybe' is wrong"),
        (FTP.replace("anonymous_ftp", "anonymous"), "ftp[1].anonymous: unknown key; did you mean 'anonymous_ftp'?"),
        (FTP.replace("ftp://", "http://"), "ftp[1].url: 'http://ftp.example.org/trust/' is wrong"),
        (FTP.replace("ftp://", "sftp://"), 'give the address of a folder, such as url = "ftp://'),
        (FTP.replace("trust/", "trust/?a"), "ftp[1].url: 'ftp://ftp.example.org/trust/?a' is wrong: an FTP"),
        (FTP.replace("ftp.example", "me:secret@ftp.example"), "ftp[1].url: carries a user name or password"),
        (FTP.replace("ftp.example.org", "10.0.0.1"), "ftp[1].url: 10.0.0.1 is not public"),
        (FTP + "tls = 'never'\n", "ftp[1].tls: 'never' is wrong"),
        (MINIMAL + "render = 'si'\n", "site[1].render: 'si' is wrong: neither true nor false; give true or false"),
        (
            MINIMAL + "robots_reference = ''\n",
            "site[1].robots_reference: '' is wrong: empty; give where the permission is written",
        ),
        ("site = 3" + MINIMAL.partition("[[site]]")[0], "site: 3 is wrong"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(tmp_path: Path, change: str, message: str) -> None:
    assert message in problems(tmp_path, change)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, MINIMAL.replace("contact", "contakt").replace('tier = "own"', ""))
    assert "did you mean 'contact'" in told
    assert "site[1].tier: missing" in told


@pytest.mark.parametrize("text", ["a = " + "[" * 50_000, "a = " + "9" * 5000])
def test_a_file_that_no_parser_reads_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "scope.toml").write_text(text)
    with pytest.raises(ScopeError, match="too long, or too deep"):
        load_scope(tmp_path / "scope.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScopeError, match="can not be read"):
        load_scope(tmp_path / "scope.toml")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ('robots = "ignore"', '"record" (fetch what robots.txt disallows'),
        ('tier = "third_party"\nrobots = "record"', "robots_reference"),
        ('robots_reference = "IG-1"', 'says nothing without robots = "record"'),
    ],
)
def test_robots_is_passed_over_on_record_only(target: str, message: str, tmp_path: Path) -> None:
    text = MINIMAL.replace('tier = "own"\n', "") if "tier" in target else MINIMAL
    assert message in problems(tmp_path, text + target)


@pytest.mark.parametrize("target", ['robots = "record"', 'robots = "record"\nrobots_reference = "IG-1, page 2"'])
def test_ones_own_robots_is_passed_over_by_the_authority(target: str, tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(MINIMAL + target)
    assert load_scope(tmp_path / "scope.toml").site[0].robots == "record"


def test_an_ftp_address_is_a_folder_with_or_without_its_slash(tmp_path: Path) -> None:
    for written in ("ftp://FTP.example.org:21/trust", "ftp://ftp.example.org/trust/", "ftp://ftp.example.org/trust//"):
        (tmp_path / "scope.toml").write_text(FTP.replace("ftp://ftp.example.org/trust/", written))
        (target,) = load_scope(tmp_path / "scope.toml").ftp
        assert target.url == "ftp://ftp.example.org/trust/"


def test_a_password_in_an_address_is_not_printed(tmp_path: Path) -> None:
    for address in ("htp://user:S3CRET@files.example.org/", "https://user:S3CRET@files.example.org:x/"):
        (tmp_path / "scope.toml").write_text(MINIMAL.replace("https://www.example.org/", address))
        with pytest.raises(ScopeError) as caught:
            load_scope(tmp_path / "scope.toml")
        assert "S3CRET" not in str(caught.value)
