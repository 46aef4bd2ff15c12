"""A finding of a template alone, once the pack holds the letter."""

from __future__ import annotations

from dataclasses import replace

from findings.merge import merge
from matchers.verdicts import Judgement, Verdict
from tests.findings.conftest import Estate, letter

TEMPLATE = letter("L-7", Verdict.SAME_TEMPLATE)
KNOWN = letter("L-41")
SETTLED = ("gone", "superseded")


def states(estate: Estate) -> dict[str, tuple[str, str]]:
    """By verdict: state and basis."""
    rows = estate.ask("SELECT verdict, state, basis FROM findings JOIN finding_states USING (finding_id)")
    return {verdict: (state, basis) for verdict, state, basis in rows}


def sweep(estate: Estate, judged: Judgement, content: bytes = b"bytes", *, merged: bool = True) -> None:
    estate.sweep((estate.document("/1/a.pdf", content), judged), merged=merged)


def test_the_same_bytes_under_a_stronger_verdict_settle_it(estate: Estate) -> None:
    sweep(estate, TEMPLATE)
    for _ in range(3):
        sweep(estate, KNOWN)
        assert states(estate)["same_template"] == SETTLED
    assert states(estate)["known_letter"] == ("open", "matched")
    told = estate.ask("SELECT why FROM finding_states WHERE state = 'gone'")
    assert "a letter of the pack now" in told[0][0]
    sweep(estate, TEMPLATE)
    assert states(estate) == {
        "same_template": ("reappeared", "matched"),
        "known_letter": ("unknown", "fetched_without_match"),
    }


def test_it_is_settled_whichever_sweep_is_merged_first(estate: Estate) -> None:
    sweep(estate, TEMPLATE, merged=False)
    kept = next(estate.root.iterdir())
    aside = estate.root.with_name("aside")
    kept.rename(aside)
    sweep(estate, KNOWN)
    aside.rename(kept)
    merge(estate.root, estate.database)
    assert states(estate)["same_template"] == SETTLED


def test_other_bytes_settle_nothing(estate: Estate) -> None:
    sweep(estate, TEMPLATE)
    sweep(estate, KNOWN, b"another letter")
    assert states(estate)["same_template"] == ("unknown", "fetched_without_match")


def test_a_bundle_that_held_both_is_not_settled_by_its_other_letter(estate: Estate) -> None:
    both = replace(KNOWN, letters=(*KNOWN.letters, *TEMPLATE.letters))
    sweep(estate, both)
    assert set(states(estate)) == {"known_letter", "same_template"}
    sweep(estate, KNOWN)
    assert states(estate)["same_template"] == ("unknown", "fetched_without_match")
