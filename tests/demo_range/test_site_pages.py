"""Pages of the demo site."""

from __future__ import annotations

from demo_range.grammar import read_rules
from demo_range.letters import known_letters
from demo_range.site_pages import page, written_page, written_sheet


def test_a_page_has_navigation_content_and_links() -> None:
    made = page("A & B", "<p>text</p>", (("x y.pdf", "<File>"),)).decode()
    assert "<title>A &amp; B | Ashcombe Hospital Group</title>" in made
    assert '<a href="/patients/index.html">For patients</a>' in made
    assert "<p>text</p>" in made
    assert '<li><a href="x y.pdf">&lt;File&gt;</a></li>' in made


def test_every_page_has_links_that_must_not_be_followed_or_lead_nowhere() -> None:
    made = page("T", "").decode()
    for href in ("/careers.html", "/staff/logout", "https://www.example.org/", "mailto:press@ashcombe.example"):
        assert f'href="{href}"' in made


def test_texts_quote_stock_phrases_and_name_no_patient() -> None:
    texts = {name: written_sheet(name).text for name in read_rules("pages")}
    assert "hyperstimulation" in texts["leaflet_icsi"]
    for one in known_letters(1):
        assert not any(identifier in text for identifier in one.identifiers for text in texts.values())
    assert b"Open day at Willow House" in written_page("news")
