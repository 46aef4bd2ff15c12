from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scope.urls import canonical_url, has_credentials, is_action, masked_url, quoted_path, without_credentials


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://WWW.Example.org:80/a#x", "http://www.example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:8443/b?z=1&a=2", "https://example.org:8443/b?a=2&z=1"),
        ("http://[::1]:80/x y", "http://[::1]/x%20y"),
    ],
)
def test_one_place_has_one_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected
    assert canonical_url(expected) == expected


SIGNED = [
    "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4&X-Amz-Credential=c&X-Amz-Signature=s&X-Amz-Expires=9",
    "https://b.s3.amazonaws.com/k?AWSAccessKeyId=a&Signature=s&Expires=1",
    "https://storage.googleapis.com/b/k?X-Goog-Signature=s&X-Goog-Date=d",
    "https://a.blob.core.windows.net/c/k?sv=2022&sr=b&sig=s&se=2030&sp=r",
    "https://example.org/k?access_token=t",
    "https://user:word@example.org/k",
    "https://example.org/k;jsessionid=AF09",
]


@pytest.mark.parametrize("url", SIGNED)
def test_a_right_that_not_everyone_has_is_taken_out(url: str) -> None:
    assert has_credentials(url)
    bare = without_credentials(url)
    assert not has_credentials(bare)
    assert bare.endswith("/k")


@pytest.mark.parametrize("url", ["https://x.org/?se=1&st=2", "https://x.org/?expires=1", "https://x.org/a?page=2"])
def test_ordinary_parameters_are_no_credentials(url: str) -> None:
    assert not has_credentials(url)


@pytest.mark.parametrize(
    "path",
    ["/delete", "/users/delete_user/7", "/logout.php", "/x?action=delete", "/x?do=update", "/x?delete=7", "/edit/3",
     "/a/remove-item", "/log-off", "/cgi/reset?x", "/x?cmd=drop"],
)  # fmt: skip
def test_urls_that_act_are_seen(path: str) -> None:
    assert is_action(f"https://example.org{path}")


@pytest.mark.parametrize(
    "path",
    ["/uploads/a.pdf", "/upload/", "/please%20delete.pdf", "/delete.pdf", "/address/", "/editorial/",
     "/backup/restore/x.doc", "/x?q=delete+me", "/how-to-cancel-your-appointment/", "/additional/", "/?C=N;O=D",
     "/news?list-type=2&prefix=letters"],
)  # fmt: skip
def test_stored_files_and_pages_are_no_actions(path: str) -> None:
    assert not is_action(f"https://example.org{path}")


def test_the_masked_form_shows_host_and_ending_and_nothing_else() -> None:
    masked = masked_url("https://user:word@example.org:8443/letters/Smith_Jane_IVF.pdf?name=Jane")
    assert masked.startswith("https://example.org:8443/~")
    assert masked.endswith(".pdf?…")
    for told in ("Smith", "Jane", "IVF", "letters", "user", "word"):
        assert told not in masked


@given(st.text(min_size=1, max_size=40))
def test_no_name_survives_masking_as_an_ending(name: str) -> None:
    masked = masked_url(f"https://example.org/{quoted_path('x.' + name + '.jane')}")
    assert "jane" not in masked
