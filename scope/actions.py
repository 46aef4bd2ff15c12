"""URLs that make a server do something: delete, add, log out. Told by their words alone, before any request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import splitext
from urllib.parse import parse_qsl, unquote, urlsplit

from scope.urls import DOCUMENT_SUFFIXES

# Verbs that act wherever they stand alone (MEDantex: such pages worked without a login).
_VERBS = frozenset(
    """
    delete remove destroy erase purge wipe truncate logout logoff signout signoff unsubscribe reset approve reject
    revoke add create edit rename disable enable activate deactivate cancel unpublish uninstall shutdown restart
    """.split()
)
_LEAVING = frozenset("logout logoff signout signoff".split())
# Folders of stored files and words of other languages bear these names too: they act when something is handed to them.
_VERBS_IF_CALLED = frozenset(
    """
    del rm trash kill update move restore install drop confirm save submit publish insert write put empty clear send
    execute exec
    """.split()
)
_VERBS_OF_KEYS = _VERBS | frozenset(
    "del rm trash kill upload move restore install drop confirm save write put empty clear".split()
)
# As a later word they name a thing: `data_set`, `last_update`.
_VERBS_BEFORE_AN_OBJECT = frozenset(["set", "update"])
_VERBS_OF_COMMANDS = _VERBS | _VERBS_IF_CALLED | {"set", "run", "import", "upload"}
# In a script, beside the address of a letter stand those that letters are sent and saved to.
_VERBS_OF_SCRIPTS = _VERBS_OF_COMMANDS - {"run"}
_VERBS_OF_VALUES = _VERBS | frozenset("del rm trash kill".split())
_TWO_WORDS = frozenset("logout logoff signout signoff shutdown".split())
# Words in front of a verb in the names of programs: `doLogout`, `ajax_delete`.
_LEADS = frozenset("do ajax action admin api bulk confirm handle mass on perform process".split())
# What a verb is done to; "delete letter" in a search box is taken for a command, "delete me" is not.
_OBJECTS = frozenset(
    """
    account all appointment comment document entry file folder group image item letter member message note page patient
    photo post profile record role row session user
    """.split()
)
# Words of sentences: a title of a page holds one ("cancel-your-appointment"), the name of a program does not.
_SENTENCE_WORDS = frozenset(
    """
    a about an and are as at by can for from how i if in is it me my new of on or our the this to us was we what when
    where why will with you your
    """.split()
)
# Words of a name that is a verb and its object, and of one that is handed something or is written as programs are.
_PLAIN_WORDS = 2
_PROGRAM_WORDS = 4
# Longer values of a query are texts and tokens. The longest route of the frameworks that the tests name has 21.
COMMAND_CHARACTERS = 60

_COMMAND_KEYS = frozenset(
    "action act cmd command do fn func function method mode op operation submit task verb".split()
)
# What they name is a place, or the next hop, which is judged when it comes.
_PLACE_KEYS = frozenset(
    """
    dir directory file filename folder prefix delimiter marker startafter continuationtoken key src next return returnto
    returnurl redirect redirecturl url
    """.split()
)
_PLACE_KEYS_OF_LISTINGS = _PLACE_KEYS | frozenset("d f p path".split())
# Run by the server, not sent by it.
_PROGRAM_SUFFIXES = frozenset(
    ".php .php3 .php4 .php5 .php7 .phtml .asp .aspx .ashx .asmx .jsp .jspx .jsf .do .action .cgi .fcgi .pl .cfm".split()
)
# Stored or made by a server, the name does not tell which.
_PAGE_SUFFIXES = frozenset(".htm .html .json .xml .md".split())

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_PROGRAM_STYLE = re.compile(r"_|[a-z][A-Z]|\w\.\w")
_TEXT_STYLE = re.compile(r"[\s-]")
_COLUMN_LINK = re.compile(r"C=[NMSD][;&]O=[AD]|[NMSD]=[AD]")
# What a verb is handed in a path: a number (a year is none), a UUID, a hexadecimal value.
_ID = re.compile(r"(?!(?:19|20)\d\d$)\d+|[0-9a-f]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_action(url: str) -> bool:
    """Would asking for this URL make the server do something? Judged by path segments and query."""
    parts = urlsplit(url)
    query = "" if _COLUMN_LINK.fullmatch(parts.query) else parts.query
    segments = _segments(parts.path)
    if segments and not parts.path.endswith("/") and _last_acts(segments[-1], bool(query)):
        return True
    folders = segments if parts.path.endswith("/") else segments[:-1]
    for place, name in enumerate(folders):
        given = segments[place + 1 :]
        called = _ID.fullmatch(given[0]) is not None if len(given) == 1 else bool(query and not given)
        if _names_action(name, called):
            return True
    return _query_acts(query, _PLACE_KEYS)


def is_action_in_listing(url: str) -> bool:
    """The same for an open directory, where a server lists folders and files under whatever names they have.

    No folder and no stored file acts there. What acts is a query, a name that a query is handed to, and a program that
    is named by a verb: to ask for it would run it.
    """
    parts = urlsplit(url)
    query = "" if _COLUMN_LINK.fullmatch(parts.query) else parts.query
    last = unquote(parts.path.rpartition("/")[2].partition(";")[0])
    is_program = splitext(last)[1].lower() in _PROGRAM_SUFFIXES
    if last and (query or is_program) and _last_acts(last, bool(query)):
        return True
    return _query_acts(query, _PLACE_KEYS_OF_LISTINGS)


def names_verb(text: str) -> bool:
    """Does any word of this text act? Stricter than `is_action`: for addresses and keys in scripts, which also post."""
    return not _VERBS_OF_SCRIPTS.isdisjoint(_words(unquote(text)))


def _segments(path: str) -> list[str]:
    return [name for segment in path.split("/") if (name := unquote(unquote(segment)).partition(";")[0])]


def _last_acts(name: str, has_query: bool) -> bool:
    """The name that the path ends with: a program, a page or a stored file."""
    stem, ending = splitext(name)
    ending = ending.lower()
    if ending in _PROGRAM_SUFFIXES:
        return _names_action(stem, called=True)
    if ending in _PAGE_SUFFIXES:
        return _names_action(stem, called=True) if has_query else _is_bare_verb(stem)
    if ending in DOCUMENT_SUFFIXES:  # whatever verb it holds ("please delete.pdf"), unless it is nothing else
        return has_query and _is_bare_verb(stem)
    return _names_action(name, called=has_query)


def _is_bare_verb(name: str) -> bool:
    words = _words(name)
    if len(words) == 1:
        return words[0] in _VERBS
    return len(words) == _PLAIN_WORDS and words[-1] in _LEAVING


def _words(text: str) -> list[str]:
    """The words of a name in lower case, with `log-out`, `logOut` and `log_out` as one."""
    words: list[str] = []
    for word in map(str.lower, _WORD.findall(text)):
        if words and words[-1] + word in _TWO_WORDS:
            words[-1] += word
        else:
            words.append(word)
    return words


def _names_action(name: str, called: bool, verbs: frozenset[str] = _VERBS) -> bool:
    """A name that is a verb, or a verb and its object; a sentence that holds a verb is a title.

    Args:
        name: of a folder, page or program, without its ending.
        called: is something handed to it: a query, an id? Or is it a program?
        verbs: those that act without that.
    """
    words = _words(name)
    program_style = _PROGRAM_STYLE.search(name) is not None and not _TEXT_STYLE.search(name)
    if called and (program_style or len(words) == 1):
        verbs |= _VERBS_IF_CALLED
    longest = _PROGRAM_WORDS if called or (program_style and name[0].islower()) else _PLAIN_WORDS
    if not 0 < len(words) <= longest or (not program_style and not _SENTENCE_WORDS.isdisjoint(words)):
        return False
    if words[0] in verbs or not _LEAVING.isdisjoint(words):
        return True
    if words[0] in _LEADS and words[1:2] and words[1] in _VERBS | _VERBS_IF_CALLED:
        return True
    return words[-1] in verbs and (called or program_style)


def _query_acts(query: str, places: frozenset[str]) -> bool:
    return any(_pair_acts(key, value, places) for key, value in _pairs(query))


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    """Both readings of `;`: as `&`, and as a part of the value."""
    yield from parse_qsl(query, keep_blank_values=True)
    if ";" in query:
        yield from parse_qsl(query, keep_blank_values=True, separator=";")


def _pair_acts(key: str, value: str, places: frozenset[str]) -> bool:
    plain_key = re.sub(r"[\W_]+", "", key.lower())
    words = _words(key)
    if not _VERBS_OF_KEYS.isdisjoint(words) or not _VERBS_BEFORE_AN_OBJECT.isdisjoint(words[:1]):
        return True
    value = unquote(value)
    if len(value) > COMMAND_CHARACTERS:
        return False
    if plain_key in _COMMAND_KEYS:
        return not _VERBS_OF_COMMANDS.isdisjoint(_words(value))
    return plain_key not in places and _value_acts(value)


def _value_acts(value: str) -> bool:
    """A value that is a command or a route to one (`user/logout`, `deleteUser`), under a key that does not say so."""
    if " " in value.strip():
        words = _words(value)
        is_command = all(word in _VERBS_OF_VALUES or word.removesuffix("s") in _OBJECTS for word in words)
        return is_command and not _VERBS_OF_VALUES.isdisjoint(words)
    if splitext(value)[1].lower() in DOCUMENT_SUFFIXES - _PAGE_SUFFIXES:
        return False
    parts = [part for part in re.split(r"[/\\:]+", value) if part]
    return any(_names_action(part, called=False, verbs=_VERBS_OF_VALUES) for part in parts)
