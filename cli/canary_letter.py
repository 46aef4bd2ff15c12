"""The text of a canary letter: reads like a clinic letter, is about nobody, and is like no other."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from demo_range.people import nhs_number, spaced
from demo_range.sheets import Block, BlockKind, Sheet

# Test numbers that are told apart (demo_range/people.py).
_SERIALS = 499_999
_SURNAMES = (
    "Abernethy Braithwaite Cholmondeley Dunstable Entwistle Fotheringham Grimshaw Haverstock Inglethorpe Jessamine "
    "Kettleborough Lavenham Marchbanks Netherfield Ormerod Postlethwaite Quillfeather Ravenscroft Satterthwaite "
    "Thistlewood Uttoxeter Venables Wigglesworth Yarborough"
).split()
_FIRST = "Aldous Beatrix Cosmo Drusilla Ephraim Florian Griselda Horatio Isolde Jocasta Leander Minerva Octavia".split()
_WARDS = (
    "Juniper Larkspur Meadowsweet Nightshade Oxlip Primrose Ragwort Samphire Tansy Valerian Woodruff Yarrow".split()
)
_FINDINGS = (
    "the {side} {part} measured {a}.{b} mm on the scan, against {c}.{d} mm when last seen in {month}",
    "a dose of {a}{b} mg was tried for {c} weeks and set aside after {d} days of headaches near the {side} {part}",
    "the reading rose from {a}{c} to {b}{d} units between two visits, with a settled {part} on the {side}",
    "walking {a}{b}0 metres to the {ward} gate brings on a dull ache above the {side} {part} within {c} minutes",
    "the {part} was photographed {a} times under lamp {b}{c}; the {side} edge is drawn on sheet {d}{a}",
    "sleep is broken at about {a}.{b}{c}, eased by {d} pillows and by lying on the {side}",
)
_PARTS = "shoulder ankle wrist eyelid kneecap elbow heel thumb collarbone".split()
_MONTHS = "January February March April June July September October November".split()


def canary_sheet(contact: str, reference: str) -> Sheet:
    """A letter that nobody has written before.

    Args:
        contact: whom to write to for somebody who finds it.
        reference: printed on it; no two letters have the same.
    """
    pick = secrets.choice
    name = f"{pick(_FIRST)} {pick(_SURNAMES)}-{pick(_SURNAMES)}"
    born = datetime.now(UTC) - timedelta(days=9_000 + secrets.randbelow(18_000))
    number = spaced(nhs_number(secrets.randbelow(_SERIALS)))
    story = [_sentence() for _ in range(14)]
    paragraphs = [" ".join(story[start : start + 4]) for start in range(0, len(story), 4)]
    blocks = [
        Block(
            BlockKind.LINES, f"Ref: {reference}\nPatient: {name}\nDate of birth: {born:%d/%m/%Y}\nNHS number: {number}"
        ),
        Block(BlockKind.PARAGRAPH, f"Dear Dr {pick(_SURNAMES)},"),
        *(Block(BlockKind.PARAGRAPH, text, story=True) for text in paragraphs),
        Block(BlockKind.LINES, f"Yours sincerely,\n{pick(_FIRST)} {pick(_SURNAMES)}\n{pick(_WARDS)} clinic"),
        Block(
            BlockKind.PARAGRAPH,
            f"This letter is about nobody: it tests whether letters lie open. If you found it, please write to "
            f"{contact} and quote {reference}.",
        ),
    ]
    return Sheet((f"{pick(_WARDS)} and {pick(_WARDS)} Clinic",), f"{reference}, continued", tuple(blocks), reference)


def _sentence() -> str:
    pick = secrets.choice
    digits = {name: str(1 + secrets.randbelow(9)) for name in "abcd"}
    text = pick(_FINDINGS).format(
        side=pick(("left", "right")), part=pick(_PARTS), month=pick(_MONTHS), ward=pick(_WARDS), **digits
    )
    who = f"{pick(_FIRST)} {pick(_SURNAMES)}"
    return f"{who} noted on {1 + secrets.randbelow(28)} {pick(_MONTHS)} that {text}."
