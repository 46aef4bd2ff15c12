"""One page that loads nothing and runs nothing, whatever a hostile server named."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from lxml import html as lxml_html

import reports.page as page_module
from findings.records import FindingState
from findings.report_facts import ReportedFinding, ReportFacts
from findings.results import FindingRow
from reports.html_report import html_report
from reports.page import MOST_CARDS
from tests.reports.conftest import SEEN, STEERING, WAY, facts_of, many


def page(facts: ReportFacts, *, reveal: bool = False) -> lxml_html.HtmlElement:
    tree = lxml_html.document_fromstring(html_report(facts, SEEN.replace(day=30), "0.1.0", reveal=reveal))
    assert isinstance(tree, lxml_html.HtmlElement)
    return tree


def text_of(tree: lxml_html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def test_its_policy_allows_its_own_style_sheet_and_nothing_else(row: FindingRow) -> None:
    text = html_report(facts_of(many(row)), SEEN, "0.1.0")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    (css,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert policy.replace("&#39;", "'").split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "url(" not in css.replace("url(#hatch)", "")
    assert "@import" not in css


@pytest.mark.parametrize("reveal", [False, True])
def test_nothing_in_it_runs_loads_or_leads_elsewhere(row: FindingRow, reveal: bool) -> None:
    tree = page(facts_of(many(row)), reveal=reveal)
    assert tree.xpath("//script|//img|//iframe|//link|//object|//embed|//form|//image|//use") == []
    names = {name for element in tree.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on") or name in ("style", "src", "srcset", "action")]
    assert {link[0] for link in tree.xpath("//@href")} == {"#"}
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in tree.xpath("//@href")} <= set(ids)
    assert "=1+1</script><img src=x>" in text_of(tree)
    assert STEERING.encode("unicode_escape").decode()[:8] in text_of(tree)


def test_it_says_what_is_asked_first(row: FindingRow) -> None:
    finding = ReportedFinding(replace(row, assigned_to=None), WAY, people=frozenset({"p1"}))
    text = text_of(page(facts_of([finding])))
    assert "1 place holds 1 letter of Example Hospital where anyone can read them." in text
    assert "Open since 2026-03-01 at the latest (29 days ago)" in text
    assert "1 registered person for certain." in text
    assert "1 finding assigned to nobody." in text
    assert "targets not swept to their end" in text
    assert "http://files.example.org:8080/~" in text
    assert "the server lists it" in text
    assert "confirm it and have it taken down by Example Transcription Ltd" in text
    for words in ("who runs the place", "how reachable", "since when", "what next", "how sure, and why"):
        assert words in text


def test_charts_have_text_and_a_table_each(row: FindingRow) -> None:
    tree = page(facts_of(many(row)[:20]))
    charts = tree.xpath("//figure")
    assert len(charts) == 5
    for chart in charts:
        assert chart.xpath(".//*[local-name()='desc']")
        assert chart.xpath(".//*[local-name()='rect'][@width]")
        assert len(chart.xpath(".//table//tr")) > 1
        assert chart.xpath(".//*[local-name()='text']")


def test_nothing_found_is_said_with_what_was_not_seen() -> None:
    text = text_of(page(facts_of([])))
    assert "No finding is open." in text
    assert "It could not see everything in scope" in text
    assert "Nobody: no finding is open." in text


def test_before_any_sweep_nothing_is_known() -> None:
    text = text_of(page(ReportFacts(facts_of([]).chosen, (), {}, (), {}, ())))
    assert "nothing is known" in text
    assert "No finding is open. The latest" not in text


def test_a_picture_that_is_old_says_so(row: FindingRow) -> None:
    text = text_of(page(facts_of([ReportedFinding(row)])))
    assert "The latest sweep began 15 days ago." in text


def test_of_many_findings_none_is_left_out(row: FindingRow) -> None:
    found = [ReportedFinding(replace(row, finding_id=f"{number:032x}")) for number in range(0, 900 << 80, 1 << 80)]
    tree = page(facts_of(found))
    assert len(tree.xpath("//article")) == MOST_CARDS
    shown = tree.xpath("//article/h3/span[last()]/text()") + tree.xpath("//details//td/span[@class='id']/text()")
    assert len(shown) == 900
    assert "875" in text_of(tree)


def test_revealed_it_warns(row: FindingRow) -> None:
    facts = facts_of([ReportedFinding(row)])
    assert "Addresses and file names are in clear." in text_of(page(facts, reveal=True))
    assert "Addresses and file names are in clear." not in text_of(page(facts))


def test_what_is_not_listed_is_counted(row: FindingRow) -> None:
    facts = facts_of([ReportedFinding(row)])
    standing = {**facts.standing, (FindingState.GONE, False): 5, (FindingState.OPEN, True): 2}
    text = text_of(page(replace(facts, standing=standing)))
    assert "Not listed: 5 gone and 2 put aside by a person." in text


def test_beyond_what_a_browser_opens_the_page_says_what_is_missing(
    row: FindingRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "MOST_FINDINGS", 30)
    found = [ReportedFinding(replace(row, finding_id=f"{number:032x}")) for number in range(40)]
    text = text_of(page(facts_of(found)))
    assert "10 are not on this page: stray report --format csv lists all." in text
    assert "40 findings, the worst first." in text


def test_what_proof_is_kept_is_said(row: FindingRow) -> None:
    sealed = ReportedFinding(row, sealed_id="20260301-0001", sealed_at=SEEN)
    text = text_of(page(facts_of([sealed, ReportedFinding(row)])))
    assert "proof kept: sealed 20260301-0001, fetched 2026-03-01" in text
    assert "proof kept: digest and headers" in text
