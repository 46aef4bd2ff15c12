from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from bucket_probes.azure_paging import EMPTY_PAGES
from bucket_probes.errors import ListingBrokenError, RefusedError
from demo_range.azure_server import AzureServer
from demo_range.azure_store import Level
from tests.bucket_probes.azure_setting import (
    LETTER,
    YES,
    Lying,
    Open,
    filled,
    listing,
)

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Liar, Reply


def names(count: int) -> list[str]:
    return [f"2026/{at:05d} letter & more+%20.txt" for at in range(count)]


class TestPages:
    def test_all_pages_by_markers_of_reserved_characters(self, azure: AzureServer, open_container: Open) -> None:
        azure.account.page_size = 7
        container = azure.account.container("letters", Level.CONTAINER)
        for name in names(40):
            container.put(name, b"x")
        assert open_container(azure.account_url(), "letters").keys() == names(40)
        markers = [parse_qs(urlsplit(request.path).query).get("marker", [""])[0] for request in azure.requests]
        assert len(set(markers)) == len(markers) == 6

    def test_a_listing_goes_on_where_it_was(self, azure: AzureServer, open_container: Open) -> None:
        azure.account.page_size = 7
        container = azure.account.container("letters", Level.CONTAINER)
        for name in names(20):
            container.put(name, b"x")
        first = next(open_container(azure.account_url(), "letters").probe.pages())
        again = open_container(azure.account_url(), "letters")
        assert [item.key for item in first.objects] + again.keys(first.next) == names(20)

    def test_only_the_prefix_is_listed(self, azure: AzureServer, open_container: Open) -> None:
        container = azure.account.container("letters", Level.CONTAINER)
        for name in ("a/1", "b/1", "b/2 ä"):
            container.put(name, b"x")
        assert open_container(azure.account_url(), "letters", prefix="b/").keys() == ["b/1", "b/2 ä"]

    @pytest.mark.parametrize(
        "key", ["a b", "a+b", "a%20b", "a\ufffeb", "ä€😀", "a&b?c#d", "a\nb", "'\"<>", "x" * 1024, "a\\b", "a\u202eb"]
    )
    def test_a_blob_is_read_under_the_name_that_was_listed(
        self, azure: AzureServer, open_container: Open, key: str
    ) -> None:
        azure.account.container("letters", Level.CONTAINER).put(key, LETTER)
        opened = open_container(azure.account_url(), "letters")
        (item,) = [item for page in opened.probe.pages() for item in page.objects]
        assert item.key == key
        with opened.probe.read(item) as answer:
            assert answer.read(1000) == LETTER
        assert urlsplit(opened.probe.url_of(item)).path == urlsplit(azure.requests[-1].path).path


class TestOldVersions:
    def test_what_was_replaced_deleted_or_kept_by_hand(self, azure: AzureServer, open_container: Open) -> None:
        container = azure.account.container("letters", Level.CONTAINER)
        container.put("replaced.txt", b"first")
        container.put("replaced.txt", b"second")
        container.put("kept.txt", b"by hand")
        container.snapshot("kept.txt")
        container.put("deleted.txt", b"its version stays")
        container.delete("deleted.txt", keep_version=True)
        container.put("soft.txt", b"given to nobody")
        container.delete("soft.txt", keep_version=False)
        opened = open_container(azure.account_url(), "letters")
        assert opened.keys() == ["kept.txt", "replaced.txt"]
        old = {(item.key, item.deleted): item for item in opened.old()}
        assert sorted(old) == [("deleted.txt", False), ("kept.txt", False), ("replaced.txt", False), ("soft.txt", True)]
        contents = {"deleted.txt": b"its version stays", "kept.txt": b"by hand", "replaced.txt": b"first"}
        for key, content in contents.items():
            item = old[key, False]
            with opened.probe.read(item) as answer:
                assert answer.read(100) == content
            asked = urlsplit(azure.requests[-1].path)
            shown = urlsplit(opened.probe.url_of(item))
            assert (shown.path, parse_qs(shown.query)) == (asked.path, parse_qs(asked.query))
        assert opened.access.versions_visible is YES

    def test_they_go_on_where_they_were(self, azure: AzureServer, open_container: Open) -> None:
        azure.account.page_size = 3
        container = azure.account.container("letters", Level.CONTAINER)
        for name in ["a", "b", "c", "d"]:
            container.put(name, b"first")
            container.put(name, b"second")
        pages = open_container(azure.account_url(), "letters").probe.old_versions()
        first = next(pages)
        rest = open_container(azure.account_url(), "letters").probe.old_versions(first.next)
        assert [item.key for page in [first, *rest] for item in page.objects] == ["a", "b", "c", "d"]

    @pytest.mark.parametrize(
        "keeps", [frozenset({"snapshots", "deleted"}), frozenset({"deleted"}), frozenset({"snapshots"})]
    )
    def test_an_account_that_keeps_less_is_asked_for_less(
        self, azure: AzureServer, open_container: Open, keeps: frozenset[str]
    ) -> None:
        azure.account.keeps = keeps
        container = azure.account.container("letters", Level.CONTAINER)
        container.put("kept.txt", b"by hand")
        container.snapshot("kept.txt")
        container.put("soft.txt", b"x")
        container.delete("soft.txt", keep_version=False)
        expected = {"snapshots": "kept.txt", "deleted": "soft.txt"}
        assert {item.key for item in open_container(azure.account_url(), "letters").old()} == {
            expected[kind] for kind in keeps
        }

    def test_where_the_listing_is_closed_there_are_none(self, azure: AzureServer, open_container: Open) -> None:
        filled(azure, "letters", Level.BLOB)
        with pytest.raises(RefusedError):
            open_container(azure.account_url(), "letters").old()


class TestLies:
    def test_a_marker_that_repeats_ends_the_listing(self, lying: Lying, liar: Liar) -> None:
        opened = lying(lambda asked: listing("a", marker="m"))
        with pytest.raises(ListingBrokenError):
            opened.keys()
        assert len(liar.asked) == 2

    def test_pages_that_repeat_under_new_markers_end_the_listing(self, lying: Lying, liar: Liar) -> None:
        opened = lying(lambda asked: listing("a", "b", marker=f"m{len(liar.asked)}"))
        with pytest.raises(ListingBrokenError):
            opened.keys()
        assert len(liar.asked) == 2

    def test_empty_pages_are_not_followed_for_ever(self, lying: Lying, liar: Liar) -> None:
        opened = lying(lambda asked: listing(marker=f"m{len(liar.asked)}"))
        with pytest.raises(ListingBrokenError):
            opened.keys()
        assert len(liar.asked) == EMPTY_PAGES + 1

    def test_a_marker_that_is_no_marker_is_not_sent_back(self, lying: Lying, liar: Liar) -> None:
        opened = lying(lambda asked: listing("a", marker="m" * 40_000))
        with pytest.raises(ListingBrokenError):
            opened.keys()
        assert len(liar.asked) == 1

    def test_an_empty_page_is_not_the_end(self, lying: Lying) -> None:
        pages = {"": listing("a", marker="1"), "1": listing(marker="2"), "2": listing("b")}
        assert lying(lambda asked: pages[asked.query.get("marker", "")]).keys() == ["a", "b"]

    def test_a_page_that_fails_once_is_asked_for_again(self, lying: Lying, liar: Liar, reply: type[Reply]) -> None:
        ways = [
            listing("a", marker="1"),
            reply(500, b"<Error><Code>OperationTimedOut</Code></Error>"),
            listing("b", marker="2").partition("<NextMarker>")[0],
            listing("b", marker="2"),
            listing("c"),
        ]
        assert lying(lambda asked: ways[len(liar.asked) - 1]).keys() == ["a", "b", "c"]

    def test_what_a_broken_page_gave_is_kept(self, lying: Lying) -> None:
        opened = lying(lambda asked: listing("a", "b", "cut", marker="m").partition("cut")[0])
        pages = opened.probe.pages()
        page = next(pages)
        assert ([item.key for item in page.objects], page.next) == (["a", "b"], None)
        with pytest.raises(ListingBrokenError):
            next(pages)
        assert opened.access.listable is YES
