"""A small HTTP/1.1 client on asyncio streams: one kept connection, one request at a time.

The simulator stands for small devices; a full client library costs more memory
than the whole city and more CPU than the readings.
"""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

from tocsin.kernel.errors import Misconfigured, TocsinError, TooMany, Unauthenticated, Unavailable

_TIMEOUT_S = 20.0


class Refused(TocsinError):
    """The server understood the request and will not take it, however often it is sent."""


class Connection:
    """Requests to one server, with the same bearer token.

    Raises ``Misconfigured`` at once where the address is not an http or https one.
    """

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Misconfigured(
                "not an address of a server", field="url", value=url, cure="give http://host:port"
            )
        self._host, self._tls = parts.hostname, parts.scheme == "https"
        self._port = parts.port or (443 if self._tls else 80)
        self._head = (
            f"Host: {parts.hostname}:{self._port}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, body: bytes) -> bytes:
        """The answer's body.

        Raises ``Unavailable`` where nothing is known to be accepted (no connection, 5xx, time-out),
        ``TooMany`` (429), ``Unauthenticated`` (401) and ``Refused`` (any other 4xx).
        """
        head = f"POST {path} HTTP/1.1\r\n{self._head}{len(body)}\r\n\r\n".encode()
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                status, fields, answer = await self._exchange(head, body)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            # TimeoutError is an OSError; IncompleteReadError an EOFError; a broken answer a ValueError
            await self.close()
            raise Unavailable(f"no answer from the server: {error!r}") from error
        except BaseException:
            await self.close()
            raise
        if status < 300:
            return answer
        words = f"HTTP {status}: {answer[:300].decode(errors='replace')}"
        if status == 401:
            raise Unauthenticated(words, cure="give a token with the scope ingest")
        if status == 429:
            raise TooMany(words, retry_after_s=float(fields.get("retry-after", "1")))
        if status >= 500:
            raise Unavailable(words)
        raise Refused(words)

    async def close(self) -> None:
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, head: bytes, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._reader is None or self._writer is None or self._reader.at_eof():
            await self.close()
            self._reader, self._writer = await asyncio.open_connection(
                self._host, self._port, ssl=self._tls or None
            )
        reader, writer = self._reader, self._writer
        writer.write(head + body)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        fields = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        if "chunked" in fields.get("transfer-encoding", "").lower():
            answer = await self._chunks(reader)
        else:
            answer = await reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection", "").lower() == "close":
            await self.close()
        return status, fields, answer

    @staticmethod
    async def _chunks(reader: asyncio.StreamReader) -> bytes:
        parts = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readline()
        return b"".join(parts)
