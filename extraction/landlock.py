"""Linux's Landlock: a process gives up all files but a few folders that it may read, for good and without privileges.

Structures and rights: https://docs.kernel.org/userspace-api/landlock.html. The numbers are the same on every processor.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# How many rights over files each version of the interface knows; the last one holds for those to come.
_FILE_RIGHTS = (13, 14, 15, 15, 16)
# From these versions on there are also TCP (bind, connect), and signals and abstract sockets beyond the own processes.
_NETWORK_VERSION, _NETWORK = 4, 0b11
_SCOPE_VERSION, _SCOPES = 6, 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Of the kernel's interface; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION)))


def keep_only(folders: Iterable[str]) -> bool:
    """From now on this thread reads below these folders, and touches no other file; did the kernel agree?

    It must have given up new privileges before. Folders that can not be opened are left out.
    """
    known = version()
    if not known:
        return False
    ruleset = _made_for(known)
    if ruleset < 0:
        return False
    try:
        return all(_allow(ruleset, folder) for folder in folders) and _call(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _made_for(known: int) -> int:
    """A ruleset that takes away all that this version can take away; negative if the kernel refuses."""
    wanted = _Ruleset(files=(1 << _FILE_RIGHTS[min(known, len(_FILE_RIGHTS)) - 1]) - 1)
    size = _Ruleset.network.offset
    if known >= _NETWORK_VERSION:
        wanted.network, size = _NETWORK, _Ruleset.scopes.offset
    if known >= _SCOPE_VERSION:
        wanted.scopes, size = _SCOPES, ctypes.sizeof(_Ruleset)
    return _call(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0))


def _allow(ruleset: int, folder: str) -> bool:
    """Reading below this folder; true also where there is nothing to allow."""
    try:
        opened = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        beneath = _Beneath(_READ_FILE | _READ_DIR, opened)
        return _call(_ADD_RULE, ruleset, _BENEATH, ctypes.byref(beneath), ctypes.c_uint32(0)) == 0
    finally:
        os.close(opened)


def _call(number: int, *arguments: object) -> int:
    answer: int = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *arguments)
    return answer
