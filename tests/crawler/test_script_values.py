from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.script_values import calls_in, values_in


@pytest.mark.parametrize(
    ("script", "values"),
    [
        ("a = [1, 2]; b = {\"c\": null}", [[1, 2], {"c": None}]),
        ("a = {b: 'c', 'd e': [.5, -1, 1e3,], f: !0, $g: undefined}",
         [{"b": "c", "d e": [0.5, -1, 1000.0], "f": True, "$g": None}]),
        ("draw([{}])", [[{}]]),
        ("JSON.parse('{\"a\":\"\\\\u00e9\"}')", [{"a": "é"}]),
        (r"a = ['\x41\u{1F600}\u0042\n\'']", [["A😀B\n'"]]),
        ("a = [b, c]; d = [1]", [[1]]),
        ("a = function() { return 1 }", []),
        ("if (a == [", []),
    ],
)  # fmt: skip
def test_values(script: str, values: list[object]) -> None:
    assert list(values_in(script)) == values


def test_calls_have_plain_arguments() -> None:
    script = "f('a', 1, true); o.p.f(\"b\", -2.5, null); g('a', x); h(1); f('c' + d); f('e', [1]); xf('z')"
    assert calls_in(script) == {"f": [("a", 1, True)], "o.p.f": [("b", -2.5, None)], "xf": [("z",)]}


_PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.text())


@given(st.recursive(_PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10))
def test_json_in_a_script_reads_back(value: object) -> None:
    assert list(values_in(f"; x = [{json.dumps(value)}];")) == [[value]]


@given(st.text(st.characters()))
def test_nothing_raises(script: str) -> None:
    list(values_in(script))
    list(values_in("= [" + script))
    calls_in("f('" + script)
