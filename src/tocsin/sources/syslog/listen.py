"""UDP (RFC 5426) and TCP (RFC 6587) listeners. Hosted by ingest.

Full buffers hold TCP senders back and drop UDP, as the standard allows; what is dropped is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import structlog

from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sdk.source import Params, Take

#: RFC 5424, 6.1: receivers should take 2048 octets; more is cut
MOST_MESSAGE = 64 * 1024
_MOST_WAITING = 5_000
_MOST_AT_ONCE = 500
_MOST_SENDERS = 200
_IDLE_S = 600.0

log = structlog.get_logger(__name__)


class Listen:
    """``udp_port`` and ``tcp_port``: those that were opened; port 0 takes free ones."""

    def __init__(self, params: Params) -> None:
        """Raises ``Invalid``."""
        self._host, self._port = str(params["host"]), int(params["port"])
        self._udp, self._tcp = bool(params["udp"]), bool(params["tcp"])
        if not 0 <= self._port <= 65535:
            raise Invalid("no port", field="port", value=self._port, cure="5514, or another up to 65535")
        if not (self._udp or self._tcp):
            raise Invalid(
                "neither UDP nor TCP", field="udp", value=False, cure="udp = true, tcp = true or both"
            )
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)
        self._senders = 0
        self.dropped = 0
        self.udp_port = self.tcp_port = 0

    async def listen(self, take: Take) -> None:
        """Until cancelled. Raises ``Unavailable`` where the port cannot be had."""
        loop = asyncio.get_running_loop()
        transport = server = None
        try:
            if self._tcp:
                server = await asyncio.start_server(self._sender, self._host, self._port, limit=MOST_MESSAGE)
                self.tcp_port = server.sockets[0].getsockname()[1]
            if self._udp:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=(self._host, self._port)
                )
                self.udp_port = transport.get_extra_info("sockname")[1]
            await self._hand_over(take)
        except OSError as error:
            raise Unavailable(
                f"the port cannot be had: {error.strerror}", field="port", value=f"{self._host}:{self._port}",
                cure="is something else listening there?",
            ) from error  # fmt: skip
        finally:
            if transport is not None:
                transport.close()
            if server is not None:
                server.close()

    def heard(self, message: bytes) -> None:
        """A datagram; dropped where too many wait."""
        try:
            self._waiting.put_nowait(_letter(message))
        except asyncio.QueueFull:
            self.dropped += 1
            if self.dropped % 1000 == 1:
                log.warning("syslog_dropped", dropped=self.dropped)

    async def _hand_over(self, take: Take) -> None:
        """What waits, in their order; the same again where it was not stored."""
        while True:
            items = [await self._waiting.get()]
            while len(items) < _MOST_AT_ONCE and not self._waiting.empty():
                items.append(self._waiting.get_nowait())
            while True:
                try:
                    await take(items)
                    break
                except Unavailable as error:
                    log.warning("syslog_waits", reason=str(error))
                    await asyncio.sleep(0.5)

    async def _sender(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._senders += 1
        try:
            if self._senders <= _MOST_SENDERS:
                async for message in _frames(reader):
                    await self._waiting.put(_letter(message))
        except (OSError, TimeoutError, ValueError):
            return  # no syslog, or gone: only this sender is let go
        finally:
            self._senders -= 1
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, to: Listen) -> None:
        self._to = to

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        if data.strip():
            self._to.heard(data)


async def _frames(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """RFC 6587: ``LENGTH SP message`` where it begins with a digit, else lines. Raises ``ValueError``."""
    while True:
        async with asyncio.timeout(_IDLE_S):
            first = await reader.read(1)
            if not first:
                return
            if first.isspace() or first == b"\0":
                continue
            try:
                if first.isdigit():
                    head = await reader.readuntil(b" ")
                    if len(head) > 8 or not (digits := first + head[:-1]).isdigit():
                        raise ValueError("no length")
                    if int(digits) > MOST_MESSAGE:
                        raise ValueError("too long")
                    yield await reader.readexactly(int(digits))
                else:
                    yield first + (await reader.readuntil(b"\n")).rstrip(b"\r\n")
            except asyncio.IncompleteReadError as error:
                if error.partial and not first.isdigit():
                    yield first + error.partial  # its last line has no end
                return
            except asyncio.LimitOverrunError:
                raise ValueError("too long") from None


def _letter(message: bytes) -> bytes:
    return b"heard-at: " + iso(datetime.now(UTC)).encode() + b"\n" + message[:MOST_MESSAGE]
