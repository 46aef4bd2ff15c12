"""What the command's exit code says. Results never share a number with a failure.

A sweep that looked is 0 to 12 where all in scope was seen, and 20 to 23 where something was not: a skip that the scope
does not allow, a unit that broke, was stopped or never begun (also by a closed window, a stop file, an authority that
ran out meanwhile), a finding neither seen nor ruled out, a fall that nothing explains, a canary letter that was not
found, or results that wait for a database that is held. 30 is said where nothing was requested at all.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes; the first that applies."""

    NOTHING_FOUND = 0
    CRASH = 1
    USAGE = 2
    NEW = 10
    KNOWN_OPEN = 11
    REAPPEARED = 12
    INCOMPLETE = 20
    INCOMPLETE_KNOWN_OPEN = 21
    INCOMPLETE_REAPPEARED = 22
    INCOMPLETE_NEW = 23
    NO_AUTHORITY = 30
    EVIDENCE_BROKEN = 40
    LAPSED = 50  # of `stray heartbeat`
    STOPPED = 130
    READER_GONE = 141  # as a shell has it for a program that SIGPIPE ended


def sweep_exit_code(*, complete: bool, new: int, reappeared: int, known_open: int) -> ExitCode:
    """The code of a sweep that ran to its end; counts are of findings."""
    if new:
        return ExitCode.NEW if complete else ExitCode.INCOMPLETE_NEW
    if reappeared:
        return ExitCode.REAPPEARED if complete else ExitCode.INCOMPLETE_REAPPEARED
    if known_open:
        return ExitCode.KNOWN_OPEN if complete else ExitCode.INCOMPLETE_KNOWN_OPEN
    return ExitCode.NOTHING_FOUND if complete else ExitCode.INCOMPLETE
