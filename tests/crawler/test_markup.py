"""Pages told from files, and from pages that only a browser can draw."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler.errors import PageTooCostlyError
from crawler.markup import MOST_ATTRIBUTES, as_utf8, is_html, needs_browser, parse_html, parse_text
from crawler.pages import links_of


@pytest.mark.parametrize(
    ("content_type", "body", "answer"),
    [
        ("text/html", b"<p>x", True),
        ("Text/HTML; charset=utf-8", b"anything", True),
        ("application/xhtml+xml", b"<html/>", True),
        ("text/html", b"%PDF-1.7", False),
        ("text/html", b"PK\x03\x04\x00\x00", False),
        ("text/html", b"\x00\x01\x02\x00" * 20, False),
        ("text/html", "<html>".encode("utf-16"), True),
        ("", b"\xef\xbb\xbf <!-- x --> <!DOCTYPE HTML>", True),
        (None, b"<?xml version='1.0'?><html>", True),
        ("", b"<!----> <!-- <html> -->\n<html>", True),
        ("", b"<!----><!-- <html>", False),
        ("text/plain", b"<!---->" * 150 + b"Dear Mrs Example", False),
        ("text/plain", b"Dear Dr Example", False),
        ("application/pdf", b"<html>", False),
    ],
)
def test_a_page_is_told_by_header_and_bytes(content_type: str | None, body: bytes, answer: bool) -> None:
    assert is_html(content_type, body) is answer


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ("<div id=root></div><script src=a.js></script>", True),
        ("<title>App</title><noscript>Enable scripts</noscript><app-root></app-root><script>1</script>", True),
        ("<div id=root></div>", False),
        ("<p>Dear Dr Example</p><script>1</script>", False),
        ("<script>1</script>Dear Dr Example", False),
        ("<script>1</script><a href=x></a>", False),
        ("<script>1</script><img src=scan.png>", False),
        ("<style>p{}</style>", False),
    ],
)
def test_a_page_without_anything_but_scripts_needs_a_browser(page: str, answer: bool) -> None:
    tree = parse_html(page.encode(), "text/html")
    assert tree is not None
    assert needs_browser(tree) is answer


@given(
    some.binary(max_size=500),
    some.sampled_from([None, "text/html", "text/html; charset=utf-16", "text/html; charset=x"]),
)
def test_no_page_breaks_the_parser(body: bytes, content_type: str | None) -> None:
    tree = parse_html(body, content_type)
    if tree is not None:
        links_of(tree, "http://www.example.org/")
        needs_browser(tree)


@pytest.mark.parametrize(("depth", "cut"), [(300, 0), (2_000, 0), (5_000, 1)])
def test_nesting_that_is_too_deep_is_told(depth: int, cut: int) -> None:
    cuts: list[int] = []
    page = b"<html><body>" + b"<div>" * depth + b"<a href='/x'>x</a>" + b"</div>" * depth + b"<a href='/y'>y</a>"
    tree = parse_html(page, "text/html", lambda: cuts.append(1))
    assert tree is not None
    assert len(cuts) == cut
    assert len(list(tree.iter("a"))) == (0 if cut else 2)


def test_what_follows_the_pages_end_is_read() -> None:
    """A header file that ends its page, and then the rows."""
    tree = parse_html(b"<html><body><h1>Read me</h1></body></html><pre><a href=x>x</a></pre><p>y", "text/html")
    assert tree is not None
    assert [element.tag for element in tree.iter("h1", "a", "p")] == ["h1", "a", "p"]


MANY = "".join(f" a{number}=1" for number in range(MOST_ATTRIBUTES + 2))
QUOTED = "".join(f" a{number}='>'" for number in range(MOST_ATTRIBUTES + 2))
DOUBLE = "".join(f' a{number}="<b>"' for number in range(MOST_ATTRIBUTES + 2))


@pytest.mark.parametrize(
    "tag",
    [
        f"<p{MANY}>",
        f"<p{QUOTED}>",
        f"<p{DOUBLE}>",
        f"<p{MANY}",
        f"<p x='>'{MANY}>",
        f'<p x = ">" {MANY}>',
        f"<p x=\n'>'{MANY}>",
        f"<p x='{'>' * 5000}'{MANY}>",
        f'<p x=\'"\' y=">"{MANY}>',
        f"<!-- x='> --><p{MANY}>",
        f"<p>it's</p><p x='a>b'{MANY}>",
        f"<p{MANY.replace('=1', '').replace(' ', '/')}>",
    ],
    ids=range(12),
)
@pytest.mark.parametrize("before", ["", "<p>text</p>" * 20_000], ids=["alone", "late"])
def test_a_tag_of_very_many_attributes_is_refused_however_it_is_quoted(tag: str, before: str) -> None:
    page = f"<html><body>{before}{tag}{'<p>text</p>' * 20_000}"
    with pytest.raises(PageTooCostlyError):
        parse_text(page.encode())


@pytest.mark.parametrize("tag", ["<p title='a > b'>", "<p x='>' y=\">\">", "<p>5 > 4 and 'x' < \"y\""])
def test_signs_in_quotes_alone_cost_nothing(tag: str) -> None:
    assert parse_text((tag * 20_000).encode()) is not None


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("caf\xe9".encode(), None, "caf\xe9"),
        ("caf\xe9".encode("latin-1"), None, "caf\xe9"),
        ("caf\xe9".encode("utf-16"), None, "caf\xe9"),
        (b"a\x00b", None, "ab"),
        ("\u5b57".encode("shift_jis"), "text/html; charset=Shift_JIS", "\u5b57"),
        (b"<meta charset=shift_jis>" + "\u5b57".encode("shift_jis"), None, "<meta charset=shift_jis>\u5b57"),
        (b"caf\xe9", "text/html; charset=nonsense", "caf\xe9"),
        (b"caf\xe9", "text/html; charset=base64", "caf\xe9"),
        (b"caf\xe9", "text/html; charset=idna", "caf\xe9"),
        (b"<meta charset=punycode>caf\xe9", None, "<meta charset=punycode>caf\xe9"),
    ],
)
def test_text_becomes_utf8(body: bytes, content_type: str | None, text: str) -> None:
    assert as_utf8(body, content_type).decode().lstrip("\ufeff") == text
