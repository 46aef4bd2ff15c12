"""Which strings of a script are taken for addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler.markup import parse_html
from crawler.script_links import MOST_ADDRESSES, addresses_of_attributes, addresses_of_script


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('fetch("/api/letters?page=1")', ["/api/letters?page=1"]),
        ("get('/portal/v2/api/letters')", ["/portal/v2/api/letters"]),
        ('{"url":"\\/letters\\/5"}', ["/letters/5"]),
        ('{"fileUrl": "https://h.example/x?dl=1\\u0026y=2"}', ["https://h.example/x?dl=1&y=2"]),
        ("var report = `docs/a.pdf`", ["docs/a.pdf"]),
        ('open("scan.pdf")', ["scan.pdf"]),
        ('open("../x/report.docx?v=1")', ["../x/report.docx?v=1"]),
        ('{next: "/letters/page2"}', ["/letters/page2"]),
        ('location.href = "list.html"', ["list.html"]),
        # Nothing of these.
        ('load("list.html")', []),
        ('load("app.json", "/v1", "/", "./", "")', []),
        ('type("application/pdf", "text/html", "image/tiff")', []),
        ("open(`/letters/${id}.pdf`)", []),
        ('"//cdn.example/x.pdf" + "ftp://x/y.pdf" + "data:x.pdf" + "mailto:x@y.doc"', []),
        ("'/^[a-z]+$/'", []),
        ('"Please open letter.pdf now"', []),
        ('{"version": "/5", "name": "/letters/5"}', []),
        # Never what acts.
        ('post("/api/letters/save")', []),
        ('{"deleteUrl": "/letters/5"}', []),
        ('{"logout_link": "/api/x"}', []),
        ('fetch("/api/users/5/sendMail")', []),
    ],
)
def test_strings(script: str, found: list[str]) -> None:
    assert list(addresses_of_script(script)) == found


def test_attributes() -> None:
    page = """<p data-href="/l/1" data-delete-url="/l/2" data-target="#x" data-toggle="tab" data-url="/x y"
    data-src="letters/b.pdf" hx-get="/part/1" hx-post="/part/2" onclick="location.href='/letters/view?id=7'">"""
    tree = parse_html(page.encode(), "text/html")
    assert tree is not None
    assert list(addresses_of_attributes(tree)) == ["/l/1", "letters/b.pdf", "/part/1", "/letters/view?id=7"]


def test_a_script_of_addresses_is_read_so_far() -> None:
    assert sum(1 for _ in addresses_of_script('"/a.pdf",' * (MOST_ADDRESSES + 1))) == MOST_ADDRESSES


@given(some.text(alphabet="\"'`\\/.:=ab\u00e9 u0026pdf{}", max_size=300))
def test_nothing_makes_it_fail(script: str) -> None:
    list(addresses_of_script(script))
