from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from fetching.cut_off import Cut, CutOff


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(30)
    with ours, theirs:
        yield ours, theirs


def test_a_reader_is_cut_off_when_time_is_up(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    clock = Clock()
    cut_off = CutOff(threading.Event(), clock)
    cut_off.until(10)
    cut_off.use(ours)
    before = cut_off.cut
    clock.now = 10.0
    assert ours.recv(1) == b"", "the reader sees the end"
    assert (before, cut_off.cut) == (None, Cut.TIME)
    cut_off.close()


def test_a_stop_cuts_at_once(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    stop = threading.Event()
    cut_off = CutOff(stop, Clock())
    cut_off.until(1000)
    cut_off.use(ours)
    stop.set()
    assert ours.recv(1) == b""
    assert cut_off.cut is Cut.STOP
    cut_off.close()


def test_nothing_is_cut_at_rest_and_a_new_watch_begins_clean(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    clock = Clock()
    cut_off = CutOff(threading.Event(), clock)
    cut_off.until(10)
    cut_off.use(ours)
    cut_off.rest()
    clock.now = 20.0
    theirs.sendall(b"x")
    assert ours.recv(1) == b"x"
    cut_off.until(30)
    assert cut_off.cut is None
    cut_off.close()
    cut_off.close()


def test_a_deadline_can_move_while_bytes_come(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    clock = Clock()
    cut_off = CutOff(threading.Event(), clock)
    cut_off.until(10)
    cut_off.use(ours)
    cut_off.until(50)
    clock.now = 20.0
    theirs.sendall(b"x")
    assert ours.recv(1) == b"x"
    clock.now = 50.0
    assert ours.recv(1) == b""
    assert cut_off.cut is Cut.TIME
    cut_off.close()
