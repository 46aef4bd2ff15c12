"""Which bucket a host of one's own is an alias of: its CNAMEs, and storage services that serve the bucket of its name.

Asked of the system's resolver, which connects to nobody on our behalf; the buckets are only named here.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator

from documents.buckets import BucketLead
from fetching.met_buckets import lead_of
from scope.address_forms import Grammar
from scope.addresses import literal_address
from scope.bucket_urls import BucketAddress, built_in_grammar, parse_bucket_url

# A host to (canonical name, names on the way, addresses), as socket.gethostbyname_ex; raises OSError. getaddrinfo gives
# the end of a chain of CNAMEs alone, and there Azure and Amazon name a machine and not the account or bucket.
LookUp = Callable[[str], tuple[str, list[str], list[str]]]

# What Google has hosts point at which are to be served from the bucket of their own name.
_SERVED_BY_NAME = {"c.storage.googleapis.com": "storage.googleapis.com"}


def alias_leads(
    hosts: Iterable[str],
    grammar: Grammar | None = None,
    look_up: LookUp = socket.gethostbyname_ex,
    timeout: float = 20.0,
    noted: Callable[[str, int, str], None] | None = None,
) -> Iterator[BucketLead]:
    """The bucket or account behind each host that is an alias of one.

    Args:
        hosts: names; addresses are left out.
        grammar: the services to know.
        look_up: asks the resolver.
        timeout: seconds for one host; who does not answer in time has no alias.
        noted: told of each look-up: the name, how many addresses came back, and why none.
    """
    known = grammar or built_in_grammar()
    for host in dict.fromkeys(host.lower().rstrip(".") for host in hosts):
        if host and literal_address(host) is None:
            names = _names(host, look_up, timeout, noted)
            found = next((each for name in names if (each := _named(host, name, known))), None)
            if found is not None:
                yield lead_of(found, "cname", f"https://{host}/", known)


def _named(host: str, alias: str, grammar: Grammar) -> BucketAddress | None:
    """What an alias names: a bucket or account, or, where it is a service's own name, the bucket called as the host."""
    service = _SERVED_BY_NAME.get(alias, alias)
    if service == alias and (found := parse_bucket_url(f"https://{alias}/", grammar)) is not None:
        return found
    by_name = parse_bucket_url(f"https://{host}.{service}/", grammar)
    return by_name if by_name is not None and by_name.bucket == host else None


def _names(
    host: str, look_up: LookUp, timeout: float, noted: Callable[[str, int, str], None] | None
) -> tuple[str, ...]:
    """The names that a host is an alias of, in order; none where the resolver does not say."""
    answers: list[tuple[str, list[str], list[str]]] = []
    causes: list[str] = []

    def ask() -> None:
        try:
            answers.append(look_up(host))
        except (OSError, UnicodeError) as error:
            causes.append(type(error).__name__)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout)
    if noted is not None:
        noted(host, len(answers[0][2]) if answers else 0, "" if answers else "".join(causes) or "timed_out")
    if not answers:
        return ()
    canonical, aliases, _ = answers[0]
    names = (name.lower().rstrip(".") for name in (*aliases, canonical))
    return tuple(dict.fromkeys(name for name in names if name != host))
