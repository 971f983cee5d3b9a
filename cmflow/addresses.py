"""Which addresses are of the open Internet, and which inside one's own network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator


def resolve(host: str) -> tuple[str, ...]:
    """Return the numeric addresses of a host; raises `OSError` where it has none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open Internet, also inside a mapped one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return all(inner.is_global and not inner.is_multicast for inner in _within(ip))


def _within(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Yield an address and the IPv4 address that it stands for: mapped, 6to4, NAT64."""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        yield ip.ipv4_mapped
        return
    yield ip
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.sixtofour:
            yield ip.sixtofour
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
