"""What programs call the columns of a listing in JSON, and which of an object's keys are which column.

Tables only: a new product is a new word here. Words are compared without case, `_` and `-`. Read in the sources of
nginx, Caddy, serve, dufs, copyparty, HFS 3, File Browser, gohttpserver, AList, GoIndex, h5ai, rclone, tree, Swift,
Google Cloud Storage, Azure Data Lake, Seafile, Artifactory, pCloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from documents.records import EntryKind

_NAMES = "name filename basename base n foldername subdir".split()
_PATHS = "path fullpath filepath relativepath relative relpath key uri".split()
_LINKS = "href url link downloadurl rawurl".split()
_KINDS = (
    "type kind pathtype itemtype entrytype nodetype filetype mimetype mime contenttype mode permissions perms".split()
)
_IS_DIRECTORY = "isdir isdirectory isfolder dir directory folder".split()
_IS_FILE = "isfile".split()
_SIZES = "size bytes length filesize sz sizebytes sizeinbytes contentlength rawsize fsize s".split()
_TIMES = (
    "mtime modtime modified lastmodified lastmodifiedtime modifiedtime modifiedat datemodified mtimems lastmod lm ts "
    "timestamp updated updatedtime updatedat changed time date m"
).split()
_DETAILS = "stats stat info fileinfo meta attributes attrs additional".split()
_CHILDREN = "contents children files items entries".split()
# A key that names a folder, and says by its own name that it is one.
NAMES_FOLDER = frozenset(["foldername", "subdir"])
# Siblings of one object that hold folders and files apart.
FOLDER_ARRAYS = frozenset("dirs directories folders subdirs subdirectories dirlist folderlist".split())
FILE_ARRAYS = frozenset("files filelist documents".split())
# Where the object around an array says which folder it is.
FOLDER_PATHS = frozenset("href path dir directory currentpath curpath cwd folder location vpath".split())
# Objects of a store, by keys that only those have: their names are paths.
STORES = tuple(map(frozenset, (("hash", "bytes"), ("bucket", "generation"), ("etag", "contentlength", "lastmodified"))))

KIND_WORDS = {
    **dict.fromkeys(
        "directory dir folder d tree collection symlinkdir inode/directory httpd/unix-directory text/directory "
        "application/directory application/x-directory application/vnd.google-apps.folder".split(),
        EntryKind.DIRECTORY,
    ),
    **dict.fromkeys("file f blob regular symlinkfile -".split(), EntryKind.FILE),
    **dict.fromkeys("link symlink l lnk".split(), EntryKind.LINK),
    **dict.fromkeys("other unknown".split(), EntryKind.UNKNOWN),
}
# Words that hardly anything but a file system uses; the others want a size, a time or an ending beside them.
SURE_WORDS = frozenset("directory dir file symlinkdir symlinkfile inode/directory httpd/unix-directory".split())
# Objects of more keys than this are no rows; a database's records have up to a hundred.
_MOST_KEYS = 200
# Letters of all keys of one object; those of real listings have fewer than 300.
_MOST_LETTERS = 4_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Which key of one shape of object is which column; None or empty where it has none. Best keys first."""

    name: str | None
    path: str | None
    links: tuple[str, ...]
    kinds: tuple[str, ...]
    is_directory: tuple[str, ...]
    is_file: tuple[str, ...]
    size: str | None
    time: str | None
    children: str | None
    details: str | None
    names_folder: bool
    is_stored: bool


def columns_of(shape: tuple[str, ...]) -> Columns | None:
    """The columns of all objects with these keys; None where they have no name."""
    if len(shape) > _MOST_KEYS or sum(map(len, shape)) > _MOST_LETTERS:
        return None  # and the cache holds no text of any length
    return _columns_of(shape)


@lru_cache(maxsize=256)
def _columns_of(shape: tuple[str, ...]) -> Columns | None:
    words = {plain(key): key for key in reversed(shape)}
    name = _first(words, _NAMES)
    path = _first(words, _PATHS)
    links = _all(words, _LINKS)
    if name is None and path is None and not links:
        return None
    return Columns(
        name=name,
        path=path,
        links=links,
        kinds=_all(words, _KINDS),
        is_directory=_all(words, _IS_DIRECTORY),
        is_file=_all(words, _IS_FILE),
        size=_first(words, _SIZES),
        time=_first(words, _TIMES),
        children=_first(words, _CHILDREN),
        details=_first(words, _DETAILS),
        names_folder=name is not None and plain(name) in NAMES_FOLDER,
        is_stored=any(store <= words.keys() for store in STORES) or "subdir" in words,
    )


def plain(key: str) -> str:
    """`isDir`, `is_dir` and `IsDir` are one word."""
    return key.replace("_", "").replace("-", "").lower()


def _first(words: dict[str, str], wanted: list[str]) -> str | None:
    return next((words[word] for word in wanted if word in words), None)


def _all(words: dict[str, str], wanted: list[str]) -> tuple[str, ...]:
    return tuple(words[word] for word in wanted if word in words)
