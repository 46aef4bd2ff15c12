"""Does a storage account exist, by DNS alone: each account has a host of its own, and only those that exist have one.

The answer is worth as much as the resolver. One in a walled network says of every name that there is none, others give
an address for every name: both are found out by names of which the answer is known.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from documents.exposure import Truth
from fetching.dialler import AddressDeniedError, Dialler

# Bytes of chance in the name of an account that nobody has: its 24 hex digits are as long as names may be.
_NOBODYS_NAME_BYTES = 12
# Resolver's errors other than "there is no such name": none of them says anything of the name.
_ERRORS = {
    getattr(socket, name): name
    for name in ("EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_ADDRFAMILY", "EAI_MEMORY", "EAI_SYSTEM", "EAI_OVERFLOW")
    if hasattr(socket, name)
}


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """What DNS says of an account.

    Attributes:
        account: it exists.
        code: what the answer was, for the record.
    """

    account: Truth
    code: str


def account_by_dns(dialler: Dialler, host: str, port: int, known: Iterable[str]) -> HostAnswer:
    """Ask for an account's host, and for names beside it of which the answer is known.

    Args:
        dialler: resolves, and asks the guard about each address.
        host: `<account>.<domain>`.
        port: to be dialled later.
        known: hosts of accounts that exist, in whatever domain.
    """
    domain = host.partition(".")[2]
    resolved, code = _resolved(dialler, host, port)
    if resolved is Truth.YES:
        nobodys = f"{secrets.token_hex(_NOBODYS_NAME_BYTES)}.{domain}"
        if _resolved(dialler, nobodys, port)[0] is Truth.YES:
            return HostAnswer(Truth.UNKNOWN, "every name resolves")
    if resolved is Truth.NO:
        beside = (name for name in known if name.partition(".")[2] == domain)
        if not any(_resolved(dialler, name, port)[0] is Truth.YES for name in beside):
            return HostAnswer(Truth.UNKNOWN, "NXDOMAIN, for accounts that exist too")
    return HostAnswer(resolved, code)


def _resolved(dialler: Dialler, host: str, port: int) -> tuple[Truth, str]:
    try:
        dialler.resolve(host, port)
    except AddressDeniedError:
        return Truth.YES, "address that may not be dialled"
    except socket.gaierror as error:
        if error.errno == socket.EAI_NONAME:
            return Truth.NO, "NXDOMAIN"
        return Truth.UNKNOWN, _ERRORS.get(error.errno or 0, "no answer")
    except OSError:
        return Truth.UNKNOWN, "no answer"
    return Truth.YES, "address"
