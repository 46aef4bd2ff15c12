"""Does text read like any language? Tells garbage of fonts without a character map, and poor OCR, from real text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# How common one letter is after another, 0 to 9, rows and columns blank and a to z: 9 + 1.2 log2 of its probability
# in the second friendliest of 33 languages in Latin letters (gettext catalogues, two thirds of each, and letters).
_PAIRS = (
    "065566544535545561456455044"
    "764555342545647442666543044"
    "674118100740723710643620060"
    "771437108826404720545502030"
    "871128016724335740533632045"
    "753455353645546230765331334"
    "770247521822423730445500040"
    "771238145730426720645710051"
    "880018203734522700416561050"
    "753657453355647521566442105"
    "780048000603746760344710030"
    "774427155626524740466621051"
    "772157132763634610044520040"
    "775017022622353660232500040"
    "861466264653235600146530051"
    "753455454545667550765563015"
    "670427234622523760735510020"
    "822233222322742224427928222"
    "772367235644333620345543043"
    "860506124715423540157532045"
    "770007107713233600645633443"
    "755556243746666550666533145"
    "783208000722415730541300061"
    "671347255732435730553204260"
    "865427312603341460227300553"
    "874666533435667570667433023"
    "783248033813556632324637065"
)
_ALPHABET = " abcdefghijklmnopqrstuvwxyz"
_COMMONNESS = {
    first + second: int(_PAIRS[row * 27 + column])
    for row, first in enumerate(_ALPHABET)
    for column, second in enumerate(_ALPHABET)
}
# Letters of which one is looked at: a fixed number of samples, so that a long page costs as much as a short one.
_SAMPLE_LETTERS = 300
_SAMPLES = 3
# Pairs of letters below which nothing is said: abbreviations alone (MCHC, WBC, LDH) read like garbage.
JUDGED_PAIRS = 90
# Mean commonness below which a page is garbage. 6,000 pages of 56 languages: 0.02 % lie below; of pages under a random
# alphabet 97 %, of pages shifted by a fixed number (glyph numbers taken for letters) 99.9 %.
GARBAGE_COMMONNESS = 5.0
# Share of characters without a meaning above which a font has no usable character map.
MEANINGLESS_SHARE = 0.20
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f\U000f0000-\U0010ffff]|\\(cid:\\d{1,6}\\)")
# Letters that a decomposition does not bring back to a to z.
_LATIN = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ŋ": "n"}
)
_LETTERS = re.compile("[a-z]+")
_MARKS = re.compile("[\u0300-\u036f]")
# A word with digits, signs or capitals in its midst ("rev1ewed", "pat|ent", "thE"): what an old OCR makes of print.
_ODD = re.compile(
    r"[a-zß-öø-ÿ]{2}[A-ZÀ-ÖØ-Þ]|[A-Za-zÀ-ɏ](?:\d+[a-zß-öø-ÿ]|[|~=<>\\^`{}«»§©®¢€£¥°*#!?\"()\[\]+]+\w|\ufffd)"
)
_LATIN_WORD = re.compile("[\x21-\xbfÀ-ɏ\u2010-\u203a\u20ac\ufffd]*[A-Za-zÀ-ɏ][\x21-\xbfÀ-ɏ\u2010-\u203a\u20ac\ufffd]+")
# Share of odd words above which OCR was poor. 99 % of pages in 17 languages have less, of made OCR with 4 % wrong
# letters half have more, with 8 % all.
ODD_SHARE = 0.04
# Words below which no share is taken.
JUDGED_WORDS = 20


def is_garbage(text: str) -> bool:
    """Is this what a font without a usable character map gives? False where there is too little to tell."""
    if _MEANINGLESS.search(text):
        meaningless = sum(found.end() - found.start() for found in _MEANINGLESS.finditer(text))
        if meaningless > MEANINGLESS_SHARE * sum(map(len, text.split())):
            return True
    sample = _sample(text)
    pairs = len(sample) - 1
    if pairs < JUDGED_PAIRS:
        return False
    return sum(map(_COMMONNESS.__getitem__, map(str.__add__, sample, sample[1:]))) < GARBAGE_COMMONNESS * pairs


def is_poorly_read(text: str) -> bool:
    """Has it the odd words that poor OCR leaves? Good OCR, and OCR that guesses whole words, passes for text."""
    words = [word for part in _parts(text) for word in part.split() if _LATIN_WORD.fullmatch(word)]
    return len(words) >= JUDGED_WORDS and sum(1 for word in words if _ODD.search(word)) > ODD_SHARE * len(words)


def _sample(text: str) -> str:
    """Its letters, folded to a to z, words parted by one blank."""
    return " ".join(word for part in _parts(text) for word in _LETTERS.findall(_folded(part)))


def _parts(text: str) -> Iterator[str]:
    """Evenly spaced, from start to end."""
    if len(text) <= _SAMPLES * _SAMPLE_LETTERS:
        yield text
        return
    step = (len(text) - _SAMPLE_LETTERS) // (_SAMPLES - 1)
    for number in range(_SAMPLES):
        yield text[number * step : number * step + _SAMPLE_LETTERS]


def _folded(text: str) -> str:
    folded = text.casefold()
    if folded.isascii():
        return folded
    return _MARKS.sub("", unicodedata.normalize("NFKD", folded.translate(_LATIN)))
