# ruff: noqa: RUF001 - marks of many scripts are what is tested
from __future__ import annotations

import random
import struct

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits, UnreadableError
from extraction.old_office.rtf import read_rtf, rtf_text
from extraction.records import Content, Embedded, Origin, Problem
from tests.extraction.word_files import word_97

HEAD = rb"{\rtf1\ansi\ansicpg1252\deff0"
HEAD += rb"{\fonttbl{\f0\froman\fcharset0 Times;}{\f1\fnil\fcharset204{\*\fname Arial;}Arial Cyr;}"
HEAD += rb"{\f2\fnil\fcharset128 MS Gothic;}{\f3\fswiss\fcharset238\cpg1250 X;}"
HEAD += rb"{\f4\froman\fcharset2\fprq2{\*\panose 0505}Symbol;}{\f5\fnil\fcharset2 Wingdings;}}"
HEAD += rb"{\colortbl;\red0\green0\blue0;}"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10


def read(body: bytes, **limits: int) -> Content:
    return read_rtf(HEAD + body + b"}", Budget(ExtractionLimits(**limits)))


def text_of(body: bytes) -> str:
    content = read(body)
    assert content.problems == ()
    return content.pieces[0].text if content.pieces else ""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"M\'fcller \'96 \'93quoted\'94 \'80", "Müller – “quoted” €"),
        (rb"{\f1 \'d3\'e2\'e0\'e6\'e0\'e5\'ec\'fb\'e9} M\'fcller", "Уважаемый Müller"),
        (rb"{\f2 \'93\'fa\'96\'7b}", "日本"),
        (rb"{\f2 \'83A}", "ア"),
        (rb"{\f3 \'b3\'f3d\'9f}", "łódź"),
        (rb"\u26085\'93\'fa x", "日ú x"),
        (rb"\uc2\u26085\'93\'fa\u26412\'96\'7b\uc1 x", "日本x"),
        (rb"\uc0\u8220 quoted\u8221 ", "“quoted”"),
        (rb"\u8220?quoted\u8221? {\uc3\u-10179???\u-8704???} end", "“quoted” 😀 end"),
        (
            rb"\lquote a\rquote  \endash \emdash\bullet a\~b co\-op non\_breaking \{x\} \\",
            "‘a’ –—•a b coop non-breaking {x} \\",
        ),
        (rb"one\par two\line three\tab four" + b"\\\nfive\r\nsix", "one\ntwo\nthree\tfour\nfivesix"),
        (rb"\trowd\cellx1\cellx2 AMH\cell 12.4\cell\row FSH\cell 7\cell\row", "AMH\t12.4\nFSH\t7"),
        (rb"{\*\unknown{\x not \bin3 }{}}not}shown", "shown"),
        (rb"a{\v hidden} {\deleted struck} b", "ahidden struck b"),
        (rb"{\field{\*\fldinst{ MERGEFIELD Name }}{\fldrslt{Dr Sample}}}", "Dr Sample"),
        (rb"{\field{\*\fldinst IF {\field{\*\fldinst SEX}{\fldrslt F}} = F}{\fldrslt yes}}", "yes"),
        (rb"{\field{\*\fldinst MACROBUTTON NoMacro [type here]}{\fldrslt }}", "[type here]"),
        (rb"{\f4 50 \'6d}g {\f4 \u-3987\'3f}g{\f5 \'fc}{\f0\u61623\'b7}", "50 µg µg✓•"),
        (
            rb"{\field{\*\fldinst FORMDROPDOWN {\*\formfield{\fftype2\ffres1{\*\ffname X}{\*\ffl Mr}{\*\ffl Mrs}}}}"
            rb"{\fldrslt }} A {\field{\*\fldinst{\*\formfield{\fftype2\ffres25\ffdefres0{\*\ffl no}}}}{\fldrslt no}}",
            "Mrs A no",
        ),
        (rb"{\upr{plain}{\*\ud{\u322 ?}}}", "ł"),
        (rb"{\listtext 1.\tab}first {\*\bkmkstart secret}{\xe{index}}", "1.\tfirst"),
        (rb"{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv COPY}}{\sp{\sn posh}{\sv 2}}}{\shprslt COPY}}x", "x\nCOPY"),
    ],
)
def test_text(body: bytes, text: str) -> None:
    assert text_of(body) == text


def test_stories_are_read_in_the_order_of_other_formats() -> None:
    body = (
        rb"{\header letterhead\par}{\headerf first head}{\footer foot\par}Dear{\footnote {\super 1} a note} Dr Sample"
    )
    body += rb"{\*\atnid X}{\*\atnauthor Y}\chatn{\*\annotation{\*\atnref 1}a comment}"
    body += rb"{\shp{\*\shpinst{\shptxt a box\par}}{\shprslt{\*\do{\dptxbxtext a box}}}}, thank you\par"
    body += rb"\sect{\header letterhead\par}"
    assert text_of(body).split("\n") == [
        *("letterhead", "first head", "Dear Dr Sample, thank you", "1 a note", "a comment", "a box", "foot")
    ]


def test_utf_8_as_it_is_and_bytes_as_they_are() -> None:
    assert text_of("Müller – łódź".encode()) == "Müller – łódź"
    assert text_of("Müller –".encode("cp1252")) == "Müller –"


def test_markup_of_a_mail_is_left_out_and_its_text_is_not() -> None:
    body = rb"\fromhtml1{\*\htmltag64 <p>}"
    body += rb"Dear {\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 Dr Sample\htmlrtf }\htmlrtf0 {\*\htmltag92 </b>}"
    assert text_of(body) == "Dear Dr Sample"
    assert rtf_text(HEAD + body + b"}\x00") == "Dear Dr Sample"


def test_facts_are_apart_from_the_text() -> None:
    body = rb"{\info{\title Letter M\'fcller}{\author Dr A}{\operator Sec B}{\*\company Example Clinic}"
    body += rb"{\creatim\yr2021\mo3\dy4\hr10\min11}{\revtim\yr2021\mo13\dy4}{\doccomm no}}{\*\template C:\\Normal.dot}"
    body += rb"{\*\generator Riched20 10.0;}text"
    content = read(body)
    assert text_of(body) == "text"
    assert content.origins == (
        Origin(
            title="Letter Müller",
            author="Dr A",
            last_author="Sec B",
            organisation="Example Clinic",
            template="C:\\Normal.dot",
            tool="Riched20 10.0",
            created="2021-03-04T10:11:00",
        ),
    )


def embedded(body: bytes) -> list[Embedded | Problem]:
    return list(read(body).embedded)


def test_pictures_in_digits_and_in_binary_are_handed_on() -> None:
    digits = b"\r\n".join(PNG.hex().encode()[at : at + 127] for at in range(0, 2 * len(PNG), 127))
    shape = rb"{\*\shppict{\pict{\*\picprop{\sp{\sn a}{\sv b}}}\pngblip\picw10{\*\blipuid abcd}" + digits + b"}}"
    older = rb"{\nonshppict{\pict\wmetafile8 " + b"ab" * 3000 + b"}}"
    binary = rb"{\pict\jpegblip\bin%d " % len(PNG) + PNG + b"}"
    files = embedded(shape + older + binary + rb"{\pict\pngblip 00ff}")
    assert files == [Embedded("!/picture.png", PNG), Embedded("!/picture.jpg", PNG)]


def test_cut_and_damaged_digits_are_told() -> None:
    content = read_rtf(HEAD + rb"text{\pict\pngblip " + PNG.hex().encode()[:-101], Budget(ExtractionLimits()))
    assert [problem.reason for problem in content.problems] == [SkipReason.TRUNCATED]
    assert [type(each) for each in content.embedded] == [Problem, Embedded]
    problem, _ = embedded(rb"{\pict\pngblip " + PNG.hex().encode() + b"zz}")
    assert isinstance(problem, Problem)
    assert problem.reason is SkipReason.UNREADABLE


def ole1(kind: bytes, native: bytes) -> bytes:
    name = struct.pack("<I", len(kind) + 1) + kind + b"\x00"
    return struct.pack("<II", 0x501, 2) + name + bytes(8) + struct.pack("<I", len(native)) + native


def test_objects_are_handed_on_as_files() -> None:
    inner = word_97(["the inner letter\r"])
    package = b"\x02\x00letter.pdf\x00C:\\letter.pdf\x00" + struct.pack("<II", 0x30000, 2) + b"x\x00"
    package += struct.pack("<I", 9) + b"%PDF-1.4\n"
    body = rb"{\object\objemb{\*\objclass Word.Document.8}{\*\objdata " + ole1(b"Word.Document.8", inner).hex().encode()
    body += (
        rb"}{\result{\pict\wmetafile8 ab}shown}}{\object{\*\objdata " + ole1(b"Package", package).hex().encode() + b"}}"
    )
    assert text_of(body) == "shown"
    files = [each for each in embedded(body) if isinstance(each, Embedded)]
    assert [(each.path, each.name, sniff(each.data)) for each in files] == [
        ("!/object", "", MediaType.DOC),
        ("!/letter.pdf", "letter.pdf", MediaType.PDF),
    ]


def test_an_open_end_is_truncated() -> None:
    content = read_rtf(HEAD + b"{\\b Dear Dr Sam", Budget(ExtractionLimits()))
    assert content.pieces[0].text == "Dear Dr Sam"
    assert [problem.reason for problem in content.problems] == [SkipReason.TRUNCATED]


def test_two_documents_in_one_file_are_both_read_and_junk_behind_is_not() -> None:
    one = HEAD + b"first\\par}"
    content = read_rtf(
        b"\xef\xbb\xbf" + one + b"\x00\x00" + one.replace(b"first", b"second") + b"junk", Budget(ExtractionLimits())
    )
    assert content.pieces[0].text == "first\nsecond"


def test_a_brace_too_many_ends_nothing_and_what_hides_behind_is_told() -> None:
    content = read_rtf(HEAD + rb"first\par}}second\par third}", Budget(ExtractionLimits()))
    assert content.pieces[0].text == "first\nsecond\nthird"
    assert content.problems == ()
    hidden = read_rtf(HEAD + b"first}" + b"PK\x03\x04" * 50, Budget(ExtractionLimits()))
    assert [problem.reason for problem in hidden.problems] == [SkipReason.UNREADABLE]


def test_a_table_without_an_end_takes_no_text_along() -> None:
    content = read(rb"{\stylesheet{\s0 Normal;\pard Dear Dr Sample\par thank you\par}")
    assert "Dear Dr Sample\nthank you" in content.pieces[0].text
    assert [problem.reason for problem in content.problems] == [SkipReason.TRUNCATED]
    balanced = read_rtf(HEAD + rb"{\stylesheet{\s0 Normal;\pard Dear Dr Sample\par}}}", Budget(ExtractionLimits()))
    assert "Dear Dr Sample" in balanced.pieces[0].text
    assert [problem.reason for problem in balanced.problems] == [SkipReason.UNREADABLE]


def test_what_is_no_rtf_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read_rtf(b"Dear Dr Sample", Budget(ExtractionLimits()))


@pytest.mark.parametrize(
    "body",
    [
        b"{" * 300_000 + b"deep" + b"}" * 300_000,
        b"{" * 300_000,
        b"}" * 300_000,
        b"{\\*\\x" * 100_000,
        b"{\\nonshppict" * 50_000,
    ],
    ids=["balanced", "open", "closed", "stars", "pictures"],
)
def test_any_number_of_braces_ends(body: bytes) -> None:
    content = read_rtf(HEAD + b"text " + body, Budget(ExtractionLimits()))
    assert content.pieces[0].text.startswith("text")


@pytest.mark.parametrize(
    "body", [rb"\bin99999999999 x", rb"\u99999999999x", rb"\uc999999999 \u1x", b"\\", b"\\'", rb"\f-1 x"]
)
def test_numbers_out_of_bounds(body: bytes) -> None:
    assert isinstance(read_rtf(HEAD + body, Budget(ExtractionLimits())), Content)


def test_no_damage_makes_it_raise() -> None:
    drawn = random.Random(11)  # noqa: S311 - repeatable damage
    whole = (
        HEAD
        + rb"{\header h\par}Dear {\field{\*\fldinst X}{\fldrslt Dr}} \u8220?{\pict\pngblip "
        + PNG[:200].hex().encode()
        + b"}}"
    )
    for _ in range(400):
        damaged = bytearray(whole[: drawn.randrange(20, len(whole))])
        for _ in range(drawn.randrange(1, 10)):
            damaged[drawn.randrange(6, len(damaged))] = drawn.choice(b"\\{}'0aub \x00\xff")
        list(read_rtf(bytes(damaged), Budget(ExtractionLimits())).embedded)


@pytest.mark.parametrize(
    "group",
    [rb"{\*\unknown %s}", rb"{\info{\doccomm %s}}", rb"{\info{\comment %s}}", rb"{\xe %s}", rb"{\*\a{\*\b %s}}"],
)
def test_prose_in_groups_that_programs_skip_comes_last(group: bytes) -> None:
    letter = b"Dear Dr Example, I saw this lady on 3 May"
    assert text_of(group.replace(b"%s", letter) + b"seen") == f"seen\n{letter.decode()}"
    assert text_of(group.replace(b"%s", b"0a1b 3c4d") + b"seen") == "seen"
