"""Neighbours in a listing that look like one batch of a typing house: sound beside its transcript, numbers of jobs.

What is marked here is worth a person's look even where it is not fetched. One listing at a time; time and memory grow
with its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from documents.records import Cue, Entry, EntryKind
from fetching.endings import FAMILIES, Family, family_of
from fetching.naming import has_job_number, is_batch_folder

# Sound that recorders write and music is not kept in: dictation by its ending alone.
_DICTATION_ENDINGS = frozenset(["dss", "ds2", "vox", "msv", "dvf", "trm", "iaf"])
_SOUNDS = frozenset([Family.DICTATION, Family.SOUND])
# Folders whose name alone tells a typing house; the others (Archive, Done, In) do so in company.
_TELLING_FOLDER = re.compile(r"dictat|transcri|typed|typing", re.IGNORECASE)
_COMPANY = 2
# What a typist puts behind the name of the sound: `DM_0012_typed.doc`.
_TYPISTS_SUFFIX = re.compile(r"(?:[ _.-]{1,3}(?:typed|transcript|transcribed|transcription|final|draft|done|letter))+$")
_LOCK_PREFIX = "~$"
# Characters of a name that are compared.
_LONGEST_STEM = 255
_DROPPINGS = re.compile(r"^(?:thumbs\.db|desktop\.ini|~wr[ldas]\d{4}\.tmp)$|\.(?:tmp|bak|wbk|asd)$", re.IGNORECASE)


def marked(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The rows of one listing, those with a cue marked."""
    cues = cues_of(entries)
    if not cues:
        return tuple(entries)
    return tuple(replace(entry, cue=cues[entry.url]) if entry.url in cues else entry for entry in entries)


def cues_of(entries: Sequence[Entry]) -> dict[str, Cue]:
    """The rows of one listing that look like a batch: by URL, the strongest cue of each."""
    found = cues_at([(entry.name, entry.kind) for entry in entries])
    return {entries[place].url: cue for place, cue in found.items()}


def cues_at(rows: Sequence[tuple[str, EntryKind]]) -> dict[int, Cue]:
    """The same for names that are no entries yet: by place in the sequence."""
    files = [(at, name, family_of(name)) for at, (name, kind) in enumerate(rows) if kind is not EntryKind.DIRECTORY]
    documents = {_stem(name) for _, name, family in files if family is Family.DOCUMENT}
    sounds = {_stem(name) for _, name, family in files if family in _SOUNDS}
    paired = (documents & sounds) - {""}
    cues = dict(_folder_cues(rows))
    for at, name, family in files:
        cue = _file_cue(name, family, paired, among_documents=bool(documents))
        if cue is not None:
            cues[at] = cue
    return cues


def _file_cue(name: str, family: Family | None, paired: set[str], *, among_documents: bool) -> Cue | None:
    if family in _SOUNDS:
        is_dictation = name.rpartition(".")[2].lower() in _DICTATION_ENDINGS or _stem(name) in paired
        return Cue.DICTATION_AUDIO if is_dictation or has_job_number(name) else None
    if name.startswith(_LOCK_PREFIX):
        return Cue.WORD_LOCK_FILE
    if family is Family.DOCUMENT and _stem(name) in paired:
        return Cue.TRANSCRIPT_OF_AUDIO
    if family in (Family.DOCUMENT, Family.ARCHIVE) and has_job_number(name):
        return Cue.JOB_NUMBER
    return Cue.DROPPING if among_documents and _DROPPINGS.search(name[-_LONGEST_STEM:]) else None


def _folder_cues(rows: Sequence[tuple[str, EntryKind]]) -> Iterator[tuple[int, Cue]]:
    folders = [
        (at, name) for at, (name, kind) in enumerate(rows) if kind is EntryKind.DIRECTORY and is_batch_folder(name)
    ]
    in_company = len({name.lower() for _, name in folders}) >= _COMPANY
    for at, name in folders:
        if in_company or _TELLING_FOLDER.search(name[:_LONGEST_STEM]):
            yield at, Cue.BATCH_FOLDER


def _stem(name: str) -> str:
    """What sound and transcript share: the name without endings and without what the typist put behind it."""
    stem = name[:_LONGEST_STEM].lower().rpartition(".")[0]
    inner, _, ending = stem.rpartition(".")
    if FAMILIES.get(ending) in _SOUNDS:
        stem = inner
    return _TYPISTS_SUFFIX.sub("", stem).strip()
