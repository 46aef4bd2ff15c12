"""The pack on disk: its files, what pack.json says of them, and how it is written so that no moment is half-way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matchers.errors import NotAPackError, PackDamagedError, PackError, PackKeyError, PackMissingError, PackVersionError
from matchers.keys import PackKey
from matchers.normaliser_version import NORMALISER_VERSION
from matchers.private_files import private_opener
from matchers.thresholds import Thresholds

FORMAT = "stray fingerprint pack"
FORMAT_VERSION = 3
# Of a pack that holds recordings too: a program that knows none would lose them at the next change.
SOUNDS_VERSION = 4
MANIFEST = "pack.json"
BUILDING_PREFIX = "building-"
ARRAYS_PREFIX = "arrays-"
STAGED_PREFIX = "staged-"
SOUNDS_PREFIX = "sounds-"
# A manifest is about 3 kB; a longer file is none.
_LONGEST_MANIFEST = 1 << 20
_DIGEST_BYTES = 16
_DIGEST_CHUNK = 1 << 20

# Every array file and its little-endian element type; docs/fingerprint-pack.md says what each holds.
ARRAYS = {
    "table_directory": "<u1",
    "table_remainders": "<u1",
    "table_values": "<u1",
    "token_hashes": "<u2",
    "token_shapes": "<u1",
    "place_bits": "<u1",
    "letter_ids": "<u1",
    "anchors": "<u1",
    "letter_sizes": "<u1",
    "salts": "<u1",
}
# The same of recordings, which lie in a folder of their own.
SOUND_ARRAYS = {
    "sound_frames": "<u4",
    "sound_index": "<u8",
    "sound_ids": "<u1",
    "sound_sizes": "<u1",
    "sound_salts": "<u1",
}
# Functions of letters, key and parameters; every other file differs from build to build of the same letters.
STEADY = frozenset(["table_directory", "table_remainders"])


@dataclass(frozen=True, slots=True)
class PackParameters:
    """What a pack is built with; the matcher reads it from the pack.

    Attributes:
        shingle_symbols: length of a shingle, a multiple of 3.
        window: shingles of which one is kept, at least.
        frequent_from: letters that share a shingle from which it counts as the organisation's template.
    """

    shingle_symbols: int = 12
    window: int = 8
    frequent_from: int = 4


@dataclass(frozen=True, slots=True)
class PackCounts:
    """How much is in a pack: letters, rows of the table of shingles, template shingles, tokens, anchors by kind."""

    letters: int
    shingles: int
    template_shingles: int
    tokens: int
    anchors: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PackHistory:
    """When a pack was built from its letters' text, and what has happened since.

    Attributes:
        built: the time of the last full build, UTC, ISO 8601.
        built_letters: that it was built of.
        changed: the time of the last change.
        added: letters added since the build, the replaced ones too.
        erased: letters erased since the build, the replaced ones too.
    """

    built: str
    built_letters: int
    changed: str
    added: int = 0
    erased: int = 0


@dataclass(frozen=True, slots=True)
class FileMark:
    """Size and digest of one array file."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class SoundsMark:
    """The known recordings of a pack: their own generation, how many, how much sound (46 ms frames), and files."""

    generation: str
    recordings: int
    frames: int
    files: Mapping[str, FileMark]

    def folder(self, pack: Path) -> Path:
        """Where the files of this generation lie."""
        return pack / f"{SOUNDS_PREFIX}{self.generation}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What pack.json says.

    Attributes:
        sealed_figures: share of a middling letter that others have too, and how many letters show a template that few
            do; sealed under the generation.
        keyring: root and layers of the keys, sealed, once the key has been rotated.
        history: when it was built, and what has happened since.
        columns: free columns of the register, in the order in which anchors name them.
        thresholds: from calibration; the matcher's own where there was none.
        sounds: known recordings; None where there are none.
    """

    pack_id: str
    generation: str
    parameters: PackParameters
    counts: PackCounts
    key_check: str
    sealed_figures: str
    files: Mapping[str, FileMark]
    keyring: str
    history: PackHistory
    columns: tuple[str, ...]
    thresholds: Thresholds | None = None
    sounds: SoundsMark | None = None

    @property
    def format_version(self) -> int:
        """The version of its files."""
        return SOUNDS_VERSION if self.sounds else FORMAT_VERSION

    def arrays_folder(self, pack: Path) -> Path:
        """Where the array files of this generation lie."""
        return pack / f"{ARRAYS_PREFIX}{self.generation}"


def key_check(key: PackKey) -> str:
    """Tells the right key from a wrong one; 64 bits drawn from the key, of no use for finding it."""
    return key.subkey("check")[:8].hex()


def digest_file(path: Path) -> str:
    """The digest that the manifest holds of a file."""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    with path.open("rb") as file:
        while chunk := file.read(_DIGEST_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def array_path(folder: Path, name: str) -> Path:
    """The file of one array."""
    return folder / f"{name}.bin"


def write_manifest(pack: Path, manifest: Manifest) -> None:
    """Put a manifest in place at once: before this the old pack is there, after it the new one."""
    content = {"format": FORMAT, "format_version": manifest.format_version, "normaliser_version": NORMALISER_VERSION}
    content |= asdict(manifest)
    if manifest.sounds is None:
        del content["sounds"]
    fresh = pack / f"{BUILDING_PREFIX}{manifest.generation}.json"
    with open(fresh, "w", encoding="utf-8", opener=private_opener) as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(pack / MANIFEST)
    sync_folder(pack)


def finished_files(building: Path, names: Iterable[str]) -> dict[str, FileMark]:
    """Sizes and digests of files that were written, once the disk has them."""
    files = {}
    for name in names:
        path = array_path(building, name)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        files[name] = FileMark(path.stat().st_size, digest_file(path))
    sync_folder(building)
    return files


def sync_folder(folder: Path) -> None:
    """Make renames in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(pack: Path, generation: str | None = None, staged: str = "") -> None:
    """Remove what earlier or killed builds left, but not the recordings that pack.json names.

    Args:
        pack: its folder, which nobody else changes at this moment.
        generation: whose arrays stay; without one those of pack.json.
        staged: name of the folder of waiting letters that stays.
    """
    named, sounds = _generations(pack)
    if generation is None:
        generation = named
    kept = {f"{ARRAYS_PREFIX}{generation}", f"{SOUNDS_PREFIX}{sounds}", staged, MANIFEST}
    for entry in pack.iterdir():
        if entry.name in kept or not is_part(entry):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _generations(pack: Path) -> tuple[str, str]:
    """Those of pack.json, of letters and recordings; empty where none can be read: then all of it is rubbish."""
    try:
        raw = read_raw_manifest(pack)
    except PackError:
        return "", ""
    sounds = raw.get("sounds")
    return str(raw.get("generation", "")), str(sounds.get("generation", "")) if isinstance(sounds, dict) else ""


def is_part(entry: Path) -> bool:
    """Is this an entry that pack builds make?"""
    return entry.name == MANIFEST or entry.name.startswith(
        (BUILDING_PREFIX, ARRAYS_PREFIX, STAGED_PREFIX, SOUNDS_PREFIX)
    )


def read_manifest(pack: Path, key: PackKey) -> Manifest:
    """Read pack.json and hold the versions and the key against it.

    Raises:
        PackError: one of its kinds, see matchers/errors.py.
    """
    raw = read_raw_manifest(pack)
    _check_versions(pack, raw)
    try:
        manifest = Manifest(
            pack_id=str(raw["pack_id"]),
            generation=str(raw["generation"]),
            parameters=PackParameters(**raw["parameters"]),
            counts=PackCounts(**raw["counts"]),
            key_check=str(raw["key_check"]),
            sealed_figures=str(raw["sealed_figures"]),
            files={name: FileMark(**raw["files"][name]) for name in ARRAYS},
            keyring=str(raw["keyring"]),
            history=PackHistory(**raw["history"]),
            columns=tuple(map(str, raw["columns"])),
            thresholds=Thresholds.read(raw["thresholds"]) if raw["thresholds"] else None,
            sounds=_sounds(raw),
        )
    except (KeyError, TypeError, AttributeError):
        raise PackDamagedError(f"{pack / MANIFEST}: is damaged; restore the pack or build it again") from None
    if manifest.key_check != key_check(key):
        raise PackKeyError(f"{pack}: was built with another key; give the key that it was built with")
    return manifest


def _sounds(raw: dict[str, Any]) -> SoundsMark | None:
    if raw["format_version"] == FORMAT_VERSION:
        return None
    told = raw["sounds"]
    files = {name: FileMark(**told["files"][name]) for name in SOUND_ARRAYS}
    return SoundsMark(str(told["generation"]), int(told["recordings"]), int(told["frames"]), files)


def read_raw_manifest(pack: Path) -> dict[str, Any]:
    """Read pack.json as far as saying that this is a pack.

    Raises:
        PackMissingError, NotAPackError, PackDamagedError: what is there instead.
    """
    path = pack / MANIFEST
    try:
        with path.open("rb") as file:
            raw = json.loads(file.read(_LONGEST_MANIFEST))
    except FileNotFoundError:
        if pack.exists():
            raise NotAPackError(f"{pack}: is not a fingerprint pack; `stray pack build` makes one") from None
        raise PackMissingError(f"{pack}: no such pack; `stray pack build` makes one") from None
    except NotADirectoryError:
        raise NotAPackError(f"{pack}: is a file, not a fingerprint pack") from None
    except OSError as error:
        raise PackDamagedError(f"{path}: can not be read: {error.strerror}") from error
    except ValueError:
        raise PackDamagedError(f"{path}: is damaged; restore the pack or build it again") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise NotAPackError(f"{pack}: is not a fingerprint pack; `stray pack build` makes one")
    return raw


def _check_versions(pack: Path, raw: dict[str, Any]) -> None:
    formats, normalisers = (FORMAT_VERSION, SOUNDS_VERSION), (NORMALISER_VERSION,)
    for what, ours in (("format_version", formats), ("normaliser_version", normalisers)):
        if raw.get(what) not in ours:
            shown = raw.get(what) if isinstance(raw.get(what), int) else "unknown"
            raise PackVersionError(
                f"{pack}: {what.replace('_', ' ')} {shown}, this program reads {' and '.join(map(str, ours))}; "
                "build the pack again"
            )


def check_files(pack: Path, manifest: Manifest, *, digests: bool) -> None:
    """Hold every array file against its size and, if asked for, its digest.

    Raises:
        PackDamagedError: the first file that differs.
    """
    letters, sounds = manifest.arrays_folder(pack), manifest.sounds
    files = [(array_path(letters, name), mark) for name, mark in manifest.files.items()]
    if sounds is not None:
        files += [(array_path(sounds.folder(pack), name), mark) for name, mark in sounds.files.items()]
    for path, mark in files:
        try:
            size = path.stat().st_size
        except OSError:
            raise PackDamagedError(f"{path}: is missing; restore the pack or build it again") from None
        if size != mark.size:
            raise PackDamagedError(f"{path}: has {size} bytes and should have {mark.size}; restore or build it again")
        if digests and digest_file(path) != mark.digest:
            raise PackDamagedError(f"{path}: its content has changed; restore the pack or build it again")
