"""Webhooks lead out into the world and never into our own network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.notify.delivery.receivers import authority, http, ok

from tocsin.kernel.errors import Invalid
from tocsin.notify.delivery.channels import Failed
from tocsin.notify.delivery.channels.guard import public, target_of
from tocsin.notify.delivery.channels.post import Answer, Poster

# RFC 6890 and the IANA special-purpose registries, each with the ways to wrap it
INNER = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2001:0:7f00:1::",
]


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["193.166.3.2", "8.8.8.8", "2a00:1450:400f::1", "64:ff9b::808:808"])
def test_outer_addresses(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/in",
        "ftp://hooks.example/",
        "https://",
        "https://user:secret@hooks.example/",
        "https://hooks.example/#part",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://hooks.example:99999/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: x",
        "https://h\u00f6oks.example/",
        "https://hooks.example/" + "x" * 1000,
        "file:///etc/passwd",
    ],
)
def test_what_is_no_place_to_send_to(url: str) -> None:
    with pytest.raises(Invalid):
        target_of(url, frozenset())


def test_a_host_that_the_administrator_named_may_be_inner_and_plain() -> None:
    allowed = frozenset({"cad.intra", "10.0.0.7:8080"})
    assert target_of("http://cad.intra/in?x=1", allowed).path == "/in?x=1"
    assert target_of("http://10.0.0.7:8080/", allowed).known
    for url in ("http://10.0.0.7:8081/", "http://sub.cad.intra/", "http://cad.intra.evil.example/"):
        with pytest.raises(Invalid):
            target_of(url, allowed)


class Names:
    """A resolver that says what it is told, and how often it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["169.254.169.254"], ["::ffff:127.0.0.1"]]
)
async def test_a_name_that_leads_inside_is_not_called(found: list[str]) -> None:
    async with http() as receiver:
        outcome = await Poster(resolve=Names(found)).post(f"https://evil.example:{receiver.port}/", {}, b"{}")
        assert receiver.connections == 0
    assert isinstance(outcome, Failed)
    assert outcome.words == "evil.example leads into an inner network"


async def test_numbers_in_disguise_are_seen_through_by_the_resolver() -> None:
    async with http() as receiver:
        for host in ("2130706433", "0x7f.1", "127.1", "localhost"):
            outcome = await Poster().post(f"https://{host}:{receiver.port}/", {}, b"{}")
            assert isinstance(outcome, Failed), host
        assert receiver.connections == 0


async def test_the_address_that_was_looked_at_is_the_one_called(tmp_path: Path) -> None:
    """Rebinding: the name is asked for once, and TLS still checks the name."""
    own = authority(tmp_path, "hooks.test")
    async with http(own.server) as receiver:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        poster = Poster(frozenset({"hooks.test"}), resolve=names, tls=own.trust())
        answer = await poster.post(f"https://hooks.test:{receiver.port}/in", {"X-A": "b"}, b"{}")
        await poster.close()
    assert answer == Answer(200)
    assert names.asked == ["hooks.test"]
    assert receiver.requests[0].headers["host"] == f"hooks.test:{receiver.port}"
    assert receiver.requests[0].headers["x-a"] == "b"


async def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    own = authority(tmp_path, "other.test")
    async with http(own.server) as receiver:
        poster = Poster(frozenset({"hooks.test"}), resolve=Names(["127.0.0.1"]), tls=own.trust())
        outcome = await poster.post(f"https://hooks.test:{receiver.port}/", {}, b"{}")
        await poster.close()
        assert receiver.requests == []
    assert isinstance(outcome, Failed)


async def test_redirects_are_not_followed() -> None:
    async with http() as inner, http() as receiver:
        receiver.answer = lambda _: ok("302 Found", f"Location: {inner.url}")
        poster = Poster(frozenset({f"127.0.0.1:{receiver.port}"}))
        assert await poster.post(receiver.url, {}, b"{}") == Answer(302)
        assert inner.connections == 0
        await poster.close()


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with http() as proxy, http() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        poster = Poster(frozenset({"127.0.0.1"}))
        assert await poster.post(receiver.url, {}, b"{}") == Answer(200)
        assert proxy.connections == 0
        await poster.close()


async def test_an_endless_answer_is_not_read() -> None:
    async with http() as receiver:
        receiver.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + b"x" * 100_000
        poster = Poster(frozenset({"127.0.0.1"}), timeout_s=3)
        assert await poster.post(receiver.url, {}, b"{}") == Answer(200)
        await poster.close()


async def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    async with http() as receiver:
        poster = Poster(frozenset({"hooks.test"}), resolve=Names(["::1", "127.0.0.1"]))
        answer = await poster.post(f"http://hooks.test:{receiver.port}/", {}, b"{}")
        await poster.close()
    assert answer == Answer(200)
