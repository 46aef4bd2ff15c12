"""From a scope file to a scope, or to a message that says which key is wrong and what would be right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from rapidfuzz import fuzz, process

from scope.addresses import is_plain_spelling, literal_address, may_dial
from scope.bucket_checks import unfit_buckets, unfit_names, unfit_services
from scope.canary_units import unfit_canaries
from scope.errors import ScopeError
from scope.model import BucketTarget, RobotsPolicy, Scope, Tier
from scope.opt_out import read_opt_outs
from scope.providers import Provider, load_providers
from scope.proxy import unfit_proxy
from scope.real_files import real_file
from scope.recipients import unfit_recipients
from scope.urls import has_credentials

# rapidfuzz ratio (0 to 100) from which an unknown key is taken for a typing error of a known one. Two wrong letters in
# a word of six score 67; unrelated keys of the scope file score below 55 (tests/scope/test_loader.py).
NEAREST_KEY_SCORE = 60
# User and password in an address: a message is read by others, and copied into tickets.
_USER = re.compile(r"//[^/@]*@")
# A private key of age, which opens evidence, put where it does not belong.
_PRIVATE_KEY = re.compile(r"AGE-SECRET-KEY-\w*", re.IGNORECASE)


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
        scope = _rooted(Scope.model_validate(raw), path.resolve().parent)
    except ValidationError as error:
        raise ScopeError(path, [_described(item) for item in error.errors(include_url=False)]) from None
    providers = load_providers(scope.providers)
    unknown = [*unfit_services(scope, providers)]
    if unknown:
        raise ScopeError(path, unknown)
    scope = _with_opt_outs(path, _with_services(scope, providers))
    problems = [
        *_unfit_targets(scope), *_unfit_robots(scope), *_unfit_logins(scope), *_unfit_files(scope),
        *unfit_recipients(scope.evidence),
        *unfit_proxy(scope.network.proxy, scope.network.proxy_login, scope.network.proxy_ca_file),
        *unfit_buckets(scope), *unfit_names(scope.names), *unfit_canaries(scope),
    ]  # fmt: skip
    if needs_targets and not scope.targets and not problems:
        problems.append("names nothing to look at; add a [[site]], a [[bucket]], an [[ftp]] or a search in [names]")
    if problems:
        raise ScopeError(path, problems)
    return scope


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
    except (ValueError, RecursionError):  # a number of thousands of digits; thousands of brackets
        raise ScopeError(path, ["is not valid TOML: a value is too long, or too deep"]) from None
    if not raw:
        raise ScopeError(path, ["is empty; `stray init` makes one to fill in"])
    inner = [*_inner_keys(raw)]
    if inner:
        raise ScopeError(path, inner)
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
        case "model_type" | "model_attributes_type" if isinstance(item["input"], list):
            return f"{where}: write [{where}], with one bracket: there is only one"
        case _ if {"known_keys", "recipients"}.intersection(location):  # may name a patient, or be a private key
            return f"{where}: {_plain(item['type'], item['msg'])}; {_expected(location)}"
        case _:
            message = _plain(item["type"], item["msg"])
            return f"{where}: {_quoted(item['input'])} is wrong: {message}; {_expected(location)}"


# What the validator's own words would leave unclear, by its kinds of error.
_PLAIN_MESSAGES = {
    "bool_parsing": "neither true nor false",
    "bool_type": "neither true nor false",
    "string_too_short": "empty",
    "string_pattern_mismatch": "not of the form that is needed",
    "tuple_type": "not a list",
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
    text = _PRIVATE_KEY.sub("AGE-SECRET-KEY-…", _USER.sub("//…@", repr(value)))
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
    if model is not Scope and location[-1] in _AT_THE_TOP:
        return "; it belongs at the top of the file, above the first [table]"
    above = _model_at(location[:-1])
    if above not in (None, Scope) and location[-1] in above.model_fields:  # a key of TOML belongs to the table above it
        return f"; it belongs to [{_dotted(location[:-2])}]: move it above [{_dotted(location[:-1])}]"
    known = sorted(set(model.model_fields) - _SET_BY_LOADER)
    nearest = process.extractOne(str(location[-1]), known, scorer=fuzz.ratio, score_cutoff=NEAREST_KEY_SCORE)
    if nearest:
        return f"; did you mean {nearest[0]!r}?"
    return f"; known here: {', '.join(known)}"


_SET_BY_LOADER = frozenset(["own_service", "own_services", "lines"])
# Keys of no table.
_AT_THE_TOP = frozenset(["organisation", "contact", "allowed_skips", "providers"])

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
    "name": 'a bucket name, 3 to 63 lower-case letters, digits, dots and hyphens, such as name = "clinic-letters"',
    "kind": '"site" or "open_directory"',
    "robots": '"obey" or "record" (fetch what robots.txt disallows, and note it on each document; "ignore" is no more)',
    "robots_reference": 'where the permission is written, such as robots_reference = "IG-2026-014, page 2"',
    "render": "true or false, without quotes",
    "certificates": '"verify" or "record"',
    "anonymous_ftp": "true, without quotes; no other login is ever tried",
    "tls": '"prefer" or "require"',
    "provider": 'a service, such as "s3", "gcs" or "azure"',
    "providers": 'a file, such as providers = "my-providers.toml"',
    "names.providers": 'services in a list, such as providers = ["s3", "gcs", "azure"]',
    "account": 'a storage account: lower-case letters and digits, such as account = "exampletrust"',
    "region": 'a region, such as region = "eu-west-2"',
    "known_keys": 'keys in a list, such as known_keys = ["letters/{2024-2026}/{01-12}/clinic.pdf"]',
    "listing": "true or false, without quotes",
    "name_search": "true or false, without quotes",
    "keywords": 'names in a list, such as keywords = ["example-trust", "example.nhs.uk"]',
    "words": 'words in a list, such as words = ["phaco"]',
    "harvest": "true or false, without quotes",
    "events": '"new" and "reappeared" in a list',
    "every": 'a length of time, such as every = "1d" (m, h, d or w)',
    "grace": 'a length of time, such as grace = "6h" (m, h, d or w)',
    "complete_every": 'a length of time, such as complete_every = "7d" (m, h, d or w)',
    "all_is_well": 'a length of time, such as all_is_well = "1w" (m, h, d or w)',
    "canaries": 'a table of lists: [names.canaries] with s3 = ["example-trust-website"]',
    "endpoints": 'a table of addresses: [names.endpoints] with s3 = "https://objects.example.nhs.uk"',
    "aws_accounts": 'account numbers in quotes, such as aws_accounts = ["123456789012"]',
    "keep": '"digest" or "sealed"',
    "recipients": 'public keys of age in a list, such as recipients = ["age1..."]; `age-keygen` makes them',
    "private_addresses": 'addresses or networks in a list, such as ["127.0.0.1", "10.20.0.0/16"]',
    "proxy": 'an address with its port, such as proxy = "http://proxy.example.nhs.uk:3128"',
    "resolve": '"here" or "proxy"',
    "proxy_login": 'a file, such as proxy_login = "proxy.login"',
    "proxy_ca_file": 'a file of certificates, such as proxy_ca_file = "proxy-ca.pem"',
    "windows": 'stretches of the week in a list, such as windows = ["Mon-Fri 20:00-06:00", "Sat-Sun 00:00-24:00"]',
    "timezone": 'a time zone, such as timezone = "Europe/London"',
    "stop_file": 'a file, such as stop_file = "/srv/stray/stop"',
    "urls": '"keyed", "clear" or "masked"',
    "file": 'a file, such as file = "opt-out.txt"',
    "allowed_skips": 'skip reasons in a list, such as ["not_found", "access_denied"]',
}


def _expected(location: tuple[int | str, ...]) -> str:
    key = next((str(part) for part in reversed(location) if isinstance(part, str) and part in _EXPECTATIONS), "")
    if key and (key == location[-1] or key in _LISTS):
        return f"give {_EXPECTATIONS.get(f'{location[0]}.{key}') or _EXPECTATIONS[key]}"
    return "see docs/scope.example.toml"


# Keys below which a wrong value has a place of its own.
_LISTS = frozenset(
    (
        "tier private_addresses allowed_skips known_keys recipients keywords words canaries endpoints aws_accounts "
        "providers events windows"
    ).split()
)


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
    addresses += [
        (f"names.endpoints.{key}", url) for key, url in (scope.names.endpoints if scope.names else {}).items()
    ]
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


def _unfit_files(scope: Scope) -> Iterator[str]:
    if scope.pack.key.resolve().is_relative_to(scope.pack.path.resolve()):
        yield "pack.key: lies inside the pack; a key is kept where the pack is not"
    kept = {"the pack's key": scope.pack.key, "the database's key": scope.database.key, "the pack": scope.pack.path}
    for folder in scope.ocr.data:
        for what, file in kept.items():
            if file.resolve().is_relative_to(folder.resolve()):
                yield f"ocr.data: {what} lies in that folder, and what reads strangers' files may read all of it"


def _rooted(scope: Scope, folder: Path) -> Scope:
    pack = scope.pack.model_copy(update={"path": folder / scope.pack.path, "key": folder / scope.pack.key})
    database = scope.database.model_copy(
        update={"file": real_file(folder / scope.database.file), "key": folder / scope.database.key}
    )
    providers = folder / scope.providers if scope.providers else None
    ocr = scope.ocr.model_copy(update={"data": tuple(folder / place for place in scope.ocr.data)})
    speech = scope.speech and scope.speech.model_copy(update={"model": folder / scope.speech.model})
    notify = scope.notify and scope.notify.model_copy(update={"file": folder / scope.notify.file})
    schedule = scope.schedule
    if schedule.stop_file is not None:
        schedule = schedule.model_copy(update={"stop_file": folder / schedule.stop_file})
    opt_out = scope.opt_out
    if opt_out.file is not None:
        opt_out = opt_out.model_copy(update={"file": folder / opt_out.file})
    heartbeat = scope.heartbeat
    if heartbeat is not None and heartbeat.alive_file is not None:
        heartbeat = heartbeat.model_copy(update={"alive_file": folder / heartbeat.alive_file})
    network = scope.network
    for name in ("proxy_login", "proxy_ca_file"):
        if (file := getattr(network, name)) is not None:
            network = network.model_copy(update={name: folder / file})
    rooted = {
        **{"pack": pack, "database": database, "ocr": ocr, "speech": speech},
        **{"notify": notify, "providers": providers, "schedule": schedule, "opt_out": opt_out},
        **{"heartbeat": heartbeat, "network": network},
    }
    return scope.model_copy(update=rooted)


def _inner_keys(raw: Mapping[str, Any]) -> Iterator[str]:
    """Keys that only the loader sets."""
    buckets, names, opt_out = raw.get("bucket"), raw.get("names"), raw.get("opt_out")
    if isinstance(opt_out, dict) and "lines" in opt_out:
        yield 'opt_out.lines: unknown key; the list is a file of its own: file = "opt-out.txt"'
    for number, bucket in enumerate(buckets if isinstance(buckets, list) else (), 1):
        if isinstance(bucket, dict) and "own_service" in bucket:
            yield f"bucket[{number}].own_service: unknown key; services of your own stand in a file: providers = ..."
    if isinstance(names, dict) and "own_services" in names:
        yield "names.own_services: unknown key; services of your own stand in a file: providers = ..."


def _with_opt_outs(path: Path, scope: Scope) -> Scope:
    """The scope with the list in it. A list that is not understood refuses the scope: it may hold anybody."""
    if scope.opt_out.file is None:
        return scope
    try:
        lines = read_opt_outs(scope.opt_out.file)
    except ValueError as error:
        raise ScopeError(path, [f"opt_out.file: {scope.opt_out.file}: {error}"]) from None
    return scope.model_copy(update={"opt_out": scope.opt_out.model_copy(update={"lines": lines})})


def _with_services(scope: Scope, providers: Mapping[str, Provider]) -> Scope:
    """The scope with the organisation's own services in it, and with the region where there is only one."""
    own = {key: provider for key, provider in providers.items() if load_providers().get(key) is not provider}
    buckets = tuple(_with_service(target, own) for target in scope.bucket)
    names = scope.names
    if names is not None:
        fastest = (
            names.fastest if "fastest" in names.model_fields_set else max(names.fastest, names.requests_per_second)
        )
        names = names.model_copy(update={"own_services": tuple(own.values()), "fastest": fastest})
    return scope.model_copy(update={"bucket": buckets, "names": names})


def _with_service(target: BucketTarget, own: Mapping[str, Provider]) -> BucketTarget:
    found = target.model_copy(update={"own_service": own.get(target.provider)})
    only = found.service.regions[0] if len(found.service.regions) == 1 else None
    if only and "region" not in target.model_fields_set:
        return found.model_copy(update={"region": only})
    return found
