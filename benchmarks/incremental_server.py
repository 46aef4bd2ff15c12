"""An estate for measuring second sweeps: `python -m benchmarks.incremental_server DOCUMENTS mixed|texts`.

The same documents as an open directory (listings with sizes and dates) and as a bucket of S3; texts like theirs as a
site (pages with ETags). Of 20 documents 8 are HTML, 6 plain text, 4 DOCX and 2 PDF, of the length of letters, or all
are plain text. Prints its port; a line on standard input is answered with the bytes that were sent since the last one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

from demo_range.letters import House, letter
from demo_range.rendering import Format, rendered
from demo_range.sheets import plain_sheet

BUCKET = "benchmark-estate"
FOLDER = 1_000
# Letters on the organisation's templates, of patients who are not in the pack, and texts of nobody's.
_LETTERS = 60
_PROSE = (
    "The committee met in the usual place and heard reports of the works, the roof, the boiler and the garden. " * 60
)
# Texts of nobody's, in all formats. What comes behind them makes each document another one, and is not on its pages in
# DOCX (a comment of the archive) and PDF (one of the file): how long reading takes is the same.
_BASES = 25
_MIX: Final = [Format.HTML] * 8 + [Format.TXT] * 6 + [Format.DOCX] * 4 + [Format.PDF] * 2
_KINDS: Final = {
    Format.HTML: "text/html; charset=utf-8",
    Format.TXT: "text/plain; charset=utf-8",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
}
_MODIFIED = "Tue, 01 Jul 2025 10:00:00 GMT"
_XML = '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: status, type, validator, body."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    etag: str = ""
    status: str = "200 OK"


class Estate:
    """Makes every document from its number: each is like many others and the same as none."""

    def __init__(self, documents: int, *, is_mixed: bool) -> None:
        self.documents = documents
        self._is_mixed = is_mixed
        sheets = [letter(house, number, 9).sheet for house in House for number in range(_LETTERS)]
        self._letters = [rendered(Format.TXT, sheet).decode() for sheet in sheets]
        paragraphs = [_PROSE[start : start + 700] for start in range(0, 3_500, 700)]
        plain = [plain_sheet(f"Minutes {number}", *paragraphs) for number in range(_BASES if is_mixed else 0)]
        wanted = set(_MIX) if is_mixed else set()
        self._plain = {form: [rendered(form, sheet) for sheet in plain] for form in wanted}
        self._shaped = {form: [rendered(form, sheet) for sheet in sheets[::3]] for form in wanted}
        self._menu = "".join(f'<a href="/site/{number:04d}.html">Part {number}</a>' for number in range(30))

    def text(self, number: int) -> str:
        """One in a hundred is on a template of the organisation's."""
        body = self._letters[number // 100 % len(self._letters)] if number % 100 == 0 else _PROSE[number % 97 :]
        return f"{body}\nFile {number}, copy {number * 7919 % 104729}\n"

    def form(self, number: int) -> Format:
        """Of a document; letters on templates are of all formats."""
        return _MIX[(number * 7 + number // 100) % len(_MIX)] if self._is_mixed else Format.TXT

    def name(self, number: int) -> str:
        """Its name."""
        return f"{number:07d}.{self.form(number).value}"

    def body(self, number: int) -> bytes:
        """Its bytes."""
        if not self._is_mixed:
            return self.text(number).encode()
        form = self.form(number)
        bodies = self._plain[form] if number % 100 else self._shaped[form]
        body, mark = (
            bodies[number // 100 % len(bodies) if number % 100 == 0 else number % len(bodies)],
            b"%09d" % number,
        )
        match form:
            case Format.DOCX:  # the last field of an archive is the length of the comment that follows
                return body[:-2] + len(mark).to_bytes(2, "little") + mark
            case Format.PDF:
                return body + b"\n% " + mark + b"\n"
            case Format.HTML:
                return body + b"<p>File " + mark + b"</p>\n"
            case _:
                return body + b"\nFile " + mark + b"\n"

    def document(self, name: str) -> Answer:
        """By its name."""
        number = int(name[:7])
        return Answer(self.body(number), _KINDS[self.form(number)], f'"{number:032x}"')

    def page(self, number: int) -> bytes:
        """A document as a page of the site."""
        text = self.text(number).replace("<", "&lt;")
        return f"<html><body><nav>{self._menu}</nav><h1>{number}</h1><p>{text}</p></body></html>".encode()

    def folders(self) -> range:
        """Numbers of the folders, or parts."""
        return range((self.documents + FOLDER - 1) // FOLDER)

    def of_folder(self, folder: int) -> range:
        """Numbers of the documents in one."""
        return range(folder * FOLDER, min((folder + 1) * FOLDER, self.documents))

    def open_directory(self, path: str) -> Answer | None:
        """As nginx lists."""
        if path == "":
            rows = "".join(
                f'<a href="{each:04d}/">{each:04d}/</a>    01-Jul-2025 10:00    -\n' for each in self.folders()
            )
            return Answer(f"<html><body><h1>Index of /open/</h1><pre>{rows}</pre></body></html>".encode())
        folder, _, name = path.partition("/")
        if not name:
            rows = "".join(
                f'<a href="{self.name(each)}">{self.name(each)}</a>    01-Jul-2025 10:00    {len(self.body(each))}\n'
                for each in self.of_folder(int(folder))
            )
            head = f'<h1>Index of /open/{folder}/</h1><hr><pre><a href="../">../</a>'
            return Answer(f"<html><body>{head}\n{rows}</pre></body></html>".encode())
        return replace(self.document(name), etag="")

    def site(self, path: str) -> Answer | None:
        """A start page, a page for each thousand, and the documents."""
        if path == "":
            links = "".join(f'<a href="/site/{each:04d}.html">Part {each}</a>' for each in self.folders())
            return Answer(f"<html><body>{links}</body></html>".encode(), etag='"start"')
        name = path.removesuffix(".html")
        if len(name) == len("0000"):
            links = "".join(f'<a href="/site/{each:07d}.html">{each}</a> ' for each in self.of_folder(int(name)))
            return Answer(f"<html><body><p>Part {name}</p>{links}</body></html>".encode(), etag=f'"part-{name}"')
        return Answer(self.page(int(name)), etag=f'"page-{name}"') if name.isdigit() else None

    def bucket(self, path: str, query: dict[str, list[str]]) -> Answer | None:
        """As S3 answers, path-style."""
        if path:
            return self.document(path.rpartition("/")[2])
        if "list-type" not in query:
            return None
        start = int(query.get("continuation-token", ["0"])[0])
        end = min(start + min(FOLDER, int(query.get("max-keys", ["1000"])[0])), self.documents)
        rows = "".join(
            f"<Contents><Key>{each // FOLDER:04d}/{self.name(each)}</Key>"
            f"<LastModified>2025-07-01T10:00:00.000Z</LastModified><ETag>&quot;{each:032x}&quot;</ETag>"
            f"<Size>{len(self.body(each))}</Size></Contents>"
            for each in range(start, end)
        )
        more = f"<NextContinuationToken>{end}</NextContinuationToken>" if end < self.documents else ""
        told = f"<Name>{BUCKET}</Name><IsTruncated>{str(end < self.documents).lower()}</IsTruncated>{more}"
        return Answer(f"{_XML}{told}{rows}</ListBucketResult>".encode(), "application/xml")

    def answer(self, target: str) -> Answer:
        """Of any address."""
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        _, kind, *rest = parts.path.split("/", 2)
        path = rest[0] if rest else ""
        ways: dict[str, Callable[[], Answer | None]] = {
            "open": lambda: self.open_directory(path),
            "site": lambda: self.site(path),
            BUCKET: lambda: self.bucket(path, query),
        }
        found = ways[kind]() if kind in ways else None
        return found or Answer(b"nothing here", "text/plain", status="404 Not Found")


class Service:
    """Answers connections and counts what it sends."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self.sent = 0

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's requests, one after another."""
        try:
            while line := await reader.readline():
                headers = {}
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode("latin-1").partition(":")
                    headers[name.strip().lower()] = value.strip()
                self.sent += self._answer(writer, line.split()[1].decode(), headers)
                await writer.drain()
        except ConnectionError:
            return

    def _answer(self, writer: asyncio.StreamWriter, target: str, headers: dict[str, str]) -> int:
        answer = self._estate.answer(target)
        head = f"Content-Type: {answer.kind}\r\nLast-Modified: {_MODIFIED}\r\nx-amz-request-id: 1\r\n"
        head += f"ETag: {answer.etag}\r\n" if answer.etag else ""
        status, body = answer.status, answer.body
        if answer.etag and headers.get("if-none-match") == answer.etag:
            status, body = "304 Not Modified", b""
        else:
            head += f"Content-Length: {len(body)}\r\n"
        sent = f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
        writer.write(sent)
        return len(sent)


async def serve(documents: int, *, is_mixed: bool) -> None:
    """Until standard input ends."""
    service = Service(Estate(documents, is_mixed=is_mixed))
    server = await asyncio.start_server(service.connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        print(json.dumps({"sent": service.sent}), flush=True)
        service.sent = 0


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), is_mixed=sys.argv[2] == "mixed"))
