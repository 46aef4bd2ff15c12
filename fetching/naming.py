"""What the names of letters, transcripts and dictations look like, and of the folders that hold them.

A name is judged and never shown. Forms of names are those of dictation systems and typing houses in the United
Kingdom and the United States (Scribe, Bytescribe, recorders of Olympus and Philips).
"""

from __future__ import annotations

import re

# Characters of a name that are looked at; no file system has longer names.
LONGEST_NAME = 255

# Parts of words that tell a letter wherever they stand in a name, in lower case.
_STEMS = (
    "letter", "clinic", "transcri", "dictat", "referr", "discharg", "consult", "report", "patient", "appoint",
    "summary", "diagnos", "hospital", "medical", "surger", "surgical", "histolog", "radiolog", "fertil", "embryo",
    "psychi", "safeguard", "assessment", "correspond", "typing", "typed", "typist", "biopsy", "ultrasound", "oncolog",
    "cardiol", "maternity", "antenatal", "paediat", "pediat", "therapy", "arztbrief", "befund", "lettre", "courrier",
    "informe",
)  # fmt: skip
# Words that tell one where they stand alone.
_WORDS = re.compile(
    r"(?<![a-z])(?:dr|mr|mrs|ms|miss|prof|gp|gps|mdt|opd|ivf|icsi|fet|cpa|nhs|mrn|dob|ref|re|cc|tts|tto|xray|mri|ct"
    r"|scan|ward|dear|notes|history|results?|theatre|operation|rtt|carta|brief)(?![a-z])"
)
# Dates, NHS numbers (3-3-4) and numbers of jobs.
_NUMBERS = re.compile(
    r"(?<!\d)(?:\d{1,2}([-._ ])\d{1,2}\1(?:\d{4}|\d\d)|(?:19|20)\d\d([-._ ]?)[01]\d\2[0-3]\d"
    r"|\d{3}([- ]?)\d{3}\3\d{4})(?!\d)"
)
_JOBS = re.compile(
    # Scribe: U<user>-G<group>-P<priority>-T<time>-S<length>-F<original>
    r"^u\w{1,20}-g\w{1,20}-p\w{1,10}-t\d"
    # Bytescribe: status, month and day, job, dictator, type, location
    r"|^[nscpa] ?(?:0[1-9]|1[0-2])[0-3]\d-\d{3}(?: \d{1,6}){1,3}"
    # Recorders: DS30001, DSS_0001, DM_0012, DW_0003, 0001_JSMITH
    r"|^(?:ds\d{5}|d(?:ss|m|w|vt?|s)_?\d{4,6}|[a-z]{2,6}\d{4,5}(?=\.d(?:ss|s2)$)|\d{4}_[a-z]{3,20}(?=\.))"
    # What a transcript carries as its job number
    r"|(?<![a-z])job[ _#.-]{0,2}\d{3,10}"
)
# Folders of typing houses, after the state of the work.
_BATCH_FOLDERS = frozenset(
    "pending typed typing completed complete uploaded upload uploads archive archived qa in out inbox outbox done sent "
    "returned proofread proofed checked finished dictation dictations dictated transcripts transcribed transcription "
    "letters audio voice jobs".split()
)


def looks_like_a_letter(name: str) -> bool:
    """Does the name of a file or folder speak of a letter, a patient's date or number, or a typist's job?"""
    name = name[:LONGEST_NAME].lower()
    for stem in _STEMS:
        if stem in name:
            return True
    if _WORDS.search(name):
        return True
    return _NUMBERS.search(name) is not None or _JOBS.search(name) is not None


def has_job_number(name: str) -> bool:
    """Is the name one that a dictation system or a recorder gives?"""
    return _JOBS.search(name[:LONGEST_NAME].lower()) is not None


def is_batch_folder(name: str) -> bool:
    """Is the folder named for a state of typists' work (Pending, Typed, Completed)?"""
    return name[:LONGEST_NAME].strip(" /").lower() in _BATCH_FOLDERS
