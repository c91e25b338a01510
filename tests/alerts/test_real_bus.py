"""The whole way of a decision on a real server: finding, alert, outbox, incident; killed at every step."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from tocsin.alerts import service as alerts
from tocsin.alerts.stage import Alerts
from tocsin.bus.accounts import connect
from tocsin.bus.codec import decode, encode
from tocsin.bus.nats_server import NatsServer
from tocsin.db import Connection
from tocsin.db.outbox import Outbox, waiting
from tocsin.incidents import service as incidents
from tocsin.incidents.stage import Incidents
from tocsin.kernel.decisions import AlertEvent
from tocsin.kernel.ports import Outgoing


@pytest.mark.real
async def test_from_finding_to_incident_over_cancellations(tmp_path: Path, desk, make, until) -> None:
    server = NatsServer(tmp_path)
    await server.start()
    bus = await connect(tmp_path, "keeper")

    def stages():
        return [
            Alerts(bus, desk.db, desk.clock, tick_s=0.05),
            Incidents(bus, desk.db),
            Outbox(desk.db, bus, "stages"),
        ]

    try:
        wanted = 40
        for n in range(wanted):
            message = encode(make(f"f{n}", entity=f"E{n}", severity="high"))
            await bus.publish(Outgoing("finding.crowd", message))
        for pause in (0.0, 0.01, 0.03, 0.1):  # cut short wherever they are
            tasks = [asyncio.create_task(stage.run()) for stage in stages()]
            await asyncio.sleep(pause)
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        running = stages()
        tasks = [asyncio.create_task(stage.run()) for stage in running]
        await until(lambda: running[0].health().position["FINDING"] == wanted)

        def open_(conn: Connection) -> None:
            members = [alerts.get(conn, a) for a in ("AL-0001", "AL-0002")]
            opened = incidents.open_(conn, "Crowd", members, "kim", desk.clock.now())
            for member in opened.alerts:
                alerts.join(conn, member, opened.id, "kim", desk.clock.now())

        await desk.db.write(open_)
        worse = make("f0", 2, "ongoing", entity="E0", severity="critical")
        await bus.publish(Outgoing("finding.crowd", encode(worse)))

        def severity() -> str:
            return desk.db.read_now(lambda c: incidents.get(c, "INC-001")).severity

        await until(lambda: severity() == "critical")
        await until(lambda: desk.db.read_now(waiting) == 0)
        info = await bus.info("ALERT")
        seen: list[AlertEvent] = []
        async with bus.read("ALERT", after=0) as batches:
            async for batch in batches:
                seen += [decode(m.data, AlertEvent) for m in batch]
                if len(seen) >= info.messages:
                    break
        versions = [(e.alert.id, e.alert.version) for e in seen]
        assert len(versions) == len(set(versions))  # each once
        assert len({e.alert.id for e in seen}) == wanted
        assert sorted(versions) == sorted(
            (e.alert.id, e.alert.version) for n in range(1, wanted + 1) for e in desk.events(f"AL-{n:04d}")
        )
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    finally:
        await bus.close()
        await server.stop()
