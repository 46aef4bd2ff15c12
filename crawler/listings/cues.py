"""Words, pictures and marks by which listings tell themselves and their folders; data, in the languages they speak."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from lxml import etree

from documents.records import EntryKind

# Longest text in which a mark is looked for, characters: `папка /folder/`, `[To Parent Directory]`.
LONGEST_MARK = 60

_FOLDER_WORDS = frozenset(
    """
    dir directory folder subfolder subdirectory map mappe mapp kansio katalog katalóg verzeichnis ordner unterordner
    dossier répertoire repertoire carpeta directorio cartella pasta diretório folderul папка каталог папки директория
    φάκελος klasör dizin mappa složka priečinok adresář 文件夹 資料夾 目录 目錄 フォルダ フォルダー ディレクトリ 폴더
    디렉터리 디렉토리 مجلد پوشه filefolder
    """.split()
)
_FILE_WORDS = frozenset(
    "file datei fichier archivo fichero arquivo ficheiro bestand fil plik soubor файл 文件 檔案 ファイル 파일".split()
)
_ICON_FOLDER = re.compile(r"(?:^|[^a-z])(?:dir|directory|folder|folders|foldericon|closed|subdir|ordner)(?:[^a-z]|$)")
_ICON_FILE = re.compile(
    r"(?:^|[^a-z])(?:file|files|doc|document|binary|bin|text|txt|image|img|img2|picture|sound|audio|music|video|movie|film|"
    r"archive|compressed|zip|pdf|layout|generic|unknown|default|script|html|xml|code|page)(?:[^a-z]|$)|fa-file|file-earmark"
)
_KIND_ATTRIBUTE = re.compile(
    r"data-(?:[\w-]*-)?(?:type|kind|mime|mimetype|(?P<dir>is-?dir|is-?folder|directory|folder))$"
)
_FOLDER_SIGNS = frozenset("📁📂🗀🗁🗂")
_FILE_SIGNS = frozenset("📄📃📝📜📑🗎🖹🗋📊🎵🎶🎬🖼📷📦🗜📕")
_CLASS_FOLDER = frozenset("dir directory folder isdir is-dir d directories folders type-dir collection".split())
_CLASS_FILE = frozenset("file afile isfile is-file f files type-file".split())

_BACK_TEXT = re.compile(
    r"^(?:\s*\.\.?/?\s*$|[\W_]*(?:(?:\[?to\s+)?parent(?:\s+(?:dir(?:ectory)?|folder))?|up(?:\s+(?:to|one|a)\b.*|\s+dir.*|\s+level)?|"
    r"(?:go\s+)?(?:back|up)|\.\. ?\(parent.*|root(?:\s+dir.*)?|home|one\s+level\s+up|"
    r"übergeordnete[sr]?\s+(?:verzeichnis|ordner)|zum\s+übergeordneten.*|dossier\s+parent|répertoire\s+parent|"
    r"directorio\s+(?:padre|principal|superior)|cartella\s+superiore|diretório\s+(?:pai|superior)|bovenliggende\s+map|"
    r"родительский\s+каталог|вверх|наверх|上级目录|上級目錄|返回上.*|親ディレクトリ.*|상위\s?디렉터리.*|상위\s?폴더.*|nadřazen.*|katalog\s+nadrzędny)"
    r"[\W_]*$)",
    re.IGNORECASE,
)

_SIGNATURE = re.compile(
    r"^\W*(?:index\s+of\b|directory\s+(?:listing|list|contents|index|browser|browsing)\b|directory\s*:|listing\s+of\b|"
    r"contents\s+of\b|files\s+(?:within|in|of)\b|folder\s+listing|file\s+listing|browsing\b|"
    r"(?:list|listing)\s+of\s+(?:files|directory|folder)|inhalt\s+von|verzeichnis(?:\s+von|inhalt|listing)|index\s+von|"
    r"index\s+de\b|contenu\s+d|liste\s+d|listado\s+de|índice\s+de|contenido\s+de|indice\s+di|contenuto\s+d|índice\s+de|"
    r"conteúdo\s+d|inhoud\s+van|indeks\b|zawartość|obsah|индекс|содержимое|список\s+файлов|каталог|目录列表|目录|の一覧|のインデックス|"
    r"لیست\s+دایرکتوری|directory of\b)"
    r"|\bindex\s+of\s+[/.]|の一覧|powered\s+by\s+h5ai|\bfilenice\b|^hfs\s*/",
    re.IGNORECASE,
)
# Words that also stand in pages about listings.
_HINT = re.compile(
    r"\bdirectory\s+(?:listing|lister|list|contents)\b|\blisting\s+of\s+(?:/|https?:)|file\s+list$", re.IGNORECASE
)
_SIGNED_PATH = re.compile(
    r"^\W*(?:index of|directory(?: listing)?(?: for| of)?|listing of|files within|index von|index de)\s*:?\s*"
    r"(?:https?://\S+|/|\.?/|~|[a-z]:\\)",
    re.IGNORECASE,
)
# IIS: `host - /folder/`; others: the bare path as title and heading.
_PATH_TITLE = re.compile(r"^(?:[\w.-]+(?::\d+)?\s+-\s+)?/(?:[^<>\n]*/)?$")
_FOOTER = re.compile(
    r"\bserver at \S+ port \d+|apache/\d|nginx/\d|lighttpd/\d|proudly served by|mini_httpd/|thttpd/|darkhttpd|webfs|"
    r"httpfileserver|caddy|h5ai|directory lister|autoindex|microsoft-iis|jetty|apache tomcat|serv-u|python/\d",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:denied|forbidden|not\s+(?:allow|permit|found|available|exist)|disabled?|unauthori[sz]ed|verweigert|verboten|refus|interdit)",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"(?:folder|directory|dir)\s+is\s+empty|empty\s+(?:folder|directory)|no\s+files\b|nothing\s+here|0\s+(?:files|items|objects)|"
    r"verzeichnis\s+ist\s+leer|ordner\s+ist\s+leer|dossier\s+(?:est\s+)?vide|каталог\s+пуст|папка\s+пуста|空目录|空文件夹",
    re.IGNORECASE,
)


class Column(StrEnum):
    """What a column's heading says that it holds."""

    NAME = "name"
    SIZE = "size"
    MODIFIED = "modified"
    TYPE = "type"
    OTHER = "other"


_HEADINGS: dict[Column, re.Pattern[str]] = {
    Column.SIZE: re.compile(
        r"^(?:file\s*)?(?:size|größe|groesse|taille|tamaño|dimensione?|tamanho|grootte|rozmiar|størrelse|storlek|velikost|размер|"
        r"大小|サイズ|크기|bytes|length|boyut|koko|مقدار|حجم)\b",
        re.IGNORECASE,
    ),
    Column.MODIFIED: re.compile(
        r"^(?:last[\s_-]*)?(?:modified|modification|changed?|updated?|date|time(?:stamp)?|datum|geändert|zuletzt|änderung\w*|"
        r"modifié|dernière|fecha|última|modificado|data|modificato|ultima|gewijzigd|zmodyfikowany|ostatnia|ændret|ändrad|změněno|дата|"
        r"изменен\w*|время|последнее|修改|修改时间|最后修改|時間|日期|更新日時|최종|수정|mtime|created)\b",
        re.IGNORECASE,
    ),
    Column.TYPE: re.compile(r"^(?:file\s*)?(?:type|kind|mime|typ|тип|类型|類型|種類|종류|tipo|art)\b", re.IGNORECASE),
    # Last: `File size` begins as `File` does.
    Column.NAME: re.compile(
        r"^(?:file\s*-?names?|names?|files?|datei(?:name)?|nom|nombre|nome|naam|nazwa|navn|namn|název|имя(?:\s+файла)?|название|файл|"
        r"名称|名稱|文件名?|ファイル名|名前|이름|bestandsnaam|fichier|archivo|filename|title|document|item)\b",
        re.IGNORECASE,
    ),
}
# `drwxr-xr-x`, as `ls -l` writes it.
_PERMISSIONS = re.compile(r"[d-](?:[r-][w-][xsStT-]){3}[+.@]?$")
_WORD = re.compile(r"[^\W\d_]+")


def column_of(heading: str) -> Column:
    """What a heading says; OTHER for any word that is none of these."""
    text = heading.strip(" \t\r\n\u00a0[]↑↓▲▼:")
    for column, pattern in _HEADINGS.items():
        if len(text) <= LONGEST_MARK and pattern.match(text):
            return column
    return Column.OTHER


def marked_kind(text: str) -> EntryKind | None:
    """What a text beside a name says that it is: `<DIR>`, `File folder`, `папка`; None where it says nothing of it."""
    if not text or len(text) > LONGEST_MARK or text.isdigit():
        return None
    if _PERMISSIONS.match(text):
        return EntryKind.DIRECTORY if text[0] == "d" else EntryKind.FILE
    words = _WORD.findall(text.lower())
    most_words = 3
    if not words or len(words) > most_words:
        return None
    if any(word in _FOLDER_WORDS for word in words):
        return EntryKind.DIRECTORY
    return EntryKind.FILE if any(word in _FILE_WORDS for word in words) else None


def classed_kind(classes: str) -> EntryKind | None:
    """What the classes of a row's element say."""
    if not classes:
        return None
    words = set(classes.lower().split())
    if words & _CLASS_FOLDER:
        return EntryKind.DIRECTORY
    return EntryKind.FILE if words & _CLASS_FILE else None


def attributed_kind(element: etree._Element) -> EntryKind | None:
    """What data for scripts says: `data-type="dir"`, `data-mime="httpd/unix-directory"`, `data-is-dir="true"`."""
    for name, value in element.attrib.items():
        known = _KIND_ATTRIBUTE.match(str(name))
        if known is None:
            continue
        if known["dir"]:
            yes = str(value).lower() in ("1", "true", "yes")
            return EntryKind.DIRECTORY if yes else EntryKind.FILE
        if kind := marked_kind(str(value).replace("unix-", "")):
            return kind
    return None


def emoji_kind(text: str) -> EntryKind | None:
    """What a sign among the letters says."""
    signs = set(text[:LONGEST_MARK])
    if signs & _FOLDER_SIGNS:
        return EntryKind.DIRECTORY
    return EntryKind.FILE if signs & _FILE_SIGNS else None


def pictured_kind(element: etree._Element) -> EntryKind | None:
    """What a picture says, by its names: `alt="[DIR]"`, `folder.png`, `class="fa fa-folder"`, `#folder-shortcut`."""
    source = element.get("src") or element.get("href") or element.get("{http://www.w3.org/1999/xlink}href") or ""
    named = _icon_kind(f"{source.rpartition('/')[2]} {element.get('class') or ''} {_ligature(element)}")
    # The picture's own name comes first: some servers give all pictures one text.
    if named is not None:
        return named
    alt = (element.get("alt") or element.get("title") or "").strip().lower()
    if not alt.strip("[] ") and alt[:1] != "[":
        return None
    if "parent" in alt or "back" in alt:
        return None
    return _icon_kind(alt) or (EntryKind.FILE if alt[:1] == "[" else None)


def _icon_kind(names: str) -> EntryKind | None:
    """What the words of a picture mean: a listing has few pictures, and each many times."""
    return _known_icon(names) if len(names) <= LONGEST_MARK else _icon(names)


@lru_cache(maxsize=1024)
def _known_icon(names: str) -> EntryKind | None:
    return _icon(names)


def _icon(names: str) -> EntryKind | None:
    names = names.lower().replace("_", " ")
    if _ICON_FOLDER.search(names):
        return EntryKind.DIRECTORY
    return EntryKind.FILE if _ICON_FILE.search(names) else None


def _ligature(element: etree._Element) -> str:
    """Material icons are words: `<i>folder_open</i>`."""
    text = element.text or ""
    longest = 30
    return text.strip().lower() if element.tag in ("i", "span") and len(text) <= longest else ""


def leads_back(text: str) -> bool:
    """Do a link's words say that it leads to the folder above?"""
    return len(text) <= LONGEST_MARK and _BACK_TEXT.match(text) is not None


def is_signature(line: str) -> bool:
    """Is this a title or heading that servers give their listings?"""
    longest = 2_000
    return len(line) <= longest and (_SIGNATURE.search(line) is not None)


def is_hint(line: str) -> bool:
    """Does such a title stand there anywhere, as it also may in a page about listings?"""
    return _HINT.search(line) is not None


def names_a_path(line: str) -> bool:
    """Does such a title go on with the path of a folder? Then it is a server's, whatever else the page holds."""
    return _SIGNED_PATH.search(line) is not None


def is_path_title(line: str) -> bool:
    """Is this the bare path of a folder, as IIS and small servers title theirs?"""
    return _PATH_TITLE.match(line) is not None


def is_footer(text: str) -> bool:
    """Does a page's last text name a server?"""
    return _FOOTER.search(text) is not None


def says_denied(text: str) -> bool:
    """Does a page say that a folder is there and its listing is not?"""
    return _DENIED.search(text) is not None


def says_empty(text: str) -> bool:
    """Does a page say that its folder is empty?"""
    return _EMPTY.search(text) is not None
