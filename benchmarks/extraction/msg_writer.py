"""Outlook messages (MSG, winmail.dat) of the least that makes one, for benchmarks and tests."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from extraction.old_office.ole_build import compound_file

SUBJECT, SENDER, SENDER_ADDRESS, HEADERS = 0x0037, 0x0C1A, 0x0C1F, 0x007D
BODY, HTML, RTF = 0x1000, 0x1013, 0x1009
SUBMITTED, CODE_PAGE = 0x0039, 0x3FFD
# 2 March 2026, 08:30 UTC, in steps of 100 ns since 1601.
SENT = 134169138000000000
Values = Mapping[int, str | bytes | int]
_TEXT, _TEXT_8, _BINARY, _INTEGER, _TIME = 0x001F, 0x001E, 0x0102, 0x0003, 0x0040
_PROPERTIES = "__properties_version1.0"
_Streams = dict[tuple[str, ...], bytes]


def msg(
    values: Values,
    attachments: Sequence[tuple[str, bytes]] = (),
    recipients: Sequence[tuple[str, str]] = (),
    inside: Sequence[_Streams] = (),
    codec: str = "",
) -> bytes:
    """A message as a file.

    Args:
        values: properties by their numbers.
        attachments: names (empty: none) and bytes.
        recipients: names and addresses.
        inside: messages that hang on it, as `streams` makes them.
        codec: of 8-bit strings; without one they are in Unicode.
    """
    return compound_file(streams(values, attachments, recipients, inside, codec))


def streams(
    values: Values,
    attachments: Sequence[tuple[str, bytes]] = (),
    recipients: Sequence[tuple[str, str]] = (),
    inside: Sequence[_Streams] = (),
    codec: str = "",
    head: int = 32,
) -> _Streams:
    """The streams of one message; `head` is 24 for one inside another."""
    made = _storage(values, head, codec)
    for number, (name, address) in enumerate(recipients):
        made |= _under(
            f"__recip_version1.0_#{number:08X}", _storage({0x3001: name, 0x39FE: address, 0x0C15: 1}, 8, codec)
        )
    for number, (name, data) in enumerate(attachments):
        named: dict[int, str | bytes | int] = {0x3707: name} if name else {}
        made |= _under(f"__attach_version1.0_#{number:08X}", _storage({0x3701: data, 0x3705: 1, **named}, 8, codec))
    for number, message in enumerate(inside, len(attachments)):
        folder = f"__attach_version1.0_#{number:08X}"
        made |= _under(folder, _storage({0x3705: 5, 0x3001: "inside"}, 8, codec))
        made |= _under(folder, _under("__substg1.0_3701000D", message))
    return made


def _under(folder: str, made: _Streams) -> _Streams:
    return {(folder, *path): data for path, data in made.items()}


def _storage(values: Values, head: int, codec: str) -> _Streams:
    made: _Streams = {}
    rows = bytes(head)
    for number, value in values.items():
        kind = _kind(number, value, codec)
        if isinstance(value, int):
            rows += struct.pack("<HHIQ", kind, number, 6, value)
            continue
        data = value if isinstance(value, bytes) else value.encode(codec or "utf-16-le", "replace")
        made[(f"__substg1.0_{number:04X}{kind:04X}",)] = data
        rows += struct.pack("<HHIII", kind, number, 6, len(data), 0)
    return {(_PROPERTIES,): rows} | made


def _kind(number: int, value: str | bytes | int, codec: str) -> int:
    if isinstance(value, int):
        return _TIME if number == SUBMITTED else _INTEGER
    if isinstance(value, bytes):
        return _BINARY
    return _TEXT_8 if codec else _TEXT


def winmail(values: Values, attachments: Sequence[tuple[str, bytes]] = (), codec: str = "") -> bytes:
    """The same as Outlook sends it to others: winmail.dat."""
    made = struct.pack("<IH", 0x223E9F78, 1)
    made += _attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    made += _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    made += _attribute(1, 0x00078008, b"IPM.Microsoft Mail.Note\x00")
    made += _attribute(1, 0x00069003, _mapi(values, codec))
    for name, data in attachments:
        made += _attribute(2, 0x00069002, bytes(14))
        made += _attribute(2, 0x00018010, name.encode("cp1252", "replace") + b"\x00")
        made += _attribute(2, 0x0006800F, data)
        made += _attribute(2, 0x00069005, _mapi({0x3707: name}, ""))
    return made


def _attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _mapi(values: Values, codec: str) -> bytes:
    made = struct.pack("<I", len(values))
    for number, value in values.items():
        kind = _kind(number, value, codec)
        made += struct.pack("<HH", kind, number)
        if isinstance(value, int):
            made += struct.pack("<Q", value) if kind == _TIME else struct.pack("<I", value)
            continue
        data = value if isinstance(value, bytes) else value.encode(codec or "utf-16-le", "replace") + bytes(2)
        made += struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)
    return made
