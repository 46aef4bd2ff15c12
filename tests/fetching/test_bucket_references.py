"""Bucket addresses in all the ways in which pages, scripts and headers write them, and none where there are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetching.bucket_references import MOST_MENTIONS, find_bucket_urls, references_in
from scope.address_forms import Grammar, OwnEndpoint
from scope.providers import load_providers

# Where the time grew with the square of the length, a text of so many characters would take hours, and a test may take
# two minutes.
LONG = 4_000_000


def found(text: str | bytes) -> list[tuple[str, str, str, str]]:
    return [(each.provider, each.account, each.bucket, each.key) for each in find_bucket_urls(text)]


S3 = "https://eht-letters.s3.eu-west-2.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [
        ('<a href="https://eht.s3.amazonaws.com/2024/Letter 1 (final).pdf">', "eht", "2024/Letter 1 (final).pdf"),
        ("<a href='//s3.amazonaws.com/eht/key%20one.pdf'>", "eht", "key one.pdf"),
        ("<a href=https://s3.amazonaws.com/eht/a.pdf>", "eht", "a.pdf"),
        ("<a href=https://s3.eu-west-2.amazonaws.com/eht/a.pdf?b=1&amp;c=2>", "eht", "a.pdf"),
        (r'{"u":"https:\/\/eht.s3.amazonaws.com\/dir\/f.js"}', "eht", "dir/f.js"),
        (r"v='https:\u002f\u002feht.s3.amazonaws.com\u002fk'", "eht", "k"),
        (r'{"u":"https:\/\/eht.s3.amazonaws.com\/\u00e4rztin.pdf"}', "eht", "ärztin.pdf"),
        (r"x=\"https://eht.s3.amazonaws.com/k.pdf\"", "eht", "k.pdf"),
        ("/go?u=https%3A%2F%2Feht.s3.amazonaws.com%2Fa%2520b.pdf&x=1", "eht", "a b.pdf"),
        ("/go?u=https%253A%252F%252Feht.s3.amazonaws.com%252Fk&x=1", "eht", "k"),
        ("/go?u=s3%3A%2F%2Feht%2Fk&x=1", "eht", "k"),
        ("background:url(https://eht.s3.amazonaws.com/bg.png);", "eht", "bg.png"),
        ("(see https://eht.s3.amazonaws.com/x(1).pdf).", "eht", "x(1).pdf"),
        ("[here](https://eht.s3.amazonaws.com/a_(b).pdf), and", "eht", "a_(b).pdf"),
        ("it lies at https://eht.s3.amazonaws.com/letter.pdf.", "eht", "letter.pdf"),
        ("<loc>https://eht.s3.amazonaws.com/a%26b.pdf</loc>", "eht", "a&b.pdf"),
        ("&quot;https://eht.s3.amazonaws.com/k.pdf&quot;", "eht", "k.pdf"),
        ("href=&#x22;https:&#x2F;&#x2F;eht.s3.amazonaws.com&#x2F;k.pdf&#x22;", "eht", "k.pdf"),
        ("default-src 'self' eht.s3.amazonaws.com; img-src x", "eht", ""),
        ("default-src https://s3.amazonaws.com/eht/; img-src x", "eht", ""),
        ("'https://eht.s3.amazonaws.com/' + key", "eht", ""),
        ("`https://eht.s3.amazonaws.com/letters/${year}/${id}.pdf`", "eht", "letters/"),
        ('href="https://eht.s3.amazonaws.com/{{ name }}"', "eht", ""),
        ("https://user:secret@eht.s3.amazonaws.com/x", "eht", "x"),
        ("HTTPS://EHT.S3.AMAZONAWS.COM/Key", "eht", "Key"),
        ("bucket = s3://eht/letters/a.txt", "eht", "letters/a.txt"),
        (r'"s3:\/\/eht\/k"', "eht", "k"),
        ("arn:aws:s3:::eht/*", "eht", ""),
        ("http://eht.s3-website.eu-west-2.amazonaws.com/", "eht", ""),
        ("https://eht.s3.amazonaws.com:443/k", "eht", "k"),
        ("</p>eht.s3.amazonaws.com", "eht", ""),
    ],
)
def test_ways_to_write_an_address(text: str, bucket: str, key: str) -> None:
    assert found(text) == [("s3", "", bucket, key)]
    assert found(f"\r\n{text}\r\n".encode()) == [("s3", "", bucket, key)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gs://eht-letters/x", ("gcs", "", "eht-letters", "x")),
        ("https://storage.googleapis.com/eht/x y", ("gcs", "", "eht", "x")),
        ('"https://eht.storage.googleapis.com/x y"', ("gcs", "", "eht", "x y")),
        ("https://acct.blob.core.windows.net/letters/a.pdf?x=1", ("azure", "acct", "letters", "a.pdf")),
        ("img-src https://acct.blob.core.windows.net;", ("azure", "acct", "", "")),
        ("https://acct.z33.web.core.windows.net/", ("azure", "acct", "$web", "")),
        ("abfss://letters@acct.dfs.core.windows.net/p", ("azure", "acct", "letters", "p")),
        ("https://eht.nyc3.cdn.digitaloceanspaces.com/k", ("digitalocean", "", "eht", "k")),
        ("https://s3.eu-central-1.wasabisys.com/eht/k", ("wasabi", "", "eht", "k")),
        ("https://f003.backblazeb2.com/file/eht-letters/k", ("backblaze", "", "eht-letters", "k")),
        ("https://pub-0123.r2.dev/k", ("r2", "", "pub-0123", "k")),
    ],
)
def test_services(text: str, expected: tuple[str, str, str, str]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "default-src *.s3.amazonaws.com https://*.blob.core.windows.net",
        '"https://" + bucket + ".s3.amazonaws.com/key"',
        "`https://${bucket}.s3.amazonaws.com/x` https://s3.amazonaws.com/${bucket}/x",
        "https://{account}.blob.core.windows.net/<container>",
        "eht.s3.amazonaws.com.evil.example evil-s3.amazonaws.com notamazonaws.com",
        "https://fonts.googleapis.com/css https://ajax.googleapis.com/ajax/libs/jquery",
        "https://s3.amazonaws.com https://s3.amazonaws.com/ https://storage.googleapis.com",
        "https://ec2-1-2-3-4.eu-west-2.compute.amazonaws.com/",
        "gs: s3: //s3 arn:aws:s3::: s3://",
        "",
    ],
)
def test_no_bucket_is_named(text: str) -> None:
    assert found(text) == []


def test_all_of_a_set_of_pictures() -> None:
    text = 'srcset="https://aa1.s3.amazonaws.com/a.jpg 1x, https://aa2.s3.amazonaws.com/b.jpg 2x"'
    assert found(text) == [("s3", "", "aa1", "a.jpg"), ("s3", "", "aa2", "b.jpg")]


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2Fs3&X-Amz-Signature=0123456789abcdef",
        "AWSAccessKeyId=AKIAEXAMPLE&Signature=c2VjcmV0&Expires=1700000000",
        "sv=2020-08-04&se=2030-01-01&sr=b&sp=r&sig=c2VjcmV0c2VjcmV0%3D",
    ],
)
@pytest.mark.parametrize("form", ['<a href="{}">', "var u='{}';", "<loc>{}</loc>", "{}"])
def test_signatures_are_taken_out_and_told(query: str, form: str) -> None:
    (address,) = find_bucket_urls(form.format(f"https://eht.s3.amazonaws.com/k.pdf?{query.replace('&', '&amp;')}"))
    assert address.had_credential
    assert address.key == "k.pdf"
    assert "c2Vj" not in repr(address)
    assert "AKIA" not in repr(address)


def test_the_scopes_own_endpoints_are_known() -> None:
    grammar = Grammar(load_providers().values(), [OwnEndpoint("s3", "http://127.0.0.1:9000")])
    text = '<a href="http://127.0.0.1:9000/eht-letters/a.pdf"> http://127.0.0.1:9001/other/x'
    assert [(each.bucket, each.key) for each in find_bucket_urls(text, grammar)] == [("eht-letters", "a.pdf")]


def test_more_mentions_than_are_looked_at_are_told() -> None:
    text = "//s3.amazonaws.com/bb1/k " * (MOST_MENTIONS + 1)
    references = references_in(text)
    assert not references.is_whole
    assert sum(1 for _ in references.addresses) == MOST_MENTIONS
    assert references_in(S3).is_whole


_PIECES = st.sampled_from(
    [S3, "/", "\\/", "%2F", "%25", "\\u002f", '"', "'", "&quot;", "&#x2F;", ".", "@", ":", "s3://", "//", " ", "(", ")",
     "eht", ".s3.amazonaws.com", "amazonaws.com", "storage.googleapis.com", "\\ud800", "&#55296;", "\0", "${", "?sig="]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=20))
def test_nothing_makes_it_fail(pieces: list[str]) -> None:
    for each in find_bucket_urls("".join(pieces)):
        each.key.encode()
        assert each.bucket or each.account


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind(noise: bytes) -> None:
    list(find_bucket_urls(noise + b".s3.amazonaws.com/" + noise))


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "amazonaws.com", ".amazonaws.com", "//s3.amazonaws.com/bb1/k ", "/", "s3:", "s3://", '"a.s3.amazonaws.com/',
        "x@", "arn:aws-", "%25252F", "//x@s3.amazonaws.com/b1/(", "\\/",
        "&#x2F;",         "lorem ipsum ",
    ],
)  # fmt: skip
def test_megabytes_of_anything_are_read_to_the_end(piece: str) -> None:
    text = (piece * (LONG // len(piece))).encode()
    for _ in find_bucket_urls(text):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("long", ["a" * LONG + ".s3.amazonaws.com", "//s3.amazonaws.com/b1/" + "(" * LONG])
def test_one_address_without_an_end(long: str) -> None:
    assert len(found(long)) <= 1
