"""Where notifications go: an endpoint's URI taken apart (clauses 5.2.15, 6.3.8, 7.2), never an inner network.

The name is resolved by us and the address that was looked at is the one that is called, so that a name
cannot point elsewhere between the look and the call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from tocsin.ngsi.problems import BadRequestData
from tocsin.notify.delivery.channels.guard import Resolve, public

PORTS = {"http": 80, "https": 443, "mqtt": 1883, "mqtts": 8883}
_FIELD = "notification.endpoint.uri"
_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Where:
    """``path``: of HTTP with its query; of MQTT the topic. ``known``: named by the settings, so that it may
    lie in an inner network.
    """

    scheme: str
    host: str
    port: int
    path: str
    known: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def mqtt(self) -> bool:
        return self.scheme.startswith("mqtt")

    @property
    def secure(self) -> bool:
        return self.scheme in ("https", "mqtts")

    @property
    def authority(self) -> str:
        """As in the Host header, and to be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def shown_uri(uri: str) -> str:
    """Without what may be secret: who signs in, and what a query holds."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def where_of(uri: Any, allowed: frozenset[str] = frozenset()) -> Where:
    """``allowed``: ``host`` or ``host:port`` of the settings. Resolves nothing. Raises ``BadRequestData``."""
    if not isinstance(uri, str) or not 0 < len(uri) <= _CHARS or not uri.isascii() or not uri.isprintable():
        raise _wrong(uri, "not an address to send to", "a URI in ASCII")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise _wrong(uri, "not an address to send to", "mend it") from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in PORTS or not host or " " in uri or parts.fragment:
        raise _wrong(uri, "not an address to send to", "http://, https://, mqtt:// or mqtts://, and a host")
    mqtt = parts.scheme.startswith("mqtt")
    if not mqtt and (parts.username is not None or parts.password is not None):
        raise _wrong(
            uri, "no name and password in it", "an Authorization header in notification.endpoint.receiverInfo"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if mqtt:
        path = unquote(parts.path.removeprefix("/"))
        if not path or parts.query or any(c in path for c in "+#\x00"):
            raise _wrong(uri, "no topic to publish to", "mqtt://host/topic, without + and #")
    number = port or PORTS[parts.scheme]
    known = bool({host, f"{host}:{number}"} & allowed)
    if not known and _literal(host) and not public(host):
        raise _wrong(uri, "an address of an inner network", "name the host in subscriptions.hosts")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Where(parts.scheme, host, number, path, known, user, password)


async def addresses(where: Where, resolve: Resolve) -> list[str]:
    """To be called as they are. Raises ``BadRequestData`` where one is not public, ``OSError`` for none."""
    found = list(dict.fromkeys(await resolve(where.host, where.port)))
    if not found:
        raise OSError(f"{where.host} has no address")
    if not where.known and not all(public(one) for one in found):
        raise _wrong(
            where.host,
            f"{where.host} leads into an inner network",
            "name the host in subscriptions.hosts if that is meant",
        )
    return found


def _literal(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _wrong(value: Any, words: str, cure: str) -> BadRequestData:
    return BadRequestData(words, field=_FIELD, value=str(value)[:80], cure=cure)
