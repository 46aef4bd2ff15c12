"""What a server's reply says: a no, a "not now", or nothing that can be judged. Codes are RFC 959's and RFC 4217's."""

from __future__ import annotations

import re

from documents.exposure import LOGIN_ASKED
from documents.records import SkipReason
from fetching.errors import FetchingError

# Servers tell that they are full in a text, under the codes of other troubles ("530 Sorry, the maximum of 3 users...").
_FULL = re.compile(
    r"too many|maximum|\bmax\.? (?:number|clients|users|connections)|no more (?:connections|users|sessions|clients)"
    r"|(?:limit|quota)\w* (?:of|is|was|has been|reached|exceeded)|\b(?:server|site|host)\b.{0,20}\b(?:full|busy)\b"
    r"|try (?:again|back|it) later|user limit|all slots|at capacity|exceeded",
    re.IGNORECASE,
)
# The same in a reply about one file, where a limit may be one of the file's.
_BUSY = re.compile(r"too many|no more (?:connections|users|sessions)|try (?:again|back|it) later", re.IGNORECASE)
_MISSING = re.compile(r"no such|not found|n[o']t exist|(?:can ?not|can't|unable to) (?:find|locate)", re.IGNORECASE)
_PRIVATE = re.compile(r"permission|permitted|denied|allowed|privilege|forbidden|authori[sz]|access", re.IGNORECASE)
# What some servers say, instead of sending nothing, of a folder that holds nothing.
_EMPTY = re.compile(r"no (?:files|such file)|empty|not found", re.IGNORECASE)
# Characters of a reply that are looked at; real ones have less than 200.
_LOOKED_AT = 1_000

_SERVICE_NOT_AVAILABLE = 421
_NO_FILE = frozenset([450, 550])
_UNCLEAR = 550
_LOGIN_CODES = frozenset([331, 332, 430, 530, 532])
_NOT_KNOWN = frozenset([500, 501, 502, 503, 504, 522])
_REASONS = {
    425: SkipReason.HOST_DOWN,  # the data connection could not be opened
    426: SkipReason.TRUNCATED,
    431: SkipReason.TLS_ERROR,
    521: SkipReason.TLS_ERROR,
    522: SkipReason.TLS_ERROR,
    534: SkipReason.TLS_ERROR,
    535: SkipReason.TLS_ERROR,
    552: SkipReason.ACCESS_DENIED,
    553: SkipReason.ACCESS_DENIED,
}


class RefusedError(FetchingError):
    """The server answered, and not with what was asked for. `code` is its reply's; 0 where that is no number."""

    def __init__(self, reason: SkipReason, code: int, more: str = "", *, says_empty: bool = False) -> None:
        super().__init__(reason, f"ftp_{code}{more}")
        self.code = code
        # As the answer to a listing this is a way to say that the folder holds nothing.
        self.says_empty = says_empty

    @property
    def is_unclear(self) -> bool:
        """Does it leave open whether the place is missing or private?"""
        return self.code == _UNCLEAR and self.detail.endswith("private")

    @property
    def is_not_known(self) -> bool:
        """Does the server not know this command, or not in this form?"""
        return self.code in _NOT_KNOWN


class LoginRefusedError(RefusedError):
    """Anonymous is not let in; no other login is ever tried."""


def refusal(reply: str) -> RefusedError:
    """The error for a reply to anything but a login."""
    code, text = _parts(reply)
    busy = _FULL if code in _LOGIN_CODES else _BUSY
    if code == _SERVICE_NOT_AVAILABLE or (code in (_LOGIN_CODES | _NO_FILE) and busy.search(text)):
        return RefusedError(SkipReason.THROTTLED, code)
    if code in _LOGIN_CODES:
        return RefusedError(SkipReason.ACCESS_DENIED, code, f" {LOGIN_ASKED}")
    if code in _NO_FILE and _PRIVATE.search(text):
        return RefusedError(SkipReason.ACCESS_DENIED, code)
    says_empty = code in _NO_FILE and _EMPTY.search(text) is not None
    if code != _UNCLEAR:
        return RefusedError(_REASONS.get(code, SkipReason.SERVER_ERROR), code, says_empty=says_empty)
    if _MISSING.search(text):
        return RefusedError(SkipReason.NOT_FOUND, code, says_empty=says_empty)
    return RefusedError(SkipReason.ACCESS_DENIED, code, " missing or private", says_empty=says_empty)


def login_refusal(reply: str) -> RefusedError:
    """The error for a reply to the login: full for now, or not for anonymous."""
    code, text = _parts(reply)
    if code == _SERVICE_NOT_AVAILABLE or _FULL.search(text):
        return RefusedError(SkipReason.THROTTLED, code)
    return LoginRefusedError(SkipReason.ACCESS_DENIED, code, f" {LOGIN_ASKED}")


def _parts(reply: str) -> tuple[int, str]:
    code = reply[:3]
    return int(code) if code.isascii() and code.isdigit() else 0, reply[:_LOOKED_AT]
