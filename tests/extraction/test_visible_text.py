from __future__ import annotations

import pytest

from extraction.visible_text import visible_text


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
