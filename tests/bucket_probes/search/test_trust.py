from __future__ import annotations

from bucket_probes.search.trust import ENOUGH_BEFORE, VOUCHERS, VOUCHERS_AFTER_A_LIE, Span, Trust


def at(moment: float) -> Span:
    return Span(moment, moment + 0.5)


def sound(*, has_lied: bool = False) -> Trust:
    trust = Trust(has_existing=True, has_lied=has_lied)
    trust.sound_from(0.0)
    return trust


def vouch(trust: Trust, begin: float, count: int) -> float:
    for number in range(count):
        trust.existing_canary(at(begin + number))
    return begin + count


def test_a_no_counts_once_enough_canaries_behind_it_were_answered_rightly() -> None:
    trust = sound()
    assert trust.denied(7, at(1))
    end = vouch(trust, 2, VOUCHERS - 1)
    assert trust.ruled().absent == []
    vouch(trust, end, 1)
    assert trust.ruled().absent == [7]
    assert trust.ruled().absent == []
    assert trust.held == 0


def test_a_canary_that_was_asked_before_the_answer_does_not_stand_behind_it() -> None:
    trust = sound()
    trust.denied(7, Span(1, 9))
    vouch(trust, 2, 5)  # asked at 2 to 6, while the name was under way
    vouch(trust, 10, VOUCHERS - 1)
    assert trust.ruled().absent == []
    vouch(trust, 200, 1)
    assert trust.ruled().absent == [7]


def test_without_canaries_before_it_no_answer_counts() -> None:
    trust = Trust(has_existing=True)
    assert not trust.denied(1, at(1))
    assert not trust.confirmed(2, at(1))
    trust.sound_from(5)
    assert not trust.denied(1, at(4))  # asked before it was known that the service tells the truth
    assert trust.denied(1, at(5))


def test_without_a_name_that_exists_no_no_ever_counts_and_a_yes_does() -> None:
    trust = Trust(has_existing=False)
    trust.sound_from(0)
    assert not trust.denied(1, at(1))
    assert trust.confirmed(2, at(1))
    trust.missing_canary(at(2))
    assert trust.ruled().existing == [2]


def test_a_yes_counts_once_a_missing_name_behind_it_was_denied() -> None:
    trust = sound()
    trust.confirmed(3, at(1))
    vouch(trust, 2, VOUCHERS)
    assert trust.ruled().existing == []
    trust.missing_canary(Span(1.2, 3))  # asked before the yes was there
    assert trust.ruled().existing == []
    trust.missing_canary(at(300))
    assert trust.ruled().existing == [3]


def test_a_lie_voids_all_that_is_held_and_asks_for_more_canaries_from_then_on() -> None:
    trust = sound()
    trust.denied(1, at(1))
    trust.confirmed(2, at(1))
    vouch(trust, 2, VOUCHERS - 1)
    assert trust.lie()
    assert trust.held == 0
    assert not trust.is_sound
    trust.existing_canary(at(100))
    trust.missing_canary(at(100))
    ruled = trust.ruled()
    assert (ruled.absent, ruled.existing) == ([], [])
    trust.sound_from(200)
    trust.denied(1, at(201))
    vouch(trust, 202, VOUCHERS)
    assert trust.ruled().absent == []
    vouch(trust, 300, VOUCHERS_AFTER_A_LIE - VOUCHERS)
    assert trust.ruled().absent == [1]


def test_the_first_lie_casts_doubt_on_what_was_settled_unless_very_many_canaries_vouched_for_it() -> None:
    few, many = sound(), sound()
    vouch(few, 1, ENOUGH_BEFORE - 1)
    vouch(many, 1, ENOUGH_BEFORE)
    assert few.lie()
    assert not many.lie()
    few.sound_from(10_000)
    vouch(few, 10_000, 10)
    assert not few.lie()  # what was settled since had its more canaries
    assert (few.lies, many.lies) == (2, 1)


def test_a_silence_voids_and_is_no_lie() -> None:
    trust = sound()
    trust.denied(1, at(1))
    trust.doubt()
    assert (trust.held, trust.lies, trust.has_lied, trust.is_sound) == (0, 0, False, False)
