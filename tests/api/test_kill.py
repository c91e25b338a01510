"""The live stream over a real server: kill -9 of it costs screens a pause, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest
from tests.api.door import City, Decisions, Screen, SetClock, alert, alert_event, batch, observation, running

from tocsin.api.live import LiveHub
from tocsin.bus.accounts import connect
from tocsin.bus.nats_server import NatsServer
from tocsin.identity.policy import Audience, Seat

pytestmark = pytest.mark.real


async def test_screens_go_on_after_the_server_was_killed(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    await server.start()
    bus, sender = await connect(tmp_path, "keeper"), await connect(tmp_path, "keeper")
    hub = LiveHub(bus, City(), Decisions(), SetClock())
    try:
        async with (
            running(hub),
            contextlib.aclosing(hub.stream(None, Audience(True, Seat("control-room")))) as frames,
        ):
            screen = Screen(frames)
            await screen.next("snapshot")
            for n in range(1, 4):
                await sender.publish(batch(observation("A1", n, n)))
                assert (await screen.entity("A1"))["attributes"]["peopleCount"]["value"] == n
                assert server.pid is not None
                os.kill(server.pid, signal.SIGKILL)
                await server.wait()
                assert (await screen.next()).name in ("beat", "change"), "the stream itself lives"
                await server.start()
            await sender.publish(alert_event(alert(1)))
            async with asyncio.timeout(20):
                while not (change := await screen.next("change")).data["alerts"]:
                    pass
            assert change.data["alerts"][0]["id"] == "AL-0001"
        assert hub.live_figures().gaps == 0
    finally:
        await asyncio.gather(bus.close(), sender.close())
        await server.stop()
