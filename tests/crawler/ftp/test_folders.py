"""Listings as servers send them, and as nobody should."""

from __future__ import annotations

from typing import Any

from documents.records import EntryKind


def test_an_endless_listing_is_cut_by_the_budget(crook: Any, walk: Any) -> None:
    def endless(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            for number in range(10_000_000):
                opened.sendall(f"-rw-r--r-- 1 ftp ftp 1 May 14 2024 {number}.txt\r\n".encode())

    crook.tricks["LIST"] = endless
    walked = walk(crook.url, {"bytes": 200_000})
    assert walked.skips["/"] == ("budget_spent", "bytes")
    assert len(walked.entries) > 1000
    assert set(walked.skips.values()) == {("budget_spent", "bytes")}


def test_a_listing_of_rubbish_is_given_up(crook: Any, walk: Any) -> None:
    def rubbish(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            while True:
                opened.sendall(b"?!\r\n" * 1000)

    crook.tricks |= {"LIST": rubbish, "NLST": lambda talk, argument: talk.say("502 no")}
    walked = walk(crook.url)
    assert walked.entries == {}
    assert "/" in walked.skips


def test_lines_that_can_not_be_read_are_counted_and_names_are_asked_for(crook: Any, walk: Any) -> None:
    crook.tricks["LIST"] = lambda talk, argument: talk.send(b"?! what is this\r\n" * 3)
    walked = walk(crook.url)
    assert walked.bodies == {"/a.txt": b"alpha", "/sub/b.txt": b"beta"}
    assert walked.entries["/a.txt"].kind is EntryKind.UNKNOWN
    assert walked.skips == {}


def test_some_lines_that_can_not_be_read_are_told_once(crook: Any, walk: Any) -> None:
    crook.tricks["LIST"] = lambda talk, argument: talk.send(
        b"?! what\r\n" * 5 + b"-rw-r--r-- 1 ftp ftp 5 May 14 2024 a.txt\r\n" + b"x" * 20_000 + b"\r\n"
    )
    walked = walk(crook.url)
    assert walked.bodies == {"/a.txt": b"alpha"}
    assert walked.skips == {"/": ("unreadable", "listing_lines 6")}


def test_a_huge_line_costs_no_memory_and_no_row(crook: Any, walk: Any) -> None:
    def huge(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            for _ in range(200):
                opened.sendall(b"y" * 100_000)
            opened.sendall(b"\n-rw-r--r-- 1 ftp ftp 5 May 14 2024 a.txt")
        talk.say("226 done")

    crook.tricks["LIST"] = huge
    walked = walk(crook.url)
    assert walked.bodies == {"/a.txt": b"alpha"}
    assert walked.skips == {"/": ("unreadable", "listing_lines 1")}


def test_what_came_before_a_listing_broke_off_stays(crook: Any, walk: Any) -> None:
    def broken(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            opened.sendall(b"-rw-r--r-- 1 ftp ftp 5 May 14 2024 a.txt\r\n-rw-r--")
        talk.say("426 lost")

    crook.tricks["LIST"] = broken
    walked = walk(crook.url)
    assert walked.bodies == {"/a.txt": b"alpha"}
    assert walked.skips["/"] == ("truncated", "listing ftp_426")


def test_a_listing_that_drips_is_given_up(crook: Any, walk: Any) -> None:
    def drip(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            while not crook.released.wait(0.05):
                opened.sendall(b"x")

    crook.tricks["LIST"] = drip
    assert walk(crook.url, {"timeout_seconds": 1}).reasons == {"/": "timed_out"}


def test_a_folder_that_is_said_to_hold_nothing_is_empty(crook: Any, walk: Any) -> None:
    crook.tricks["LIST"] = lambda talk, argument: talk.say("550 No files found.")
    walked = walk(crook.url)
    assert (walked.entries, walked.skips) == ({}, {})


def test_a_folder_that_lies_outside_the_target_is_not_listed(crook: Any, walk: Any) -> None:
    crook.files = {"/trust/a.txt": b"alpha", "/trust/other/x.txt": b"x", "/else/y.txt": b"secret"}

    def lead_away(talk: Any, argument: str) -> None:
        talk.on_cwd("/else" if argument == "/trust/other" else argument)

    crook.tricks["CWD"] = lead_away
    walked = walk(f"{crook.url}trust/")
    assert walked.bodies == {"/trust/a.txt": b"alpha"}
    assert walked.skips == {"/trust/other/": ("denied_by_guard", "a folder that lies outside the target")}


def test_a_link_to_a_folder_inside_is_listed_once_by_its_own_name(crook: Any, walk: Any) -> None:
    crook.files = {"/real/a.txt": b"alpha", "/alias/none.txt": b""}

    def resolve(talk: Any, argument: str) -> None:
        talk.on_cwd("/real" if argument == "/alias" else argument)

    def rows(talk: Any, argument: str) -> None:
        if talk.folder == "/":
            talk.send(b"lrwxrwxrwx 1 ftp ftp 4 May 14 2024 alias -> real\r\ndrwxr-xr-x 1 f f 0 May 14 2024 real\r\n")
        else:
            talk.on_list(argument)

    crook.tricks |= {"CWD": resolve, "LIST": rows}
    walked = walk(crook.url)
    assert walked.bodies == {"/real/a.txt": b"alpha"}
    assert walked.skips == {}


def test_a_link_to_a_folder_above_is_a_folder_in_itself(crook: Any, walk: Any) -> None:
    crook.files = {"/sub/a.txt": b"alpha", "/sub/up/none.txt": b""}

    def resolve(talk: Any, argument: str) -> None:
        talk.on_cwd("/" if argument == "/sub/up" else argument)

    crook.tricks["CWD"] = resolve
    walked = walk(crook.url)
    assert walked.bodies == {"/sub/a.txt": b"alpha"}
    assert walked.skips == {"/sub/up/": ("budget_spent", "folder_in_itself")}


def test_paths_count_from_the_folder_that_the_login_leads_to(crook: Any, walk: Any) -> None:
    crook.files = {"/srv/ftp/pub/a.txt": b"alpha", "/etc/passwd": b"secret"}
    crook.tricks["PWD"] = lambda talk, argument: talk.say(
        f'257 "{talk.folder if talk.folder != "/" else "/srv/ftp"}" is current'
    )
    walked = walk(crook.url)
    assert walked.bodies == {"/pub/a.txt": b"alpha"}
    assert not any("/etc" in line for line in crook.commands)


def test_a_server_whose_folders_are_no_paths_is_gone_through_name_by_name(crook: Any, walk: Any) -> None:
    """VMS: `DISK$USER:[ANONYMOUS]`. CWD goes down one name at a time, files are asked for by name."""
    files = {"": {"LOGIN.COM;1": b"com"}, "TYPED": {"HOLLIS.TXT;1": b"Dear Dr Hollis"}}
    here = [""]

    def cwd(talk: Any, argument: str) -> None:
        here[0] = "" if argument.startswith("DISK") else argument
        talk.say("250 done" if here[0] in files else "550 no such directory")

    def rows(talk: Any, argument: str) -> None:
        text = "Directory DISK$USER:[ANONYMOUS]\r\n\r\n"
        text += (
            "" if here[0] else "TYPED.DIR;1          1/3      14-MAY-2024 17:30:00  [ANONYMOUS]  (RWE,RWE,RE,RE)\r\n"
        )
        for name in files[here[0]]:
            text += f"{name}          1/3      14-MAY-2024 17:30:00  [ANONYMOUS]  (RWED,RWED,RE,)\r\n"
        talk.send(text.encode())

    def retr(talk: Any, argument: str) -> None:
        talk.send(next(body for name, body in files[here[0]].items() if name.partition(";")[0] == argument))

    crook.tricks |= {
        "PWD": lambda talk, argument: talk.say('257 "DISK$USER:[ANONYMOUS]" is current'),
        "CWD": cwd, "LIST": rows, "RETR": retr, "SIZE": lambda talk, argument: talk.say("500 what?"),
    }  # fmt: skip
    assert walk(crook.url).bodies == {"/LOGIN.COM": b"com", "/TYPED/HOLLIS.TXT": b"Dear Dr Hollis"}


def test_hostile_names_are_told_and_never_said_to_the_server(crook: Any, walk: Any) -> None:
    names = [b"..%2f", b"../../etc", b"a\rDELE a.txt", b"..\\x", b"\x1b[31m", b"\xc0\xae\xc0\xae", b"x" * 5000]
    rows = b"".join(b"type=file;size=3; " + name + b"\n" for name in names)
    crook.tricks |= {
        "FEAT": lambda talk, argument: talk.say("211-Features:\r\n MLST size*;\r\n211 End"),
        "MLSD": lambda talk, argument: talk.send(rows),
    }
    walked = walk(crook.url)
    assert walked.bodies == {}
    assert not any("DELE" in verb for verb in crook.verbs)
    assert not any(".." in line.replace("..%2f", "") for line in crook.commands)
    assert all(path.isascii() and path.isprintable() for path in {*walked.entries, *walked.skips})
    assert "denied_by_guard" in walked.reasons.values()


def test_the_last_request_of_a_budget_is_heard_to_its_end(crook: Any, walk: Any) -> None:
    walked = walk(crook.url, {"requests": 2})  # the login, and the listing of the start
    assert set(walked.entries) == {"/a.txt", "/sub/"}
    assert walked.skips == {"/a.txt": ("budget_spent", "requests"), "/sub/": ("budget_spent", "requests")}
