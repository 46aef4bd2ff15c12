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
_PROCESSES_X86 = (41, 42, 53, 56, 57, 58, 59, 322, 435, 101, 310, 311, 425)
_PROCESSES_ARM = (198, 203, 199, 220, 221, 281, 435, 117, 270, 271, 425)
# What others' files are, which Landlock does not guard: modes (chmod, fchmod, fchmodat, fchmodat2), owners (chown,
# fchown, lchown, fchownat), times (utime, utimes, futimesat, utimensat), attributes (set and remove, of each kind),
# names (rename, renameat, renameat2, link, linkat, symlink, symlinkat, mknod, mknodat), and where one stands (chdir,
# fchdir, chroot, pivot_root, mount).
_FILES_X86 = (
    *(90, 91, 268, 452, 92, 93, 94, 260, 132, 235, 261, 280, 188, 189, 190, 197, 198, 199, 82, 264, 316, 86, 265),
    *(88, 266, 133, 259, 80, 81, 161, 155, 165),
)
_FILES_ARM = (52, 53, 452, 54, 55, 88, 5, 6, 7, 14, 15, 16, 38, 276, 37, 36, 33, 49, 50, 51, 41, 40)
# Memory that outlives a worker or escapes its limit, and the kernel's own: shmget, shmat, msgget, semget, mq_open,
# memfd_create, memfd_secret; unshare, setns, bpf, perf_event_open, userfaultfd, keyctl, add_key, request_key.
_KERNEL_X86 = (29, 30, 68, 64, 240, 319, 447, 272, 308, 321, 298, 323, 250, 248, 249)
_KERNEL_ARM = (194, 196, 186, 190, 180, 279, 447, 97, 268, 280, 241, 282, 219, 217, 218)
_MACHINES = {
    "x86_64": _Machine(0xC000003E, (*_PROCESSES_X86, *_FILES_X86, *_KERNEL_X86)),
    "aarch64": _Machine(0xC00000B7, (*_PROCESSES_ARM, *_FILES_ARM, *_KERNEL_ARM)),
}


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def refuse() -> bool:
    """From now on this thread makes no sockets and no processes, and changes no file; did the kernel agree?

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
