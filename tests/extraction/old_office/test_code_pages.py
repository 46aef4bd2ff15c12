from __future__ import annotations

import codecs

import pytest

from extraction.old_office.code_pages import USUAL, by_charset, by_language, by_number, decoded


@pytest.mark.parametrize(
    ("number", "codec"),
    [(1252, "cp1252"), (1251, "cp1251"), (932, "cp932"), (65001, "utf-8"), (1200, "utf-16-le"), (10000, "mac-roman")],
)
def test_numbers_of_code_pages(number: int, codec: str) -> None:
    assert by_number(number) == codec


def test_every_answer_is_a_codec() -> None:
    for number in [*range(0, 1300), *range(10_000, 10_100), *range(20_000, 30_000, 7), 50_220, 57_002, 65_000, 0xFFFF]:
        codecs.lookup(by_number(number))
    for charset in range(256):
        codecs.lookup(by_charset(charset) or USUAL)
    for language in range(0, 0x8000, 13):
        codecs.lookup(by_language(language))


@pytest.mark.parametrize(
    ("language", "codec"), [(0x0804, "gbk"), (0x0404, "cp950"), (0x0C1A, "cp1251"), (0x081A, "cp1250")]
)
def test_languages_of_two_scripts(language: int, codec: str) -> None:
    assert by_language(language) == codec


def test_bytes_that_cp1252_leaves_undefined_lose_no_other() -> None:
    assert decoded(b"M\xfcller \x81 \x80", "cp1252") == "Müller \x81 €"
    assert decoded(b"\xff", "cp932") != ""
