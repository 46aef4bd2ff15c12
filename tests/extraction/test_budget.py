from __future__ import annotations

import pytest

from extraction.budget import RATIO_FREE_BYTES, Budget, BudgetSpentError, ExtractionLimits


def test_what_is_spent_is_spent_for_all() -> None:
    budget = Budget(ExtractionLimits(decompressed_bytes=10, members=2, pages=1))
    budget.spend_bytes(10)
    with pytest.raises(BudgetSpentError, match="decompressed bytes"):
        budget.spend_bytes(1)
    budget.spend_member(2)
    with pytest.raises(BudgetSpentError, match="members"):
        budget.spend_member()
    budget.spend_page()
    with pytest.raises(BudgetSpentError, match="pages"):
        budget.spend_page()


def test_a_ratio_is_judged_past_its_free_bytes_only() -> None:
    budget = Budget(ExtractionLimits(ratio=10))
    budget.judge_member(RATIO_FREE_BYTES, 1)
    budget.judge_member(RATIO_FREE_BYTES * 2, RATIO_FREE_BYTES)
    with pytest.raises(BudgetSpentError, match="ratio"):
        budget.judge_member(RATIO_FREE_BYTES + 1, 1)
    with pytest.raises(BudgetSpentError, match="member bytes"):
        budget.judge_member(ExtractionLimits().member_bytes + 1, ExtractionLimits().member_bytes)


def test_text_is_kept_until_no_characters_are_left() -> None:
    budget = Budget(ExtractionLimits(characters=10))
    assert [budget.kept_text("letter"), budget.kept_text("letter"), budget.kept_text("letter")] == [
        "letter",
        "lett",
        "",
    ]


def test_text_that_takes_more_than_a_byte_a_character_counts_twice() -> None:
    budget = Budget(ExtractionLimits(characters=1000))
    assert len(budget.kept_text("письмо" * 200)) == 500
    assert budget.kept_text("x") == ""
    assert len(Budget(ExtractionLimits(characters=1000)).kept_text("é" * 1200)) == 1000
    assert len(Budget(ExtractionLimits(characters=1000)).kept_text("\U00020000" * 1200)) == 500


def test_the_processors_time_ends_where_it_counts() -> None:
    limits = ExtractionLimits(seconds=-1)
    Budget(limits).spend_bytes(1)
    for spend in (Budget.spend_bytes, Budget.spend_member):
        with pytest.raises(BudgetSpentError, match="time"):
            spend(Budget(limits, is_timed=True), 1)
