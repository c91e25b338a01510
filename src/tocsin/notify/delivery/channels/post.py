"""One POST to somebody else's server: pinned address, no redirect, no proxy, nothing read but the status."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from tocsin.kernel.errors import Invalid
from tocsin.kernel.text import clean
from tocsin.notify.delivery.channels import Failed, guard
from tocsin.notify.delivery.channels.guard import Resolve

#: nobody makes us wait longer by asking for it
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    after: timedelta | None = None


class Poster:
    """``allowed``: hosts that the settings name; ``resolve`` and ``tls`` are given only by tests."""

    def __init__(
        self,
        allowed: frozenset[str] = frozenset(),
        *,
        timeout_s: float = 10.0,
        resolve: Resolve = guard.resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed, self._timeout_s, self._resolve = allowed, timeout_s, resolve
        self._tls = tls
        self._http: httpx.AsyncClient | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer | Failed:
        """What the server answered, whatever that is; ``Failed`` where it could not be asked."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(url, headers, body)
        except TimeoutError:
            return Failed(f"no answer within {self._timeout_s:g} s", whole=True)
        except Invalid as error:
            return Failed(error.message, whole=True)
        except ssl.SSLError as error:
            return Failed(f"TLS: {error.reason or 'refused'}", whole=True)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Failed(clean(f"cannot be reached ({error or type(error).__name__})", 150), whole=True)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        target = guard.target_of(url, self._allowed)
        found = await guard.addresses(target, self._resolve)
        for last, address in zip((*[False] * (len(found) - 1), True), found, strict=True):
            try:
                return await self._call(target, address, headers, body)
            except httpx.ConnectError:
                if last:
                    raise
        raise AssertionError("the last address returns or raises")

    async def _call(
        self, target: guard.Target, address: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        literal = f"[{address}]" if ":" in address else address
        request = self._client().build_request(
            "POST",
            f"{target.scheme}://{literal}:{target.port}{target.path}",
            content=body,
            headers={**headers, "Host": target.authority},
            # the certificate is asked for, and checked, by name
            extensions={"sni_hostname": target.host},
        )
        answer = await self._client().send(request, stream=True)
        try:
            return Answer(answer.status_code, _after(answer.headers.get("retry-after")))
        finally:
            await answer.aclose()

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                verify=self._tls or ssl.create_default_context(),
                timeout=self._timeout_s,
                follow_redirects=False,
                trust_env=False,
                # nothing is kept open: the next message asks the resolver anew
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._http


def _after(said: str | None) -> timedelta | None:
    if said is None or not said.isdigit():
        return None
    return min(timedelta(seconds=int(said[:9])), _LONGEST_WAIT)
