"""What lies in an office file beside its text: pictures, embedded files, data that text is bound to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from lxml import etree

from documents.records import SkipReason
from extraction.office.office_package import Package
from extraction.paths import MemberPaths
from extraction.records import Embedded, Problem

# Letters below which pictures that nobody reads may be the document. A letter has 500 and more.
SCAN_LETTERS = 40
_LETTER = re.compile(r"\w")
_MARKUP = (".xml", ".vml", ".rels")
_FOLDERS_OF_FILES = re.compile(r"(?:.*/)?embeddings/|(?:.*/)?afchunk[^/]*$")
# LibreOffice's drawings and the photographs of effects: no reader here shows them, and they repeat what others hold.
_METAFILES = (".svm", ".wdp")
# Programs, settings of printers and fonts: no text of a document.
_NO_DOCUMENTS = re.compile(
    r"(?:.*/)?(?:vbaproject(?:signature\w*)?|printersettings\d*|attachedtoolbars|activex\d*|signature\d*)\.bin"
    r"|mimetype|.*\.(?:mso|odttf|fntdata|psmdcp|sigs|psdsor|psdsxs)|(?:.*/)?thumbnails?/.*|(?:.*/)?thumbnail\.\w+"
)
_KNOWN_FOLDERS = re.compile(r"(?:xl|ppt|customxml|docmetadata|_xmlsignatures|package)/")
# Data of SharePoint and of citations, in the name of their root.
_NO_DATA = re.compile(r"bibliography|contentType|/metadata|sharepoint|infopath|/customxsn", re.IGNORECASE)


def is_file_inside(name: str) -> bool:
    """Is this part a file to read in its turn, and not text or a setting of this one?"""
    if name.endswith(_MARKUP):
        return _FOLDERS_OF_FILES.match(name) is not None and not name.endswith(".rels")
    return not _NO_DOCUMENTS.fullmatch(name)


def strangers(package: Package, main: str, working_parts: re.Pattern[str]) -> list[str]:
    """Files in a package of sheets or slides: what is no markup, and markup that lies apart from all known parts."""
    own = main.rpartition("/")[0] + "/"
    return [
        name
        for name in package.names
        if not working_parts.fullmatch(name)
        and (is_file_inside(name) or (name.endswith(".xml") and name != main and not _is_known(name, own)))
    ]


def _is_known(name: str, own: str) -> bool:
    return (own != "/" and name.startswith(own)) or _KNOWN_FOLDERS.match(name) is not None


def files_inside(package: Package, names: Sequence[str]) -> Iterator[Embedded | Problem]:
    """These parts, one at a time; without metafiles, as `pictures_unread` judges those."""
    paths = MemberPaths()
    for name in names:
        if package.is_spent:
            return
        if name.endswith(_METAFILES):
            continue
        given = package.given_name(name)
        data, problems = package.take(name)
        yield from problems
        if data:
            yield Embedded(paths.place(given), data, posixpath.basename(given))
    for stray in package.strays:
        yield Embedded(paths.place(""), stray)


def pictures_unread(package: Package, text: str, names: Sequence[str]) -> list[Problem]:
    """The metafiles of a document in which nothing else holds text: each may be its only page."""
    if len(_LETTER.findall(text[: 100 * SCAN_LETTERS])) >= SCAN_LETTERS:
        return []
    if any(not name.endswith(_METAFILES) for name in names):
        return []
    return [Problem(SkipReason.UNSUPPORTED_TYPE, package.path(name), "metafile") for name in names]


def custom_data_lines(root: etree._Element) -> list[str]:
    """Each value of data that a document is filled from, as a line."""
    if _NO_DATA.search(str(root.tag)):
        return []
    values = (" ".join(str(text).split()) for text in root.itertext())
    return [value for value in values if value]
