"""Which network addresses are anyone's, and which are somebody's inside.

`ipaddress.is_global` alone is not enough: NAT64, 6to4 and IPv4-translated addresses wrap private ones in global ones;
multicast, site-local, the 6to4 relay, and IPv6 that nobody was given pass as global on Python 3.11; and a cloud's own
services stand at a public address.
"""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_IPV4_TRANSLATED = IPv6Network("::ffff:0:0:0/96")  # RFC 2765
_IPV4_COMPATIBLE = IPv6Network("::/96")
_NEVER_PUBLIC = (
    IPv4Network("192.88.99.0/24"),  # 6to4 relay anycast
    IPv4Network("100.64.0.0/10"),  # carrier-grade NAT
    IPv4Network("168.63.129.16/32"),  # Azure's WireServer: DNS, health and secrets of the machine that asks it
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
# All IPv6 that is given out for anyone to route (IANA). The rest is site-local (fec0::/10), SRv6 SIDs (5f00::/16),
# the local NAT64 prefix, or nobody's yet.
_GIVEN_OUT = IPv6Network("2000::/3")


def unwrapped(address: Address) -> Address:
    """The address that a packet ends at: the IPv4 address inside an IPv6 one that only wraps it.

    That is a mapped, compatible, translated, NAT64, 6to4 or Teredo address.
    """
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    wrapped = any(address in net for net in (_NAT64, _IPV4_TRANSLATED, _IPV4_COMPATIBLE))
    if inner is None and wrapped and int(address) > 1:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def is_public(address: Address) -> bool:
    """Is this globally routable unicast, all the way down?"""
    inner = unwrapped(address)
    if isinstance(inner, IPv6Address) and inner not in _GIVEN_OUT:
        return False
    if inner.is_multicast or any(inner.version == net.version and inner in net for net in _NEVER_PUBLIC):
        return False
    return inner.is_global


def may_dial(address: Address, named: tuple[Network, ...]) -> bool:
    """May this address be connected to: public, or inside a network that the scope names?"""
    inner = unwrapped(address)
    return is_public(address) or any(inner.version == net.version and inner in net for net in named)


def literal_address(host: str) -> Address | None:
    """The address that a URL's host spells literally, in any spelling that a resolver takes (2130706433, 0x7f.1)."""
    bare = host.strip("[]").split("%", 1)[0]
    try:
        return ip_address(bare)
    except ValueError:
        pass
    if not re.fullmatch(r"[0-9a-fx.]+", bare.rstrip("."), re.IGNORECASE):
        return None
    try:
        return IPv4Address(socket.inet_aton(bare.rstrip(".")))
    except OSError:
        return None


def is_plain_spelling(host: str) -> bool:
    """Is the host a name, or an address written the usual way? Other spellings serve only to get around a check."""
    address = literal_address(host)
    if address is None:
        return True
    bare = host.strip("[]")
    if isinstance(address, IPv4Address):
        return bare == str(address)
    return address.ipv4_mapped is None and unwrapped(address) == address
