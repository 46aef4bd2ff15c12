from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from fetching.conduct import ConductLog, Provenance, Why, keyed_place
from fetching.conduct_pieces import SEAL_EVERY, PieceWriter
from scope.conduct import PlaceForm

URL = "https://files.example.org:8443/letters/Jane%20Roe%201971.pdf?q=Roe"
KEYED = Provenance({"sweep": "s1", "unit": "u1"}, Why.LISTING, PlaceForm.KEYED, b"k" * 32, "https://files.example.org/")


def lines_of(folder: Path) -> list[dict[str, object]]:
    (path,) = folder.iterdir()
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_piece_says_whose_it_is_counts_and_seals_itself(tmp_path: Path) -> None:
    log = ConductLog.sealed(tmp_path / "p", "u1", KEYED)
    log.answered("GET", "https://files.example.org/", 200, 7)
    log.answered("GET", "https://files.example.org/robots.txt", 404, 0)
    log.answered("GET", URL, 200, 12)
    log.failed("GET", URL, "ReadTimeoutError", Why.REDIRECT)
    log.refused(URL, "denied_by_guard")
    log.close()
    log.answered("GET", URL, 200, 12)
    head, *told, end = lines_of(tmp_path / "p")
    assert (head["conduct"], head["piece"], head["unit"]) == (1, 1, "u1")
    assert [line["why"] for line in told] == ["target", "robots", "listing", "redirect", "listing"]
    assert {line["host"] for line in told[2:]} == {"https://files.example.org:8443"}
    assert {line["place"] for line in told[2:]} == {keyed_place(URL, b"k" * 32)}
    (path,) = (tmp_path / "p").iterdir()
    text = path.read_bytes()
    assert end == {"end": 5, "sha256": hashlib.sha256(text[: text.rindex(b'{"end"')]).hexdigest()}
    assert b"Roe" not in text
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert log.requests == 5


@pytest.mark.parametrize(
    ("form", "url", "written"),
    [
        (PlaceForm.CLEAR, URL, {"url": URL}),
        (PlaceForm.CLEAR, "https://u:secret@h.example/x?token=abc#f", {"url": "https://h.example/x"}),
        (PlaceForm.KEYED, "http://[broken", {"host": "", "place": keyed_place("http://[broken", b"k" * 32)}),
    ],
)
def test_places_are_written_as_the_scope_says_and_never_a_credential(
    tmp_path: Path, form: PlaceForm, url: str, written: dict[str, str]
) -> None:
    log = ConductLog.sealed(tmp_path / "p", "u1", Provenance({}, Why.LINK, form, b"k" * 32))
    log.refused(url, "credential_in_url")
    log.close()
    line = lines_of(tmp_path / "p")[1]
    assert {name: line[name] for name in written} == written
    assert "secret" not in json.dumps(line)
    assert "abc" not in json.dumps(line)


def test_another_key_gives_another_place_and_a_fragment_none(tmp_path: Path) -> None:
    assert keyed_place(URL, b"a") != keyed_place(URL, b"b")
    assert keyed_place(URL + "#x", b"a") == keyed_place(URL, b"a")
    ConductLog.sealed(tmp_path / "p", "u1", KEYED).close()
    assert not [*(tmp_path / "p").iterdir()], "who asked for nothing leaves nothing"


def test_a_large_piece_is_compressed_and_the_next_begun(tmp_path: Path) -> None:
    writer = PieceWriter(tmp_path, "u1", {}, piece_bytes=4_000)
    for number in range(2 * SEAL_EVERY):
        writer.write({"at": "2026-11-22T10:00:00.000+00:00", "n": number})
    writer.close()
    packed = sorted(tmp_path.glob("*.jsonl.gz"), key=lambda path: int(path.name.split(".")[1]))
    assert len(packed) > 5
    texts = [gzip.decompress(path.read_bytes()) for path in packed]
    numbers = [json.loads(line)["n"] for text in texts for line in text.splitlines() if b'"n"' in line]
    plain = [json.loads(line).get("n") for path in tmp_path.glob("*.jsonl") for line in path.read_text().splitlines()]
    assert numbers + [number for number in plain if number is not None] == list(range(2 * SEAL_EVERY))
    assert [json.loads(text.splitlines()[0])["piece"] for text in texts] == list(range(1, len(texts) + 1))


def test_a_killed_writer_leaves_what_it_wrote_and_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from fetching.conduct_pieces import PieceWriter\n"
        "writer = PieceWriter(Path(sys.argv[1]), 'u1', {})\n"
        "for n in range(300): writer.write({'at': 'x', 'n': n})\n"
        "print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (path,) = tmp_path.iterdir()
        with path.open("rb") as held, pytest.raises(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        process.kill()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["n"] for line in lines if "n" in line] == list(range(300))
    assert [line["seal"] for line in lines if "seal" in line] == [256]
    with path.open("rb") as free:
        fcntl.flock(free, fcntl.LOCK_EX | fcntl.LOCK_NB)
