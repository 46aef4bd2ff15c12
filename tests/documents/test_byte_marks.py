from __future__ import annotations

import random

import pytest

from documents.media_type import MediaType, sniff
from tests.documents.test_media_type import ole, zipped


def old_tar(name: bytes = b"letters/one.txt") -> bytes:
    """A header of before POSIX: its sum, and no mark."""
    header = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"00000000012\0" + b"00000000000\0"
    header = (header + b" " * 8).ljust(512, b"\0")
    return header[:148] + b"%06o\0 " % sum(header) + header[156:] + b"Dear Dr Sample".ljust(512, b"\0")


def mp3(frames: int = 3) -> bytes:
    return (b"\xff\xfb\x90\x44" + b"U" * 413) * frames


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # Sound of dictation.
        (b"\x08dss\0\0", MediaType.DSS),
        (b"\x03enc\0\0", MediaType.DS2),
        (b"RIFF\0\0\0\0WAVEfmt \x14\0\0\0\x31\0\x01\0", MediaType.WAV),  # GSM 6.10
        (b"ID3\x03\0\0\0\0\0\0", MediaType.MP3),
        (mp3(), MediaType.MP3),
        (b"\xff\xf1\x50\x80\x01\x7f\xfc" + b"\x21" * 4 + b"\xff\xf1", MediaType.AAC),
        (b"#!AMR\n\x3c", MediaType.AMR),
        (b"#!AMR-WB\n", MediaType.AMR),
        (b"\0\0\0\x1cftypM4A \0\0\0\0", MediaType.M4A),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\0", MediaType.THREE_GPP),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", MediaType.MP4),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", MediaType.ASF),
        (b"OggS\0\x02" + bytes(22) + b"\x01\x13OpusHead", MediaType.OGG),
        (b"FORM\0\0\0\0AIFFCOMM", MediaType.AIFF),
        (b".snd\0\0\0\x18", MediaType.AU),
        (b"caff\0\x01\0\0desc", MediaType.CAF),
        (b"MS_VOICE\0\0", MediaType.SONY_VOICE),
        # Pictures.
        (b"\x97JB2\r\n\x1a\n\x01", MediaType.JBIG2),
        (b"\0\0\0\x0cjP  \r\n\x87\n", MediaType.JPEG_2000),
        (b"\xff\x4f\xff\x51\0\x2f", MediaType.JPEG_2000),
        (b"\0\0\0\x0cJXL \r\n\x87\n", MediaType.JPEG_XL),
        (b"\xff\x0a\x10\0\xb9\x30", MediaType.JPEG_XL),
        (b"8BPS\0\x01", MediaType.PHOTOSHOP),
        (b"AT&TFORM\0\0\0\x10DJVU", MediaType.DJVU),
        (b"\x0a\x05\x01\x08\0\0\0\0", MediaType.PCX),
        (b"P4\n# scanned\n1728 2200\n\0\0", MediaType.PNM),
        (b"\x01\0\0\0" + bytes(36) + b" EMF", MediaType.EMF),
        (b"\xd7\xcd\xc6\x9a\0\0", MediaType.WMF),
        (b"\0\0\0\x18ftypavif", MediaType.AVIF),
        # Documents and mail.
        (b"\xffWPC\x10\0\0\0\x01\x0a", MediaType.WORDPERFECT),
        (b"\x31\xbe\0\0\0\xab", MediaType.OLD_WORD),
        (b"\xdb\xa5\x2d\0\0\0", MediaType.OLD_WORD),
        (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", MediaType.ONENOTE),
        (b"!BDN\x12\x34\0\0SM\x17\0", MediaType.OUTLOOK_STORE),
        (b"\x78\x9f\x3e\x22\x01\0", MediaType.TNEF),
        (b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80", MediaType.SMIME_ENCRYPTED),
        (b"\x30\x82\x01\0\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0", MediaType.SMIME_SIGNED),
        (b"\x85\x01\x0c\x03" + bytes(8) + b"\x01" + bytes(range(256)), MediaType.PGP),
        (b"\x8c\x0d\x04\x09\x03\x08" + bytes(range(256)), MediaType.PGP),
        (b"\x1b%-12345X@PJL ENTER LANGUAGE=PCL\r\n\x1bE", MediaType.PCL),
        (b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n%PDF-1.4\n1 0 obj", MediaType.PDF),
        (b"\x1b%-12345X@PJL ENTER LANGUAGE=POSTSCRIPT\r\n%!PS-Adobe", MediaType.POSTSCRIPT),
        # Containers.
        (old_tar(), MediaType.TAR),
        (b"BZh91AY&SY\0", MediaType.BZIP2),
        (b"\x1f\x9d\x90", MediaType.UNIX_COMPRESS),
        (b"\x04\x22\x4d\x18", MediaType.LZ4),
        (b"MSCF\0\0\0\0", MediaType.CAB),
        (b"\x24\x8f-lh5-\0\0", MediaType.LHA),
        (bytes(0x8001) + b"CD001", MediaType.DISK_IMAGE),
        (b"MZ\x90\0" + bytes(500) + zipped("letter.txt"), MediaType.ZIP),  # unpacks itself
        # What Windows and Mac leave beside documents.
        (b"regf\0\0\0\0", MediaType.REGISTRY),
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0", MediaType.SHORTCUT),
        (ole({"Catalog": 2, "1": 2}), MediaType.THUMBNAILS),
        (b"CMMM\x15\0\0\0", MediaType.THUMBNAILS),
        (b"\0\x05\x16\x07\0\x02\0\0Mac OS X", MediaType.MAC_METADATA),
        (b"\0\0\0\x01Bud1\0\0", MediaType.MAC_METADATA),
    ],
)
def test_marks(data: bytes, expected: MediaType) -> None:
    assert sniff(data) is expected


@pytest.mark.parametrize(
    "text",
    [
        "BMI 31 kg/m2, blood pressure 140/90",
        "BM passed, bowels open. " * 9,
        "MZ twins were born at 34 weeks",
        "ID3 was the third identifier on the form",
        "P4 was dilated, and P5 1200 2300 too",
        "BZhou was seen today",
        "regfeatures, wOFF and CMMM are words here",
        "PKU screening was negative. PK 3 and 4",
        "MM 00 is not a picture, nor is II*",
        "GIF8 is no picture",
        "FORM A, RIFF and ftyp in a letter",
        "RaRe disease clinic, Rar! she said",
        "dss and ds2 files were listened to",
        "OggS, fLaC: two names",
        "The file begins with %PDF-1.4 as usual, and then came nothing of note",
        "!BDN is a mark, and this is a sentence",
        "{not json} but a note in braces",
        "7z and 8BPS and AT&T FORM",
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-be"])
def test_prose_that_begins_like_a_mark_stays_prose(text: str, charset: str) -> None:
    assert sniff(text.encode(charset)) is MediaType.TEXT


def test_a_mail_that_holds_a_pdf_undecoded_is_a_mail() -> None:
    head = b"From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf\r\n\r\n"
    assert sniff(head + b"%PDF-1.4\n1 0 obj") is MediaType.MAIL


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_binary_behind_a_byte_order_mark_is_no_text(mark: bytes) -> None:
    drawn = random.Random(3)  # noqa: S311 - repeatable
    kinds = {sniff(mark + drawn.randbytes(4000)) for _ in range(50)}
    assert kinds == {MediaType.BINARY}
