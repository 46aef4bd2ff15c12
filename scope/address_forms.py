"""Forms of bucket URLs, compiled from the providers' data, and looked up by the end of a host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from scope.providers import LITERAL_LABELS, AddressForm, Protocol, Provider
from scope.urls import DEFAULT_PORTS

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
            self.form.account or found.get("account") or "",
            self.form.region or found.get("region") or "",
            "secret" in found,
            self.is_served,
        )


@dataclass(frozen=True, slots=True)
class OwnEndpoint:
    """An address at which a service answers, other than its usual ones.

    Attributes:
        provider: its id.
        url: without a trailing slash.
        account: Azure's, where the address is that of one account.
    """

    provider: str
    url: str
    account: str = ""

    @property
    def place(self) -> str:
        """Host, with the port where it is not the usual one."""
        return place_of(self.url)


def place_of(url: str) -> str:
    """Host of a URL in lower case, with the port where it is not the scheme's usual one; raises ValueError."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    usual = parts.port is None or parts.port == DEFAULT_PORTS.get(parts.scheme)
    return host if usual else f"{host}:{parts.port}"


class Grammar:
    """The forms of several providers.

    Args:
        providers: whose; of two that fit, the earlier one counts.
        endpoints: addresses at which single services answer besides; they come first.

    Attributes:
        providers: by id.
    """

    def __init__(self, providers: Iterable[Provider], endpoints: Iterable[OwnEndpoint] = ()) -> None:
        self._forms: dict[str, list[_Compiled]] = {}
        self._namesakes: dict[str, Provider] = {}
        self._endpoints: dict[tuple[str, str], str] = {}
        self.providers = {provider.id: provider for provider in providers}
        for own in endpoints:
            compiled = _own_form(self.providers[own.provider], own)
            self._forms.setdefault(_ending(own.place), []).append(compiled)
            self._endpoints.setdefault((own.provider, own.place), own.url)
        for provider in self.providers.values():
            for compiled in _compiled(provider):
                self._forms.setdefault(_ending(compiled.form.at.partition("/")[0]), []).append(compiled)
            for domain in provider.namesakes:
                self._namesakes.setdefault(domain, provider)

    @property
    def endings(self) -> tuple[str, ...]:
        """The ends of all hosts that can name a bucket: their last two labels, with the port where one is meant."""
        return tuple(dict.fromkeys([*self._forms, *self._namesakes]))

    def own_endpoint(self, provider: str, place: str) -> str | None:
        """The endpoint of the organisation's own that answers there."""
        return self._endpoints.get((provider, place))

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
        # `version-dot-project.appspot.com` and `project.uc.r.appspot.com` are other names of the same application.
        name = place.removesuffix(_ending(place)).removesuffix(".")
        if provider is None or not name or "." in name or "-dot-" in name:
            return None
        return FormMatch(provider, place, "", "", "", has_secret=False, is_served=False)


def _own_form(provider: Provider, own: OwnEndpoint) -> _Compiled:
    path = urlsplit(own.url).path.rstrip("/")
    account = "/{account}" if provider.protocol is Protocol.AZURE and not own.account else ""
    form = AddressForm(at=f"{own.place}{path}{account}/{{bucket}}/{{key}}", account=own.account)
    host, _, below = form.at.partition("/")
    return _Compiled(provider, form, re.compile(re.escape(host)), _path_pattern(f"/{below}"), is_served=True)


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
    if fixed == "/{account}/{bucket}":
        return re.compile(r"/(?P<account>[^/]+)(?:/(?P<bucket>[^/]*)(?:/(?P<key>.*))?)?", re.DOTALL)
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
