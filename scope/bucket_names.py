"""Rules of bucket names, service by service."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import assert_never

from scope.providers import NameRules

# Lengths that the services state, in characters.
SHORTEST = 3
LONGEST = 63
LONGEST_DOTTED_GCS = 222
LONGEST_LEGACY_S3 = 255
SHORTEST_B2 = 6

_DNS_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]")
# Names of before 2018 in us-east-1, and of services that are looser.
_LEGACY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]")
_NO_DOTS = re.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]")
_B2 = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]")
_R2 = re.compile(r"pub-[0-9a-f]{32}")
_GCS = re.compile(r"[a-z0-9][a-z0-9._-]*[a-z0-9]")
_CONTAINER = re.compile(r"[a-z0-9](?:-?[a-z0-9])*")
_CONTAINERS_OF_THEIR_OWN = frozenset(["$root", "$web", "$logs"])
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_S3_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_S3_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
# A bucket in an account's own namespace of one region (2026): <prefix>-<account>-<region>-an.
_ACCOUNT_REGIONAL = re.compile(r"[a-z0-9][a-z0-9-]*-\d{12}-[a-z]{2,4}(?:-[a-z]+){1,2}-\d{1,2}-an")
_GOOGLE = re.compile(r"g[o0]{2}gle")


def name_fault(rules: NameRules, name: str, *, legacy: bool = False) -> str | None:
    """What is wrong with a bucket's name; None where the service allows it.

    Args:
        rules: the service's.
        name: to be judged.
        legacy: allow what was allowed once: such buckets still exist, no new ones can.
    """
    match rules:
        case NameRules.S3:
            fault = _s3_fault(name, legacy=legacy)
        case NameRules.COMPATIBLE:
            form = _LEGACY if legacy else _DNS_NAME
            fault = _fault(name, form, "lower-case letters, digits, dots and hyphens") or _dotted_fault(name)
        case NameRules.OSS:
            fault = _fault(name, _NO_DOTS, "lower-case letters, digits and hyphens")
        case NameRules.B2:
            fault = _fault(name, _B2, "letters, digits and hyphens", shortest=SHORTEST_B2)
        case NameRules.R2:
            fault = (
                None if _R2.fullmatch(name) else "the name is the first part of its public host, pub-<32 hex digits>"
            )
        case NameRules.GCS:
            fault = _gcs_fault(name)
        case NameRules.AZURE:
            fault = _container_fault(name)
        case _:
            assert_never(rules)
    return fault


def account_fault(account: str) -> str | None:
    """What is wrong with the name of an Azure storage account; None where nothing is."""
    return None if _ACCOUNT.fullmatch(account) else "has to be 3 to 24 lower-case letters and digits"


def _container_fault(name: str) -> str | None:
    if name in _CONTAINERS_OF_THEIR_OWN:
        return None
    return _fault(name, _CONTAINER, "lower-case letters, digits and single hyphens")


def _s3_fault(name: str, *, legacy: bool) -> str | None:
    if legacy and _LEGACY.fullmatch(name) and (name != name.lower() or "_" in name or len(name) > LONGEST):
        return None if SHORTEST <= len(name) <= LONGEST_LEGACY_S3 else f"is longer than {LONGEST_LEGACY_S3} characters"
    fault = _fault(name, _DNS_NAME, "lower-case letters, digits, dots and hyphens") or _dotted_fault(name)
    if fault:
        return fault
    prefix = next((prefix for prefix in _S3_PREFIXES if name.startswith(prefix)), None)
    suffix = next((suffix for suffix in _S3_SUFFIXES if name.endswith(suffix)), None)
    if prefix or suffix:
        return f"{prefix or suffix!r} is reserved for other things than buckets"
    if name.endswith("-an") and re.search(r"-\d{12}-", name) and not _ACCOUNT_REGIONAL.fullmatch(name):
        return "ends in -an, which stands for <prefix>-<12-digit account>-<region>-an"
    return None


def _gcs_fault(name: str) -> str | None:
    longest = LONGEST_DOTTED_GCS if "." in name else LONGEST
    fault = _fault(name, _GCS, "lower-case letters, digits, dots, hyphens and underscores", longest=longest)
    fault = fault or _dotted_fault(name)
    if fault:
        return fault
    if max(map(len, name.split("."))) > LONGEST:
        return f"each part between dots has at most {LONGEST} characters"
    if name.startswith("goog") or _GOOGLE.search(name):
        return "Google allows nothing that begins with goog or looks like google"
    return None


def _fault(
    name: str, form: re.Pattern[str], allowed: str, shortest: int = SHORTEST, longest: int = LONGEST
) -> str | None:
    if not shortest <= len(name) <= longest:
        return f"has {len(name)} characters; {shortest} to {longest} are allowed"
    if not form.fullmatch(name):
        return f"only {allowed} are allowed, with a letter or digit at both ends"
    return None


def _dotted_fault(name: str) -> str | None:
    if ".." in name:
        return "two dots in a row are not allowed"
    if "." not in name:
        return None
    try:
        ip_address(name)
    except ValueError:
        return None
    return "a name may not look like an IP address"
