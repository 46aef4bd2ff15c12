from __future__ import annotations

from html import escape

import pytest

from extraction.texts.visible_text import looks_like_markup, visible_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("one two <i>three</i> four <b>five <u>six</u></b> seven", "one two three four five six seven"),
        ("<p>one<!-- hidden -->two</p>three", "onetwo\nthree"),
        ("<p>first</p>tail<p>second</p>", "first\ntail\nsecond"),
        ("a<script>var x = '<p>no</p>'</script>b<style>p {}</style>c", "abc"),
        ("Unit 1<br>Sample Street<br/>Sampletown", "Unit 1\nSample Street\nSampletown"),
        ("<table><tr><td>NHS</td><td>999 000 0000</td></tr><tr><th>Ward</th></tr></table>", "NHS 999 000 0000\nWard"),
        ("<pre>line one\nline two</pre>", "line one\nline two"),
        ("a line\nbroken in\r\nthe source", "a line broken in the source"),
        ("<title>Clinic</title><body>x", "Clinic\nx"),
        (
            "<input type=text value='Sample Name'><input type=hidden value=token><input value=shown>",
            "Sample Name shown",
        ),
        ("<input type=password value=secret><textarea>typed</textarea>", "typed"),
        ("<select><option>one<option>two</select>", "one\ntwo"),
        ("<img alt='Scan of letter'>", "Scan of letter"),
        ("<noscript>plain</noscript><template><p>kept</p></template>", "plain\nkept"),
        ("<p><![CDATA[from XML]]> after", "from XML after"),
        ("caf&eacute; &#128512; &pound;5 &bogus; a & b", "café 😀 £5 &bogus; a & b"),
        ("BP <140/90, x < 5", "BP <140/90, x < 5"),
        ("a\x00b\x01c", "ab\x01c"),
        ("<p>never closed <b>and <i>crossed</b> tags</i>", "never closed and crossed tags"),
        ("<svg><text>in a drawing</text></svg>", "in a drawing"),
        ("<details><summary>More</summary>hidden at first</details>", "More\nhidden at first"),
        ("<p style='display:none'>by style</p><p hidden>by attribute</p>", "by style\nby attribute"),
        ("<div><template shadowrootmode=open><p>in a shadow</p></template></div>", "in a shadow"),
        ("<iframe srcdoc='&lt;p&gt;Dear &lt;b&gt;Dr&lt;/b&gt; X&lt;/p&gt;'></iframe>after", "Dear Dr X\nafter"),
        ("<frameset><frame src=a><noframes><body>for old browsers</body></noframes></frameset>", "for old browsers"),
        ("She has <abbr title='full blood count'>FBC</abbr> today", "She has FBC today\nfull blood count"),
        ("<button aria-label='Open the letter'>x</button>", "x\nOpen the letter"),
        ("<input type=hidden value='Dear Dr Sample, thank you'>", "Dear Dr Sample, thank you"),
        ("<input type=hidden value='dGhpcyBpcyBubyB0ZXh0'>", ""),
        ("<!--[if mso]><p>for <b>Word</b></p><![endif]-->text", "text\nfor Word"),
        ("<![if !supportLists]>1. <![endif]>text", "1. text"),
        ("<meta name=description content='Letter to Dr Sample'><p>text", "text\nLetter to Dr Sample"),
        ("<map><area alt='first floor'></map><object>instead</object>", "first floor instead"),
        ("", ""),
        ("   \n ", ""),
        ("<!-- only a comment -->", ""),
    ],
)
def test_text_as_a_person_sees_it(markup: str, text: str) -> None:
    assert visible_text(markup).text == text


@pytest.mark.parametrize("depth", [300, 2_100, 50_000])
@pytest.mark.parametrize("tag", ["div", "b", "table"])
def test_nothing_is_lost_in_the_deep(depth: int, tag: str) -> None:
    markup = f"<p>before</p>{f'<{tag}>' * depth}inside{f'</{tag}>' * depth}<p>after</p>"
    assert visible_text(markup).text.split("\n") == ["before", "inside", "after"] or tag == "b"
    assert visible_text(markup).text.replace("\n", "") == "beforeinsideafter"


def test_an_xml_prolog_with_a_charset_does_no_harm() -> None:
    markup = "<?xml version='1.0' encoding='iso-8859-1'?><html><meta charset=utf-16><p>café</p></html>"
    assert visible_text(markup).text == "café"


def test_the_language_is_the_pages_own_word() -> None:
    assert visible_text("<html lang='cy'><p>x").language == "cy"
    assert visible_text("<p>x").language is None


def test_a_script_that_never_ends_hides_only_itself() -> None:
    assert visible_text("<p>shown</p><script>var x = 1").text == "shown"


def test_pages_within_pages_end() -> None:
    markup = "innermost"
    for _ in range(20):
        markup = f"<iframe srcdoc='{escape(markup, quote=True)}'></iframe>"
    assert "innermost" in visible_text(markup).text


def test_addresses_that_carry_data_are_handed_on() -> None:
    shown = visible_text(
        "<a download='letter.pdf' href='data:application/pdf;base64,AAAA'>x</a>"
        "<img src=' DATA:image/png;base64,BBBB'>"
        "<p style=\"background:url('data:image/png;base64,CCCC')\">"
        "<style>p {background: url(data:image/gif;base64,DDDD)}</style><embed src='https://example.org/a.pdf'>"
    )
    assert shown.addresses == (
        ("data:application/pdf;base64,AAAA", "letter.pdf"),
        (" DATA:image/png;base64,BBBB", ""),
        ("data:image/png;base64,CCCC", ""),
        ("data:image/gif;base64,DDDD", ""),
    )


def test_scripts_that_hold_data_are_handed_on() -> None:
    data, code, template = ('<script type="application/ld+json">', "<script>", "<script type=text/template>")
    markup = f'{data}{{"a": "<p>"}}</script>{code}x</script>{template}y</script>'
    assert visible_text(markup).data == ('{"a": "<p>"}', "y")


def test_what_the_page_says_of_itself() -> None:
    markup = (
        "<meta name=Generator content='Example 1'><!--[if gte mso 9]><xml><o:DocumentProperties><o:Author>Dr &amp; Co"
        "</o:Author><o:Company>Example Clinic</o:Company></o:DocumentProperties></xml><![endif]-->"
    )
    assert visible_text(markup).says == {"generator": "Example 1", "o:author": "Dr & Co", "o:company": "Example Clinic"}


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("<p>Dear", True),
        ("Dear<br>Dr<br/>Sample", True),
        ("BP <140/90, x < 5", False),
        ("write <b> for bold", False),
        ("a " * 5000 + "<p><p>", False),
        ("", False),
    ],
)
def test_markup_in_strings(text: str, markup: bool) -> None:
    assert looks_like_markup(text) is markup


def test_text_taken_out_of_a_page_is_text_and_a_note_of_its_makers_is_not() -> None:
    assert visible_text("<!-- " + "taken out of the page " * 6 + "-->shown").text.count("taken out") == 6
    assert visible_text("<!-- a note -->shown").text == "shown"
