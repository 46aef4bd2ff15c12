from __future__ import annotations

import base64

import pytest

from extraction.budget import Budget, ExtractionLimits
from extraction.records import Content, Embedded, Problem
from extraction.texts.hl7 import read_hl7

PDF = b"%PDF-1.4 synthetic\n" + bytes(range(256)) * 4
PACKED = base64.b64encode(PDF).decode()
WORDS = ("one", "two", "three")
HEAD = "MSH|^~\\&|LAB|EXAMPLE CLINIC|||20260301||ORU^R01|1|P|2.3"


def read(*segments: str, end: str = "\r", charset: str = "utf-8") -> Content:
    return read_hl7(end.join(segments).encode(charset), Budget(ExtractionLimits()))


def lines(content: Content) -> list[str]:
    return [line for piece in content.pieces for line in piece.text.split("\n")]


def files(content: Content) -> list[bytes]:
    return [each.data for each in content.embedded if isinstance(each, Embedded)]


def text_of(field: str, kind: str = "TX") -> str:
    """The lines that one field of this type becomes."""
    content = read(HEAD, f"OBX|1|{kind}|||{field}")
    return "\n".join(lines(content)[1:])


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_letter_over_many_segments_is_one_text(end: str) -> None:
    segments = [
        f"OBX|{number}|TX|LET^Letter||line {word}||||||F" for number, word in enumerate(["one", "two", "three"])
    ]
    content = read(HEAD, "PID|1||9990001234^^^NHS||SAMPLE^ANN^^^MRS||19700101", *segments, end=end)
    assert lines(content)[-4:] == ["LET Letter", "line one", "line two", "line three"]
    assert "1 9990001234 NHS SAMPLE ANN MRS 19700101" in lines(content)


def test_numbers_in_the_name_of_a_line_do_not_tear_the_letter() -> None:
    content = read(HEAD, "OBX|1|TX|LINE1||one", "OBX|2|TX|LINE2||two", "NTE|1||note", "OBX|3|TX|LINE3||three")
    assert lines(content)[1:] == ["LINE", "one", "two", "note", "three"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("a\\.br\\b", "a\nb"),
        ("a\\.sp2\\b", "a\n\nb"),
        ("a\\.in+4\\b\\.ti-2\\c\\.fi\\d\\.nf\\", "abcd"),
        ("a\\.sk 3\\b", "a   b"),
        ("\\H\\bold\\N\\ plain", "bold plain"),
        ("\\F\\\\S\\\\T\\\\R\\\\E\\", "|^&~\\"),
        ("\\X41\\\\X42\\", "AB"),
        ("caf\\XC3A9\\ caf\\XC3\\\\XA9\\", "café café"),
        ("a\\C2842\\b\\M242A32\\c\\Zabc\\d", "abcd"),
        ("a\\E\\.br\\E\\b", "a\nb"),  # escaped twice
        ("\\\\server\\share\\file", "\\\\server\\share\\file"),
        ("one~two", "one\ntwo"),
        ("10^9/L & more", "10^9/L & more"),
        ("<p>Dear <b>Dr</b> Sample</p><p>Thank you</p>", "Dear Dr Sample\nThank you"),
    ],
)
@pytest.mark.parametrize("kind", ["TX", "FT", "ST"])
def test_text_fields(field: str, text: str, kind: str) -> None:
    assert text_of(field, kind) == text


def test_separators_are_those_that_the_message_names() -> None:
    content = read("MSH#*~!%#LAB", "PID#1###SAMPLE*ANN", "OBX#1#TX#A*B##x !F! y!.br!z")
    assert lines(content) == ["LAB", "1 SAMPLE ANN", "A B", "x # y", "z"]


@pytest.mark.parametrize(
    "segments",
    [
        [f"OBX|1|ED|P||^application^pdf^Base64^{PACKED}"],
        [f"OBX|1|ED|P||Base64^{PACKED}^application^pdf"],
        [f"OBX|1|ED|P||^AP^^BASE64^{PACKED[:76]}\\.br\\{PACKED[76:]}"],
        [f"OBX|1|ED|P||^AP^^Base64^{PACKED[:100]}~{PACKED[100:]}"],
        [f"OBX|1|ED|P||^AP^^Base64^{PACKED[:100]}", PACKED[100:300], PACKED[300:]],  # raw line breaks in the field
        [f"OBX|1|ED|P||^AP^^Base64^{PACKED[:101]}", f"ADD|{PACKED[101:333]}", f"ADD|{PACKED[333:]}"],
        [f"OBX|1|ED|P||^AP^^Base64^{PACKED[:101]}", f"OBX|2|ED|P||{PACKED[101:]}"],
        [f"OBX|1|ED|P||^AP^^Base64^{PACKED[:400]}", f"OBX|2|ED|P||^AP^^Base64^{PACKED[400:]}"],
        [f"OBX|1|ED|P||^AP^^Hex^{PDF.hex()}"],
        [f"OBX|{at}|TX|P||{PACKED[at : at + 76]}" for at in range(0, len(PACKED), 76)],  # not declared at all
        [f"OBX|1|ST|P||{PACKED}"],
        [f"ZPD|1|x|{PACKED}"],
    ],
)
def test_files_in_fields_are_handed_on(segments: list[str]) -> None:
    content = read(HEAD, *segments)
    assert files(content) == [PDF]
    assert not any(isinstance(each, Problem) for each in content.embedded)
    assert all(PACKED[:40] not in line for line in lines(content))


def test_several_files_are_several() -> None:
    other = base64.b64encode(b"{\\rtf1 other}" * 30).decode()
    content = read(HEAD, f"OBX|1|ED|P||^AP^^Base64^{PACKED}", f"OBX|2|ED|P||^AP^^Base64^{other}")
    assert files(content) == [PDF, b"{\\rtf1 other}" * 30]
    assert len({each.path for each in content.embedded}) == 2


def test_rich_text_over_many_segments_is_one_file() -> None:
    content = read(HEAD, "OBX|1|TX|P||{\\E\\rtf1 Dear", "OBX|2|TX|P||Dr Sample}")
    assert files(content) == [b"{\\rtf1 Dear\nDr Sample}"]


def test_encapsulated_text_is_text() -> None:
    assert text_of("^TX^^A^Dear Dr Sample", "ED") == "TX A\nDear Dr Sample".replace(" A", "")


@pytest.mark.parametrize("field", ["^AP^^Base64^not base64 at all!", "^AP^^Hex^xyz"])
def test_what_is_not_what_it_says_stays_text_and_is_a_problem(field: str) -> None:
    content = read(HEAD, f"OBX|1|ED|P||{field}")
    assert any(isinstance(each, Problem) for each in content.embedded)
    assert field.rpartition("^")[2].replace(" ", "") in "".join(lines(content)).replace(" ", "")


def test_prose_that_could_be_base64_stays_prose() -> None:
    note = "Thankyouforreferringthisladywhowasseenintheclinic" * 8
    assert note in text_of(note)


def test_a_pointer_is_named() -> None:
    assert "file.tif" in text_of("file.tif^APP^TIFF", "RP")


def test_results_come_with_units_and_range() -> None:
    content = read(HEAD, "OBX|1|NM|HGB^Haemoglobin||13.2|g/dL|13-17")
    assert lines(content)[1:] == ["HGB Haemoglobin", "13.2 g/dL 13-17"]


@pytest.mark.parametrize("frame", [("", ""), ("\x0b", "\x1c\r")])
def test_batches_have_a_piece_for_each_message(frame: tuple[str, str]) -> None:
    message = frame[0] + HEAD + "\rOBX|1|TX|||letter {}\r" + frame[1]
    content = read("FHS|^~\\&|A\rBHS|^~\\&|B\r" + message.format(1) + message.format(2) + "BTS|2\rFTS|1\r")
    assert [piece.path for piece in content.pieces] == ["#message=1", "#message=2"]
    assert "letter 1" in content.pieces[0].text
    assert "letter 2" in content.pieces[1].text
    assert [(origin.tool, origin.organisation, origin.created) for origin in content.origins] == [
        ("LAB", "EXAMPLE CLINIC", "20260301")
    ] * 2


@pytest.mark.parametrize(
    ("name", "charset"), [("8859/1", "latin-1"), ("UNICODE UTF-8", "utf-8"), ("8859/2", "iso8859-2"), ("", "cp1252")]
)
def test_the_charset_is_the_one_declared(name: str, charset: str) -> None:
    word = "łódź" if charset == "iso8859-2" else "café"
    assert word in read(f"{HEAD}||||||{name}", f"OBX|1|TX|||{word}", charset=charset).pieces[0].text


@pytest.mark.parametrize("message", ["MSH", "MSH|", "MSH|^", "OBX|1|ED|||^^^Base64^", "MSH|^~\\&|\rADD|", "\x0b\x1c"])
def test_stumps_raise_nothing(message: str) -> None:
    read(message)


@pytest.mark.parametrize("segment", ["OBX|1|TX|||x", "OBX|1|ED|||^A^^Base64^QUJD", "ADD|x", "MSH|^~\\&|"])
def test_long_batches_are_read_in_one_look(segment: str) -> None:
    read(HEAD, *[segment] * 5_000)


LETTER = "Dear Dr Example, I saw this lady on 3 May and she is well"


@pytest.mark.parametrize(
    "segment",
    [
        f"OBX|{LETTER}",
        f"OBX|1|{LETTER}|||x",
        f"OBX|1|TX|{LETTER}||x",
        f"OBX|1|TX|A|{LETTER}|x",
        f"OBX|1|NM|A||1|g|1-2|{LETTER}",
        f"OBX|1|ED|A||^A^^Base64^QUJD|{LETTER}",
        f"OBX|1|TX|A||{PACKED}|{LETTER}",
        f"OBX|1|TX|A||x|||||||||||||{LETTER}",
        f"NTE|{LETTER}",
        f"NTE|1|{LETTER}|x",
        f"ZZZ|{LETTER}",
        f"PID|1||||{LETTER}",
        f"OBX\n{LETTER}",
    ],
)
def test_text_is_read_in_whatever_field_it_stands(segment: str) -> None:
    assert LETTER in "\n".join(lines(read(HEAD, segment, end="\r")))


@pytest.mark.parametrize("written", [f"MSH|{LETTER}", f"MSH|{LETTER}|more", f"{LETTER}\r{HEAD}", f"MSH\n{LETTER}"])
def test_text_that_begins_like_a_message_is_text(written: str) -> None:
    assert LETTER in "\n".join(lines(read(written)))


def test_text_in_odd_fields_comes_last_and_once() -> None:
    content = read(HEAD, *[f"OBX|{n}|TX|A||line {WORDS[n]}||||||F|||||SAMPLE^JOHN^^^DR" for n in range(3)])
    assert lines(content)[1:] == ["A", "line one", "line two", "line three", "SAMPLE JOHN DR"]
