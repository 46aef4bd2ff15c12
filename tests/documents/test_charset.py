# ruff: noqa: RUF001 - typographic marks are what is tested
from __future__ import annotations

import pytest

from documents.charset import decode, decoded_sample

LETTER = (
    "Dear Dr Ó Súilleabháin,\nRe: Siân O’Connor, 31 Máirtín’s Road, Baile Átha Cliath. Her weight was 62 kg, 37.5 °C, "
    "she takes 10 µg – and paid £40 of it. Thank you for referring this naïve lady to the café clinic.\n"
)
PLAIN_LETTER = LETTER.replace("’", "'").replace("–", "-")


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252", "mac-roman"]
)
def test_undeclared_charsets_are_told(charset: str) -> None:
    decoded = decode(LETTER.encode(charset))
    assert decoded.text == LETTER
    assert decoded.exact


@pytest.mark.parametrize("charset", ["latin-1", "cp850", "cp037"])
def test_charsets_without_curly_quotes_are_told(charset: str) -> None:
    decoded = decode(PLAIN_LETTER.encode(charset))
    assert decoded.text == PLAIN_LETTER
    assert decoded.guessed


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-8859-2", "Szanowny Panie Doktorze, dziękuję za skierowanie pacjentki z Łodzi"),
        ("koi8-r", "Уважаемый доктор, спасибо за направление"),
        ("windows-1251", "Уважаемый доктор, спасибо за направление"),
        ("shift_jis", "紹介状をありがとうございました"),
        ("iso-2022-jp", "紹介状をありがとうございました"),
        ("big5", "感謝您的轉介"),
    ],
)
def test_a_declared_charset_is_honoured(charset: str, text: str) -> None:
    decoded = decode(text.encode(charset), declared=f' "{charset.upper()}"')
    assert decoded.text == text
    assert not decoded.guessed


def test_a_declared_charset_in_which_the_bytes_are_invalid_is_not_believed() -> None:
    assert decode(LETTER.encode("cp1252"), declared="utf-8").text == LETTER


def test_valid_utf8_wins_over_a_declared_single_byte_charset() -> None:
    assert decode(LETTER.encode(), declared="iso-8859-1").text == LETTER


def test_declared_latin1_is_read_as_browsers_do() -> None:
    assert decode("naïve – “quoted”".encode("cp1252"), declared="iso-8859-1").text == "naïve – “quoted”"


@pytest.mark.parametrize("declared", ["utf-7", "idna", "unicode_escape", "zlib", "x\0y", "no such charset", ""])
def test_what_is_no_charset_of_documents_is_ignored(declared: str) -> None:
    assert decode(b"+AGE- \\u0041 text", declared=declared).text == "+AGE- \\u0041 text"


def test_utf8_with_a_pasted_cp1252_character_stays_utf8() -> None:
    decoded = decode("é".encode() * 40 + "“quoted”".encode("cp1252"))
    assert decoded.text == "é" * 40 + "“quoted”"


def test_utf8_cut_inside_a_character_is_not_exact_but_read() -> None:
    decoded = decode(("naïve " * 30 + "é").encode()[:-1])
    assert decoded.text.startswith("naïve " * 30)


def test_utf16_cut_inside_a_character_says_so() -> None:
    assert not decode("text".encode("utf-16")[:-1]).exact


@pytest.mark.parametrize("text", ["café – £5", "naïve", "£40", "37.5 °C", "½ tablet", "“quoted”", "Siân’s"])
def test_a_few_words_in_the_usual_charset_are_enough(text: str) -> None:
    assert decode(text.encode("cp1252")).text == text


def test_one_stray_byte_does_not_change_the_charset() -> None:
    decoded = decode(LETTER.encode("cp1252") + b"\x81")
    assert decoded.text == LETTER + "\ufffd"
    assert not decoded.exact


def test_a_large_file_of_another_script_is_read_whole() -> None:
    text = "Уважаемый доктор " * 50_000
    assert len(decode(text.encode("cp1251")).text) == len(text)


def test_binary_has_no_sample() -> None:
    assert decoded_sample(bytes(range(256)) * 10) is None
    assert decoded_sample(b"word\x00word" * 30) is None


def test_utf16_sample_ends_on_a_whole_character() -> None:
    sample = decoded_sample(("é" * 20_000).encode("utf-16"))
    assert sample is not None
    assert "\ufffd" not in sample
