"""Notifications by HTTP (clause 6.3.8): one POST each over connections that are kept.

By hand over streams: httpx takes many times the processor time a message. Nothing is
read of an answer but its status, no redirect is followed, no proxy asked; a connection calls the address that
was looked at when it was made.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.kernel.text import clean
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.subscriptions.address import Where, addresses
from tocsin.ngsi.subscriptions.channels import Outcome
from tocsin.notify.delivery.channels import Failed, Sent, guard
from tocsin.notify.delivery.channels.guard import Resolve

#: kept idle so long; used at most so long, for a name may have come to mean another address
_IDLE_S, _OLD_S = 15.0, 60.0
_HEAD_BYTES, _BODY_BYTES = 32 << 10, 64 << 10
_MOST_IDLE = 64
_SWEEP_S = 5.0
#: connections to one server at a time
_TO_ONE = 64
#: the receiver lives and may take the same later
_LATER = frozenset((401, 403, 404, 408, 425, 429))
Key = tuple[str, str, int]


@dataclass(slots=True)
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    made: float
    used: float

    def usable(self, now: float) -> bool:
        return not (self.reader.at_eof() or now - self.used > _IDLE_S or now - self.made > _OLD_S)


class _Cut(Exception):
    """A kept connection had ended before the answer began: not the receiver's fault."""


class Http:
    """``resolve`` and ``tls`` are given only by tests."""

    def __init__(self, *, resolve: Resolve = guard.resolve, tls: ssl.SSLContext | None = None) -> None:
        self._resolve, self._tls = resolve, tls
        self._idle: dict[Key, deque[_Line]] = {}
        self._gates: dict[Key, asyncio.Semaphore] = {}
        #: under way or waiting for their gate
        self._calls: Counter[Key] = Counter()
        self._swept = time.monotonic()

    async def send(
        self,
        where: Where,
        headers: Mapping[str, str],
        body: bytes,
        told: Mapping[str, str],  # noqa: ARG002 - of the protocol
        timeout_s: float,
    ) -> Outcome:
        key = (where.scheme, where.host, where.port)
        gate = self._gates.setdefault(key, asyncio.Semaphore(_TO_ONE))
        self._calls[key] += 1
        try:
            async with asyncio.timeout(timeout_s), gate:
                status = await self._post(where, key, _request(where, headers, body))
        except TimeoutError:
            return Failed(f"no answer within {timeout_s:g} s", whole=True)
        except BadRequestData as error:
            return Failed(error.message, whole=True)
        except ssl.SSLError as error:
            return Failed(f"TLS: {error.reason or 'refused'}", whole=True)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            return Failed(clean(f"cannot be reached ({error or type(error).__name__})", 150), whole=True)
        finally:
            self._calls[key] -= 1
            if not self._calls[key]:
                del self._calls[key]
        if 200 <= status < 300:
            return Sent(f"it answered {status}")
        refused = 400 <= status < 500 and status not in _LATER
        return Failed(f"it answered {status}", whole=True, answered=True, final=refused)

    def sweep(self) -> None:
        """End connections that were idle for too long, or that the other side ended."""
        now = time.monotonic()
        self._swept = now
        for key, lines in list(self._idle.items()):
            kept = deque(line for line in lines if line.usable(now))
            for line in lines:
                if not line.usable(now):
                    line.writer.close()
            if kept:
                self._idle[key] = kept
            else:
                del self._idle[key]
        for key in self._gates.keys() - self._idle.keys() - self._calls.keys():
            del self._gates[key]

    async def close(self) -> None:
        for lines in self._idle.values():
            for line in lines:
                line.writer.close()
        self._idle.clear()

    async def _post(self, where: Where, key: Key, request: bytes) -> int:
        while (line := self._kept(key)) is not None:
            try:
                return await self._ask(key, line, request, fresh=False)
            except _Cut:
                continue
        return await self._ask(key, await self._line(where), request, fresh=True)

    async def _ask(self, key: Key, line: _Line, request: bytes, *, fresh: bool) -> int:
        keep = False
        try:
            line.writer.write(request)
            try:
                status, keep = await _answer(line.reader, fresh)
            except ConnectionError as error:
                if not fresh:
                    raise _Cut from error
                raise
            return status
        finally:
            if keep:
                line.used = time.monotonic()
                self._put(key, line)
            else:
                line.writer.close()

    def _kept(self, key: Key) -> _Line | None:
        now, lines = time.monotonic(), self._idle.get(key)
        while lines:
            line = lines.pop()
            if not line.usable(now):
                line.writer.close()
                continue
            return line
        return None

    def _put(self, key: Key, line: _Line) -> None:
        lines = self._idle.setdefault(key, deque())
        lines.append(line)
        if len(lines) > _MOST_IDLE:
            lines.popleft().writer.close()
        if time.monotonic() - self._swept > _SWEEP_S:
            self.sweep()

    async def _line(self, where: Where) -> _Line:
        found = await addresses(where, self._resolve)
        for place, address in enumerate(found):
            try:
                reader, writer = await asyncio.open_connection(
                    address,
                    where.port,
                    limit=_HEAD_BYTES,
                    ssl=self._context() if where.secure else None,
                    # the certificate is asked for, and checked, by name
                    server_hostname=where.host if where.secure else None,
                )
            except ssl.SSLError:
                raise
            except OSError:
                if place == len(found) - 1:
                    raise
                continue
            now = time.monotonic()
            return _Line(reader, writer, now, now)
        raise AssertionError("the last address returns or raises")

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


def _request(where: Where, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"POST {where.path} HTTP/1.1", f"Host: {where.authority}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


async def _answer(reader: asyncio.StreamReader, fresh: bool) -> tuple[int, bool]:
    """Its status, and whether the connection can be used again."""
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if not error.partial and not fresh:
                raise _Cut from error
            raise ConnectionError("it hung up before it answered") from error
        if not head.startswith(b"HTTP/1.") or not head[9:12].isdigit():
            raise ValueError("it does not speak HTTP")
        status = int(head[9:12])
        if status >= 200:  # what comes before tells to go on
            break
    fields = _fields(head)
    keep = head[7:8] == b"1" and b"close" not in fields.get(b"connection", b"").lower()
    if status in (204, 304):
        return status, keep
    length = fields.get(b"content-length", b"")
    # its digits first: a number of any length is not to be made of what a stranger says
    known = length.isdigit() and len(length) <= 9 and int(length) <= _BODY_BYTES
    if not keep or b"transfer-encoding" in fields or not known:
        return status, False
    try:
        await reader.readexactly(int(length))
    except asyncio.IncompleteReadError:
        return status, False
    return status, True


def _fields(head: bytes) -> dict[bytes, bytes]:
    found = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        found[name.strip().lower()] = value.strip()
    return found
