"""From a scope file to a scope, or to a message that says which key is wrong and what would be right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from scope.addresses import is_plain_spelling, literal_address, may_dial
from scope.errors import ScopeError
from scope.model import RobotsPolicy, Scope, Tier
from scope.urls import has_credentials

# rapidfuzz ratio (0 to 100) from which an unknown key is taken for a typing error of a known one. Two wrong letters in
# a word of six score 67; unrelated keys of the scope file score below 55 (tests/scope/test_loader.py).
NEAREST_KEY_SCORE = 60
# User and password in an address: a message is read by others, and copied into tickets.
_USER = re.compile(r"//[^/@]*@")


def load_scope(path: Path, *, needs_targets: bool = True) -> Scope:
    """Read and check a scope file. Relative paths in it are taken from the folder that it lies in.

    Args:
        path: the file.
        needs_targets: refuse a scope that names nothing to look at.

    Raises:
        ScopeError: the file is missing, is not TOML, or says something that it may not.
    """
    raw = _read(path)
    try:
        scope = Scope.model_validate(raw)
    except ValidationError as error:
        raise ScopeError(path, [_described(item) for item in error.errors(include_url=False)]) from None
    problems = [*_unfit_targets(scope), *_unfit_robots(scope), *_unfit_logins(scope), *_unfit_files(scope, path)]
    if needs_targets and not scope.targets:
        problems.append("names nothing to look at; add a [[site]], a [[bucket]] or an [[ftp]]")
    if problems:
        raise ScopeError(path, problems)
    return _rooted(scope, path.resolve().parent)


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ScopeError(path, ["no such file; `stray init` makes one to fill in"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScopeError(path, [f"can not be read: {getattr(error, 'strerror', None) or error}"]) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScopeError(path, [f"is not valid TOML: {error}"]) from None
    if not raw:
        raise ScopeError(path, ["is empty; `stray init` makes one to fill in"])
    return raw


def _described(item: Any) -> str:
    location: tuple[int | str, ...] = item["loc"]
    where = _dotted(location)
    match item["type"]:
        case "extra_forbidden":
            return f"{where}: unknown key{_suggestion(location)}"
        case "missing":
            return f"{where}: missing; {_expected(location)}"
        case "tuple_type" if isinstance(item["input"], dict):
            return f"{where}: write [[{where}]], with two brackets: there may be several"
        case _:
            message = _plain(item["type"], item["msg"])
            return f"{where}: {_quoted(item['input'])} is wrong: {message}; {_expected(location)}"


# What the validator's own words would leave unclear, by its kinds of error.
_PLAIN_MESSAGES = {
    "bool_parsing": "neither true nor false",
    "bool_type": "neither true nor false",
    "string_too_short": "empty",
}


def _dotted(location: tuple[int | str, ...]) -> str:
    """`site[2].url`; tables are counted from 1, as a person counts them."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        elif not str(part)[:1].isupper() and "[" not in str(part):  # pydantic adds the names of union members
            text += f".{part}" if text else str(part)
    return text


def _quoted(value: object) -> str:
    text = _USER.sub("//…@", repr(value))
    longest = 60
    return text if len(text) <= longest else text[:longest] + "…"


def _plain(kind: str, message: str) -> str:
    if kind in _PLAIN_MESSAGES:
        return _PLAIN_MESSAGES[kind]
    return message.removeprefix("Value error, ").removeprefix("Input should be ").strip()


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model whose key the location's last part is."""
    model: type[BaseModel] = Scope
    for part in location[:-1]:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(str(part))
        inner = next(_models_in(field.annotation), None) if field else None
        if inner is None:
            return None
        model = inner
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _suggestion(location: tuple[int | str, ...]) -> str:
    model = _model_at(location)
    if model is None:
        return ""
    known = sorted(model.model_fields)
    nearest = process.extractOne(str(location[-1]), known, score_cutoff=NEAREST_KEY_SCORE)
    if nearest:
        return f"; did you mean {nearest[0]!r}?"
    return f"; known here: {', '.join(known)}"


# What would be right, for keys where the type alone does not say it.
_EXPECTATIONS = {
    "organisation": 'a name, such as organisation = "Example Hospital NHS Trust"',
    "contact": 'an address that server owners can write to, such as contact = "security@example.nhs.uk"',
    "who": 'the person who allowed this, such as who = "J. Example, Caldicott Guardian"',
    "reference": 'where the permission is written, such as reference = "IG-2026-014"',
    "expires": "a date without quotes, such as expires = 2027-03-31",
    "pack": 'a table: [pack] with path = "pack" and key = "pack.key"',
    "path": 'a folder, such as path = "pack"',
    "key": 'a file, such as key = "pack.key"',
    "tier": '"own", "processor" or "third_party"',
    "authority": 'the reference of the permission for this target, such as authority = "IG-2026-014"',
    "url": 'an http or https address, such as url = "https://www.example.nhs.uk/"',
    "ftp.url": 'the address of a folder, such as url = "ftp://ftp.typing-supplier.example/trust/"',
    "endpoint": 'an http or https address, such as endpoint = "https://s3.example.com"',
    "name": 'a bucket name, such as name = "clinic-letters"',
    "kind": '"site" or "open_directory"',
    "robots": '"obey" or "record" (fetch what robots.txt disallows, and note it on each document; "ignore" is no more)',
    "robots_reference": 'where the permission is written, such as robots_reference = "IG-2026-014, page 2"',
    "render": "true or false, without quotes",
    "certificates": '"verify" or "record"',
    "anonymous_ftp": "true, without quotes; no other login is ever tried",
    "tls": '"prefer" or "require"',
    "provider": '"s3"',
    "private_addresses": 'addresses or networks in a list, such as ["127.0.0.1", "10.20.0.0/16"]',
    "allowed_skips": 'skip reasons in a list, such as ["not_found", "access_denied"]',
}


def _expected(location: tuple[int | str, ...]) -> str:
    key = next((str(part) for part in reversed(location) if isinstance(part, str) and part in _EXPECTATIONS), "")
    if key and (key == location[-1] or key in ("tier", "private_addresses", "allowed_skips")):
        return f"give {_EXPECTATIONS.get(f'{location[0]}.{key}') or _EXPECTATIONS[key]}"
    return "see docs/scope.example.toml"


def _unfit_robots(scope: Scope) -> Iterator[str]:
    for number, target in enumerate(scope.site, 1):
        passed_over = target.robots is RobotsPolicy.RECORD
        if passed_over and target.tier is Tier.THIRD_PARTY and target.robots_reference is None:
            yield (
                f'site[{number}].robots: "record" passes over what a third party asks for; name the permission that '
                f'says so: robots_reference = "IG-2026-014, page 2"'
            )
        elif target.robots_reference is not None and not passed_over:
            yield f'site[{number}].robots_reference: says nothing without robots = "record"'


def _unfit_targets(scope: Scope) -> Iterator[str]:
    addresses = [(f"site[{n}].url", target.url) for n, target in enumerate(scope.site, 1)]
    addresses += [(f"bucket[{n}].endpoint", t.endpoint) for n, t in enumerate(scope.bucket, 1) if t.endpoint]
    addresses += [(f"ftp[{n}].url", target.url) for n, target in enumerate(scope.ftp, 1)]
    for key, url in addresses:
        host = (
            url.split("/")[2].rpartition("@")[2].rsplit(":", 1)[0]
            if "[" not in url
            else url.split("[")[1].split("]")[0]
        )
        if "@" in url.split("/")[2]:
            yield f"{key}: carries a user name or password; Stray sends no credentials, take it out"
        elif has_credentials(url):
            yield f"{key}: carries a signature or token; Stray sends no credentials, take it out"
        elif not is_plain_spelling(host):
            yield f"{key}: {host!r} is an address in an unusual spelling; write it plainly"
        elif (address := literal_address(host)) and not may_dial(address, scope.network.private_addresses):
            yield f'{key}: {host} is not public; to look there, name it: [network] private_addresses = ["{host}"]'


def _unfit_logins(scope: Scope) -> Iterator[str]:
    for number, target in enumerate(scope.ftp, 1):
        if target.anonymous_ftp is False:
            yield f"ftp[{number}].anonymous_ftp: is false; Stray logs in as anonymous or not at all"
        elif not target.may_log_in:
            yield (
                f"ftp[{number}].anonymous_ftp: missing; that Stray logs in as anonymous at a third party's server is "
                f"a decision: write anonymous_ftp = true, or take the target out"
            )


def _unfit_files(scope: Scope, path: Path) -> Iterator[str]:
    folder = path.resolve().parent
    if (folder / scope.pack.key).resolve().is_relative_to((folder / scope.pack.path).resolve()):
        yield "pack.key: lies inside the pack; a key is kept where the pack is not"


def _rooted(scope: Scope, folder: Path) -> Scope:
    pack = scope.pack.model_copy(update={"path": folder / scope.pack.path, "key": folder / scope.pack.key})
    database = scope.database.model_copy(
        update={"file": folder / scope.database.file, "key": folder / scope.database.key}
    )
    return scope.model_copy(update={"pack": pack, "database": database})
