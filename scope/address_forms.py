"""Forms of bucket URLs, compiled from the providers' data, and looked up by the end of a host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from scope.providers import LITERAL_LABELS, AddressForm, Provider

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_KEY_AT_END = "/{key}"


@dataclass(frozen=True, slots=True)
class FormMatch:
    """What a form found in a URL; empty where it says nothing of it.

    Attributes:
        provider: whose form it is.
        is_served: the bucket's objects are served there; otherwise it is only named.
    """

    provider: Provider
    bucket: str
    key: str
    account: str
    region: str
    has_secret: bool
    is_served: bool


@dataclass(frozen=True, slots=True)
class _Compiled:
    provider: Provider
    form: AddressForm
    host: re.Pattern[str]
    path: re.Pattern[str]
    is_served: bool

    def match(self, place: str, path: str) -> FormMatch | None:
        host_parts = self.host.fullmatch(place)
        path_parts = self.path.fullmatch(path) if host_parts else None
        if host_parts is None or path_parts is None:
            return None
        found = {**host_parts.groupdict(), **path_parts.groupdict()}
        return FormMatch(
            self.provider,
            self.form.bucket or (found.get("bucket") or "").partition(";")[0],
            found.get("key") or "",
            found.get("account") or "",
            self.form.region or found.get("region") or "",
            "secret" in found,
            self.is_served,
        )


class Grammar:
    """The forms of several providers.

    Args:
        providers: whose; of two that fit, the earlier one counts.
    """

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._forms: dict[str, list[_Compiled]] = {}
        self._namesakes: dict[str, Provider] = {}
        self.providers = {provider.id: provider for provider in providers}
        for provider in self.providers.values():
            for compiled in _compiled(provider):
                self._forms.setdefault(_ending(compiled.form.at.partition("/")[0]), []).append(compiled)
            for domain in provider.namesakes:
                self._namesakes.setdefault(domain, provider)

    def match(self, place: str, path: str) -> FormMatch | None:
        """What a URL names.

        Args:
            place: host in lower case, with the port where it is not the scheme's usual one.
            path: decoded, with its leading slash.
        """
        for compiled in self._forms.get(_ending(place), ()):
            found = compiled.match(place, path)
            if found is not None:
                return found
        provider = self._namesakes.get(_ending(place))
        if provider is None or place == _ending(place):
            return None
        return FormMatch(provider, place, "", "", "", has_secret=False, is_served=False)


@cache
def grammar_of(provider: Provider) -> Grammar:
    """The forms of one provider."""
    return Grammar([provider])


def _ending(host: str) -> str:
    return ".".join(host.split(".")[-LITERAL_LABELS:])


def _compiled(provider: Provider) -> Iterable[_Compiled]:
    for forms, is_served in ((provider.addresses, True), (provider.mentions, False)):
        for form in forms:
            host, _, path = form.at.partition("/")
            yield _Compiled(provider, form, _host_pattern(provider, host), _path_pattern(f"/{path}"), is_served)


def _host_pattern(provider: Provider, host: str) -> re.Pattern[str]:
    within = {
        "bucket": "[a-z0-9_][a-z0-9._-]*",
        "region": provider.region_form,
        "account": provider.account_form,
        "zone": "[a-z0-9-]+",
    }
    return _pattern(host, within)


def _path_pattern(path: str) -> re.Pattern[str]:
    has_key = path.endswith(_KEY_AT_END)
    fixed = path.removesuffix(_KEY_AT_END).rstrip("/")
    within = dict.fromkeys(("bucket", "region", "account", "zone", "secret"), "[^/]+")
    if fixed == "/{bucket}":  # nothing but the service or the account may be named
        return re.compile(r"/*(?P<bucket>[^/]*)(?:/(?P<key>.*))?", re.DOTALL)
    if not has_key:
        return re.compile(_pattern(fixed, within).pattern + "(?:/.*)?", re.DOTALL)
    # In the host stands the bucket: a key may begin with slashes.
    return re.compile(_pattern(fixed, within).pattern + "(?:/(?P<key>.*))?", re.DOTALL)


def _pattern(template: str, within: dict[str, str]) -> re.Pattern[str]:
    pieces = _PLACEHOLDER.split(template)
    parts = [
        re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>{within[piece]})" for number, piece in enumerate(pieces)
    ]
    return re.compile("".join(parts))
