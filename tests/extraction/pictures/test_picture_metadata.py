from __future__ import annotations

import io
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin

from extraction.budget import Budget, ExtractionLimits
from extraction.pictures.pictures import read_picture
from extraction.records import Content, Origin, TextPiece
from tests.extraction.pictures.test_xmp import PACKET


def read(kind: str, **options: Any) -> Content:
    buffer = io.BytesIO()
    Image.new("L", (400, 300), 200).save(buffer, kind, **options)
    return read_picture(buffer.getvalue(), Budget(ExtractionLimits()))


def test_exif_is_origin_and_its_captions_are_text() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "A Typist"
    exif[ExifTags.Base.Software] = "Example Scan 2"
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Example", "Scanner 9"
    exif[ExifTags.Base.DateTime] = "2026:03:12 14:22:33"
    exif[ExifTags.Base.ImageDescription] = "Letter about Ann Sample"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\x00\x00\x00second page"
    content = read("JPEG", exif=exif)
    assert content.origins == (
        Origin(author="A Typist", tool="Example Scan 2", producer="Example Scanner 9", modified="2026-03-12T14:22:33"),
    )
    assert content.pieces == (TextPiece("#metadata", "Letter about Ann Sample\nsecond page"),)


def test_text_fields_of_png_are_read() -> None:
    fields = PngImagePlugin.PngInfo()
    fields.add_text("Author", "A Typist")
    fields.add_itxt("Description", "Letter about Ann Sample")
    content = read("PNG", pnginfo=fields)
    assert [origin.author for origin in content.origins] == ["A Typist"]
    assert content.pieces == (TextPiece("#metadata", "Letter about Ann Sample"),)


def test_tags_of_tiff_are_read() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[269], tags[270], tags[305] = "Scan 17", "Letter about Ann Sample", "Example Fax"
    content = read("TIFF", tiffinfo=tags)
    assert [(origin.title, origin.tool) for origin in content.origins] == [("Scan 17", "Example Fax")]
    assert content.pieces == (TextPiece("#metadata", "Letter about Ann Sample"),)


def test_a_comment_of_jpeg_is_text() -> None:
    assert read("JPEG", comment=b"caf\xe9 letter").pieces == (TextPiece("#metadata", "caf\u00e9 letter"),)


def test_xmp_says_what_the_others_do_not() -> None:
    (origin,) = read("JPEG", xmp=PACKET).origins
    assert (origin.title, origin.author, origin.tool) == ("Clinic letter", "A Typist, B Typist", "Example Writer 3")


def test_a_picture_that_says_nothing_has_neither() -> None:
    content = read("PNG")
    assert (content.origins, content.pieces) == ((), ())


def test_damaged_metadata_costs_nothing_of_the_picture() -> None:
    assert len(read("JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 50).scans) == 1
