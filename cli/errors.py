"""Errors of every room, turned into one line and an exit code. A document's text can not get here: rooms keep it in."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cli.console import notice, to_nowhere
from cli.exit_codes import ExitCode
from findings.errors import FindingsError
from inspection.errors import LettersError
from matchers.errors import PackError
from scope.errors import ScopeError
from sweeps.errors import ApartError, EngineError


class AuthorityError(Exception):
    """The scope gives no valid authority; nothing was requested."""


class CommandError(Exception):
    """The command line asks for something that can not be done; the text says what would work."""


class ReaderGoneError(Exception):
    """Whoever read our output has had enough of it."""


EXPECTED = (ScopeError, PackError, FindingsError, LettersError, CommandError, EngineError)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Around a whole command: expected errors end it with their text, the rest with where, not what."""
    try:
        yield
    except AuthorityError as error:
        notice(f"stray: {error}")
        sys.exit(ExitCode.NO_AUTHORITY)
    except ApartError as error:
        notice(f"stray: crashed with {error}. This is a bug; please report this line.")
        sys.exit(ExitCode.CRASH)
    except EXPECTED as error:
        for line in str(error).splitlines():
            notice(f"stray: {line}")
        sys.exit(ExitCode.USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        notice("stopped")
        sys.exit(ExitCode.STOPPED)
    except ReaderGoneError:
        to_nowhere(sys.stdout)  # Python writes out what is left when it ends
        sys.exit(ExitCode.READER_GONE)
    except OSError as error:
        notice(f"stray: {error.filename or 'the system'}: {error.strerror or type(error).__name__}")
        sys.exit(ExitCode.CRASH)
    except Exception as error:  # noqa: BLE001 - the last line: a message could hold a document's text, so none is shown
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in reversed(frames[-4:]))
        notice(f"stray: crashed with {type(error).__name__} at {places}. This is a bug; please report this line.")
        sys.exit(ExitCode.CRASH)
