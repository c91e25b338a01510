"""The live stream: from the stores and the bus to a screen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from tests.api.door import (
    City,
    Decisions,
    Screen,
    SetClock,
    alert,
    alert_event,
    batch,
    incident,
    incident_event,
    observation,
    running,
    state,
    urn,
)

from tocsin.api.live import LiveHub
from tocsin.api.ring import Ring
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.identity.policy import Audience, Seat
from tocsin.kernel.decisions import AlertState
from tocsin.kernel.errors import Forbidden
from tocsin.kernel.ports import Outgoing

SEES = Audience(True, Seat("control-room"))


def hub_over(
    bus: MemoryBus, city: City | None = None, made: Decisions | None = None, **more: object
) -> LiveHub:
    return LiveHub(bus, city or City(), made or Decisions(), SetClock(), **more)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def screen(hub: LiveHub, last_id: str | None = None) -> AsyncIterator[Screen]:
    async with contextlib.aclosing(hub.stream(last_id, SEES)) as frames:
        yield Screen(frames)


async def settled(hub: LiveHub, **positions: int) -> None:
    """Until the hub has read so far."""
    async with asyncio.timeout(10):
        while any(hub.health().position.get(name, 0) < seq for name, seq in positions.items()):  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_snapshot_then_change(bus: MemoryBus) -> None:
    hub = hub_over(bus, City([state("A1", 5, 0)]), Decisions([alert(1)], [incident(1)]))
    async with running(hub), screen(hub) as seen:
        first = await seen.next()
        assert first.name == "snapshot"
        assert [e["id"] for e in first.data["entities"]] == [urn("A1")]
        assert [a["id"] for a in first.data["alerts"]] == ["AL-0001"]
        assert [i["id"] for i in first.data["incidents"]] == ["INC-001"]
        assert first.id is not None
        await bus.publish(batch(observation("A1", 7, 1), seconds=1.5))
        entity = await seen.entity("A1")
        assert entity["attributes"]["peopleCount"]["value"] == 7
        assert entity["accepted_at"] == "2026-11-21T16:00:01.500000Z"


async def test_reading_between_snapshot_and_stream_is_not_lost(bus: MemoryBus) -> None:
    """Committed up to 1, published up to 2: the hub reads on from what was committed."""
    await bus.publish(batch(observation("A1", 5, 0)))
    await bus.publish(batch(observation("A1", 6, 1)))
    hub = hub_over(bus, City([state("A1", 5, 0)], position=1))
    async with running(hub), screen(hub) as seen:
        while (await seen.entity("A1"))["attributes"]["peopleCount"]["value"] != 6:
            pass


async def test_older_reading_changes_nothing(bus: MemoryBus) -> None:
    hub = hub_over(bus, City([state("A1", 5, 10)]))
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        await bus.publish(batch(observation("A1", 1, 5)))
        await bus.publish(batch(observation("A1", 5, 10)))
        await bus.publish(batch(observation("B2", 1, 11)))
        change = await seen.next("change")
        assert [e["id"] for e in change.data["entities"]] == [urn("B2")]


async def test_many_readings_of_one_entity_are_one_item(bus: MemoryBus) -> None:
    hub = hub_over(bus)
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        await bus.publish(batch(*(observation("A1", n, n) for n in range(400))))
        change = await seen.next("change")
        assert len(change.data["entities"]) == 1
        assert change.data["entities"][0]["attributes"]["peopleCount"]["value"] == 399


async def test_deleted_entity_is_gone_and_stays_gone(bus: MemoryBus) -> None:
    hub = hub_over(bus, City([state("A1", 5, 0)]))
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        await bus.publish(batch(observation("A1", 0, 5, kind="delete")))
        gone = await seen.next("gone")
        assert gone.data == {
            "entities": [urn("A1")],
            "alerts": [],
            "incidents": [],
            "tasks": [],
            "requests": [],
            "advice": [],
        }
        assert gone.id is not None
        await bus.publish(batch(observation("A1", 9, 4)))
        await bus.publish(batch(observation("A1", 9, 6)))
        assert (await seen.entity("A1"))["observed_at"] == "2026-11-21T16:00:06Z"


async def test_closed_alert_is_shown_closed_then_gone(bus: MemoryBus) -> None:
    hub = hub_over(bus, None, Decisions([alert(1)], [incident(1)]))
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        await bus.publish(alert_event(alert(1, 2, AlertState.CLOSED)))
        await bus.publish(incident_event(incident(1, 2, closed=True)))
        closed, gone = set(), set()
        while "INC-001" not in gone or "AL-0001" not in gone:
            event = await seen.next("change", "gone")
            if event.name == "gone":
                gone |= {*event.data["alerts"], *event.data["incidents"]}
                assert gone <= closed, "shown closed before it goes"
            else:
                closed |= {a["id"] for a in event.data["alerts"] if a["state"] == "closed"}
                closed |= {i["id"] for i in event.data["incidents"] if i["state"] == "closed"}
    async with running(again := hub_over(bus, None, Decisions())), screen(again) as seen:
        assert (await seen.next("snapshot")).data["alerts"] == []


async def test_older_version_of_an_alert_is_dropped(bus: MemoryBus) -> None:
    hub = hub_over(bus, None, Decisions([alert(1, 5, AlertState.ACKNOWLEDGED)]))
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        await bus.publish(alert_event(alert(1, 3)))
        await bus.publish(alert_event(alert(2, 1)))
        change = await seen.next("change")
        assert [a["id"] for a in change.data["alerts"]] == ["AL-0002"]


async def test_resume_sends_what_was_missed_and_no_snapshot(bus: MemoryBus) -> None:
    hub = hub_over(bus)
    async with running(hub):
        async with screen(hub) as seen:
            await seen.next("snapshot")
            await bus.publish(batch(observation("A1", 1, 1)))
            await seen.next("change")
            last_id = seen.last_id
        await bus.publish(batch(observation("A1", 2, 2), observation("B2", 2, 2)))
        await bus.publish(batch(observation("A1", 3, 3)))
        await settled(hub, OBS=3)
        async with screen(hub, last_id) as seen:
            values: dict[str, float] = {}
            while values != {urn("A1"): 3, urn("B2"): 2}:
                event = await seen.next()
                assert event.name in ("beat", "change"), "caught up without a snapshot"
                for entity in event.data.get("entities", []):
                    values[entity["id"]] = entity["attributes"]["peopleCount"]["value"]
    assert hub.live_figures().gaps == 0


@pytest.mark.parametrize("last_id", ["another-5", "nonsense", "-", "x-99999999999999999999999"])
async def test_foreign_id_gets_gap_and_snapshot(bus: MemoryBus, last_id: str) -> None:
    hub = hub_over(bus, City([state("A1", 5, 0)]))
    async with running(hub), screen(hub, last_id) as seen:
        gap = await seen.next()
        assert gap.name == "gap"
        assert gap.data["missed"] is None
        assert (await seen.next()).name == "snapshot"


async def test_slow_client_gets_newest_values_only(bus: MemoryBus) -> None:
    hub = hub_over(bus, tick_s=0.0)
    async with running(hub), screen(hub) as slow, screen(hub) as quick:
        await slow.next("snapshot")
        await quick.next("snapshot")
        for n in range(1, 6):
            await bus.publish(batch(observation("A1", n, n)))
            while (await quick.entity("A1"))["attributes"]["peopleCount"]["value"] != n:
                pass
        caught_up = await slow.next("change")
        assert len(caught_up.data["entities"]) == 1
        assert caught_up.data["entities"][0]["attributes"]["peopleCount"]["value"] == 5
    assert hub.live_figures().coalesced == 4
    assert hub.live_figures().gaps == 0


async def test_client_out_of_the_ring_gets_gap_and_snapshot(bus: MemoryBus) -> None:
    hub = hub_over(bus, ring=Ring(ticks=3), tick_s=0.0)
    async with running(hub), screen(hub) as slow, screen(hub) as quick:
        await slow.next("snapshot")
        await slow.next("beat")
        await quick.next("snapshot")
        for n in range(1, 11):
            await bus.publish(batch(observation("A1", n, n)))
            await quick.entity("A1")
        gap = await slow.next()
        assert gap.name == "gap"
        assert gap.data["missed"] == 10
        whole = await slow.next()
        assert whole.name == "snapshot"
        assert whole.data["entities"][0]["attributes"]["peopleCount"]["value"] == 10
        await bus.publish(batch(observation("A1", 11, 11)))
        assert (await slow.entity("A1"))["attributes"]["peopleCount"]["value"] == 11
    figures = hub.live_figures()
    assert (figures.gaps, figures.missed) == (1, 10)


async def test_beats_when_nothing_happens(bus: MemoryBus) -> None:
    hub = hub_over(bus, beat_s=0.01)
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        for _ in range(3):
            beat = await seen.next()
            assert beat.name == "beat"
            assert beat.id is None
            assert beat.data == {"now": "2026-11-21T16:00:00Z"}


async def test_unreadable_message_is_counted_and_passed(bus: MemoryBus) -> None:
    hub = hub_over(bus)
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        await bus.publish(Outgoing("obs.src.test", b"\xc1 no message"))
        await bus.publish(batch(observation("A1", 1, 1)))
        await seen.entity("A1")
    assert hub.health().figures["unreadable"] == 1


async def test_lost_bus_starts_over(log: MemoryLog) -> None:
    """The stored position lies beyond a new, shorter log: degraded and said so, until it fits again."""
    city = City([state("A1", 5, 0)], position=7)
    hub = hub_over(MemoryBus(log), city)
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        async with asyncio.timeout(10):
            while "beyond" not in hub.health().words:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert hub.health().state == "degraded"
        city.states, city.position = [state("A1", 6, 1)], 0
        assert (await seen.entity("A1"))["attributes"]["peopleCount"]["value"] == 6


async def test_who_may_not_see_gets_nothing(bus: MemoryBus) -> None:
    hub = hub_over(bus)
    async with running(hub):
        with pytest.raises(Forbidden):
            await anext(hub.stream(None, Audience(False, Seat("control-room"))))
    assert hub.live_figures().clients == 0


async def test_hostile_text_stays_inside_its_event(bus: MemoryBus) -> None:
    hostile = "</script>\n\nevent: gap\ndata: {}\r\n\u202e\u2028"
    hub = hub_over(bus)
    async with running(hub), screen(hub) as seen:
        await seen.next("snapshot")
        bad = observation("A1", 1, 1)
        await bus.publish(
            batch(bad.__class__(**{**{f: getattr(bad, f) for f in bad.__struct_fields__}, "source": hostile}))
        )
        assert (await seen.entity("A1"))["source"] == hostile


async def test_two_hundred_clients_get_the_same_bytes(bus: MemoryBus) -> None:
    hub = hub_over(bus)
    async with running(hub), contextlib.AsyncExitStack() as stack:
        screens = [await stack.enter_async_context(screen(hub)) for _ in range(200)]
        for one in screens:
            await one.next("snapshot")
        assert hub.live_figures().clients == 200
        await bus.publish(batch(observation("A1", 1, 1)))
        seen = [await one.next("change") for one in screens]
        assert len({event.id for event in seen}) == 1
    assert hub.live_figures().clients == 0
