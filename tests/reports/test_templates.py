"""The page in a real browser: wide and narrow, light and dark, on paper; nothing refused, nothing cut off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from findings.report_facts import ReportedFinding
from findings.results import FindingRow
from reports.html_report import html_report
from tests.reports.conftest import SEEN, facts_of, many

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra [browser] is not installed")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


def written(folder: Path, count: int, row: FindingRow) -> str:
    """The page of none, one or many findings, as a file's address."""
    found = many(row)
    more = [
        ReportedFinding(replace(found[n % len(found)].row, finding_id=f"{n:032x}"), found[n % len(found)].exposure)
        for n in range(count)
    ]
    path = folder / "report.html"
    path.write_text(html_report(facts_of(more), SEEN.replace(day=30), "0.1.0"), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("count", [0, 1, 700])
@pytest.mark.parametrize(("width", "scheme"), [(1180, "light"), (390, "dark")])
def test_it_is_shown_whole(
    browser: Any, tmp_path: Path, row: FindingRow, count: int, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(written(tmp_path, count, row))
    assert said == []  # a content policy that refuses something says so here
    assert len(asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth") == width
    paper, ink = (
        page.evaluate("name => getComputedStyle(document.body)[name]", name) for name in ("backgroundColor", "color")
    )
    assert (paper == "rgb(255, 255, 255)") is (scheme == "light")
    assert paper != ink
    for bar in page.query_selector_all("svg.drawn rect")[:20]:
        assert page.evaluate("bar => getComputedStyle(bar).fill", bar) != "rgb(0, 0, 0)"
    context.close()


def test_it_prints_with_nothing_beside_the_paper(browser: Any, tmp_path: Path, row: FindingRow) -> None:
    import pypdfium2

    page = browser.new_context(color_scheme="dark").new_page()
    page.goto(written(tmp_path, 60, row))
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert [round(side) for side in document[0].get_size()] in ([595, 842], [596, 842], [594, 842])
    assert 5 < len(document) < 40
    text = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    assert "What happened" in text
    assert "files.example.org:8080" in text  # a label inside a chart too: its text is text
    assert document[0].render(scale=0.2).to_pil().getpixel((2, 2)) == (255, 255, 255)
