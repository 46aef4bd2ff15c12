"""Powers that a worker gives up: those of root, and the capabilities that a user namespace of one's own brings."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence

# The user and group that own nothing, on every Linux.
NOBODY = 65534
_CAPABILITY_VERSION = 0x20080522
_READ_EVERYTHING = 1 << 2  # CAP_DAC_READ_SEARCH


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Half(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def give_up(folders: Sequence[str]) -> None:
    """Become nobody if this is root and nobody can read these folders; hold no capability that reading does not take.

    A checkout below a folder of root's own (mode 0700) keeps its user: there only Landlock stands before root's files.
    """
    if sys.platform != "linux":
        return
    if os.geteuid() == 0:
        _become_nobody(folders)
    library = ctypes.CDLL(None, use_errno=True)
    header, halves = _Header(_CAPABILITY_VERSION, 0), (_Half * 2)()
    if library.capget(ctypes.byref(header), ctypes.byref(halves)) != 0:
        return
    readers = halves[0].permitted & _READ_EVERYTHING
    _set(library, permitted=(halves[0].permitted, halves[1].permitted), effective=0)
    keep = 0 if _can_read(folders) else readers
    _set(library, permitted=(keep, 0), effective=keep)


def _set(library: ctypes.CDLL, permitted: tuple[int, int], effective: int) -> None:
    header = _Header(_CAPABILITY_VERSION, 0)
    halves = (_Half * 2)(_Half(effective, permitted[0], 0), _Half(0, permitted[1], 0))
    library.capset(ctypes.byref(header), ctypes.byref(halves))


def _become_nobody(folders: Sequence[str]) -> None:
    """Tried first with the effective user only, which can be taken back."""
    try:
        os.setgroups([])
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        readable = _can_read(folders)
        os.seteuid(0)
        os.setegid(0)
        if readable:
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        return  # a container that knows no such user


def _can_read(folders: Sequence[str]) -> bool:
    """All that exist, judged by listing them."""
    for folder in folders:
        try:
            os.scandir(folder).close()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return False
    return True
