"""Where a PDF says it is from: its information dictionary, then XMP for what that does not say."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

import pypdfium2.raw as pdfium

from extraction.pdf.pdf_strings import pdfium_string
from extraction.pictures import xmp
from extraction.records import Origin

_DATE = re.compile(
    r"\s*(?:D:)?\s*(?P<year>\d{4})(?P<month>\d\d)?(?P<day>\d\d)?(?P<hour>\d\d)?(?P<minute>\d\d)?(?P<second>\d\d)?"
    r"\s*(?:(?P<utc>Z)|(?P<sign>[+-])(?P<zone_hour>\d\d)'?(?P<zone_minute>\d\d)?)?"
)
_VALUE_CHARACTERS = 2000


def origin_of(document: Any, data: bytes) -> Origin | None:
    """What the document says; None where it says nothing."""
    origin = Origin(
        title=_value(document, "Title"),
        subject=_value(document, "Subject"),
        keywords=_value(document, "Keywords"),
        author=_value(document, "Author"),
        organisation=_value(document, "Company"),
        tool=_value(document, "Creator"),
        producer=_value(document, "Producer"),
        language=pdfium_string(pdfium.FPDFCatalog_GetLanguage, document).strip() or None,
        created=iso_date(_value(document, "CreationDate") or ""),
        modified=iso_date(_value(document, "ModDate") or ""),
    )
    for packet in xmp.packets(data):
        origin = _filled(origin, xmp.origin_of(packet))
        break  # the others are of earlier revisions and of pictures
    return origin if origin != Origin() else None


def iso_date(value: str) -> str | None:
    """A date of PDF ("D:20260312142233+01'00'") in ISO 8601, as exact as it is; None where it is none."""
    found = _DATE.match(value)
    if not found:
        return None
    parts = [found[name] for name in ("year", "month", "day")]
    date = "-".join(part for part in parts if part)
    clock = [found[name] for name in ("hour", "minute", "second")]
    if not all(parts) or not clock[0]:
        return date
    zone = "Z" if found["utc"] else ""
    if found["sign"]:
        zone = f"{found['sign']}{found['zone_hour']}:{found['zone_minute'] or '00'}"
    return f"{date}T{clock[0]}:{clock[1] or '00'}:{clock[2] or '00'}{zone}"


def _value(document: Any, key: str) -> str | None:
    value: str = document.get_metadata_value(key)
    return " ".join(value.replace("\x00", "").split())[:_VALUE_CHARACTERS] or None


def _filled(origin: Origin, other: Origin) -> Origin:
    """The first, with the second's values where it has none."""
    missing = {
        field.name: getattr(other, field.name) for field in fields(origin) if getattr(origin, field.name) is None
    }
    return replace(origin, **missing)
