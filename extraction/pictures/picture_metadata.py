"""What a picture file says beside its pixels: who and what made it (EXIF, IPTC, XMP, PNG and TIFF fields), captions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from extraction.pictures import xmp
from extraction.records import Origin

_VALUE_CHARACTERS = 20_000
_EXIF_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
# Windows writes these in UTF-16.
_WIDE = {0x9C9B: "title", 0x9C9C: "comment", 0x9C9D: "author", 0x9C9E: "keywords", 0x9C9F: "subject"}
_USER_COMMENT = 0x9286
_COMMENT_CODE_BYTES = 8
_HOST_COMPUTER = 0x013C
_TAGS = {
    0x010D: "title",  # the document's name
    0x010E: "caption",
    0x011D: "page",
    0x0131: "tool",
    0x013B: "author",
}
_PNG = {"title": "title", "author": "author", "software": "tool", "description": "caption", "comment": "comment"}
_IPTC = {
    (2, 5): "title",
    (2, 25): "keywords",
    (2, 80): "author",
    (2, 110): "organisation",
    (2, 120): "caption",
}
_CAPTIONS = ("caption", "comment", "page")
# Bytes at both ends of a file in which XMP is looked for: it stands before the pixels, or behind them.
_XMP_BYTES = 1 << 20


def metadata_of(picture: Image.Image, data: bytes) -> tuple[Origin | None, str]:
    """The origin, None where nothing is said, and captions and comments, a line each."""
    told: dict[str, str] = {}
    for name, value in _all_fields(picture):
        cleaned = " ".join(value.replace("\x00", " ").split())[:_VALUE_CHARACTERS]
        if cleaned:
            told.setdefault(name, cleaned)
    origin = Origin(
        title=told.get("title"),
        subject=told.get("subject"),
        keywords=told.get("keywords"),
        author=told.get("author"),
        organisation=told.get("organisation"),
        tool=told.get("tool"),
        producer=told.get("device"),
        created=_iso_date(told.get("taken", "")),
        modified=_iso_date(told.get("changed", "")),
    )
    for packet in xmp.packets(data[:_XMP_BYTES] + data[max(_XMP_BYTES, len(data) - _XMP_BYTES) :]):
        origin = _filled(origin, xmp.origin_of(packet))
    captions = dict.fromkeys(told[name] for name in _CAPTIONS if name in told)
    return (origin if origin != Origin() else None), "\n".join(captions)


def _all_fields(picture: Image.Image) -> Iterator[tuple[str, str]]:
    for reader in (_exif_fields, _png_fields, _iptc_fields):
        try:
            yield from reader(picture)
        except Exception:  # noqa: BLE001, S112 - damaged metadata costs nothing of the picture
            continue


def _exif_fields(picture: Image.Image) -> Iterator[tuple[str, str]]:
    exif = picture.getexif()
    for tag, name in _TAGS.items():
        yield name, _text(exif.get(tag))
    for tag, name in _WIDE.items():
        value = exif.get(tag)
        yield name, bytes(value).decode("utf-16-le", "replace") if isinstance(value, bytes | tuple) else _text(value)
    yield "device", " ".join(_text(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model, _HOST_COMPUTER))
    yield "changed", _text(exif.get(ExifTags.Base.DateTime))
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    yield "taken", _text(inner.get(ExifTags.Base.DateTimeOriginal) or inner.get(ExifTags.Base.DateTimeDigitized))
    comment = inner.get(_USER_COMMENT)
    if isinstance(comment, bytes):
        wide = comment.startswith(b"UNICODE")
        text = comment[_COMMENT_CODE_BYTES:]
        yield (
            "comment",
            text.decode("utf-16-be" if wide and text[:1] == b"\x00" else "utf-16-le" if wide else "latin-1"),
        )


def _png_fields(picture: Image.Image) -> Iterator[tuple[str, str]]:
    """Text fields of PNG; comments of JPEG and GIF. That of JPEG 2000 names the program."""
    if picture.format == "JPEG2000":
        return
    for key, value in list(picture.info.items()):
        name = _PNG.get(str(key).lower())
        if name:
            yield name, _text(value)


def _iptc_fields(picture: Image.Image) -> Iterator[tuple[str, str]]:
    told = IptcImagePlugin.getiptcinfo(picture) if isinstance(picture, ImageFile.ImageFile) else None
    for key, name in _IPTC.items():
        value = told.get(key) if told else None
        yield name, ", ".join(_text(each) for each in (value if isinstance(value, list) else [value]))


def _text(value: object) -> str:
    """Of a field: text as it is, bytes as UTF-8 or else Latin-1."""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.decode("latin-1")
    return str(value) if isinstance(value, str) else ""


def _iso_date(value: str) -> str | None:
    found = _EXIF_DATE.match(value)
    return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}" if found else None


def _filled(origin: Origin, other: Origin) -> Origin:
    missing = {
        field.name: getattr(other, field.name) for field in fields(origin) if getattr(origin, field.name) is None
    }
    return replace(origin, **missing)
