"""What the names of letters, transcripts and dictations look like, and of the folders that hold them.

A name is judged and never shown. Forms of names are those of dictation systems and typing houses in the United
Kingdom and the United States (Scribe, Bytescribe, recorders of Olympus and Philips).
"""

from __future__ import annotations

import re
from functools import lru_cache

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
_NUMBERS_TEXT = (
    r"(?<!\d)(?:\d{1,2}([-._ ])\d{1,2}\1(?:\d{4}|\d\d)|(?:19|20)\d\d([-._ ]?)[01]\d\2[0-3]\d"
    r"|\d{3}([- ]?)\d{3}\3\d{4})(?!\d)"
)
_JOBS_TEXT = (
    # Scribe: U<user>-G<group>-P<priority>-T<time>-S<length>-F<original>
    r"^u\w{1,20}-g\w{1,20}-p\w{1,10}-t\d"
    # Bytescribe: status, month and day, job, dictator, type, location
    r"|^[nscpa] ?(?:0[1-9]|1[0-2])[0-3]\d-\d{3}(?: \d{1,6}){1,3}"
    # Recorders: DS30001, DSS_0001, DM_0012, DW_0003, 0001_JSMITH
    r"|^(?:ds\d{5}|d(?:ss|m|w|vt?|s)_?\d{4,6}|[a-z]{2,6}\d{4,5}(?=\.d(?:ss|s2)$)|\d{4}_[a-z]{3,20}(?=\.))"
    # What a transcript carries as its job number
    r"|(?<![a-z])job[ _#.-]{0,2}\d{3,10}"
)
_NUMBERS, _JOBS = re.compile(_NUMBERS_TEXT), re.compile(_JOBS_TEXT)
# Names of one folder differ in their digits. What they may be with other digits is found out once for all of them:
# 20,000 names a second more. Digits become zeros, and where the expressions want certain ones any will do.
_DIGITS = str.maketrans("123456789", "000000000")
_CERTAIN_DIGITS = re.compile(r"\(\?:19\|20\)|\(\?:0\[1-9\]\|1\[0-2\]\)|\[01\]|\[0-3\]|s2")
_ANY_DIGITS = {"[01]": r"\d", "[0-3]": r"\d", "s2": "s0"}
_NUMBER_SHAPES, _JOB_SHAPES = (
    re.compile(_CERTAIN_DIGITS.sub(lambda found: _ANY_DIGITS.get(found[0], r"\d\d"), text))
    for text in (_NUMBERS_TEXT, _JOBS_TEXT)
)
_REMEMBERED_SHAPES = 4_096

# Folders of typing houses, after the state of the work.
_BATCH_FOLDERS = frozenset(
    "pending typed typing completed complete uploaded upload uploads archive archived qa in out inbox outbox done sent "
    "returned proofread proofed checked finished dictation dictations dictated transcripts transcribed transcription "
    "letters audio voice jobs".split()
)


def looks_like_a_letter(name: str) -> bool:
    """Does the name of a file or folder speak of a letter, a patient's date or number, or a typist's job?"""
    name = name[:LONGEST_NAME].lower()
    shape = name.translate(_DIGITS)
    if _speaks(shape):
        return True
    return _may_be_numbered(shape) and (_NUMBERS.search(name) is not None or _JOBS.search(name) is not None)


def has_job_number(name: str) -> bool:
    """Is the name one that a dictation system or a recorder gives?"""
    name = name[:LONGEST_NAME].lower()
    return _may_be_numbered(name.translate(_DIGITS)) and _JOBS.search(name) is not None


@lru_cache(maxsize=_REMEMBERED_SHAPES)
def _speaks(shape: str) -> bool:
    """Is there a word of letters in it?"""
    return any(stem in shape for stem in _STEMS) or _WORDS.search(shape) is not None


@lru_cache(maxsize=_REMEMBERED_SHAPES)
def _may_be_numbered(shape: str) -> bool:
    """Could there be a number, had it the right digits?"""
    return _NUMBER_SHAPES.search(shape) is not None or _JOB_SHAPES.search(shape) is not None


def is_batch_folder(name: str) -> bool:
    """Is the folder named for a state of typists' work (Pending, Typed, Completed)?"""
    return name[:LONGEST_NAME].strip(" /").lower() in _BATCH_FOLDERS
