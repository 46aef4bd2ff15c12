from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest

from documents.records import SkipReason
from tests.extraction.archives import LETTER, made_by, read
from tests.extraction.mails import mail, multipart


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a key, its certificate, and a mail."""
    path = tmp_path_factory.mktemp("smime")
    made_by(
        path, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
        "-subj", "/CN=Example", result="cert.pem",
    )  # fmt: skip
    (path / "a.eml").write_bytes(mail().as_bytes())
    return path


def made(folder: Path, *arguments: str) -> bytes:
    return made_by(folder, "openssl", *arguments[:2], "-out", "made", *arguments[2:], result="made")


SIGN = ("cms", "-sign", "-in", "a.eml", "-signer", "cert.pem", "-inkey", "key.pem")


@pytest.mark.parametrize("form", [(), ("-stream",)])
def test_opaque_signed_mail_is_read(folder: Path, form: tuple[str, ...]) -> None:
    data = made(folder, *SIGN, "-nodetach", "-outform", "DER", *form)
    found, unread = read(data)
    assert found[""].endswith(LETTER)
    assert unread == []


def test_signed_mail_as_an_attachment_of_a_mail(folder: Path) -> None:
    data = made(folder, *SIGN, "-nodetach", "-outform", "SMIME")
    found, unread = read(b"From: a@clinic.example\n" + data)
    assert [text for text in found.values() if text.endswith(LETTER)]
    assert unread == []


def test_clear_signed_mail_is_read_and_its_signature_is_no_problem(folder: Path) -> None:
    data = made(folder, *SIGN, "-outform", "SMIME")
    found, unread = read(b"From: a@clinic.example\n" + data)
    assert any(LETTER in text for text in found.values())
    assert unread == []


def test_a_signature_alone_holds_nothing(folder: Path) -> None:
    assert read(made(folder, *SIGN, "-outform", "DER")) == ({}, [])


def test_encrypted_mail_is_told(folder: Path) -> None:
    data = made(folder, "cms", "-encrypt", "-in", "a.eml", "-outform", "SMIME", "cert.pem")
    assert [reason for reason, _, _ in read(b"From: a@clinic.example\n" + data)[1]] == [SkipReason.ENCRYPTED]


def test_a_signed_file(folder: Path) -> None:
    (folder / "letter.txt").write_text(LETTER)
    arguments = [*SIGN, "-nodetach", "-binary", "-outform", "DER"]
    arguments[arguments.index("a.eml")] = "letter.txt"
    assert read(made(folder, *arguments)) == ({"!/part-1": LETTER}, [])


def element(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes([tag, 0x83]) + size.to_bytes(3, "big") + content


def test_compressed_mail() -> None:
    inner = b"Content-Type: text/plain\r\n\r\n" + LETTER.encode()
    kind = element(6, bytes.fromhex("2a864886f70d0109100109"))
    algorithm = element(0x30, element(6, bytes.fromhex("2a864886f70d0109100308")))
    wrapped = element(0x30, element(6, b"\x2a") + element(0xA0, element(4, zlib.compress(inner))))
    data = element(0x30, kind + element(0xA0, element(0x30, element(2, b"\0") + algorithm + wrapped)))
    part = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7m\n"
    found, unread = read(multipart("mixed", part + b"Content-Transfer-Encoding: binary\n\n" + data))
    assert any(LETTER in text for text in found.values())
    assert unread == []


@pytest.mark.parametrize("seed", range(30))
def test_no_damage_makes_it_raise(folder: Path, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - repeatable damage
    data = bytearray(made(folder, *SIGN, "-nodetach", "-outform", "DER", "-stream"))
    for _ in range(drawn.randrange(1, 8)):
        data[drawn.randrange(18, len(data))] = drawn.randrange(256)
    assert all(
        reason is not SkipReason.PARSER_CRASHED for reason, _, _ in read(bytes(data[: drawn.randrange(40, 3000)]))[1]
    )
