"""Addresses in scripts and in JSON: written as strings, so told from all other strings by their form and their key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from posixpath import splitext
from typing import Any

from lxml import etree

from scope.actions import names_verb

# Addresses of one script that are looked at. A listing in JSON that is no listing to us has a few thousand.
MOST_ADDRESSES = 10_000
# Strings of one script that may be addresses and are judged; judging one takes 8 us.
_MOST_STRINGS = 50_000
# Longest string that is looked at, characters; addresses of APIs have a few hundred.
_LONGEST_STRING = 2_000
# A quoted string without white space, markup and templates (`{id}`, `${id}`); JSON may write `\/` and `\u0026`.
_STRING = re.compile(rf"""["'`]((?:[^"'`\\\s<>{{}}|^]|\\/|\\u00[0-9a-fA-F]{{2}}){{2,{_LONGEST_STRING}}}+)["'`]""")
_ESCAPE = re.compile(r"\\u00([0-9a-fA-F]{2})|\\(/)")
# What stands before a string: `"url": `, `href=`.
_KEY = re.compile(r"""([\w@$.-]{1,40})["'`]?\s{0,4}[:=]\s{0,4}$""")
_BEFORE = 50  # characters that are searched for the key: the longest key, a quote and white space
# Words of keys whose value is an address: `fileUrl`, `download_link`, `@id`, `contentUrl`.
_ADDRESS_WORDS = frozenset(
    "attachment attachments document download file href id link location next path pdf permalink src uri url".split()
)
_KEY_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# First folders of addresses that answer with data. They are asked as any page is: GET, and never where a verb stands.
_API_FOLDERS = frozenset("ajax api data odata rest service services wp-json".split())
_API_DEPTH = 3  # folders from the root in which such a name is looked for: `/portal/v2/api/...`
# Endings of files that can hold a letter. In a script a bare name counts with these alone ("app.json" is its own).
_LETTER_SUFFIXES = frozenset(".csv .doc .docx .eml .hl7 .msg .odt .pdf .rtf .tif .tiff .txt .xls .xlsx .zip".split())
_PAGE_SUFFIXES = frozenset(".htm .html .xhtml .json .xml .aspx .php .jsp".split())
_OTHER_START = re.compile(r"[a-z][a-z0-9+.-]*:(?!//)|//|(?!https?:)[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_ROOTED = re.compile(r"https?://|\.{0,2}/", re.IGNORECASE)
_PLAIN = re.compile(r"[\w%./~:?&=+,;@!()#\u00a0-\uffff-]+")
# Attributes that scripts read addresses from, without `data-`. `data-delete-url` and `data-target` are none.
_DATA_ATTRIBUTES = etree.XPath(
    "//@*[starts-with(name(), 'data-') or name() = 'onclick' or name() = 'hx-get' or name() = 'ondblclick']"
)


def addresses_of_script(text: str) -> Iterator[str]:
    """Addresses in a script or in JSON, as written; what they are relative to, the caller knows.

    Taken: a string that ends as a document does, one below an API's folder, one whose key says that it is an address.
    Never one in which a verb stands, or whose key holds one: scripts post to such addresses.
    """
    return islice(_addresses(text), MOST_ADDRESSES)


def _addresses(text: str) -> Iterator[str]:
    for match in islice(_STRING.finditer(text), _MOST_STRINGS):
        written = _ESCAPE.sub(_unescaped, match[1])
        form = _form(written)
        if form is None:
            continue
        key = _KEY.search(text[max(0, match.start() - _BEFORE) : match.start()])
        if _is_address(written, form, key[1] if key else ""):
            yield written


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else match[2]


def _form(written: str) -> str | None:
    """The path's ending in lower case, for strings that may be addresses at all; None for the rest."""
    if _OTHER_START.match(written) or not _PLAIN.fullmatch(written):
        return None
    path = re.split(r"[?#]", written, maxsplit=1)[0]
    ending = splitext(path)[1].lower()
    if _ROOTED.match(written):
        return ending if len(path.strip("./")) > 1 else None
    return ending if ending in _LETTER_SUFFIXES or ending in _PAGE_SUFFIXES else None


def _is_address(written: str, ending: str, key: str) -> bool:
    if names_verb(key) or names_verb(written):
        return False
    is_named = not _ADDRESS_WORDS.isdisjoint(word.lower() for word in _KEY_WORD.findall(key))
    if ending in _LETTER_SUFFIXES or (ending in _PAGE_SUFFIXES and (is_named or "/" in written)):
        return True
    if not _ROOTED.match(written):
        return False
    folders = re.sub(r"^https?://[^/]*", "", written, flags=re.IGNORECASE).strip("./").lower().split("/")
    if not _API_FOLDERS.isdisjoint(folders[:_API_DEPTH]):
        return True
    return not ending and is_named


def addresses_of_attributes(tree: etree._Element) -> Iterator[str]:
    """Addresses that a page keeps for its scripts: `data-href="..."`, `onclick="location='...'"`, `hx-get="..."`."""
    values: Any = _DATA_ATTRIBUTES(tree)
    for value in values:
        name = str(value.attrname)
        if name.startswith("on"):
            yield from addresses_of_script(str(value))
            continue
        written = str(value).strip()
        form = _form(written) if len(written) <= _LONGEST_STRING else None
        if form is not None and _is_address(written, form, name.removeprefix("data-").replace("hx-get", "href")):
            yield written


def texts_of_scripts(tree: etree._Element) -> Iterator[str]:
    """The text of each script of a page, data in JSON included."""
    for element in tree.iter("script"):
        if element.text:
            yield element.text
