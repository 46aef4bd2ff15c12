from __future__ import annotations

import base64
import binascii
import quopri
from pathlib import Path

import pytest

from documents.records import SkipReason
from extraction.reader import extract
from extraction.records import Origin
from tests.extraction.archives import LETTER, made_by, problems, read, texts, zipped
from tests.extraction.mails import mail, multipart, raw
from tests.extraction.samples import pdf

HEAD = (
    "From: Dr Example <example@clinic.example>\nTo: Dr Sample <sample@practice.example>\n"
    "Date: Mon, 02 Mar 2026 09:30:00 +0100\nSubject: Clinic letter\n\n"
)


def test_headers_and_text_are_one_piece_and_tell_the_origin() -> None:
    extraction = extract(mail().as_bytes())
    assert texts(extraction) == {"": HEAD + LETTER}
    assert extraction.problems == ()
    assert extraction.origins == (
        Origin(
            "",
            subject="Clinic letter",
            author="Dr Example <example@clinic.example>",
            tool="Example Mailer 1.0",
            created="2026-03-02T09:30:00+01:00",
        ),
    )


@pytest.mark.parametrize("transfer", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "iso-8859-15"])
def test_bodies_of_every_encoding(transfer: str, charset: str) -> None:
    message = mail()
    message.set_content("Müller - naïve £5" + "\n" + LETTER, cte=transfer, charset=charset)
    assert read(message.as_bytes())[0][""].endswith("Müller - naïve £5\n" + LETTER)


def test_attachments_of_every_encoding() -> None:
    message = mail()
    message.add_attachment(pdf(), maintype="application", subtype="pdf", filename="Brief Müller €5.pdf")
    message.add_attachment(LETTER, filename="letter.txt", cte="quoted-printable")
    message.add_attachment(zipped({"a.txt": b"zipped"}), maintype="application", subtype="zip", filename="a.zip")
    found, unread = read(message.as_bytes())
    assert list(found) == ["", "!/Brief Müller €5.pdf#page=1", "!/letter.txt", "!/a.zip!/a.txt"]
    assert unread == []


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("""attachment; filename="=?UTF-8?B?QnJpZWYgTcO8bGxlci50eHQ=?=\"""", "Brief Müller.txt"),
        ("attachment; filename*=UTF-8''Brief%20M%C3%BCller.txt", "Brief Müller.txt"),
        ("attachment; filename*0*=UTF-8''Brief%20M; filename*1*=%C3%BCller; filename*2=.txt", "Brief Müller.txt"),
        ("attachment; filename*0=Brief; filename*1=.txt", "Brief.txt"),
        ('attachment; filename="a;b=\\"c\\".txt"', 'a;b="c".txt'),
        ("attachment; filename=plain.txt; size=3", "plain.txt"),
        ("attachment; filename==?iso-8859-1?Q?M=FCller=2Etxt?=", "Müller.txt"),
        ('attachment; filename="never ends.txt', "never ends.txt"),
    ],
)
def test_names_of_every_dialect(header: str, name: str) -> None:
    data = multipart("mixed", f"Content-Disposition: {header}\n\n{LETTER}".encode())
    assert read(data)[0][f"!/{name}"] == LETTER


def test_a_name_in_raw_bytes() -> None:
    part = b'Content-Type: application/octet-stream; name="M\xfcller.txt"\n\n' + LETTER.encode()
    assert "!/Müller.txt" in read(multipart("mixed", part))[0]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=?utf-8?B?QnJpZWYgw7xi?= =?utf-8?B?ZXIgSWhyZW4=?= Patienten", "Brief über Ihren Patienten"),
        ("=?utf-8?B?QnJpZWYgww==?=\n =?utf-8?B?vGJlcg==?=", "Brief über"),
        ("=?iso-8859-1?Q?Brief_=FCber?=\n =?utf-8?q?_Sie?=", "Brief über Sie"),
        ("=?unknown?Q?Brief?= =?utf-8?X?no?=", "Brief=?utf-8?X?no?="),
        ("folded\n\tand folded", "folded and folded"),
    ],
)
def test_subjects_as_people_read_them(value: str, shown: str) -> None:
    assert f"Subject: {shown}".replace("Brief=?", "Brief =?") in read(raw(f"Subject: {value}"))[0][""]


def test_text_without_any_declaration() -> None:
    data = b"From: a@clinic.example\nDate: Mon, 02 Mar 2026 09:30:00 +0100\nSubject: M\xfcller\n\nDear M\xfcller"
    assert read(data)[0][""].endswith("Subject: Müller\n\nDear Müller")


def test_both_alternatives_are_read_if_they_differ_and_once_if_not() -> None:
    message = mail()
    message.add_alternative(f"<html><body><p>{LETTER[:40]}</p><p>{LETTER[40:]}</p></body></html>", subtype="html")
    assert list(read(message.as_bytes())[0]) == [""]
    message = mail("Your program shows no HTML")
    message.add_alternative(f"<p>{LETTER}</p>", subtype="html")
    assert read(message.as_bytes())[0]["!/part-1"] == LETTER


def test_html_in_the_charset_of_its_header() -> None:
    part = "Content-Type: text/html; charset=koi8-r\n\n<meta charset=utf-8><p>Письмо".encode("koi8-r")
    assert read(multipart("mixed", part))[0]["!/part-1"] == "Письмо"


def test_utf7_of_old_exchange() -> None:
    assert read(raw("Content-Type: text/plain; charset=utf-7", b"M+APw-ller"))[0][""].endswith("Müller")


def test_several_texts_are_joined_in_order() -> None:
    data = multipart("mixed", b"\n\nfirst", b"Content-Type: text/plain\n\nsecond", b"Content-Type: TEXT\n\nthird")
    assert read(data)[0][""].endswith("first\nsecond\nthird")


def test_quoted_printable_with_damage() -> None:
    body = b"Dear Dr Sam= \nple, thank=ZZ you =C3=BCber=\n all="
    found = read(raw("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable", body))
    assert found[0][""].endswith("Dear Dr Sample, thank=ZZ you über all")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (base64.encodebytes(LETTER.encode()), None),
        (base64.b64encode(LETTER.encode()).replace(b"R", b"R \x00\r\n"), None),
        (base64.b64encode(LETTER[:50].encode()) + base64.b64encode(LETTER[50:].encode()), None),
        (base64.b64encode(LETTER.encode() + b"xy")[:-2], SkipReason.TRUNCATED),
        (LETTER.encode(), None),
    ],
)
def test_base64_in_every_state(body: bytes, reason: SkipReason | None) -> None:
    found, unread = read(raw("Content-Transfer-Encoding: base64", body))
    assert LETTER in found[""]
    assert [each for each, _, _ in unread] == ([reason] if reason else [])


def test_uuencoded_files_in_a_text(tmp_path: Path) -> None:
    lines = b"".join(binascii.b2a_uu(LETTER.encode()[at : at + 45]) for at in range(0, len(LETTER), 45))
    body = b"see the file\nbegin 644 my letter.txt\n" + lines + b"`\nend\nbegin to be well\nbye"
    found, unread = read(raw("Subject: old", body))
    assert found[""].endswith("see the file\n\nbegin to be well\nbye")
    assert found["!/my letter.txt"] == LETTER
    assert unread == []
    found, unread = read(raw("Subject: old", body[: body.index(b"`\nend")]))
    assert found["!/my letter.txt"] == LETTER
    assert unread == [(SkipReason.TRUNCATED, "!/my letter.txt", "uuencode")]


def test_yencoded_files_in_a_text() -> None:
    packed = b"".join(
        b"=%c" % ((value + 106) % 256) if (value + 42) % 256 in b"\x00\r\n=" else bytes([(value + 42) % 256])
        for value in LETTER.encode() + b"\xd6\xe3\xe0\x13"
    )
    body = b"=ybegin line=128 size=9 name=a.txt\r\n" + packed + b"\r\n=yend size=9 crc32=0\r\n"
    assert read(raw("Subject: news", body))[0]["!/a.txt"].startswith(LETTER)


def test_mails_in_mails_300_deep() -> None:
    data = mail().as_bytes()
    for _ in range(300):
        data = b"From: a@clinic.example\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + data
    found, unread = read(data)
    assert found["!/part-1" * 300] == HEAD + LETTER
    assert unread == []


def test_forwarded_mails_have_places_and_origins_of_their_own() -> None:
    outer, inner = mail("see below", "Fwd"), mail(subject="Inner")
    inner.add_attachment(b"attached", maintype="text", subtype="plain", filename="a.txt")
    outer.add_attachment(inner, filename="inner.eml")
    outer.add_attachment(LETTER, filename="b.txt")
    extraction = extract(outer.as_bytes())
    assert list(texts(extraction)) == ["", "!/inner.eml", "!/inner.eml!/a.txt", "!/b.txt"]
    assert [origin.path for origin in extraction.origins] == ["", "!/inner.eml"]


def test_a_mail_encoded_as_a_whole() -> None:
    encoded = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    data = multipart("mixed", encoded + base64.encodebytes(mail().as_bytes()))
    assert read(data)[0]["!/part-1"] == HEAD + LETTER


def test_a_digest_holds_mails_without_saying_so() -> None:
    data = multipart("digest", b"\n" + mail().as_bytes(), b"\n" + mail("second").as_bytes())
    assert list(read(data)[0]) == ["", "!/part-1", "!/part-2"]


def test_what_servers_report_is_read() -> None:
    report = b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; sample@practice.example"
    assert "Final-Recipient" in read(multipart("report", b"\nfailed", report))[0]["!/part-1"]


def test_a_divided_mail_says_so() -> None:
    kind = 'Content-Type: message/partial; id="x"; number=%d; total=2'
    assert read(raw(kind % 1, mail().as_bytes())) == (
        {"": "From: a@clinic.example", "!/part-1": HEAD + LETTER},
        [(SkipReason.TRUNCATED, "!/part-1", "one part of a divided mail")],
    )
    assert read(raw(kind % 2, LETTER)) == (
        {"": "From: a@clinic.example", "!/part-1": LETTER},
        [(SkipReason.TRUNCATED, "!/part-1", "one part of a divided mail")],
    )


def test_a_missing_last_boundary_is_a_cut() -> None:
    found, unread = read(multipart("mixed", b"\n" + LETTER.encode(), closed=False))
    assert LETTER in found[""]
    assert unread == [(SkipReason.TRUNCATED, "", "no last boundary")]


def test_a_mail_of_parts_without_any_part_is_its_text() -> None:
    found, unread = read(raw("Content-Type: multipart/mixed; boundary=x", "Hi there"))
    assert found[""].endswith("Hi there")
    assert unread == [(SkipReason.TRUNCATED, "", "no last boundary")]


@pytest.mark.parametrize("declared", ["", '; boundary=""', "; boundary=other"])
def test_a_multipart_without_any_boundary_is_text(declared: str) -> None:
    found, unread = read(raw(f"Content-Type: multipart/mixed{declared}", LETTER))
    assert found[""].endswith(LETTER)
    assert unread == [(SkipReason.TRUNCATED, "", "no last boundary")]
    inner = f"Content-Type: multipart/alternative{declared}\n\nHi".encode()
    assert read(multipart("mixed", inner, b"\nsecond"))[0][""].endswith("\nHi\nsecond")


def test_parts_that_are_parted_by_two_hyphens() -> None:
    parts = "--\nContent-Type: text/plain\n\nHi\n-- \nDr: Example\n--\nContent-Type: text/html\n\n<p>Two</p>\n----\n"
    found, unread = read(raw('Content-Type: multipart/mixed; boundary=""', parts))
    assert found[""].endswith("\nHi\n-- \nDr: Example")
    assert (found["!/part-1"].strip(), unread) == ("Two", [])


def test_headers_that_hold_sentences_are_text() -> None:
    headers = (
        "Comments: Dear Dr Sample, thank you for referring this patient\nX-Note: the lady was seen in the clinic\n"
        "X-Spam-Status: No, score=-1.9 required=5.0 tests=BAYES_00,HTML_MESSAGE autolearn=ham version=3.4.2\n"
        "Received: from the mail server of the clinic by another one"
    )
    part = b"Content-Description: what the doctor said about the patient\nContent-Type: image/png\n\n"
    data = multipart("mixed", part).replace(b"MIME-Version: 1.0", headers.encode())
    assert read(data)[0][""] == (
        "From: a@clinic.example\nComments: Dear Dr Sample, thank you for referring this patient\n"
        "X-Note: the lady was seen in the clinic\n\n"
        "Content-Description: what the doctor said about the patient"
    )


@pytest.mark.parametrize("declared", ["", '; boundary=""', "; boundary=other", "; charset=utf-8"])
def test_a_boundary_that_the_headers_do_not_name(declared: str) -> None:
    data = multipart("mixed", b"\n" + LETTER.encode(), b"Content-Disposition: attachment; filename=a\n\nattached")
    found, unread = read(data.replace(b'; boundary="frontier"', declared.encode()))
    assert LETTER in found[""]
    assert found["!/a"] == "attached"
    assert unread == []


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_other_line_ends(end: bytes) -> None:
    data = multipart("mixed", b"\n" + LETTER.encode(), b"Content-Disposition: attachment; filename=a\n\nattached")
    found, unread = read(data.replace(b"\n", end))
    assert LETTER in found[""]
    assert (found["!/a"], unread) == ("attached", [])


def test_headers_that_break_off_and_lines_that_are_none() -> None:
    data = b"From: a@clinic.example\nReceived: by x\nMIME-Version: 1.0\nDear Dr Sample, no blank line here"
    assert "Dear Dr Sample, no blank line here" in read(data)[0][""]


def test_text_around_the_parts_is_read_where_it_is_more_than_a_notice() -> None:
    data = multipart("mixed", b"\n\nbody").replace(b"--frontier\n", b"This is a MIME message\n--frontier\n", 1)
    assert "MIME message" not in read(data)[0][""]
    assert LETTER * 3 in read(data + LETTER.encode() * 3)[0][""]


def test_a_mail_of_apples_program() -> None:
    data = mail().as_bytes()
    found, unread = read(b"%d       \n" % len(data) + data + b"<?xml version='1.0'?><plist><dict/></plist>")
    assert (found, unread) == ({"": HEAD + LETTER}, [])


def test_mail_with_rights_management_is_encrypted() -> None:
    protected = b"Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg\n"
    body = base64.b64encode(bytes.fromhex("76e80460c411e386") + bytes(100))
    data = multipart("mixed", protected + b"Content-Transfer-Encoding: base64\n\n" + body)
    assert [reason for reason, _, _ in read(data)[1]] == [SkipReason.ENCRYPTED]


def test_encrypted_mail_is_told() -> None:
    parts = b"Content-Type: application/pgp-encrypted\n\nVersion: 1", b"\n-----BEGIN PGP MESSAGE-----\nxx"
    assert read(multipart("encrypted", *parts))[1] == [(SkipReason.ENCRYPTED, "", "multipart/encrypted")]
    inline = raw("Subject: x", b"see:\n-----BEGIN PGP MESSAGE-----\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert read(inline)[1] == [(SkipReason.ENCRYPTED, "", "PGP")]


def test_a_saved_web_page() -> None:
    page = quopri.encodestring(f"<html><body><p>{LETTER}</p><img src=3D'a.png'></body></html>".encode())
    data = multipart(
        "related",
        b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n"
        b"Content-Location: http://clinic.example/letters/letter.html?id=1\n\n" + page,
        b"Content-Type: text/css\nContent-Location: http://clinic.example/a.css\n\np {color: red}",
        b"Content-Type: text/plain\nContent-Location: cid:x\n\nframe",
    )
    found, unread = read(data)
    assert found["!/letter.html"] == LETTER
    assert list(found) == ["", "!/letter.html"]
    assert unread == []


def test_problems_show_no_text() -> None:
    data = multipart("mixed", b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(b"Dear Dr Sample.")[:-1])
    assert all("Sample" not in detail for _, _, detail in problems(extract(data)))


def test_a_mail_of_the_systems_writer_of_archives(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail().as_bytes())
    data = made_by(tmp_path, "zip", "a.zip", "a.eml", result="a.zip")
    assert read(data)[0] == {"!/a.eml": HEAD + LETTER}
