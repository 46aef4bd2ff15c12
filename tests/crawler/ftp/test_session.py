"""What a server may do to a connection, and what is made of it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from documents.exposure import LOGIN_ASKED, TlsState, Transport

CONTENT = bytes(range(256)) * 400


def test_passive_addresses_are_never_dialled(crook: Any, walk: Any) -> None:
    def elsewhere(talk: Any, argument: str) -> None:
        high, low = divmod(talk.listen(), 256)
        talk.say(f"227 Entering Passive Mode (10,0,0,1,{high},{low}).")

    crook.tricks["PASV"] = elsewhere
    walked = walk(crook.url)
    assert walked.bodies == {"/a.txt": b"alpha", "/sub/b.txt": b"beta"}
    assert {host for host, _ in walked.dialled} == {"127.0.0.1"}


@pytest.mark.parametrize("reply", [
    "227 Entering Passive Mode (127,0,0,1,0,22).", "227 Entering Passive Mode (127,0,0,1,999,22).", "227 somewhere",
    "227 (127,0,0,1,0,0)",
])  # fmt: skip
def test_the_port_of_another_service_is_never_dialled(reply: str, crook: Any, walk: Any) -> None:
    crook.tricks["PASV"] = lambda talk, argument: talk.say(reply)
    walked = walk(crook.url)
    assert walked.reasons == {"/": "unreadable"}
    assert {port for _, port in walked.dialled} == {crook.port}


def test_a_server_that_knows_no_pasv_is_asked_by_epsv(crook: Any, walk: Any) -> None:
    crook.tricks["PASV"] = lambda talk, argument: talk.say("502 not here")
    assert len(walk(crook.url).bodies) == 2
    assert crook.verbs.count("PASV") == 1


@pytest.mark.parametrize("text", ["530 Not logged in.", "530 Login incorrect", "532 Need account", "332 Need account"])
def test_anonymous_is_refused_once_and_no_other_login_is_tried(text: str, crook: Any, walk: Any) -> None:
    crook.tricks["PASS"] = lambda talk, argument: talk.say(text)
    walked = walk(crook.url)
    assert walked.skips == {"/": ("access_denied", f"ftp_{text[:3]} {LOGIN_ASKED}")}
    assert (crook.verbs.count("USER"), crook.verbs.count("PASS")) == (1, 1)


@pytest.mark.parametrize("text", [
    "530 Sorry, the maximum number of clients (3) for this user are already connected.",
    "530 Too many users logged in, try again later",
    "530 Sorry, no more connections allowed from your IP",
    "421 There are too many connections from your internet address.",
    "421 Service not available, remote server has closed connection",
    "530 User limit reached.", "530 server is full", "430 maximum of 3 users exceeded",
])  # fmt: skip
def test_a_full_server_is_asked_again_later(text: str, crook: Any, walk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("fetching.pacing.FIRST_BACK_OFF", 0.01)
    refusals = iter([text] * 2)

    def busy(talk: Any, argument: str) -> None:
        talk.say(next(refusals, "230 welcome"))

    crook.tricks["PASS"] = busy
    walked = walk(crook.url)
    assert len(walked.bodies) == 2
    assert walked.skips == {}
    assert crook.verbs.count("USER") == 3
    assert {line for line in crook.commands if line.startswith(("USER", "PASS"))} == {
        "USER anonymous", "PASS security@example.org",
    }  # fmt: skip


@pytest.mark.parametrize("goodbye", ["421 Timeout", None])
def test_a_connection_that_was_closed_meanwhile_is_opened_again(goodbye: str | None, crook: Any, walk: Any) -> None:
    closed: list[str] = []

    def close_once(talk: Any, argument: str) -> None:
        if closed or argument != "/sub":
            talk.on_cwd(argument)
            return
        closed.append(argument)
        if goodbye:
            talk.say(goodbye)
        talk.hang_up()

    crook.tricks["CWD"] = close_once
    walked = walk(crook.url)
    assert len(walked.bodies) == 2
    assert walked.skips == {}
    assert walked.logins == 2


def test_a_lost_connection_never_lists_another_folder_in_its_place(crook: Any, walk: Any) -> None:
    """The new connection stands in the home folder: its rows are not those of the folder that was entered."""

    def close_in_sub(talk: Any, argument: str) -> None:
        if talk.folder == "/sub":
            talk.hang_up()
        else:
            talk.on_pasv(argument)

    crook.tricks["PASV"] = close_in_sub
    walked = walk(crook.url)
    assert set(walked.entries) == {"/a.txt", "/sub/"}
    assert walked.reasons == {"/sub/": "host_down"}


def test_a_greeting_without_end_is_left(crook: Any, walk: Any) -> None:
    crook.greeting = "\r\n".join(["220-hello"] * 100_000)
    assert walk(crook.url).skips == {"/": ("unreadable", "no FTP reply")}


def test_a_reply_of_one_endless_line_is_left(crook: Any, walk: Any) -> None:
    crook.greeting = "220 " + "x" * 100_000
    assert walk(crook.url).reasons == {"/": "unreadable"}


def test_what_is_no_ftp_server_is_left(crook: Any, walk: Any) -> None:
    crook.greeting = "HTTP/1.1 400 Bad Request"
    assert walk(crook.url).reasons == {"/": "unreadable"}


def test_a_silent_server_costs_one_timeout(crook: Any, walk: Any) -> None:
    crook.tricks["USER"] = lambda talk, argument: crook.released.wait(30)
    assert walk(crook.url, {"timeout_seconds": 0.5}).reasons == {"/": "timed_out"}


def test_a_server_that_drips_its_reply_costs_one_timeout(crook: Any, walk: Any) -> None:
    def drip(talk: Any, argument: str) -> None:
        while not crook.released.wait(0.05):
            talk.wfile.write(b"x")

    crook.tricks["USER"] = drip
    assert walk(crook.url, {"timeout_seconds": 0.5}).reasons == {"/": "timed_out"}


def test_a_stop_ends_a_transfer_at_once(crook: Any, walk: Any) -> None:
    stop = threading.Event()

    def hang(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            opened.sendall(b"al")
            stop.set()
            crook.released.wait()

    crook.tricks["RETR"] = hang
    walked = walk(crook.url, {"timeout_seconds": 600}, stop=stop)  # longer than a test may take
    assert walked.bodies == {}
    assert {"/a.txt", "/sub/b.txt"} <= set(walked.skips) | {"/sub/b.txt"}
    assert set(walked.reasons.values()) == {"interrupted"}


def test_a_host_that_is_away_ends_the_unit(walk: Any) -> None:
    walked = walk("ftp://127.0.0.1:9/")
    assert walked.reasons == {"/": "host_down"}


def test_a_handshake_that_comes_to_nothing_is_followed_by_plain(crook: Any, walk: Any) -> None:
    def garbage(talk: Any, argument: str) -> None:
        talk.say("234 go on")
        talk.wfile.write(b"\x00 this is no TLS \x00" * 10)
        talk.hang_up()

    crook.tricks["AUTH"] = garbage
    walked = walk(crook.url)
    assert len(walked.bodies) == 2
    exposure = walked.documents["/a.txt"].exposure
    assert (exposure.transport, exposure.tls) == (Transport.FTP, TlsState.FAILED)
    assert crook.verbs.count("AUTH") == 1
    assert walk(crook.url, tls="require").skips == {"/": ("tls_error", "failed")}


def test_words_slipped_in_before_the_handshake_are_not_heard(crook: Any, walk: Any) -> None:
    """A reply that came in the clear, behind the one to AUTH, must not count as the answer to what is said over TLS."""

    def slip(talk: Any, argument: str) -> None:
        talk.wfile.write(b"234 go on\r\n230 you are in\r\n")
        talk.hang_up()

    crook.tricks["AUTH"] = slip
    walked = walk(crook.url, tls="require")
    assert walked.skips == {"/": ("tls_error", "failed")}
    assert crook.verbs.count("USER") == 0


@pytest.mark.parametrize("hangs", [False, True])
def test_a_server_that_hangs_up_at_a_word_it_does_not_know_is_read_plain(hangs: bool, crook: Any, walk: Any) -> None:
    crook.tricks["AUTH"] = lambda talk, argument: crook.released.wait(30) if hangs else talk.hang_up()
    walked = walk(crook.url, {"timeout_seconds": 1})
    assert len(walked.bodies) == 2
    assert walked.documents["/a.txt"].exposure.tls is TlsState.FAILED


def test_a_file_that_is_refused_for_a_crowd_is_asked_for_again(crook: Any, walk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("fetching.pacing.FIRST_BACK_OFF", 0.01)
    refusals = iter(["450 Too many transfers, try again later"] * 2)

    def retr(talk: Any, argument: str) -> None:
        reply = next(refusals, None)
        if reply:
            talk.say(reply)
        else:
            talk.on_retr(argument)

    crook.tricks["RETR"] = retr
    walked = walk(crook.url)
    assert (len(walked.bodies), walked.skips) == (2, {})
