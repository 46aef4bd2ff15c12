"""URLs as the scope sees them: one canonical form, no credentials, a masked form for everything a person prints."""

from __future__ import annotations

import hashlib
import re
from posixpath import splitext
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

DEFAULT_PORTS = {"http": 80, "https": 443}

# Query parameters that carry a right to read: presigned S3 (v2, v4) and GCS URLs, Azure SAS, OAuth and session tokens.
CREDENTIAL_PARAMETERS = frozenset(
    """
    x-amz-signature x-amz-credential x-amz-security-token x-amz-algorithm x-amz-date x-amz-expires x-amz-signedheaders
    awsaccesskeyid signature expires
    x-goog-signature x-goog-credential x-goog-algorithm x-goog-date x-goog-expires x-goog-signedheaders googleaccessid
    sig se sp sv sr st skoid sktid skt ske sks skv spr sip
    token access_token id_token refresh_token auth_token authtoken authkey auth api_key apikey api-key key_token
    sessionid session_id phpsessid jsessionid sid password passwd pwd secret otp ticket code_verifier
    policy key-pair-id
    """.split()
)
# These short names are SAS fields only in the company of the signature itself; alone they are ordinary parameters.
_SAS_COMPANIONS = frozenset("se sp sv sr st spr sip skoid sktid skt ske sks skv".split())
_SIGNED_COMPANIONS = frozenset(["expires", "policy"])
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?#]*", re.IGNORECASE)

# Verbs that change something at the server when a URL holds them (MEDantex: such pages worked without a login).
_PATH_VERBS = (
    "delete|remove|destroy|erase|purge|logout|log-?off|sign-?out|unsubscribe|reset|approve|reject|add|create|edit|"
    "rename|disable|enable|activate|deactivate|cancel|uninstall|shutdown|restart"
)
# Folders of stored files bear these names too, so as a path they are no reason; as a query they are.
_QUERY_VERBS = f"{_PATH_VERBS}|update|upload|move|restore|install|drop|confirm|save|write|put|set|empty|clear"
_PATH_ACTION = re.compile(rf"(?:{_PATH_VERBS})", re.IGNORECASE)
_QUERY_ACTION = re.compile(rf"(?:^|[^a-z])(?:{_QUERY_VERBS})(?:$|[^a-z])", re.IGNORECASE)
# "delete", "delete_user": longer names are titles of files and pages.
_VERB_AND_OBJECT = 2
_ACTION_KEYS = frozenset("action act cmd command do op operation method task".split())
# A name with one of these endings is a stored file, whatever verb it holds ("please delete.pdf").
_DOCUMENT_SUFFIXES = frozenset(
    ".pdf .doc .docx .odt .rtf .txt .xls .xlsx .csv .ppt .pptx .eml .msg .zip .7z .tar .gz .xml .json .hl7 .jpg .jpeg "
    ".png .tif .tiff .wav .mp3 .dss .ds2 .htm .html .md".split()
)


def canonical_url(url: str) -> str:
    """The one form that is stored and compared: host in lower case, no default port, no fragment, query sorted."""
    parts = urlsplit(canonicalize_url(url.strip(), keep_fragments=False))
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS.get(parts.scheme) else ""
    return urlunsplit((parts.scheme, host + port, parts.path or "/", parts.query, ""))


def _credential_names(query: str) -> set[str]:
    names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    carried = names & CREDENTIAL_PARAMETERS
    signed = {name for name in carried if name == "sig" or name.endswith("signature")}
    if not signed:
        carried -= _SAS_COMPANIONS | _SIGNED_COMPANIONS
    return carried


def has_credentials(url: str) -> bool:
    """Does this URL carry a user, a signature or a token: a right that not everyone has?"""
    parts = urlsplit(url)
    return (
        parts.username is not None
        or parts.password is not None
        or bool(_credential_names(parts.query))
        or _SESSION_IN_PATH.search(parts.path) is not None
    )


def without_credentials(url: str) -> str:
    """The same place as anyone would ask for it: user, signature and token parameters taken out."""
    parts = urlsplit(url)
    carried = _credential_names(parts.query)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in carried
    ]
    netloc = parts.netloc.rpartition("@")[2]
    path = _SESSION_IN_PATH.sub("", parts.path)
    return urlunsplit((parts.scheme, netloc, path, urlencode(kept), parts.fragment))


def is_action(url: str) -> bool:
    """Would asking for this URL make the server do something? Judged by path segments and query, before any request."""
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    if segments and splitext(segments[-1])[1].lower() in _DOCUMENT_SUFFIXES:
        segments = segments[:-1]  # a stored file; its folders may still be an application's verbs
    if any(_is_verb(segment) for segment in segments):
        return True
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if _QUERY_ACTION.search(name) or (name.lower() in _ACTION_KEYS and _QUERY_ACTION.search(value)):
            return True
    return False


def _is_verb(segment: str) -> bool:
    """A segment that is a verb, or a script named by one; a sentence that holds one is a name, not an action."""
    words = [word for word in re.split(r"[^A-Za-z]+", splitext(segment)[0]) if word]
    if not 0 < len(words) <= _VERB_AND_OBJECT:
        return False
    return any(_PATH_ACTION.fullmatch(verb) for verb in (words[0], "".join(words)))


def masked_url(url: str) -> str:
    """A form to print: scheme, host and port; each path segment a short digest, the last with its file ending.

    A file name can itself name a patient, so nothing of it is shown. Equal names give equal digests within one
    address, which is enough to tell rows apart.
    """
    parts = urlsplit(url)
    segments = parts.path.split("/")
    masked = [_masked_segment(url, segment) for segment in segments]
    tail = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{'/'.join(masked)}{tail}"


def _masked_segment(url: str, segment: str) -> str:
    if not segment:
        return ""
    ending = splitext(segment)[1].lower()
    shown = ending if ending in _DOCUMENT_SUFFIXES else ""
    host = urlsplit(url).netloc
    return f"~{hashlib.blake2b(f'{host}/{segment}'.encode(), digest_size=2).hexdigest()}{shown}"


def quoted_path(name: str) -> str:
    """An object key or file name as a URL path; slashes stay."""
    return quote(name, safe="/-_.~")
