"""A seccomp filter: system calls that a parser has no use for, refused by the kernel, for good and without privileges.

It closes what Landlock and an empty network leave open: sockets with a name in the file system, such as those of a
container engine or a session bus, which would run commands for whoever can connect.
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
# Classic BPF: load a word of the call's description; jump if equal, if at least; return.
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | 1  # EPERM
# Numbers from here on are x86-64's second set, with 32 bit pointers.
_X32 = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    """The kernel's name of a processor, and its numbers of the calls that are refused."""

    name: int
    refused: tuple[int, ...]


# Sockets: socket, connect, socketpair. Processes: clone, fork and vfork where they exist, execve, execveat, clone3.
# Memory of others: ptrace, process_vm_readv, process_vm_writev. And io_uring_setup: what it does no filter sees.
_MACHINES = {
    "x86_64": _Machine(0xC000003E, (41, 42, 53, 56, 57, 58, 59, 322, 435, 101, 310, 311, 425)),
    "aarch64": _Machine(0xC00000B7, (198, 203, 199, 220, 221, 281, 435, 117, 270, 271, 425)),
}


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def refuse() -> bool:
    """From now on this thread makes no sockets and no processes; did the kernel agree?

    It must have given up new privileges before.
    """
    machine = _MACHINES.get(os.uname().machine)
    if sys.platform != "linux" or machine is None or sys.maxsize < 1 << 32:
        return False
    listed = _listed(machine)
    instructions = (_Instruction * len(listed))(*(_Instruction(*each) for each in listed))
    program = _Program(len(listed), instructions)
    answer: int = ctypes.CDLL(None).prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)
    return answer == 0


def _listed(machine: _Machine) -> list[tuple[int, int, int, int]]:
    """The filter: code, steps over if yes, steps over if no, value."""
    count = len(machine.refused)
    return [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 1, 0, machine.name),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, count + 1, 0, _X32),
        *((_EQUAL, count - place, 0, number) for place, number in enumerate(machine.refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
