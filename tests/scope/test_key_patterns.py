from __future__ import annotations

from itertools import islice

import pytest

from scope.key_patterns import count, expand, fixed_head, literal


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        ("a/b.pdf", ["a/b.pdf"]),
        ("", [""]),
        ("{2024-2026}.pdf", ["2024.pdf", "2025.pdf", "2026.pdf"]),
        ("{2024..2025}/x", ["2024/x", "2025/x"]),
        ("{08-11}", ["08", "09", "10", "11"]),
        ("{8-11}", ["8", "9", "10", "11"]),
        ("{0-2}", ["0", "1", "2"]),
        ("{a-c}{X..Y}", ["aX", "aY", "bX", "bY", "cX", "cY"]),
        ("{clinic,ward}/{1-2}", ["clinic/1", "clinic/2", "ward/1", "ward/2"]),
        ("letter{,s}.pdf", ["letter.pdf", "letters.pdf"]),
        ("{2024-2025,old,a-b-c}", ["2024", "2025", "old", "a-b-c"]),
        ("{{3F25}}.pdf", ["{3F25}.pdf"]),
        ("{{{1-2}}}", ["{1}", "{2}"]),
        ("Briefe für {1-1} %20+", ["Briefe für 1 %20+"]),
    ],
)
def test_a_pattern_is_its_keys(pattern: str, keys: list[str]) -> None:
    assert list(expand(pattern)) == keys
    assert count(pattern) == len(keys)


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("a/{2024-2026", "not closed"),
        ("a/2026}", "closes nothing"),
        ("{1-{2-3}}", "not closed"),
        ("{2026-2024}", "backwards"),
        ("{z-a}", "backwards"),
        ("{clinic}", "a range or a list"),
        ("{}", "a range or a list"),
        ("{1-99999999999999999999}", "digits"),
    ],
)
def test_what_is_no_pattern_says_why_and_not_what(pattern: str, named: str) -> None:
    for asked in (count, expand):
        with pytest.raises(ValueError, match=named) as caught:
            asked(pattern)
        assert "2026-2024" not in str(caught.value)


def test_a_pattern_of_any_size_is_counted_and_begun_at_once() -> None:
    pattern = "{1-999999999}/{1-999999999}/{1-999999999}"
    assert count(pattern) == 999_999_999**3
    assert list(islice(expand(pattern), 2)) == ["1/1/1", "1/1/2"]


def test_the_head_that_all_keys_have() -> None:
    assert fixed_head("letters/{2024-2026}/a") == "letters/"
    assert fixed_head("{{x/{1-1}/y{1-2}") == "{x/1/y"
    assert fixed_head("a.pdf") == "a.pdf"


def test_many_ranges_in_one_key() -> None:
    pattern = "{a-b}" * 200
    assert count(pattern) == 2**200
    assert next(expand(pattern)) == "a" * 200


@pytest.mark.parametrize("key", ["a.pdf", "{3F25}.pdf", "{{a}", "}{", "{1-2}"])
def test_a_key_as_it_is(key: str) -> None:
    assert list(expand(literal(key))) == [key]
