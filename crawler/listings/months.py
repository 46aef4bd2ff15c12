"""Names of months as servers print them, whole or cut short, in the languages that listings were seen in."""

# ruff: noqa: RUF001 - letters that look alike are letters of other alphabets here
from __future__ import annotations

import unicodedata
from functools import lru_cache

# Letters that decide, after accents are taken off. Where two languages give one beginning to two months, the longer
# beginning stands too, and is looked up first.
_BEGINNINGS = (
    "jan gen ene oca sty led янв січ ιαν tam",
    "feb fev fév lut úno feb şub лют фев φεβ hel",
    "mar mär mrt mrz már bře мар бер μαρ maa",
    "apr abr avr kwi dub nis ápr апр кві απρ huh",
    "may mai maj mei mag maí máj kvě май мая тра μαι tou",
    "jun juin giu czer čvn haz jún июн чер ιουν kes",
    "jul juil lug lip čvc tem júl июл лип ιουλ hei",
    "aug ago aou août sie srp ağu авг сер αυγ elo",
    "sep set wrz zář eyl szep сен вер σεπ syy",
    "oct okt ott out paz paź říj eki ekm окт жов οκτ lok",
    "nov lis kas marr ноя лис νοε",
    "dec dez dic dic gru pro ara déc дек гру δεκ jou",
)
# Letters that a beginning has at least.
_SHORTEST = 3
_LONGEST = 4


def _bare(word: str) -> str:
    """Lower case without accents: `Févr` is `fevr`."""
    split = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def _table() -> dict[str, int]:
    table: dict[str, int] = {}
    for number, beginnings in enumerate(_BEGINNINGS, 1):
        for beginning in beginnings.split():
            table.setdefault(_bare(beginning), number)
    return table


_MONTHS = _table()


@lru_cache(maxsize=1024)
def month_of(word: str) -> int | None:
    """1 to 12 for the name of a month, or its beginning of at least three letters; None for any other word."""
    bare = _bare(word).rstrip(".")
    for letters in range(_LONGEST, _SHORTEST - 1, -1):
        if len(bare) >= letters and (month := _MONTHS.get(bare[:letters])):
            return month
    return None
