"""What reads as prose in scripts, styles, comments and instructions of markup: text that nobody is shown."""

from __future__ import annotations

import re

# Words of two letters from which on a string is prose. Programs' messages have as many, and come along; names,
# selectors and addresses have none.
FEWEST_WORDS = 5
# Strings of one page that are looked at: large programs have some 10,000.
_MOST_STRINGS = 100_000
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*+)"|\'((?:[^\'\\\n]|\\.)*+)\'|`((?:[^`\\]|\\.)*+)`', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\n", "t": "\t", "\n": ""}
_WORD = re.compile(r"[^\W\d_]{2,}")
_OF_CODE = re.compile(r"[{}=;<>\\|_$()\[\]#]")
# Words for each colon and semicolon below which it is a list of settings.
_OF_STYLE = re.compile(r"[:;]")
_WORDS_A_MARK = 5
# Characters at the beginning in which code shows: a script may be one long letter in a string.
_HEAD = 100
_CODE_HEAD = re.compile(r"""[{}=;|_$]|\w\(\s*['"`]""")
# Share of characters that only code has, above which words are names.
_CODE_SHARE = 0.04


def reads_as_prose(text: str) -> bool:
    """Words enough, and hardly a sign of code."""
    if len(_WORD.findall(text[:1000])) < FEWEST_WORDS or len(text.split(maxsplit=FEWEST_WORDS)) < FEWEST_WORDS:
        return False
    return len(_OF_CODE.findall(text)) <= _CODE_SHARE * len(text)


def prose_in_code(code: str) -> list[str]:
    """The string literals that are prose; all of it, where there is no code in it."""
    if (
        reads_as_prose(code)
        and not _CODE_HEAD.search(code[:_HEAD])
        and len(_OF_STYLE.findall(code)) * _WORDS_A_MARK <= len(code.split())
    ):
        return [code]
    found: list[str] = []
    for count, literal in enumerate(_STRING.finditer(code)):
        if count >= _MOST_STRINGS:
            break
        text = literal[1] or literal[2] or literal[3] or ""
        if " " in text and reads_as_prose(text):
            found.append(_ESCAPE.sub(_character, text))
    return found


def _character(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    if not digits:
        return _PLAIN.get(escape[4], escape[4])
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"  # noqa: PLR2004 - halves
