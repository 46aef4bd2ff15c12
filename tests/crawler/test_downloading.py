"""Slow is not the same as too slow."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

CHUNK = 128 << 10
CHUNKS = 12


def test_a_large_file_that_comes_at_a_fair_rate_may_pass_the_timeout(web: Any, crawl: Callable[..., Any]) -> None:
    def steady(handler: Any) -> None:
        pause = threading.Event()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/pdf")
        handler.send_header("Content-Length", str(CHUNK * CHUNKS))
        handler.end_headers()
        for _ in range(CHUNKS):
            pause.wait(0.15)
            handler.wfile.write(bytes(CHUNK))

    web.pages["/large.pdf"] = steady
    crawled = crawl(web.url + "/large.pdf", limits={"timeout_seconds": 1})
    assert crawled.reasons == {"/": "not_found"}  # the folder above, asked whether it wants a login
    assert crawled.documents[0]["size"] == CHUNK * CHUNKS
