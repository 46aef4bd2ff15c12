"""What is decided in the example follows its sweeps."""

from __future__ import annotations

from datetime import date

from cli.example_people import ACTS
from demo_range.weeks import WEEKS
from findings.triage import ACCEPTED_DAYS


def test_every_act_follows_a_sweep_and_comes_before_the_next() -> None:
    begins = [week.begins for week in WEEKS]
    for act in ACTS:
        (sweep,) = [at for at in begins if (at.month, at.day) == act.day]
        later = [(at - sweep).total_seconds() / 3600 for at in begins if at > sweep]
        assert act.hours < min(later, default=24)
    assert [act.day for act in ACTS] == sorted(act.day for act in ACTS)


def test_an_acceptance_has_its_last_day_and_a_reason() -> None:
    for act in ACTS:
        is_acceptance = act.decision is not None and act.decision.value == "accepted_until"
        assert is_acceptance == (act.until is not None)
        assert act.note or not is_acceptance
        if act.until is not None:
            assert (act.until - date(2026, *act.day)).days <= ACCEPTED_DAYS
