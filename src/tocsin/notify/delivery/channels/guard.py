"""Where messages may go: out to the world, never into our own network (server-side request forgery).

The name is resolved here and the address that was looked at is the one that is called: a name cannot point
elsewhere between the look and the call (DNS rebinding). Addresses as in RFC 6890 and the IANA registries.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from tocsin.kernel.errors import Invalid

URL_CHARS = 1000
#: (host, port) to its addresses
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_NAT64 = IPv6Network("64:ff9b::/96")
#: not told apart by ``is_global`` of every Python that we run on
_CLOSED_V4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_CLOSED_V6 = (IPv6Network("64:ff9b:1::/48"), IPv6Network("fec0::/10"), IPv6Network("2001::/23"))


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. ``known``: named by the administrator, so that it may be private and plain."""

    scheme: str
    host: str
    port: int
    path: str
    known: bool

    @property
    def authority(self) -> str:
        """As in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def target_of(url: str, allowed: frozenset[str], field: str = "url") -> Target:
    """``allowed``: ``host`` or ``host:port`` of the settings. Resolves nothing. Raises ``Invalid``."""
    if len(url) > URL_CHARS or not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise Invalid("not an address to send to", field=field, value=url[:80], cure="a URL in ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid("not an address to send to", field=field, value=url[:80], cure="mend it") from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host:
        raise Invalid("not an address to send to", field=field, value=url[:80], cure="give https://...")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid(
            "no name, password or fragment in it", field=field, value=url[:80], cure="leave them out"
        )
    number = port or {"http": 80, "https": 443}[parts.scheme]
    known = host in allowed or f"{host}:{number}" in allowed
    if parts.scheme == "http" and not known:
        raise Invalid(
            "it must be https", field=field, value=url[:80], cure="https, or name the host in settings"
        )
    if not known and _literal(host) is not None and not public(host):
        raise Invalid(
            "an address of an inner network",
            field=field,
            value=url[:80],
            cure="a public address, or name the host in notify.webhook_hosts",
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, number, path, known)


async def addresses(target: Target, resolve: Resolve) -> list[str]:
    """To be called as they are. Raises ``Invalid`` where one of them is not public, ``OSError`` for none."""
    found = list(dict.fromkeys(await resolve(target.host, target.port)))
    if not found:
        raise OSError(f"{target.host} has no address")
    if not target.known and not all(public(address) for address in found):
        raise Invalid(
            f"{target.host} leads into an inner network",
            field="url",
            value=target.host,
            cure="name the host in notify.webhook_hosts if that is meant",
        )
    return found


def public(address: str) -> bool:
    """One that belongs to the open internet, whatever it is wrapped in."""
    found = _literal(address)
    if found is None:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
        if found.teredo is not None or any(found in closed for closed in _CLOSED_V6):
            return False
    elif any(found in closed for closed in _CLOSED_V4):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


async def resolve(host: str, port: int) -> Sequence[str]:
    """By the machine's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]
