"""What happens to a pack after it was built; at any moment it is the old one or the new one."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demo_range.letters import House
from matchers import staging
from matchers.errors import NotAPackError, PackBuildError, PackError, PackKeyError, PackMissingError
from matchers.keys import PackKey
from matchers.letter_marks import LetterMarks
from matchers.normaliser import normalise
from matchers.pack import Pack, open_pack
from matchers.pack_build import Letter, StagedLetter, build_pack, marks_staged_for, staged_marks
from matchers.pack_format import PackParameters
from matchers.pack_life import Change, change_pack, merge_packs, rotate_key, set_thresholds
from matchers.postings import RowKind, kinds_of
from matchers.siphash import Words
from matchers.stored_letter import SIZES_BYTES
from matchers.thresholds import DEFAULT_THRESHOLDS, Thresholds
from matchers.verifying import verify_pack
from tests.matchers.conftest import letters_of, pack_files

KEY, NEW = PackKey(bytes(range(32))), PackKey(b"n" * 32)
PERSON = {"surname": "Example", "forename": "Ada", "date_of_birth": "12/04/1980", "clinic": "south"}


def some_letters(count: int = 4, houses: Sequence[House] = (House.IVF,), first: int = 0) -> list[Letter]:
    texts = letters_of(houses, count, first)
    return [Letter(f"L{first + n}", text, PERSON, mark=(n + 1).to_bytes(8, "big")) for n, text in enumerate(texts)]


def rows(pack: Pack) -> tuple[Words, Words]:
    hashes, values = zip(*pack.table.rows(), strict=True)
    return np.concatenate(hashes), np.concatenate(values)


def of_kind(pack: Pack, *kinds: RowKind) -> set[int]:
    hashes, values = rows(pack)
    return set(hashes[np.isin(kinds_of(values), kinds)].tolist())


def ids(pack: Pack) -> list[str]:
    return [pack.letter(number).letter_id for number in range(pack.letters)]


def shingles(pack: Pack, text: str) -> Words:
    return pack.shingles_of(normalise(text))


def whole(folder: Path, key: PackKey = KEY) -> Pack:
    pack = open_pack(folder, key)
    verify_pack(pack, folder)
    assert sorted(path.name.split("-")[0] for path in folder.iterdir()) == ["arrays", "pack.json"]
    return pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build_pack(some_letters(), tmp_path / "pack", KEY)
    return tmp_path / "pack"


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pack, Pack]:
    """The same letters as one build, and one after the other."""
    place = tmp_path_factory.mktemp("grown")
    letters = some_letters(8, list(House))
    build_pack(letters, place / "built", KEY)
    build_pack(letters[:20], place / "grown", KEY)
    for letter in letters[20:]:
        change_pack(place / "grown", KEY, Change([letter]))
    return open_pack(place / "built", KEY), whole(place / "grown")


def test_letters_added_one_by_one_teach_nearly_the_same_templates(grown: tuple[Pack, Pack]) -> None:
    built, added = (of_kind(pack, RowKind.TEMPLATE) for pack in grown)
    assert len(built & added) > 0.95 * len(built)
    assert not added - built
    few_built, few_added = (of_kind(pack, RowKind.FEW) for pack in grown)
    assert len(few_built & few_added) > 0.85 * len(few_built)


def test_letters_added_one_by_one_are_all_there(grown: tuple[Pack, Pack]) -> None:
    built, added = grown
    assert ids(added) == ids(built)
    for number in range(built.letters):
        one, other = built.letter(number), added.letter(number)
        assert one.places().tolist() == other.places().tolist()
        assert one.shapes().lengths.tolist() == other.shapes().lengths.tolist()
        assert one.anchors() == other.anchors()
        assert (one.sizes.mark, one.sizes.content) == (other.sizes.mark, other.sizes.content)
    assert added.manifest.history.added == 28
    assert added.manifest.history.built_letters == 20


def test_what_an_old_letter_had_alone_is_shared_once_a_new_one_has_it(folder: Path) -> None:
    before = of_kind(open_pack(folder, KEY), RowKind.UNIQUE)
    text = some_letters()[0].text
    change_pack(folder, KEY, Change([Letter("again", text.replace("2", "3"))]))
    pack = whole(folder)
    still = of_kind(pack, RowKind.UNIQUE)
    assert len(still & before) < len(before)
    assert not still & of_kind(pack, RowKind.SHARED, RowKind.FEW, RowKind.TEMPLATE)


@pytest.mark.parametrize("together", [True, False])
def test_copies_that_come_later_do_not_turn_a_letter_into_template(folder: Path, together: bool) -> None:
    text = some_letters()[1].text
    before = of_kind(open_pack(folder, KEY), RowKind.TEMPLATE, RowKind.FEW)
    copies = [Letter(f"copy {n}", f"{text}\nCopied to: Dr {name}") for n, name in enumerate(("Vale", "Mere", "Dene"))]
    for batch in [copies] if together else [[copy] for copy in copies]:
        done = change_pack(folder, KEY, Change(batch))
        assert done.pack is not None
        assert all({"L1"} < set(group) for group in done.pack.copies)
        assert len(done.pack.copies) == len(batch)
    pack = whole(folder)
    own = shingles(pack, text)
    assert set(own.tolist()) & of_kind(pack, RowKind.TEMPLATE, RowKind.FEW) <= before


def test_erasing_leaves_no_sealed_byte_and_no_row(folder: Path) -> None:
    before = open_pack(folder, KEY)
    parts = [bytes(before._arrays[name]) for name in ("salts", "letter_sizes")]
    salt, sizes = parts[0][16:32], parts[1][SIZES_BYTES : 2 * SIZES_BYTES]
    letter = before.letter(1).sizes
    tokens = before._arrays["token_hashes"][letter.token_start : letter.token_start + letter.tokens].tobytes()
    assert change_pack(folder, KEY, Change(erase=["L1"])).erased == 1
    pack = whole(folder)
    assert ids(pack) == ["L0", "L2", "L3"]
    lying = b"".join(path.read_bytes() for path in pack_files(folder))
    assert salt not in lying
    assert sizes not in lying
    assert tokens[:16] not in lying
    found = pack.look_up(shingles(pack, some_letters()[1].text)).postings
    assert set(found.letter.tolist()) <= {0, 1, 2}
    places = [pack.letter(number).sizes.symbols for number in range(3)]
    assert places == [before.letter(number).sizes.symbols for number in (0, 2, 3)]


def test_no_letter_keeps_its_salt_in_a_new_generation(folder: Path) -> None:
    before = set(map(bytes, open_pack(folder, KEY)._arrays["salts"].reshape(-1, 16)))
    change_pack(folder, KEY, Change(some_letters(1, first=9)))
    after = set(map(bytes, open_pack(folder, KEY)._arrays["salts"].reshape(-1, 16)))
    assert len(after) == 5
    assert not before & after


def test_a_letter_is_replaced_without_counting_twice(folder: Path) -> None:
    before = of_kind(open_pack(folder, KEY), RowKind.TEMPLATE)
    letter = some_letters()[2]
    for number in range(5):
        changed = replace(letter, text=f"{letter.text} Addendum {number}.", mark=bytes([100 + number] * 8))
        assert change_pack(folder, KEY, Change([changed], replaces=True)).replaced == 1
    pack = whole(folder)
    assert sorted(ids(pack)) == ["L0", "L1", "L2", "L3"]
    assert not of_kind(pack, RowKind.TEMPLATE) - before
    assert pack.marks().number_of("L2", bytes([104] * 8)) is not None


def test_what_can_not_be_done_changes_nothing(folder: Path, tmp_path: Path) -> None:
    before = (folder / "pack.json").read_bytes()
    twice = [Letter("new", "one text"), Letter("new", "another text")]
    for change, said in (
        (Change([replace(some_letters()[0], text="other")]), "1 of these letters are in the pack"),
        (Change(erase=["L0", "nobody"]), "1 of 2 ids are not in the pack; nothing was erased"),
        (Change(erase=["L0", "L1", "L2", "L3"]), "no letter would be left"),
        (Change(twice), "given twice"),
        (Change([StagedLetter("new", b"markmark")]), "run the command again"),
    ):
        with pytest.raises(PackBuildError, match=said):
            change_pack(folder, KEY, change)
        assert (folder / "pack.json").read_bytes() == before
    with pytest.raises(PackKeyError):
        change_pack(folder, NEW, Change(erase=["L0"]))
    with pytest.raises(PackMissingError):
        change_pack(tmp_path / "none", KEY, Change())
    with pytest.raises(NotAPackError):
        change_pack(tmp_path, KEY, Change())
    assert change_pack(folder, KEY, Change()).pack is None
    assert (folder / "pack.json").read_bytes() == before


def test_two_at_once_are_refused(folder: Path) -> None:
    def letters() -> Iterator[Letter]:
        for attempt in (lambda: change_pack(folder, KEY, Change()), lambda: rotate_key(folder, KEY, NEW)):
            with pytest.raises(PackBuildError, match="another build"):
                attempt()
        yield Letter("new", "a text of its own")

    assert change_pack(folder, KEY, Change(letters())).added == 1


def test_two_packs_become_one(tmp_path: Path) -> None:
    letters = some_letters(12, [House.IVF, House.PLAIN])
    build_pack(letters, tmp_path / "built", KEY)
    build_pack(letters[::2], tmp_path / "one", KEY)
    build_pack([*letters[1::2], letters[0]], tmp_path / "two", KEY)
    assert merge_packs(tmp_path / "one", tmp_path / "two", KEY).added == 12
    built, merged = open_pack(tmp_path / "built", KEY), whole(tmp_path / "one")
    assert set(ids(merged)) == set(ids(built))
    assert len(ids(merged)) == 24
    template, taught = of_kind(built, RowKind.TEMPLATE), of_kind(merged, RowKind.TEMPLATE)
    assert len(template & taught) > 0.9 * len(template)
    assert len(taught - template) < 0.05 * len(template), "a letter of both packs has been counted in both"
    assert merged.letter(20).anchors() == merged.letter(1).anchors()
    assert merge_packs(tmp_path / "one", tmp_path / "two", KEY).pack is None


def test_packs_that_do_not_go_together_are_not_merged(folder: Path, tmp_path: Path) -> None:
    build_pack([Letter("L0", "another text under this id, and long enough")], tmp_path / "differs", KEY)
    build_pack(some_letters(), tmp_path / "window", KEY, PackParameters(window=6))
    build_pack(some_letters(), tmp_path / "rotated", NEW)
    rotate_key(tmp_path / "rotated", NEW, KEY)
    build_pack(some_letters(), tmp_path / "key", NEW)
    for other, said in (
        ("differs", "1 letters are in both packs"),
        ("window", "other parameters"),
        ("rotated", "key was rotated"),
        ("key", "another key"),
    ):
        with pytest.raises(PackError, match=said):
            merge_packs(folder, tmp_path / other, KEY)
    assert whole(folder).letters == 4


def test_after_a_rotation_only_the_new_key_opens_the_pack_and_it_finds_the_same(folder: Path) -> None:
    before = open_pack(folder, KEY)
    hashes, values = rows(before)
    texts = [letter.text for letter in some_letters()]
    found = [before.look_up(shingles(before, text)) for text in texts]
    rotate_key(folder, KEY, NEW)
    with pytest.raises(PackKeyError, match="another key"):
        open_pack(folder, KEY)
    pack = whole(folder, NEW)
    for text, earlier in zip(texts, found, strict=True):
        now = pack.look_up(shingles(pack, text))
        assert (now.kinds == earlier.kinds).all()
        assert (now.counts == earlier.counts).all()
        places = (sorted(zip(look.postings.document, look.postings.letter, strict=True)) for look in (now, earlier))
        assert next(places) == next(places)
    new_hashes, new_values = rows(pack)
    assert not set(new_hashes.tolist()) & set(hashes.tolist()), "hashes made with the old key are nowhere"
    assert sorted(new_values.tolist()) == sorted(values.tolist())
    assert pack.letter(0).anchors() == before.letter(0).anchors()


def test_a_rotated_pack_lives_on(folder: Path, tmp_path: Path) -> None:
    rotate_key(folder, KEY, NEW)
    change_pack(folder, NEW, Change(some_letters(2, first=7)))
    rotate_key(folder, NEW, KEY)
    change_pack(folder, KEY, Change(erase=["L8"]))
    pack = whole(folder)
    assert ids(pack) == ["L0", "L1", "L2", "L3", "L7"]
    own = pack.look_up(shingles(pack, some_letters(1, first=7)[0].text))
    assert 4 in own.postings.letter
    with pytest.raises(PackKeyError, match="the new key is the key"):
        rotate_key(folder, KEY, KEY)


def test_packs_that_were_rotated_alike_still_go_together(folder: Path, tmp_path: Path) -> None:
    build_pack(some_letters(2, first=20), tmp_path / "other", KEY)
    rotate_key(folder, KEY, NEW)
    rotate_key(tmp_path / "other", KEY, NEW)
    assert merge_packs(folder, tmp_path / "other", NEW).added == 2
    assert whole(folder, NEW).letters == 6


def test_thresholds_stay_through_every_change(folder: Path, tmp_path: Path) -> None:
    assert open_pack(folder, KEY).thresholds == DEFAULT_THRESHOLDS
    own = Thresholds(whole=99.0)
    set_thresholds(folder, KEY, own)
    change_pack(folder, KEY, Change(erase=["L0"]))
    rotate_key(folder, KEY, NEW)
    assert whole(folder, NEW).thresholds == own
    build_pack(some_letters(1, first=30), tmp_path / "other", KEY)
    rotate_key(tmp_path / "other", KEY, NEW)
    stricter = replace(own, whole=1.0, alone=77.0)
    set_thresholds(tmp_path / "other", NEW, stricter)
    merge_packs(folder, tmp_path / "other", NEW)
    assert whole(folder, NEW).thresholds == replace(own, alone=77.0)
    set_thresholds(folder, NEW, None)
    assert open_pack(folder, NEW).manifest.thresholds is None


CHANGES = """
import os, signal, sys
from pathlib import Path
import matchers.pack_build, matchers.pack_format
import matchers.pack_life as life
from tests.matchers.test_pack_life import KEY, NEW, some_letters
folder, what, moment, calls = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
room = next(each for each in (matchers.pack_build, matchers.pack_format) if hasattr(each, moment))
true = getattr(room, moment)

def die(*arguments, **named):
    global calls
    calls -= 1
    if not calls:
        os.kill(os.getpid(), signal.SIGKILL)
    return true(*arguments, **named)

setattr(room, moment, die)
if what == "change":
    life.change_pack(folder, KEY, life.Change(some_letters(2, first=5), ["L0"]))
elif what == "rotate":
    life.rotate_key(folder, KEY, NEW)
else:
    life.merge_packs(folder, folder.with_name("other"), KEY)
"""


def in_a_process(program: str, *arguments: str | Path) -> int:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, check=False, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}).returncode


@pytest.mark.slow
@pytest.mark.parametrize("what", ["change", "rotate", "merge"])
@pytest.mark.parametrize(("moment", "call"), [("digest_file", 3), ("write_manifest", 1), ("remove_leftovers", -1)])
def test_killed_at_any_moment_a_change_leaves_the_old_pack_or_the_new_one(
    tmp_path: Path, folder: Path, what: str, moment: str, call: int
) -> None:
    build_pack(some_letters(2, first=40), tmp_path / "other", KEY)
    last = 2 if what == "change" else 1
    assert in_a_process(CHANGES, folder, what, moment, str(last if call < 0 else call)) == -signal.SIGKILL
    is_new = moment == "remove_leftovers"
    key = NEW if is_new and what == "rotate" else KEY
    pack = open_pack(folder, key)
    verify_pack(pack, folder)
    assert pack.letters == {"change": 5, "rotate": 4, "merge": 6}[what] if is_new else 4
    change_pack(folder, key, Change(erase=[ids(pack)[-1]]))
    assert whole(folder, key).letters == pack.letters - 1


FULL = """
import resource, signal, sys
from pathlib import Path
from matchers.errors import PackBuildError
from matchers.pack_life import Change, change_pack
from tests.matchers.test_pack_life import KEY, some_letters
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
letters = some_letters(40, first=5)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    change_pack(Path(sys.argv[1]), KEY, Change(letters))
except PackBuildError as error:
    assert "can not be written" in str(error), error
    sys.exit(7)
"""


@pytest.mark.parametrize("size", [4_000, 60_000, 300_000])
def test_a_full_disk_leaves_the_old_pack(folder: Path, size: int) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert in_a_process(FULL, folder, str(size)) == 7
    assert open_pack(folder, KEY).letters == 4
    change_pack(folder, KEY, Change(some_letters(1, first=5)))
    assert whole(folder).letters == 5


def cut_short(letters: Sequence[Letter]) -> Iterator[Letter]:
    yield from letters
    raise KeyboardInterrupt


def named(letters: Sequence[Letter], staged: LetterMarks) -> list[StagedLetter]:
    return [
        StagedLetter(letter.letter_id, letter.mark)
        for letter in letters
        if staged.number_of(letter.letter_id, letter.mark) is not None
    ]


def test_what_a_killed_run_had_read_is_named_and_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "LETTERS_A_BATCH", 2)
    monkeypatch.setattr("matchers.pack_build.LETTERS_TOGETHER", 2)
    letters = some_letters(5, first=10)
    with pytest.raises(KeyboardInterrupt):
        change_pack(folder, KEY, Change(cut_short(letters[:4])))
    pack = open_pack(folder, KEY)
    read = named(letters, marks_staged_for(folder, pack.keyring, pack.parameters))
    assert len(read) == 4
    assert change_pack(folder, KEY, Change([*read[:3], letters[4]])).added == 4, "one is not wanted any more"
    assert ids(whole(folder))[-4:] == ["L10", "L11", "L12", "L14"]


def test_a_killed_build_is_taken_up_under_the_same_key_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "LETTERS_A_BATCH", 2)
    monkeypatch.setattr("matchers.pack_build.LETTERS_TOGETHER", 2)
    letters, fresh = some_letters(5, first=10), folder.with_name("fresh")
    with pytest.raises(KeyboardInterrupt):
        build_pack(cut_short(letters[:4]), fresh, KEY)
    assert not named(letters, staged_marks(fresh, NEW))
    assert not named(letters, staged_marks(fresh, KEY, PackParameters(window=6)))
    read = named(letters, staged_marks(fresh, KEY))
    assert build_pack([letters[4], *read], fresh, KEY).letters == 5
    assert sorted(ids(whole(fresh))) == ["L10", "L11", "L12", "L13", "L14"]
    with pytest.raises(KeyboardInterrupt):
        build_pack(cut_short(letters[:4]), fresh, KEY)
    assert len(list(fresh.iterdir())) == 3
    build_pack(letters[:1], fresh, NEW)
    assert whole(fresh, NEW).letters == 1, "what waited under another key is gone"
