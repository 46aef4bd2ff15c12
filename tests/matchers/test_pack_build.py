"""Building packs: the same everywhere, private, and whole at any moment."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_range.letters import House, known_letters
from matchers import staging
from matchers.errors import NotAPackError, PackBuildError, PackError
from matchers.keys import PackKey
from matchers.normaliser import normalise
from matchers.pack import open_pack
from matchers.pack_build import LETTERS_TOGETHER, Letter, build_pack
from matchers.pack_format import ARRAYS, MANIFEST, STEADY, PackParameters
from tests.matchers.conftest import letters_of, pack_files

BUILD = """
import sys
from pathlib import Path
from demo_range.letters import known_letters
from matchers.keys import PackKey
from matchers.pack_build import Letter, build_pack

letters = [Letter(letter.letter_id, letter.text) for letter in known_letters(1, 2)]
print(build_pack(letters, Path(sys.argv[1]), PackKey(bytes(range(32)))).pack_id)
"""


def some_letters(count: int = 3) -> list[Letter]:
    return [Letter(f"L{number}", text) for number, text in enumerate(letters_of([House.IVF], count))]


def contents(pack: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in pack_files(pack) if path.name != MANIFEST}


@pytest.mark.slow
def test_two_processes_build_the_same_pack_but_for_salts(tmp_path: Path) -> None:
    ids = []
    for name, seed in (("one", "1"), ("two", "2")):
        command = [sys.executable, "-c", BUILD, str(tmp_path / name)]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": seed}
        )
        ids.append(done.stdout.strip())
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert ids[0] == ids[1]
    assert set(one) == {f"{name}.bin" for name in ARRAYS}
    assert {name for name in one if one[name] and one[name] == two[name]} == {f"{name}.bin" for name in STEADY}


def test_batches_leave_no_trace(tmp_path: Path, key: PackKey) -> None:
    texts = letters_of(list(House), 13)
    assert len(texts) > LETTERS_TOGETHER
    letters = [Letter(f"L{number}", text) for number, text in enumerate(texts)]
    seen: list[int] = []
    build_pack(letters, tmp_path / "one", key, progress=seen.append)
    build_pack([*letters[1:], letters[0]], tmp_path / "two", key)
    assert seen == [LETTERS_TOGETHER, len(texts)]
    same = {"table_directory.bin", "table_remainders.bin"}
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert {name: one[name] for name in same} == {name: two[name] for name in same}


def test_no_text_no_name_and_no_identifier_is_in_any_file(tmp_path: Path, key: PackKey) -> None:
    letters = known_letters(1, 3)
    pack = tmp_path / "pack"
    build_pack((Letter(letter.letter_id, letter.text) for letter in letters), pack, key)
    everything = b"\n".join(path.read_bytes() for path in pack_files(pack))
    for letter in letters:
        folded = "".join(map(chr, normalise(letter.text).symbols.tolist()))
        for text in [*letter.identifiers, *letter.text.split("\n"), *(folded[at : at + 8] for at in range(0, 400, 8))]:
            if len(text) >= 6:
                assert text.encode() not in everything
                assert text.encode("utf-16-le") not in everything
                assert text.encode("utf-32-le") not in everything
    assert key.master not in everything
    assert key.master.hex().encode() not in everything


@pytest.mark.parametrize("umask", [0, 0o777])
def test_only_the_owner_can_read_a_pack_whatever_the_umask(
    tmp_path: Path, key: PackKey, umask: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "LETTERS_A_BATCH", 1)
    pack = tmp_path / "pack"
    pack.mkdir(0o755)
    modes: list[int] = []

    def letters() -> Iterator[Letter]:
        yield from some_letters(LETTERS_TOGETHER)
        modes.extend(stat.S_IMODE(path.stat().st_mode) for path in pack.rglob("*"))

    before = os.umask(umask)
    try:
        build_pack(letters(), pack, key)
    finally:
        os.umask(before)
    assert set(modes) == {0o600, 0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in pack_files(pack)} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (pack, *pack.glob("arrays-*"))} == {0o700}


def test_the_id_of_a_pack_hangs_on_every_letter(tmp_path: Path, key: PackKey) -> None:
    letters = some_letters()
    other = [*letters[:2], Letter(letters[2].letter_id, letters[2].text.replace("2", "3"))]
    named = [*letters[:2], Letter("other", letters[2].text)]
    ids = [build_pack(given, tmp_path / "pack", key).pack_id for given in (letters, letters, other, named)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_the_summary_counts(tmp_path: Path, key: PackKey) -> None:
    pack = tmp_path / "pack"
    summary = build_pack([*some_letters(), Letter("short", "Dear Sir"), Letter("empty", "")], pack, key)
    assert summary.letters == 5
    assert summary.too_short == ("short", "empty")
    assert summary.size == sum(len(content) for content in contents(pack).values())
    assert summary.bytes_per_letter == pytest.approx(summary.size / 5)
    opened = open_pack(pack, key)
    assert (opened.pack_id, opened.letters, opened.shingles) == (summary.pack_id, 5, summary.shingles)


def test_building_again_replaces_the_pack_and_leaves_nothing_behind(tmp_path: Path, key: PackKey) -> None:
    pack = tmp_path / "pack"
    build_pack(some_letters(2), pack, key)
    still_open = open_pack(pack, key)
    (pack / "building-dead").mkdir()
    (pack / "building-dead" / "index_hashes.bin").write_bytes(b"cut")
    build_pack(some_letters(3), pack, key)
    assert open_pack(pack, key).letters == 3
    assert still_open.letter(1).letter_id == "L1"
    assert len(list(pack.iterdir())) == 2


def test_a_build_that_fails_leaves_the_old_pack(tmp_path: Path, key: PackKey) -> None:
    pack = tmp_path / "pack"
    build_pack(some_letters(2), pack, key)

    def failing() -> Iterator[Letter]:
        yield from some_letters(3)
        raise RuntimeError("the disk with the letters is gone")

    with pytest.raises(RuntimeError):
        build_pack(failing(), pack, key)
    assert open_pack(pack, key).letters == 2
    assert len(list(pack.iterdir())) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from demo_range.letters import known_letters
import matchers.pack_build as build
import matchers.pack_format
from matchers.keys import PackKey

calls = int(sys.argv[3])
room = next(each for each in (build, matchers.pack_format) if hasattr(each, sys.argv[2]))
true = getattr(room, sys.argv[2])

def die(*arguments, **named):
    global calls
    calls -= 1
    if not calls:
        os.kill(os.getpid(), signal.SIGKILL)
    return true(*arguments, **named)

setattr(room, sys.argv[2], die)
letters = [build.Letter(letter.letter_id, letter.text) for letter in known_letters(1, 1)]
build.build_pack(letters, Path(sys.argv[1]), PackKey(bytes(range(32))))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "call"),
    [
        ("stage", 1), ("Rewriting", 1), ("digest_file", 1), ("sync_folder", 1), ("write_manifest", 1),
        ("remove_leftovers", 1), ("remove_leftovers", 2),
    ],
)  # fmt: skip
def test_killed_at_any_moment_it_leaves_the_old_pack_or_the_new_one(
    tmp_path: Path, key: PackKey, moment: str, call: int
) -> None:
    pack = tmp_path / "pack"
    build_pack(some_letters(2), pack, key)
    done = subprocess.run([sys.executable, "-c", KILLED, str(pack), moment, str(call)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert open_pack(pack, key).letters == (6 if call == 2 else 2)
    build_pack(some_letters(3), pack, key)
    assert open_pack(pack, key).letters == 3
    assert len(list(pack.iterdir())) == 2


def test_a_killed_first_build_can_be_repeated(tmp_path: Path, key: PackKey) -> None:
    pack = tmp_path / "pack"
    subprocess.run([sys.executable, "-c", KILLED, str(pack), "write_manifest", "1"], check=False)
    with pytest.raises(NotAPackError):
        open_pack(pack, key)
    build_pack(some_letters(1), pack, key)
    assert open_pack(pack, key).letters == 1


def test_what_is_not_a_pack_is_left_alone(tmp_path: Path, key: PackKey) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "a.txt").write_text("Dear Mrs Example")
    file = tmp_path / "file"
    file.write_text("something")
    other = tmp_path / "other"
    other.mkdir()
    (other / MANIFEST).write_text(json.dumps({"format": "something else"}))
    for place in (letters, file, other):
        with pytest.raises(NotAPackError, match="not a"):
            build_pack(some_letters(1), place, key)
    assert (letters / "a.txt").read_text() == "Dear Mrs Example"
    assert [path.name for path in letters.iterdir()] == ["a.txt"]


def test_an_empty_folder_may_become_a_pack(tmp_path: Path, key: PackKey) -> None:
    (tmp_path / "pack").mkdir()
    assert build_pack(some_letters(1), tmp_path / "pack", key).letters == 1


def test_a_second_build_at_the_same_time_is_refused(tmp_path: Path, key: PackKey) -> None:
    pack = tmp_path / "pack"

    def letters() -> Iterator[Letter]:
        with pytest.raises(PackBuildError, match="another build"):
            build_pack(some_letters(1), pack, key)
        yield from some_letters(2)

    assert build_pack(letters(), pack, key).letters == 2


def test_letters_that_make_no_pack(tmp_path: Path, key: PackKey) -> None:
    pack = tmp_path / "pack"
    with pytest.raises(PackBuildError, match="no letters"):
        build_pack([], pack, key)
    twice = [Letter("patient-7", "one text"), Letter("patient-7", "another text")]
    with pytest.raises(PackBuildError, match="twice") as caught:
        build_pack(twice, pack, key)
    assert "patient-7" not in str(caught.value)
    with pytest.raises(PackError):
        open_pack(pack, key)


def test_a_folder_that_can_not_be_made_is_an_error_of_this_room(tmp_path: Path, key: PackKey) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PackError):
        build_pack(some_letters(1), tmp_path / "file" / "pack", key)


def test_parameters_are_kept(tmp_path: Path, key: PackKey) -> None:
    parameters = PackParameters(shingle_symbols=9, window=6, frequent_from=3)
    build_pack(some_letters(2), tmp_path / "pack", key, parameters)
    assert open_pack(tmp_path / "pack", key).parameters == parameters
