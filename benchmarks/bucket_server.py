"""An S3 service with one bucket of any size, for measuring clients: `python -m benchmarks.bucket_server PORT KEYS`.

Keys are made from their numbers, page by page, as a records system would name them: some of letters, most not.
"""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import parse_qs, urlsplit

BUCKET = "benchmark-letters"
PAGE_KEYS = 1000
_ENDINGS = ("pdf", "docx", "txt", "jpg", "json", "css", "wav", "html", "csv", "bin")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
_REFUSED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def key_of(number: int) -> str:
    """The key of this number; keys are in order."""
    name = "clinic-letter" if number % 50 == 0 else "record"
    return f"archive/{number // PAGE_KEYS:06}/{name}-{number:09}.{_ENDINGS[number % len(_ENDINGS)]}"


def sorted_keys(start: int, end: int) -> list[str]:
    """The keys of these numbers, which lie in one folder, in the order of a listing."""
    return sorted(map(key_of, range(start, end)))


def page(start: int, keys: int, most: int) -> bytes:
    """One page of the listing, from a number on."""
    end = min(start + most, keys)
    rows = "".join(
        f"<Contents><Key>{key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
        f"<ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><Size>{10_000 + place}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
        for place, key in enumerate(sorted_keys(start, end))
    )
    truncated = end < keys
    token = f"<NextContinuationToken>{end}</NextContinuationToken>" if truncated else ""
    facts = f"<Name>{BUCKET}</Name><Prefix></Prefix><KeyCount>{end - start}</KeyCount><MaxKeys>{most}</MaxKeys>"
    told = f"{facts}<IsTruncated>{str(truncated).lower()}</IsTruncated>{token}"
    return f"{_HEAD}{told}{rows}</ListBucketResult>".encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keys: int) -> None:
    """Answer one connection's requests: the listing, and a refusal to everything else."""
    while line := await reader.readline():
        while (await reader.readline()).strip():
            pass
        query = parse_qs(urlsplit(line.split()[1].decode()).query)
        if "list-type" in query:
            start, most = (int(query.get(name, [str(default)])[0]) for name, default in _FIELDS)
            status, body = b"200 OK", page(start, keys, min(most, PAGE_KEYS))
        else:
            status, body = b"403 Forbidden", _REFUSED
        head = b"HTTP/1.1 %s\r\nContent-Type: application/xml\r\nx-amz-request-id: 1\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % (status, len(body)) + body)
        await writer.drain()


_FIELDS = (("continuation-token", 0), ("max-keys", PAGE_KEYS))


async def serve(port: int, keys: int) -> None:
    """Until it is ended."""
    server = await asyncio.start_server(lambda reader, writer: answer(reader, writer, keys), "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
