"""The same letter in other words or letters: typists, speech recognition, drafts, paraphrase, charsets."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from benchmarks.matching.edits import replaced, words_changed
from benchmarks.matching.prose import word_lists

_SENTENCE_END = re.compile(r"(?<=[.?!]) +")


def _pairs(name: str) -> Mapping[str, str]:
    """Words of `prose/synonyms.txt` and what stands in their place."""
    listed = (entry.partition(" = ") for entry in word_lists("synonyms")[name])
    return MappingProxyType({word: new for word, _, new in listed})


_AMERICAN = _pairs("american")
_SHORT = _pairs("short")
_SPOKEN = _pairs("spoken")
_SAID_OTHERWISE = _pairs("otherwise")
_NUMBERS = (
    "nought one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()


def misspelt(text: str, share: float, generator: random.Random) -> str:
    """A typist's slips in a share of the words: letters swapped, doubled, left out or struck beside."""
    return words_changed(text, share, generator, lambda word: _slip(word, generator))


def _slip(word: str, generator: random.Random) -> str:
    if len(word) < 4:  # noqa: PLR2004 - shorter words have no inside
        return word
    at = generator.randint(1, len(word) - 3)
    match generator.randrange(3):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at] + word[at:]
        case _:
            return word[:at] + word[at + 1 :]


def abbreviated(text: str) -> str:
    """Clinics' abbreviations, and American spelling."""
    return replaced(text, {**_SHORT, **_AMERICAN})


def numbers_in_words(text: str) -> str:
    """Numbers to twenty written out."""
    return re.sub(
        r"\b\d{1,2}\b", lambda found: _NUMBERS[int(found[0])] if int(found[0]) < len(_NUMBERS) else found[0], text
    )


def spoken(text: str, share: float, generator: random.Random) -> str:
    """As speech recognition writes it: no punctuation or capitals, homophones, hesitations, a time now and then."""
    heard = re.sub(r"[^\w\s'/-]", "", text).lower()

    def change(word: str) -> str:
        if word in _SPOKEN:
            return _SPOKEN[word]
        return f"{generator.choice(('um', 'er', 'uh'))} {word}" if generator.random() < 1 / 2 else word

    words = words_changed(heard, share, generator, change).split()
    out, second = [], 0
    for place, word in enumerate(words):
        if place % 60 == 0:
            out.append(f"\n[00:{second // 60:02d}:{second % 60:02d}] SPEAKER 1:")
            second += generator.randint(18, 30)
        out.append(word)
    return " ".join(out).strip()


def edited(text: str, share: float, generator: random.Random) -> str:
    """A draft: so many of the sentences are missing, written otherwise, or new."""
    entries = word_lists()
    out = []
    for paragraph in text.split("\n\n"):
        kept = []
        for sentence in _SENTENCE_END.split(paragraph):
            if generator.random() >= share:
                kept.append(sentence)
                continue
            match generator.randrange(3):
                case 0:
                    continue
                case 1:
                    kept.append(said_otherwise(sentence, 1, generator))
                case _:
                    new = f"{generator.choice(entries['symptom'])} and {generator.choice(entries['condition'])}"
                    kept += [sentence, f"Please check {new} before this is sent."]
        out.append(" ".join(kept))
    return "\n\n".join(out)


def said_otherwise(text: str, share: float, generator: random.Random) -> str:
    """A share of the words that have a synonym here replaced; sentences change places where the share is a half."""
    chosen = {word: new for word, new in _SAID_OTHERWISE.items() if generator.random() < share}
    shortened = {word: new for word, new in _SHORT.items() if generator.random() < share}
    parts = []
    for paragraph in replaced(text, {**chosen, **shortened}).split("\n\n"):
        sentences = _SENTENCE_END.split(paragraph)
        if share >= 1 / 2:
            generator.shuffle(sentences)
            sentences = [_turned(sentence, generator) for sentence in sentences]
        parts.append(" ".join(sentences))
    return "\n\n".join(parts)


def _turned(sentence: str, generator: random.Random) -> str:
    """The half behind a comma first."""
    parts = sentence.rstrip(".").split(", ")
    generator.shuffle(parts)
    return ", ".join(parts) + "."


def typographic(text: str) -> str:
    """Quotes, dashes and ligatures as word processors put them."""
    text = text.replace("'", "\u2019").replace(" - ", " \u2013 ").replace("...", "\u2026")
    return text.replace("ffi", "\ufb03").replace("fi", "\ufb01").replace("fl", "\ufb02")


def wrong_charset(text: str, times: int) -> str:
    """UTF-8 read as cp1252, so many times."""
    for _ in range(times):
        text = text.encode().decode("cp1252", errors="replace")
    return text


def invisible_marks(text: str, generator: random.Random) -> str:
    """Soft hyphens, zero-width spaces and joiners inside words, as editors and web pages leave them."""

    def change(word: str) -> str:
        at = len(word) // 2
        return word[:at] + generator.choice("\u00ad\u200b\u200d\u2060") + word[at:]

    return words_changed(text, 1 / 4, generator, change)


def without_accents(text: str) -> str:
    """ASCII alone; what has no plain letter becomes a question mark."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return plain.encode("ascii", errors="replace").decode()
