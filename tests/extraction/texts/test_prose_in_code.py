from __future__ import annotations

import pytest

from extraction.reader import extract
from extraction.texts.prose_in_code import prose_in_code

LETTER = "Dear Dr Example, I saw this lady on 3 May (with her husband) and she is well."


@pytest.mark.parametrize(
    ("code", "prose"),
    [
        (f'var a = 1; var letter = "{LETTER}";', [LETTER]),
        (f"f('{LETTER}', `{LETTER}\\u00e9`)", [LETTER, f"{LETTER}é"]),
        (f".x::before {{ content: '{LETTER}'; color: red }}", [LETTER]),
        (LETTER, [LETTER]),
        (f'var data={{"letter": "{LETTER}\\n{LETTER}"}}', [f"{LETTER}\n{LETTER}"]),
        ("a.b('it is'); if (c == \"#d > e .f g h i j\") { return; }", []),
        ("font-family: 'Times New Roman', serif; margin: 0", []),
        ("it's a; var b = '" + "x" * 100, []),
        ("", []),
    ],
)
def test_strings_that_read_as_prose(code: str, prose: list[str]) -> None:
    assert prose_in_code(code) == prose


@pytest.mark.parametrize(
    "markup",
    [
        "<?xml version='1.0'?><r><!-- {} --><a>seen</a></r>",
        "<?xml version='1.0'?><!-- {} --><r><a>seen</a></r>",
        "<?xml version='1.0'?><r><?note {}?><a>seen</a></r>",
        "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY e '{}'>]><r><a>seen</a></r>",
        "<?xml version='1.0'?><!-- {} --><!DOCTYPE r><r><a>seen</a></r>",
        "<svg xmlns='http://www.w3.org/2000/svg'><style>{}</style><text>seen</text></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><style>a {{ content: '{}' }}</style><text>seen</text></svg>",
        "<html><body><script>var x = '{}';</script><p>seen</p></body></html>",
        "<html><body><style>p::after {{ content: '{}' }}</style><p>seen</p></body></html>",
        "<html><body><div data-letter='{}'><p>seen</p></div></body></html>",
        "<html><body><div data-letter='<p>{}</p>'><p>seen</p></div></body></html>",
    ],
)
def test_text_for_machines_comes_behind_what_is_seen(markup: str) -> None:
    text = extract(markup.format(LETTER).encode()).text
    assert text.startswith("seen")
    assert LETTER in text


def test_code_is_no_text() -> None:
    page = "<html><body><script>function f(a, b) { return a.b('c d') + g; }</script><p>seen</p></body></html>"
    assert extract(page.encode()).text == "seen"
    assert extract(b"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='a.xsl'?><r>seen</r>").text == "seen"


@pytest.mark.parametrize("part", ["'", '"', "`", "\\", "'a b c d e f ", "<!--"])
def test_hostile_code_is_read_in_one_look(part: str) -> None:
    prose_in_code(part * 200_000)
