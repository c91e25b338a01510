"""kill -9 between sending and writing it down: each kill costs at most one repeat, under the same key."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from tests.db.shape import address
from tests.notify.delivery.city import City, alert
from tests.notify.delivery.receivers import HttpReceiver, Request, http, ok

from tocsin.notify.delivery import webhooks
from tocsin.notify.delivery.model import KINDS

SCRIPT = Path(__file__).with_name("killed.py")
MESSAGES, KILLS = 6, 3


async def process(city: City) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, SCRIPT, city.folder, address(city.folder / "ops.db")
    )


async def test_nothing_is_lost_and_repeats_carry_their_key(city: City) -> None:
    async with http() as receiver:
        allowed = frozenset({"127.0.0.1"})
        city.db.write_now(
            lambda c: webhooks.add(
                c, city.seal, "police", "CAD", receiver.url, KINDS, "low", "root", city.clock.now(), allowed
            )
        )
        await city.tell(*(alert(number) for number in range(1, MESSAGES + 1)))
        victims: list[int] = []

        def answer(request: Request) -> bytes:
            # it has the message; who sent it dies before it can write that down
            if victims and len(receiver.requests) % 2:
                os.kill(victims.pop(), signal.SIGKILL)
            return ok()

        receiver.answer = answer
        for _ in range(KILLS):
            child = await process(city)
            victims.append(child.pid)
            async with asyncio.timeout(30):
                assert await child.wait() == -signal.SIGKILL
        last = await process(city)
        try:
            await until_sent(city, receiver)
        finally:
            last.kill()
            await last.wait()
    keys = Counter(request.headers["tocsin-delivery"] for request in receiver.requests)
    assert len(keys) == MESSAGES
    assert MESSAGES < len(receiver.requests) <= MESSAGES + KILLS
    bodies = {(r.headers["tocsin-delivery"], r.body) for r in receiver.requests}
    assert len(bodies) == MESSAGES
    assert [n.what for d in city.ledger() for n in d.notes].count("interrupted") == KILLS
    first_seen = list(dict.fromkeys(r.headers["tocsin-delivery"] for r in receiver.requests))
    assert first_seen == [one.key for one in city.ledger()]


async def until_sent(city: City, receiver: HttpReceiver) -> None:
    async with asyncio.timeout(30):
        while {one.state for one in city.ledger()} != {"sent"}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert receiver.requests
