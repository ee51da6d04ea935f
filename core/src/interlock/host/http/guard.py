"""Which addresses a service may reach: by default none that only our own network can.

Checked on the addresses that a name resolves to, at the moment of connecting, and the connection
is made to the address that was checked. So a name cannot be public for the check and private for
the connection, and no notation of an address (decimal, octal, short) slips through: the system's
resolver has turned it into the address by then.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from interlock.sdk import Rejected

# Shared address space of carriers (RFC 6598), which Python calls neither private nor global.
_CARRIER = ip_network("100.64.0.0/10")
# Addresses that carry an IPv4 address: NAT64 (RFC 6052) and 6to4 (RFC 3056), by its first bit.
_NAT64 = ip_network("64:ff9b::/96")
_IPV4_BITS = 0xFFFFFFFF

# What getaddrinfo gives: family, type, protocol, canonical name, (address, port, ...).
AddressInfo = tuple[socket.AddressFamily, int, int, str, tuple[Any, ...]]


class PrivateAddress(Rejected):
    """A request would have left for an address of the private network."""

    code = "private-address"


def is_public(text: str) -> bool:
    """Whether an address (no name) is reachable, and reached, over the public internet."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        address = _inner(address)
    if isinstance(address, IPv4Address) and address in _CARRIER:
        return False
    # Multicast is not is_private, and no HTTP server is there.
    return address.is_global and not address.is_multicast


def _inner(address: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that packets to ``address`` end up at, if it stands for one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return IPv4Address(int(address) & _IPV4_BITS)
    return address


def refuse_private(host: str, addresses: Sequence[str]) -> None:
    """Refuse a host whose name leads to an address that is not public.

    Raises:
        PrivateAddress: one of ``addresses`` is not.
    """
    for address in addresses:
        if not is_public(address):
            raise PrivateAddress(
                f"{host} is the private address {address}",
                hint="set http.allow_private of the service if it is meant to reach it",
            )


def refuse_literal(host: str) -> None:
    """Refuse a host that is a private address in any notation; the pools look up names only.

    Raises:
        PrivateAddress: it is.
    """
    address = _literal(host)
    if address is not None:
        refuse_private(host, [address])


@lru_cache(maxsize=1024)
def _literal(host: str) -> str | None:
    """The address that ``host`` spells; None for a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        # The notations of C: decimal, octal, hexadecimal, fewer than four parts.
        return str(IPv4Address(socket.inet_aton(host)))
    except OSError:
        return None


async def resolve(
    host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC, *, private: bool
) -> list[AddressInfo]:
    """The addresses of ``host``, as ``getaddrinfo`` gives them.

    Raises:
        OSError: the name is unknown.
        PrivateAddress: ``private`` is False and one of them is.
    """
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    infos: list[AddressInfo] = [*found]
    if not private:
        refuse_private(host, [str(info[4][0]) for info in infos])
    return infos
