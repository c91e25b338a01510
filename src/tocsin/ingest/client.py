"""The replay's client of a running instance, over its public HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx
import msgspec

from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Invalid, NotFound, TocsinError, Unauthenticated, Unavailable

#: how long an instance may be away (restarting) before the replay gives up
PATIENCE_S = 60.0
_AGAIN = frozenset({429, 502, 503, 504})


class HttpTarget:
    """``url`` of the instance, ``token`` with the scope ``ingest``. An async context."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience_s: float = PATIENCE_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._patience_s = patience_s
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(30.0),
            transport=transport,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def save_mapping(self, name: str, toml: str) -> None:
        await self._ask("PUT", f"/mappings/{name}", toml.encode(), "application/toml")

    async def send(self, name: str, rows: Sequence[bytes], clock: datetime | None) -> int:
        head = b'{"clock":"%s","rows":[' % iso(clock).encode() if clock else b'{"rows":['
        answer = await self._ask(
            "POST", f"/ingest/mapped/{name}", head + b",".join(rows) + b"]}", "application/json"
        )
        return int(msgspec.json.decode(answer)["accepted"])

    async def _ask(self, method: str, path: str, body: bytes, media: str) -> bytes:
        """The answer's body. Comes back while the instance is away or busy: a row that went in twice counts
        as a duplicate there. Raises what the instance refused with, or ``Unavailable``."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience_s
        pause = 0.1
        while True:
            try:
                answer = await self._client.request(
                    method, path, content=body, headers={"Content-Type": media}
                )
            except httpx.TransportError as error:
                words = f"no answer from {self._client.base_url}: {type(error).__name__}"
            else:
                if answer.is_success:
                    return answer.content
                if answer.status_code not in _AGAIN:
                    raise _refusal(answer)
                words = f"the instance answers {answer.status_code}"
            if loop.time() + pause > until:
                raise Unavailable(words, cure="is it running, and is this its address?")
            await asyncio.sleep(pause)
            pause = min(2.0, pause * 2)


def _refusal(answer: httpx.Response) -> TocsinError:
    """The problem+json of the instance as the error that it was."""
    try:
        problem = answer.json()
        words = str(problem.get("detail") or problem.get("title"))
        given = {key: problem.get(key) for key in ("field", "value", "cure")}
    except (ValueError, AttributeError):
        words, given = f"the instance refused: {answer.status_code}", {}
    kind = {401: Unauthenticated, 404: NotFound}.get(answer.status_code, Invalid)
    return kind(words, **given)
