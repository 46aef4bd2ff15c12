"""Letters first, then a look around, then the rest."""

from __future__ import annotations

from fetching.ranking import LOOKING_AROUND, Rank, Ranking
from fetching.selection import Priority


def test_every_priority_has_its_rank() -> None:
    ranks = {priority: Ranking(100).rank(priority) for priority in Priority}
    assert min(ranks, key=lambda priority: ranks[priority]) is Priority.LETTER
    assert ranks[Priority.LETTER_FOLDER] < ranks[Priority.FOLDER] < ranks[Priority.DOCUMENT] < ranks[Priority.PAGE]


def test_folders_have_their_share_of_the_requests_and_no_more() -> None:
    ranking = Ranking(10 * LOOKING_AROUND)
    ranks = [ranking.rank(Priority.FOLDER) for _ in range(12)]
    assert ranks == [Rank.FOLDER] * 10 + [Rank.LATER_FOLDER] * 2
    assert ranking.rank(Priority.LETTER) is Rank.LETTER
    assert Rank.DOCUMENT < Rank.LATER_FOLDER
