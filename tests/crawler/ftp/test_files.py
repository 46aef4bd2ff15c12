"""Half a file is never taken for one."""

from __future__ import annotations

from typing import Any

import pytest

CONTENT = bytes(range(256)) * 1000
HALF = len(CONTENT) // 2


def breaking(crook: Any, *, says: str | None, times: int = 1) -> Any:
    """RETR that stops in the middle: `says` is its last word, None where it hangs up."""
    left = [times]

    def retr(talk: Any, argument: str) -> None:
        if not left[0]:
            talk.on_retr(argument)
            return
        left[0] -= 1
        rest, talk.rest = talk.rest, 0
        with talk.data() as opened:
            opened.sendall(crook.files[argument][rest : rest + HALF // 2])
        if says is None:
            talk.hang_up()
        else:
            talk.say(says)

    return retr


@pytest.mark.parametrize("says", ["426 connection lost", "226 done", "451 trouble", None])
def test_a_transfer_that_breaks_is_taken_up_where_it_broke(says: str | None, crook: Any, walk: Any) -> None:
    crook.files = {"/scan.pdf": CONTENT}
    crook.tricks["RETR"] = breaking(crook, says=says)
    walked = walk(crook.url)
    assert walked.bodies == {"/scan.pdf": CONTENT}
    assert walked.skips == {}
    assert crook.commands.count(f"REST {HALF // 2}") == 1


@pytest.mark.parametrize("says", ["426 connection lost", "226 done", None])
def test_one_that_breaks_again_is_truncated(says: str | None, crook: Any, walk: Any) -> None:
    crook.files = {"/scan.pdf": CONTENT, "/z.txt": b"zeta"}
    crook.tricks["RETR"] = breaking(crook, says=says, times=2)
    walked = walk(crook.url)
    assert walked.bodies == {"/z.txt": b"zeta"}
    assert walked.reasons == {"/scan.pdf": "truncated"}


def test_a_server_without_rest_leaves_it_truncated(crook: Any, walk: Any) -> None:
    crook.files = {"/scan.pdf": CONTENT, "/z.txt": b"zeta"}
    crook.tricks |= {"RETR": breaking(crook, says="426 lost"), "REST": lambda talk, argument: talk.say("502 no")}
    walked = walk(crook.url)
    assert walked.bodies == {"/z.txt": b"zeta"}
    assert set(walked.skips) == {"/scan.pdf"}


def test_a_file_that_changed_meanwhile_is_not_glued_together(crook: Any, walk: Any) -> None:
    crook.files = {"/scan.pdf": CONTENT}
    broken = breaking(crook, says="426 lost")

    def retr(talk: Any, argument: str) -> None:
        broken(talk, argument)
        crook.files["/scan.pdf"] = CONTENT + b"more"

    crook.tricks["RETR"] = retr
    assert walk(crook.url).skips == {"/scan.pdf": ("truncated", "changed while it was read")}


def test_without_a_size_a_broken_transfer_is_truncated(crook: Any, walk: Any) -> None:
    crook.files = {"/scan.pdf": CONTENT}
    crook.tricks |= {"RETR": breaking(crook, says="426 lost"), "SIZE": lambda talk, argument: talk.say("500 what?")}
    assert walk(crook.url).reasons == {"/scan.pdf": "truncated"}


def test_a_whole_file_counts_whatever_the_server_says_after_it(crook: Any, walk: Any) -> None:
    def retr(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            opened.sendall(crook.files[argument])
        talk.say("426 something was lost")

    crook.tricks["RETR"] = retr
    assert len(walk(crook.url).bodies) == 2


def test_a_drip_is_given_up(crook: Any, walk: Any) -> None:
    def drip(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            while not crook.released.wait(0.05):
                opened.sendall(b"x")

    crook.files = {"/scan.pdf": CONTENT}
    crook.tricks["RETR"] = drip
    assert walk(crook.url, {"timeout_seconds": 1}).reasons == {"/scan.pdf": "timed_out"}


def test_a_refused_file_is_told_apart(crook: Any, walk: Any) -> None:
    crook.files = {"/private.txt": b"p", "/gone.txt": b"g", "/odd.txt": b"o", "/fine.txt": b"f"}
    replies = {
        "/private.txt": "550 Permission denied.", "/gone.txt": "550 No such file or directory.",
        "/odd.txt": "550 Failed to open file.",
    }  # fmt: skip

    def retr(talk: Any, argument: str) -> None:
        if argument in replies:
            talk.say(replies[argument])
        else:
            talk.on_retr(argument)

    crook.tricks["RETR"] = retr
    walked = walk(crook.url)
    assert walked.bodies == {"/fine.txt": b"f"}
    assert walked.skips == {
        "/private.txt": ("access_denied", "ftp_550"),
        "/gone.txt": ("not_found", "ftp_550"),
        "/odd.txt": ("access_denied", "ftp_550 missing or private"),
    }


def test_a_date_that_is_none_is_left_out(crook: Any, walk: Any) -> None:
    crook.tricks["MDTM"] = lambda talk, argument: talk.say("213 99999999999999")
    assert "last-modified" not in walk(crook.url).documents["/a.txt"].headers
