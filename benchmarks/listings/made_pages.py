"""Listings of any length, as servers write them: the same files with the same sizes and times in each shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

URL = "http://files.example.org/letters/"
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Shape:
    """One way of writing a listing.

    Attributes:
        make: the listing of some files, from the number of the first and how many they are.
        content_type: as the server sends it; empty for FTP.
    """

    make: Callable[[int, int], bytes]
    content_type: str


def _names(first: int, count: int) -> list[tuple[int, str]]:
    """Numbers and names; each eighth name has a blank."""
    return [
        (number, f"letter-{number:06d}{' clinic' if number % 8 == 0 else ''}.pdf")
        for number in range(first, first + count)
    ]


def _href(name: str) -> str:
    return name.replace(" ", "%20")


def _size(number: int) -> int:
    return 2_000 + number * 37 % 900_000


def _clock(number: int) -> str:
    return f"{number // 60 % 24:02d}:{number % 60:02d}"


def _nginx(first: int, count: int) -> bytes:
    rows = "".join(
        f'<a href="{_href(name)}">{name}</a>{" " * (51 - len(name))}02-Jan-2023 {_clock(number)}{_size(number):>20}\r\n'
        for number, name in _names(first, count)
    )
    title = "Index of /letters/"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1><hr><pre>"
        f'<a href="../">../</a>\r\n{rows}</pre><hr></body>\r\n</html>\r\n'
    ).encode()


def _apache_table(first: int, count: int) -> bytes:
    rows = "".join(
        f'<tr><td valign="top"><img src="/icons/layout.gif" alt="[   ]"></td><td><a href="{_href(name)}">{name}</a>'
        f'</td><td align="right">2023-01-02 {_clock(number)}  </td><td align="right">{_size(number) / 1024:.1f}K</td>'
        "<td>&nbsp;</td></tr>\n"
        for number, name in _names(first, count)
    )
    heads = "".join(
        f'<th><a href="?C={letter};O=A">{head}</a></th>'
        for letter, head in zip("NMSD", ("Name", "Last modified", "Size", "Description"), strict=True)
    )
    return (
        f'{_apache_head()}<table>\n   <tr><th valign="top"><img src="/icons/blank.gif" alt="[ICO]"></th>{heads}</tr>\n'
        '   <tr><th colspan="5"><hr></th></tr>\n<tr><td valign="top"><img src="/icons/back.gif" alt="[PARENTDIR]"></td>'
        '<td><a href="/">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td><td>&nbsp;</td></tr>\n'
        f'{rows}   <tr><th colspan="5"><hr></th></tr>\n</table>\n{_apache_foot()}'
    ).encode()


def _apache_fancy(first: int, count: int) -> bytes:
    rows = "".join(
        f'<img src="/icons/layout.gif" alt="[   ]"> <a href="{_href(name)}">{name}</a>{" " * (30 - len(name))}'
        f"2023-01-02 {_clock(number)}  {_size(number) / 1024:.1f}K  \n"
        for number, name in _names(first, count)
    )
    return (
        f'{_apache_head()}<pre><img src="/icons/blank.gif" alt="Icon "> <a href="?C=N;O=D">Name</a>       '
        '<a href="?C=M;O=A">Last modified</a>      <a href="?C=S;O=A">Size</a>  <a href="?C=D;O=A">Description</a>'
        f'<hr><img src="/icons/back.gif" alt="[PARENTDIR]"> <a href="/">Parent Directory</a>       -   \n{rows}'
        f"<hr></pre>\n{_apache_foot()}"
    ).encode()


def _apache_head() -> str:
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of /letters</title>\n'
        " </head>\n <body>\n<h1>Index of /letters</h1>\n"
    )


def _apache_foot() -> str:
    return "<address>Apache/2.4.57 (Debian) Server at files.example.org Port 80</address>\n</body></html>\n"


def _plain_list(first: int, count: int) -> bytes:
    rows = "".join(f'<li><a href="{_href(name)}">{name}</a></li>\n' for _, name in _names(first, count))
    title = "Directory listing for /letters/"
    return (
        f"<!DOCTYPE HTML>\n<html>\n<head>\n<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n<hr>\n<ul>\n"
        f"{rows}</ul>\n<hr>\n</body>\n</html>\n"
    ).encode()


def _json(first: int, count: int) -> bytes:
    rows = [
        {"name": name, "type": "file", "mtime": f"Mon, 02 Jan 2023 {_clock(number)}:00 GMT", "size": _size(number)}
        for number, name in _names(first, count)
    ]
    return ("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]").encode()


def _s3(first: int, count: int) -> bytes:
    rows = "".join(
        f"<Contents><Key>{name}</Key><LastModified>2023-01-02T{_clock(number)}:00.000Z</LastModified>"
        f"<ETag>&quot;{number:032x}&quot;</ETag><Size>{_size(number)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for number, name in _names(first, count)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>letters</Name><Prefix></Prefix><MaxKeys>{count}</MaxKeys><IsTruncated>false</IsTruncated>{rows}"
        "</ListBucketResult>"
    ).encode()


def _ls(first: int, count: int) -> bytes:
    return "".join(
        f"-rw-r--r--   1 ftp      ftp      {_size(number):>12} Jan 02  2023 {name}\r\n"
        for number, name in _names(first, count)
    ).encode()


def _mlsd(first: int, count: int) -> bytes:
    return "".join(
        f"type=file;size={_size(number)};modify=20230102{_clock(number).replace(':', '')}00;UNIX.mode=0644; {name}\r\n"
        for number, name in _names(first, count)
    ).encode()


SHAPES: Mapping[str, Shape] = {
    "nginx": Shape(_nginx, _HTML),
    "apache-table": Shape(_apache_table, _HTML),
    "apache-fancy": Shape(_apache_fancy, _HTML),
    "plain-list": Shape(_plain_list, _HTML),
    "json": Shape(_json, "application/json"),
    "s3-xml": Shape(_s3, "application/xml"),
    "ftp-ls": Shape(_ls, ""),
    "ftp-mlsd": Shape(_mlsd, ""),
}
