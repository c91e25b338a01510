"""The way out by HTTP: where it may go, whom it believes, what it reads of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.notify.delivery.receivers import authority, http, ok

from tocsin.ngsi.subscriptions.address import where_of
from tocsin.ngsi.subscriptions.channels.http import Http
from tocsin.notify.delivery.channels import Failed, Sent

HERE = frozenset({"127.0.0.1"})


async def post(way: Http, uri: str, known: frozenset[str] = HERE, timeout_s: float = 2.0) -> Sent | Failed:
    return await way.send(where_of(uri, known), {"X-A": "b"}, b"{}", {}, timeout_s)


ANSWERS: list[tuple[bytes, str, bool]] = [
    (ok("201 Created"), "it answered 201", True),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + ok("204 No Content"), "it answered 204", True),
    (ok("200 OK", "Transfer-Encoding: chunked"), "it answered 200", True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + b"x" * 100_000, "it answered 200", True),
    (ok("302 Found", "Location: http://127.0.0.1:1/"), "it answered 302", False),
    (ok("404 Not Found"), "it answered 404", False),
    (ok("500 No"), "it answered 500", False),
    (b"SSH-2.0-OpenSSH_9\r\n\r\n", "does not speak HTTP", False),
    (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, "cannot be reached", False),
    (b"", "hung up before it answered", False),
    (b"HTTP/1.1 200", "hung up before it answered", False),
]


async def test_what_it_makes_of_answers() -> None:
    async with http() as receiver:
        way = Http()
        for said, words, taken in ANSWERS:
            receiver.answer = lambda _, said=said: said  # type: ignore[misc]
            outcome = await post(way, receiver.url)
            assert words in outcome.words, (said[:40], outcome)
            assert isinstance(outcome, Sent) is taken, said[:40]
        receiver.answer = lambda _: ok("422 Never")
        refused = await post(way, receiver.url)
        assert isinstance(refused, Failed)
        assert refused.final
        receiver.answer = lambda _: None
        late = await post(way, receiver.url, timeout_s=0.1)
        assert late.words == "no answer within 0.1 s"
        assert receiver.requests[0].headers["x-a"] == "b"
        assert receiver.requests[0].target == "/in?a=1"
        await way.close()
        await asyncio.sleep(0)


async def test_an_inner_network_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    async with http() as receiver, http() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        way = Http()
        for host in ("2130706433", "0x7f.1", "127.1", "localhost"):
            outcome = await post(way, f"http://{host}:{receiver.port}/", frozenset())
            assert isinstance(outcome, Failed), host
        assert isinstance(await post(way, receiver.url), Sent)
        assert (receiver.connections, proxy.connections) == (1, 0)
        await way.close()


async def test_tls_is_checked_by_name_at_the_address_that_was_looked_at(tmp_path: Path) -> None:
    asked: list[str] = []

    async def lookup(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    own = authority(tmp_path, "hooks.test")
    async with http(own.server) as receiver:
        way = Http(resolve=lookup, tls=own.trust())
        known = frozenset({"hooks.test", "other.test"})
        assert isinstance(await post(way, f"https://hooks.test:{receiver.port}/", known), Sent)
        assert asked == ["hooks.test"]
        wrong = await post(way, f"https://other.test:{receiver.port}/", known)
        assert isinstance(wrong, Failed)
        assert wrong.words.startswith("TLS: ")
        assert len(receiver.requests) == 1
        await way.close()
