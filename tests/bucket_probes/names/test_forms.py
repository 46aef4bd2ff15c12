"""Names by cost: all of them, each at its cost, none before a likelier one."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from bucket_probes.names.forms import Part, Plan, cost_of, in_order, pieces_of
from bucket_probes.names.words import Form

_TEXTS = st.dictionaries(
    st.integers(0, 30), st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=2), max_size=4
)
_PLANS = st.lists(st.tuples(st.integers(0, 20), st.lists(_TEXTS, min_size=1, max_size=3)), max_size=3)


@settings(deadline=None, max_examples=40)
@given(_PLANS)
def test_every_combination_comes_once_at_its_cost(drawn: list[tuple[int, list[dict[int, list[str]]]]]) -> None:
    plans = [Plan(Form("x", 1.0), cost, tuple(Part(texts) for texts in parts)) for cost, parts in drawn]
    found = [(cost, name) for cost, name, _ in in_order(plans)]
    expected = [
        (plan.cost + sum(cost for cost, _ in chosen), "".join(text for _, text in chosen))
        for plan in plans
        for chosen in product(*[[(c, t) for c, texts in part.texts.items() for t in texts] for part in plan.parts])
    ]
    assert sorted(found) == sorted(expected)
    assert [cost for cost, _ in found] == sorted(cost for cost, _ in found)


def test_pieces_of_a_form() -> None:
    assert pieces_of("<keyword>~<content>") == [("", "keyword", ""), ("~", "content", "")]
    assert pieces_of("www.<domain>") == [("www.", "domain", "")]
    assert pieces_of("<keyword>-<account>-an") == [("", "keyword", ""), ("-", "account", "-an")]


def test_costs() -> None:
    assert cost_of(1.0) == 0
    assert cost_of(0.5) < cost_of(0.25)
