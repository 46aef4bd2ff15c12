"""The pages of the demo web site: navigation, banner and footer around what is pasted in."""

from __future__ import annotations

import html
from collections.abc import Iterable

from demo_range.grammar import read_rules
from demo_range.sheets import Sheet, plain_sheet

_NAVIGATION = (
    ("/index.html", "Home"),
    ("/about.html", "Our consultants"),
    ("/news/index.html", "News"),
    ("/patients/index.html", "For patients"),
    ("/prices.html", "Prices"),
    ("/contact.html", "Contact"),
)
# As on any site: a page that is gone, an address that acts, another host, a mail address.
_FOOTER_LINKS = (
    ("/privacy.html", "Privacy notice"),
    ("/careers.html", "Work for us"),
    ("/staff/logout", "Staff log out"),
    ("https://www.example.org/", "Patients' association"),
    ("mailto:press@ashcombe.example", "Press"),
)

_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>{title} | Ashcombe Hospital Group</title>
</head>
<body>
<div class="cookies" role="dialog">We use one cookie. <button>Accept</button></div>
<header><p>Ashcombe Hospital Group</p>
<nav><ul>
{navigation}
</ul></nav></header>
<main>
{content}
{links}
</main>
<footer><p>Ashcombe Hospital Group, Quarry Road, Ashcombe, ZZ99 3BD</p>
<p>{footer}</p></footer>
</body>
</html>
"""

Links = Iterable[tuple[str, str]]


def page(title: str, content: str, links: Links = ()) -> bytes:
    """A whole page. `content` is HTML; `links` are (href, text) pairs listed below it."""
    listed = "\n".join(f"<li>{_anchor(link)}</li>" for link in links)
    return _PAGE.format(
        title=html.escape(title),
        navigation="\n".join(f"<li>{_anchor(link)}</li>" for link in _NAVIGATION),
        content=content,
        links=f"<ul>\n{listed}\n</ul>" if listed else "",
        footer=" | ".join(_anchor(link) for link in _FOOTER_LINKS),
    ).encode()


def written_sheet(rule: str) -> Sheet:
    """A leaflet or page text of `prose/pages.txt`: its first line is the heading."""
    heading, *paragraphs = read_rules("pages")[rule]
    return plain_sheet(heading, *paragraphs)


def written_page(rule: str, links: Links = ()) -> bytes:
    """A page of the site with a text of `prose/pages.txt`."""
    heading, *paragraphs = read_rules("pages")[rule]
    content = f"<h1>{html.escape(heading)}</h1>\n" + "\n".join(f"<p>{html.escape(text)}</p>" for text in paragraphs)
    return page(heading, content, links)


def _anchor(link: tuple[str, str]) -> str:
    href, text = link
    return f'<a href="{html.escape(href)}">{html.escape(text)}</a>'
