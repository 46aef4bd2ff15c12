"""Which parameters of a URL carry a right to read: signatures, tokens, sessions. Such a right is never replayed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, unquote_plus

# Names are compared in lower case without punctuation: `X-Amz-Signature`, `share_token`, `auth[key]` are one word each.
_NAMES = frozenset(
    """
    sig sid sas jwt bearer otp rlkey tempauth hdnts hdnea hdntl ticket codeverifier
    password passwd pwd pass passcode passphrase phpsessid jsessionid sessid xapikey apikey resourcekey
    awsaccesskeyid googleaccessid ossaccesskeyid
    """.split()
)
# `author` is a person; the secretary types the letters; `authorization` is a credential.
_NAME_PARTS = re.compile(
    r"token|signature|credential|secret(?!ar)|auth(?!or(?!i[sz]))|sessionid|sessid"
    r"|(?:access|account|download|link|master|private|share|shared|subscription)key"
)
# A place in a long list, as S3 (continuation-token), Google, OData and OAI-PMH call it: what comes next, and no right.
_PAGING = re.compile(r"(?:continuation|delta|nextpage|next|page|pagination|resumption|skip|start|sync)token")
# Signed URLs of Amazon and Google, and of services that copied them: Alibaba, Tencent, Huawei, ByteDance.
_SIGNING = re.compile(
    r"x(?:amz|goog)(?:algorithm|date|expires|signedheaders)|xoss(?!process$).+|qsign(?!$).*|qak|qkeytime|qheaderlist"
    r"|qurlparamlist|x(?:bos|cos|obs|tos)(?:algorithm|date|expires|signedheaders)"
)
# Fields of a signed URL that are ordinary words alone: the rest of an Azure SAS, the policy and date of CloudFront.
_SIGNED = re.compile(
    r"s[erpvt]|spr|sip|skoid|sktid|sk[tesv]|expires|policy|keypairid|responsecontent\w+|responsecacheco\w+|responseexpires"
)
# What ends a link (nginx secure_link, Akamai, Qiniu, CDNs) and what seals that end; each is an ordinary word alone.
_ENDS = frozenset("expires expire expiry exp e".split())
_SEALS = frozenset("md5 hash hmac sig sign signature st token s".split())
_ONE_LETTER_PAIR = frozenset("es")
# Seconds since 1970: `s` and `e` together are a search and its end as often as a seal, unless the end is a time.
_EPOCH = re.compile(r"\d{9,}")
# An Azure Functions key is `code`; so are postcodes and country codes. The shortest such key in use has 54 characters,
# the shortest OAuth code 20; codes that people read are shorter.
_LONG_ONLY = frozenset("code verify sign session sess".split())
LONG_VALUE_CHARACTERS = 20

# What names a file or a place in a list may be long and random, and is no right for that.
_IDENTIFIER = re.compile(
    r".*id|etag|cursor|.*marker|startafter|startoffset|endoffset|prefix|dir|directory|doc|document|file|filename|folder|path|target"
)
_UUID_OR_HEX = re.compile(r"[0-9a-f-]+", re.IGNORECASE)
# Begins with an opening brace in base64 (`{"`, `{ `, `{` and a line break): JWT with three parts, JWE with five.
_JWT = re.compile(r"e[wy][A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){0,2}")
# Keys that say whose they are: Amazon, Google, GitHub, GitLab, Slack, Stripe.
_MARKED_KEY = re.compile(
    r"A[KS]IA[A-Z0-9]{16}|AIza[\w-]{35}|ya29\..+|gh[opsur]_\w{20,}|glpat-[\w-]{20,}|xox[abeprs]-.+|sk_live_\w+"
)
_BASE64 = re.compile(r"[A-Za-z0-9_+/.~-]+={0,2}")
_BASE64_WITH_DIGIT = re.compile(r"(?=\D*\d)" + _BASE64.pattern)
_WORDS_AND_NUMBERS = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]?[a-z]+|[A-Z]+|\d+)(?![A-Za-z0-9])|[A-Z]?[a-z]{3,}|[A-Z]{4,}|\d{4,}"
)
# A value of a parameter that we know nothing of counts as a token from this length: an HMAC-SHA256 is 43 characters in
# base64, and file names of letters that are as long hold words and dates.
TOKEN_CHARACTERS = 40
# Share of its characters, 0 to 1, that lie in words and numbers (between separators, or runs of three and more). Of
# 30,000 random values of 43 characters 97 % lie at or below this, of 64 characters 99 %; of 10,000 made-up names of
# letters (names, dates, hospital numbers) the lowest share is 0.62 (tests/scope/test_credentials.py draws both anew).
TOKEN_WORD_SHARE = 0.5
# A URL in a value of a URL is looked into this many times.
_NESTING = 2


def credential_flags(pieces: Sequence[str], nesting: int = _NESTING) -> list[bool]:
    """Which of these `name=value` pieces of one query carry a right that not everyone has.

    A UUID or a hexadecimal value is how many servers name files: of itself it is an id, a credential only under a name
    that says so.

    Args:
        pieces: as written, percent-encoded.
        nesting: how many URLs inside values are still looked into.
    """
    pairs = [_pair(piece) for piece in pieces]
    flags = [_tells(name, value) or bool(nesting and _holds_url(value, nesting - 1)) for name, value in pairs]
    names = {name for name, _ in pairs}
    if any(flag and (name == "rlkey" or "sig" in name) for (name, _), flag in zip(pairs, flags, strict=True)):
        flags = [flag or _SIGNED.fullmatch(name) is not None for flag, (name, _) in zip(flags, pairs, strict=True)]
    if _is_sealed(pairs):
        flags = [flag or name in _ENDS | _SEALS for flag, (name, _) in zip(flags, pairs, strict=True)]
    if "wssecret" in names or "txsecret" in names:
        flags = [flag or name in ("wstime", "txtime") for flag, (name, _) in zip(flags, pairs, strict=True)]
    return flags


def matrix_flags(pieces: Sequence[str]) -> list[bool]:
    """The same for the matrix parameters of a path segment; a file name may hold a `;` too, and then no `=`."""
    flags = credential_flags(pieces)
    return [flag and ("=" in piece or piece.lower() in _NAMES) for piece, flag in zip(pieces, flags, strict=True)]


def _pair(piece: str) -> tuple[str, str]:
    name, equals, value = piece.partition("=")
    if not equals:  # a token may stand alone
        value = name
    return re.sub(r"[\W_]+", "", unquote_plus(name).lower()), unquote(value)


def _tells(name: str, value: str) -> bool:
    if _PAGING.fullmatch(name):
        return False
    if name in _NAMES or _NAME_PARTS.search(name) or _SIGNING.fullmatch(name):
        return True
    if name in _LONG_ONLY and len(value) >= LONG_VALUE_CHARACTERS and _BASE64_WITH_DIGIT.fullmatch(value):
        return True
    if _JWT.fullmatch(value) or _MARKED_KEY.fullmatch(value):
        return True
    return not _IDENTIFIER.fullmatch(name) and is_random(value)


def is_random(value: str) -> bool:
    """Is the value long and random, as tokens are? A UUID and a hexadecimal value are not: they name files too."""
    bare = value.replace(".", "") if value.count(".") == len("..") else value
    if len(bare) < TOKEN_CHARACTERS or not _BASE64.fullmatch(bare) or _UUID_OR_HEX.fullmatch(bare):
        return False
    mixed = all(re.search(kind, bare) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return mixed and sum(map(len, _WORDS_AND_NUMBERS.findall(bare))) <= TOKEN_WORD_SHARE * len(bare)


def _is_sealed(pairs: Sequence[tuple[str, str]]) -> bool:
    """Is there the end of a link and a seal on it?"""
    ends = {name: value for name, value in pairs if name in _ENDS}
    seals = {name for name, _ in pairs if name in _SEALS}
    if not ends or not seals:
        return False
    if ends.keys() | seals == _ONE_LETTER_PAIR:
        return _EPOCH.fullmatch(ends["e"]) is not None
    return True


def _holds_url(value: str, nesting: int) -> bool:
    """Is the value a URL that itself carries a credential, as in `?url=https://...?sig=...`?"""
    if re.search(r"://[^/@?#]*:[^/@?#]*@", value):
        return True
    _, question, query = value.partition("?")
    return bool(question) and any(credential_flags(re.split("[&;]", query), nesting))
