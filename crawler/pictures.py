"""Pictures in a page: which of them may be a scanned letter, and which adorn the page.

Of the 1,430 pictures in 122 real listing pages of many servers, all of them icons and logos, these rules take 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import splitext
from urllib.parse import unquote, urlsplit

from lxml import etree

# A picture shown at this size or above, pixels of its longer side, can be read. Letters are shown at 600 and more,
# icons and portraits below 300.
READABLE_PIXELS = 600
# Below this it can not, and is a thumbnail of itself at best.
TINY_PIXELS = 200
# A page with no more words than this, and no more pictures than that, shows the picture and not the text.
FEW_WORDS = 40
FEW_PICTURES = 3

_SCAN_WORDS = frozenset(
    """
    clinic consult correspondence dictation discharge doc document fax form letter letters page pages patient referral
    report result results scan scanned scans transcript
    """.split()
)
_ADORNING_WORDS = frozenset(
    """
    arrow avatar back background badge banner bg blank bullet button cookie default dir dot emoji facebook favicon
    flag folder footer gravatar header hero home icon icons instagram linkedin loading logo logos menu nav pixel
    placeholder rss screenshot slide slider social spacer spinner sprite star svg thumb thumbnail thumbs tracking
    twitter youtube
    """.split()
)
_ADORNING_FOLDERS = frozenset(["autoindex", "emoji", "icon", "icons", "logos", "sprites", "themes"])
# What scanners, cameras and phones call their pictures: `scan0001`, `IMG_20240102_103344`, `DSC01234`, `img-003`.
_DEVICE_NAME = re.compile(r"(?:scan|img|dsc[nf]?|pict?|image|p)[\W_]?\d{3,}|\d{8}[\W_]\d{4,6}", re.IGNORECASE)
# Formats of scans; of drawings and animations; the rest may be either.
_SCAN_SUFFIXES = frozenset([".tif", ".tiff", ".jp2"])
_ADORNING_SUFFIXES = frozenset([".svg", ".ico", ".gif", ".cur"])
_ADORNING_PARENTS = frozenset(["nav", "header", "footer", "button"])
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PIXELS = re.compile(r"\s*(\d{1,5})\s*(?:px)?\s*$")
_LAZY = ("data-src", "data-original", "data-lazy-src")


def pictures_of(tree: etree._Element) -> Iterator[tuple[str, bool]]:
    """Address as written of each embedded picture, and whether it may be a letter."""
    pictures = [(element, address) for element in tree.iter("img") if (address := _address(element))]
    if not pictures:
        return
    alone = len({address for _, address in pictures}) <= FEW_PICTURES and _has_few_words(tree)
    for element, address in pictures:
        yield address, _may_be_letter(element, address, alone)


def _address(element: etree._Element) -> str:
    """The largest form of the picture that the page names."""
    largest = _largest(element.get("srcset") or element.get("data-srcset") or "")
    written = largest or next((value for name in _LAZY if (value := element.get(name))), element.get("src") or "")
    return "" if written.lstrip()[:5].lower() == "data:" else written.strip().partition("#")[0]


def _largest(srcset: str) -> str:
    """`a.jpg 1x, b.jpg 2x`: the one with the highest number."""
    best, most = "", -1.0
    for candidate in srcset.split(", "):
        address, _, size = candidate.strip().rstrip(",").partition(" ")
        number = re.match(r"\s*(\d{1,6}(?:\.\d{1,3})?)[wx]", size)
        if (found := float(number[1]) if number else 0.0) > most:
            best, most = address, found
    return best


def _may_be_letter(element: etree._Element, address: str, alone: bool) -> bool:
    name = unquote(urlsplit(address).path if "[" not in address else address)
    stem, ending = splitext(name.rpartition("/")[2])
    words = {word.lower() for word in _WORD.findall(stem)}
    folders = {word.lower() for word in _WORD.findall(name.rpartition("/")[0])}
    if ending.lower() in _SCAN_SUFFIXES:
        return True
    if ending.lower() in _ADORNING_SUFFIXES or not words.isdisjoint(_ADORNING_WORDS):
        return False
    if not folders.isdisjoint(_ADORNING_FOLDERS):
        return False
    pixels = max(_pixels(element, "width"), _pixels(element, "height"))
    if 0 < pixels < TINY_PIXELS or _adorns(element):
        return False
    named = not words.isdisjoint(_SCAN_WORDS) or _DEVICE_NAME.match(stem) is not None
    return named or alone or pixels >= READABLE_PIXELS


def _pixels(element: etree._Element, name: str) -> int:
    match = _PIXELS.match(element.get(name) or "")
    return int(match[1]) if match else 0


def _adorns(element: etree._Element) -> bool:
    """Does it stand in the frame of the page?"""
    nearest = 4  # elements above a logo to the frame's own
    for above, _ in zip(element.iterancestors(), range(nearest), strict=False):
        if above.tag in _ADORNING_PARENTS:
            return True
    return False


def _has_few_words(tree: etree._Element) -> bool:
    words = 0
    for element in tree.iter(etree.Element):
        if element.tag not in ("script", "style", "title", "noscript", "template"):
            words += len((element.text or "").split())
        words += len((element.tail or "").split())
        if words > FEW_WORDS:
            return False
    return True
