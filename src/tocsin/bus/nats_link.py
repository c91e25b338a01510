"""One connection to the server that comes back by itself, and requests on it that fail at once when it
goes.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import nats
import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from tocsin.bus.accounts import Credentials
from tocsin.bus.permissions import inbox_prefix
from tocsin.kernel.errors import Forbidden, Misconfigured, TooLarge, Unavailable

log = structlog.get_logger(__name__)

_VIOLATION = re.compile(r"permissions violation for publish to \"([^\"]+)\"", re.IGNORECASE)


class NobodyThere(Unavailable):
    """The server knew of nobody who hears this; nothing was delivered."""


class Refused(Exception):
    """The server answered with a JetStream error."""

    def __init__(self, code: int, err_code: int, words: str) -> None:
        super().__init__(f"{words} ({code}/{err_code})")
        self.code, self.err_code, self.words = code, err_code, words


class Link:
    """Reconnects for ever, 0.1 s apart. ``on_back`` is called after each return."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._client = Client()
        self._up = asyncio.Event()
        self._closed = False
        self._waiting: dict[str, tuple[str, asyncio.Future[Msg]]] = {}
        self._count = 0
        self._inbox = ""
        self.on_back: list[Callable[[], None]] = []

    async def open(self, timeout_s: float) -> None:
        """Raises ``Unavailable`` where no server answers in time, ``Misconfigured`` where it refuses us."""
        refused: list[Exception] = []

        async def on_error(error: Exception) -> None:
            refused.append(error)
            await self._on_error(error)

        try:
            await asyncio.wait_for(
                self._client.connect(
                    self._credentials.url.split(","),
                    tls=self._tls(),
                    user=self._credentials.user,
                    password=self._credentials.password,
                    name=self._credentials.role,
                    inbox_prefix=inbox_prefix(self._credentials.role),
                    error_cb=on_error,
                    disconnected_cb=self._on_lost,
                    reconnected_cb=self._on_back,
                    closed_cb=self._on_closed,
                    connect_timeout=2,
                    reconnect_time_wait=0.1,  # type: ignore[arg-type]
                    max_reconnect_attempts=-1,
                    ping_interval=5,
                    max_outstanding_pings=2,
                    # Nothing is sent later than it was asked for: a publish that finds no connection waits
                    # itself.
                    pending_size=0,
                ),
                timeout_s,
            )
        except (TimeoutError, nats.errors.Error, OSError) as error:
            await self._client.close()
            if any("authorization" in str(e).lower() for e in (*refused, error)):
                raise Misconfigured(
                    "the bus refuses these credentials",
                    field="credentials",
                    value=self._credentials.user,
                    cure="load them again from the state folder: they are of an older start",
                ) from error
            raise Unavailable(
                f"no bus server at {self._credentials.url} within {timeout_s:.0f} s", cure="is it started?"
            ) from error
        self._inbox = self._client.new_inbox()
        await self._client.subscribe(f"{self._inbox}.*", cb=self._answer)
        self._up.set()

    def _tls(self) -> ssl.SSLContext | None:
        """Raises ``Misconfigured``."""
        if not self._credentials.ca:
            return None
        try:
            return ssl.create_default_context(cafile=self._credentials.ca)
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured(
                "this certificate cannot be read",
                field="bus.ca_file",
                value=self._credentials.ca,
                cure="the PEM of who signed the servers'",
            ) from error

    async def _on_error(self, error: Exception) -> None:
        violation = _VIOLATION.search(str(error))
        if violation:
            subject = violation.group(1)
            log.error("bus_forbidden", role=self._credentials.role, subject=subject)
            for asked, future in list(self._waiting.values()):
                if asked.lower() == subject.lower() and not future.done():  # nats-py lowers its errors
                    future.set_exception(
                        Forbidden(
                            "this process may not publish here",
                            field="subject",
                            value=asked,
                            cure=f"role {self._credentials.role} has what kernel/subjects.py gives it",
                        )
                    )
        elif not isinstance(error, ConnectionError | nats.errors.StaleConnectionError):
            log.warning("bus_error", role=self._credentials.role, error=str(error)[:200])

    async def _on_lost(self) -> None:
        self._up.clear()
        for _, future in list(self._waiting.values()):
            if not future.done():
                future.set_exception(Unavailable("the bus server went away before it answered"))
        if not self._closed:
            log.warning("bus_lost", role=self._credentials.role)

    async def _on_back(self) -> None:
        self._up.set()
        log.info("bus_back", role=self._credentials.role)
        for tell in list(self.on_back):
            tell()

    async def _on_closed(self) -> None:
        if not self._closed:
            log.error("bus_closed", role=self._credentials.role)
        self._closed = True
        self._up.clear()

    async def _answer(self, message: Msg) -> None:
        waiting = self._waiting.get(message.subject[len(self._inbox) + 1 :])
        if waiting and not waiting[1].done():
            waiting[1].set_result(message)

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    async def until_up(self) -> None:
        """Wait for the connection. Raises ``Unavailable`` once it is closed for good."""
        if self._closed:
            raise Unavailable("this bus connection is closed")
        await self._up.wait()

    async def send(
        self, subject: str, data: bytes = b"", *, reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        """Write one message. Raises ``Unavailable``, ``TooLarge``."""
        if not self._up.is_set():
            raise Unavailable("the bus server is away")
        try:
            await self._client.publish(subject, data, reply=reply, headers=headers)
        except nats.errors.MaxPayloadError as error:
            raise TooLarge(
                f"a message of {len(data)} bytes is larger than {self._client.max_payload} bytes",
                field="data",
                cure="send fewer items in one envelope",
            ) from error
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"the bus server is away: {error}") from error

    def expect(self, subject: str) -> tuple[str, asyncio.Future[Msg]]:
        """A reply address and the answer that will come there; give both back to ``forget``."""
        self._count += 1
        token = str(self._count)
        future: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        self._waiting[token] = (subject, future)
        future.add_done_callback(lambda f: f.cancelled() or f.exception())  # never "was not retrieved"
        return f"{self._inbox}.{token}", future

    def forget(self, reply: str) -> None:
        self._waiting.pop(reply[len(self._inbox) + 1 :], None)

    async def ask(
        self, subject: str, data: bytes = b"", *, timeout_s: float, headers: dict[str, str] | None = None
    ) -> Msg:
        """One request, one answer. Raises ``Unavailable`` (lost, late, nobody there), ``Forbidden``."""
        reply, future = self.expect(subject)
        try:
            await self.send(subject, data, reply=reply, headers=headers)
            async with asyncio.timeout(timeout_s):
                message = await future
        except TimeoutError:
            raise Unavailable(f"no answer on {subject} within {timeout_s:.1f} s") from None
        finally:
            self.forget(reply)
        if message.headers and message.headers.get("Status") == "503":
            raise NobodyThere(
                f"nobody answers {subject} now: the server is not ready, or who answers is away",
                cure="try again in a moment",
            )
        return message

    async def call(
        self, api: str, body: dict[str, Any] | None = None, *, timeout_s: float = 5.0
    ) -> dict[str, Any]:
        """A JetStream API request. Raises ``Refused`` and what ``ask`` raises."""
        data = json.dumps(body).encode() if body is not None else b""
        return parse((await self.ask(f"$JS.API.{api}", data, timeout_s=timeout_s)).data)

    async def subscribe(self, subject: str, heard: Callable[[Msg], Awaitable[None]]) -> Any:
        """A subscription that survives reconnects; has ``await unsubscribe()``."""
        try:
            return await self._client.subscribe(subject, cb=heard)
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"the bus server is away: {error}") from error

    def new_inbox(self) -> str:
        return self._client.new_inbox()

    async def round_trip(self, timeout_s: float) -> None:
        """Raises ``Unavailable``."""
        if not self._up.is_set():
            raise Unavailable("the bus server is away")
        try:
            await self._client.flush(timeout=timeout_s)  # type: ignore[arg-type]
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"the bus server does not answer: {error}") from error

    async def close(self) -> None:
        self._closed = True
        await self._client.close()


def parse(data: bytes) -> dict[str, Any]:
    """A JetStream answer. Raises ``Refused``."""
    answer: dict[str, Any] = json.loads(data)
    if error := answer.get("error"):
        raise Refused(
            int(error.get("code", 0)), int(error.get("err_code", 0)), str(error.get("description", ""))
        )
    return answer
