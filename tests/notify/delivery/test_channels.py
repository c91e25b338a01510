"""One suite for every channel, the fake too: taken means received, down means ``whole``, all ends in time."""

from __future__ import annotations

import contextlib
import email
import email.policy
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import http_ece
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.notify.delivery.city import T0
from tests.notify.delivery.receivers import HttpReceiver, Mails, http, ok, smtp

from tocsin.notify.delivery.channels import Address, Channel, Failed, Hook, Mailbox, Parcel, Push, Sent
from tocsin.notify.delivery.channels.encrypt import b64, point
from tocsin.notify.delivery.channels.memory import MemoryChannel
from tocsin.notify.delivery.channels.post import Poster
from tocsin.notify.delivery.channels.push import Pushes
from tocsin.notify.delivery.channels.smtp import MailServer, Smtp
from tocsin.notify.delivery.channels.vapid import Vapid
from tocsin.notify.delivery.channels.webhook import Webhooks
from tocsin.notify.delivery.words import Message

PATIENCE_S = 0.4
HOSTILE = "Alert\r\nBcc: evil@x.example\r\n\r\n<script>\u202e\x00 ☢ é"


@dataclass
class Bench:
    """A channel and the other side of it. ``received``: (key, title) of each message that arrived there."""

    channel: Channel
    to: Address
    other: Any

    def parcel(self, key: str = "0123456789abcdef", title: str = "Weapon seen") -> Parcel:
        words = "Weapon seen\n\nOpen it: https://x.example/1\n"
        message = Message(title, words, "https://x.example/1", title=title, body="Weapon seen")
        facts: dict[str, object] = {"id": key, "headline": title}
        return Parcel(key, self.to, message, facts, "critical", T0, T0)

    def received(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def down(self) -> None:
        """Errors from now on."""
        raise NotImplementedError

    def hang(self) -> None:
        """Takes the connection and says nothing."""
        raise NotImplementedError


class Fake(Bench):
    def received(self) -> list[tuple[str, str]]:
        return [(p.key, p.message.subject) for p in self.channel.sent]  # type: ignore[attr-defined]

    def down(self) -> None:
        self.channel.down = Failed("down", whole=True)  # type: ignore[attr-defined]

    hang = down


class Mail(Bench):
    other: Mails

    def received(self) -> list[tuple[str, str]]:
        found = []
        for envelope in self.other.mails:
            assert isinstance(envelope.content, bytes)
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert mail["bcc"] is None
            assert envelope.rcpt_tos == ["ann@city.example"]
            found.append((mail["message-id"].strip("<>").partition("@")[0], str(mail["subject"])))
        return found

    def down(self) -> None:
        self.other.refuse_data = "421 closing"

    def hang(self) -> None:
        self.channel = Smtp(replace(self.channel._server, port=self.silent.port))  # type: ignore[attr-defined]

    silent: HttpReceiver


class Web(Bench):
    other: HttpReceiver

    def received(self) -> list[tuple[str, str]]:
        told = [msgspec.json.decode(request.body) for request in self.other.requests]
        return [(one["id"], one["headline"]) for one in told]

    def down(self) -> None:
        self.other.answer = lambda _: ok("503 Busy")

    def hang(self) -> None:
        self.other.answer = lambda _: None


class Browser(Web):
    private: ec.EllipticCurvePrivateKey
    auth: bytes

    def received(self) -> list[tuple[str, str]]:
        found = []
        for request in self.other.requests:
            plain = http_ece.decrypt(
                request.body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
            )
            told = msgspec.json.decode(plain)
            assert told["tag"] == request.headers["topic"]
            found.append((told["tag"], told["title"]))
        return found


@contextlib.asynccontextmanager
async def fake(_: Any) -> AsyncIterator[Bench]:
    yield Fake(MemoryChannel(), Mailbox("ann@city.example"), None)


@contextlib.asynccontextmanager
async def mail(_: Any) -> AsyncIterator[Bench]:
    handler = Mails()
    with smtp(handler) as port:
        async with http() as silent:
            silent.answer = lambda _: None
            server = MailServer("127.0.0.1", port, "Tocsin <t@city.example>", "none", timeout_s=PATIENCE_S)
            made = Mail(Smtp(server), Mailbox("ann@city.example"), handler)
            made.silent = silent
            yield made


@contextlib.asynccontextmanager
async def web(_: Any) -> AsyncIterator[Bench]:
    async with http() as receiver:
        channel = Webhooks(Poster(frozenset({"127.0.0.1"}), timeout_s=PATIENCE_S))
        yield Web(channel, Hook(receiver.url, ("whsec_x",)), receiver)
        await channel.close()


@contextlib.asynccontextmanager
async def browser(folder: Any) -> AsyncIterator[Bench]:
    async with http() as receiver:
        private, auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"
        vapid = Vapid.of(folder, "mailto:t@city.example")
        channel = Pushes(Poster(frozenset({"127.0.0.1"}), timeout_s=PATIENCE_S), vapid)
        made = Browser(channel, Push(receiver.url, b64(point(private.public_key())), b64(auth)), receiver)
        made.private, made.auth = private, auth
        yield made
        await channel.close()


BENCHES = {"fake": fake, "mail": mail, "web": web, "browser": browser}


@pytest.fixture(params=list(BENCHES))
async def bench(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[Bench]:
    async with BENCHES[request.param](tmp_path) as made:
        yield made


async def test_taken_is_received_once_with_its_key(bench: Bench) -> None:
    assert isinstance(await bench.channel.send(bench.parcel()), Sent)
    assert bench.received() == [("0123456789abcdef", "Weapon seen")]


async def test_a_repeat_carries_the_same_key(bench: Bench) -> None:
    for _ in range(2):
        await bench.channel.send(bench.parcel())
    assert [key for key, _ in bench.received()] == ["0123456789abcdef"] * 2


async def test_a_hostile_title_adds_nothing_and_is_still_told(bench: Bench) -> None:
    assert isinstance(await bench.channel.send(bench.parcel(title=HOSTILE)), Sent)
    assert len(bench.received()) == 1
    assert "Alert" in bench.received()[0][1]
    assert "☢ é" in bench.received()[0][1]


async def test_down_says_so_and_takes_again_when_it_is_back(bench: Bench) -> None:
    bench.down()
    outcome = await bench.channel.send(bench.parcel())
    assert isinstance(outcome, Failed)
    assert outcome.whole
    assert not outcome.final
    assert outcome.words


async def test_it_ends_in_time_whatever_the_other_side_does(bench: Bench) -> None:
    bench.hang()
    begun = time.monotonic()
    outcome = await bench.channel.send(bench.parcel())
    assert isinstance(outcome, Failed)
    assert outcome.whole
    assert time.monotonic() - begun < PATIENCE_S + 15
