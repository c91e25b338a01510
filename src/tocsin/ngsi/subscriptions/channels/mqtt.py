"""Notifications by MQTT (clause 7): ``{"metadata": headers, "body": notification}`` published to a topic.

MQTT 3.1.1 and 5.0 (OASIS), of which a publisher needs six packets; by hand, because the address that was
looked at must be the one that is called, and no thread is to wait for a server.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from tocsin.kernel.text import clean
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.subscriptions.address import Where, addresses
from tocsin.ngsi.subscriptions.channels import Outcome
from tocsin.notify.delivery.channels import Failed, Sent, guard
from tocsin.notify.delivery.channels.guard import Resolve

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _PUBREC, _PUBREL, _PUBCOMP = 1, 2, 3, 4, 5, 6, 7
_DISCONNECT = 14
#: a connection is kept for so long after its last message, and told to the server as alive for thrice that
_IDLE_S = 20.0
_PACKET_BYTES = 64 << 10
Key = tuple[str, str, int, str, str, str]


class _Refused(Exception):
    """By the server, in its words."""


@dataclass(slots=True)
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used: float
    number: int = 0


@dataclass(slots=True)
class _Server:
    #: one message at a time over one connection: in the order in which they were committed
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    line: _Line | None = None
    #: under way or waiting for their turn
    calls: int = 0


class Mqtt:
    """``resolve`` and ``tls`` are given only by tests."""

    def __init__(self, *, resolve: Resolve = guard.resolve, tls: ssl.SSLContext | None = None) -> None:
        self._resolve, self._tls = resolve, tls
        self._servers: dict[Key, _Server] = {}

    async def send(
        self,
        where: Where,
        headers: Mapping[str, str],
        body: bytes,
        told: Mapping[str, str],
        timeout_s: float,
    ) -> Outcome:
        payload = msgspec.json.encode({"metadata": dict(headers), "body": msgspec.Raw(body)})
        version, qos = told.get("MQTT-Version", "mqtt3.1.1"), int(told.get("MQTT-QoS", "0"))
        key = (where.scheme, where.host, where.port, where.user, where.password, version)
        server = self._servers.setdefault(key, _Server())
        server.calls += 1
        try:
            async with asyncio.timeout(timeout_s), server.turn:
                await self._publish(server, where, version == "mqtt5.0", qos, payload)
        except TimeoutError:
            return Failed(f"no answer within {timeout_s:g} s", whole=True)
        except BadRequestData as error:
            return Failed(error.message, whole=True)
        except _Refused as error:
            return Failed(str(error), whole=True, answered=True)
        except ssl.SSLError as error:
            return Failed(f"TLS: {error.reason or 'refused'}", whole=True)
        except (OSError, EOFError, ValueError) as error:
            return Failed(clean(f"cannot be reached ({error or type(error).__name__})", 150), whole=True)
        finally:
            server.calls -= 1
        return Sent(f"published at QoS {qos}")

    def sweep(self) -> None:
        """End connections that were idle for too long, or that the other side ended."""
        now = time.monotonic()
        for key, server in list(self._servers.items()):
            line = server.line
            if line is not None and (line.reader.at_eof() or now - line.used > _IDLE_S):
                server.line = None
                line.writer.close()
            if server.line is None and not server.calls:
                del self._servers[key]

    async def close(self) -> None:
        for server in self._servers.values():
            if server.line is not None:
                server.line.writer.write(_packet(_DISCONNECT, 0, b""))
                server.line.writer.close()
        self._servers.clear()

    async def _publish(self, server: _Server, where: Where, five: bool, qos: int, payload: bytes) -> None:
        line, server.line = server.line, None
        kept = line is not None and not line.reader.at_eof() and time.monotonic() - line.used < _IDLE_S
        if line is not None and not kept:
            line.writer.close()
        if line is None or not kept:
            line = await self._line(where, five)
        try:
            await _publish(line, where.path, payload, qos, five)
        except BaseException:  # also a time-out: what the server says next belongs to nobody
            line.writer.close()
            raise
        line.used = time.monotonic()
        server.line = line

    async def _line(self, where: Where, five: bool) -> _Line:
        found = await addresses(where, self._resolve)
        tls = (self._tls or ssl.create_default_context()) if where.secure else None
        for place, address in enumerate(found):
            try:
                reader, writer = await asyncio.open_connection(
                    address,
                    where.port,
                    limit=_PACKET_BYTES,
                    ssl=tls,
                    server_hostname=where.host if tls else None,
                )
                break
            except ssl.SSLError:
                raise
            except OSError:
                if place == len(found) - 1:
                    raise
        line = _Line(reader, writer, time.monotonic())
        try:
            writer.write(_connect(where, five))
            kind, body = await _read(reader)
            if kind >> 4 != _CONNACK or len(body) < 2:
                raise ValueError("it does not speak MQTT")
            if body[1]:
                raise _Refused(f"it refused the connection (reason {body[1]})")
        except BaseException:
            writer.close()
            raise
        return line


async def _publish(line: _Line, topic: str, payload: bytes, qos: int, five: bool) -> None:
    line.number = line.number % 65_535 + 1
    number = line.number.to_bytes(2, "big") if qos else b""
    body = _text(topic) + number + (b"\x00" if five else b"") + payload
    line.writer.write(_packet(_PUBLISH, qos << 1, body))
    await line.writer.drain()
    if qos == 0:
        return
    await _acknowledged(line, _PUBACK if qos == 1 else _PUBREC, number)
    if qos == 2:
        line.writer.write(_packet(_PUBREL, 2, number))
        await _acknowledged(line, _PUBCOMP, number)


async def _acknowledged(line: _Line, wanted: int, number: bytes) -> None:
    kind, body = await _read(line.reader)
    if kind >> 4 == _DISCONNECT:
        raise _Refused(f"it ended the connection (reason {body[0] if body else 0})")
    if kind >> 4 != wanted or body[:2] != number:
        raise ValueError("it answered something else")
    if len(body) > 2 and body[2] >= 0x80:
        raise _Refused(f"it refused the message (reason {body[2]})")


def _connect(where: Where, five: bool) -> bytes:
    flags = 0x02 | (0x80 if where.user else 0) | (0x40 if where.password else 0)
    body = _text("MQTT") + bytes((5 if five else 4, flags)) + int(3 * _IDLE_S).to_bytes(2, "big")
    body += (b"\x00" if five else b"") + _text(f"tocsin-{secrets.token_hex(6)}")
    body += _text(where.user) if where.user else b""
    body += _text(where.password) if where.password else b""
    return _packet(_CONNECT, 0, body)


def _text(words: str) -> bytes:
    made = words.encode()
    return len(made).to_bytes(2, "big") + made


def _packet(kind: int, flags: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while True:
        size, digit = divmod(size, 128)
        length += bytes((digit | (0x80 if size else 0),))
        if not size:
            return bytes((kind << 4 | flags,)) + length + body


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        digit = (await reader.readexactly(1))[0]
        size |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            break
        if shift > 21:
            raise ValueError("it does not speak MQTT")
    if size > _PACKET_BYTES:
        raise ValueError("its answer is too large")
    return kind, await reader.readexactly(size)
