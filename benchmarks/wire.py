"""The least HTTP that a load needs: a kept connection, one request at a time; a reader of the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec


class Refused(Exception):
    """The answer was not 2xx: nothing was accepted."""


class Connection:
    """One HTTP/1.1 connection to the door, opened anew after a loss."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes) -> bytes:
        """Body of the answer. Raises ``Refused`` or ``OSError``; then nothing is known of acceptance."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        try:
            writer.write(
                b"POST %b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %b\r\n"
                b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % (path.encode(), self._port, self._token.encode(), len(body))
                + body
            )
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            length = 0
            for line in head.split(b"\r\n")[1:]:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            answer = await reader.readexactly(length)
        except (asyncio.IncompleteReadError, TimeoutError, OSError) as error:
            self.close()
            raise OSError(f"connection lost: {error}") from error
        if not head.startswith(b"HTTP/1.1 2"):
            raise Refused(head.split(b"\r\n")[0].decode() + " " + answer.decode(errors="replace")[:300])
        return answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def events(port: int, token: str) -> AsyncIterator[tuple[str, bytes]]:
    """(event, data) of ``/api/v1/live``, until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=64 * 2**20)
    try:
        writer.write(
            b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %b\r\n"
            b"Accept: text/event-stream\r\n\r\n" % (port, token.encode())
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise Refused(head.split(b"\r\n")[0].decode())
        name, data = "message", b""
        while line := await reader.readline():
            # chunk sizes of the transfer coding stand on lines of their own and begin no field
            if line.startswith(b"event:"):
                name = line[6:].strip().decode()
            elif line.startswith(b"data:"):
                data += line[5:].strip()
            elif line in (b"\n", b"\r\n") and data:
                yield name, data
                name, data = "message", b""
    finally:
        writer.close()


class SeenAttribute(msgspec.Struct):
    value: object


class SeenEntity(msgspec.Struct):
    id: str
    accepted_at: str
    attributes: dict[str, SeenAttribute]


class Change(msgspec.Struct):
    """The part of a snapshot or change that benchmarks look at."""

    entities: list[SeenEntity] = []


decode_change = msgspec.json.Decoder(Change).decode
