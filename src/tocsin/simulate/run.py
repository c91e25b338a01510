"""The simulator at work: fourteen days of history first, then every device for itself, story after story."""

from __future__ import annotations

import asyncio
import heapq
import logging
import os
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from tocsin.simulate.city import City
from tocsin.simulate.config import Config, Memory, Notes, Tour, TourAct
from tocsin.simulate.delivery import Outbox, deliver
from tocsin.simulate.history import first_quarter, history
from tocsin.simulate.http_client import Connection
from tocsin.simulate.messages import Messages
from tocsin.simulate.mqtt import MqttDevice
from tocsin.simulate.places import Device, load
from tocsin.simulate.scenario import AHEAD_S, CYCLE_S, Story, first_start

log = logging.getLogger(__name__)

#: requests of history on their way at a time
_IN_FLIGHT = 2
#: one live reading in so many is lost on its way
_LOST_IN = 400
#: history ends so long before live time: the first story has begun by then
_NEAR = timedelta(seconds=AHEAD_S + 20.0)
#: a longer gap in live time (a laptop asleep) is leapt over, not lived through second by second
_ASLEEP = timedelta(seconds=120)
_KEEP_EVERY = timedelta(seconds=30)


async def run(config: Config) -> None:
    """Until cancelled. Raises ``Misconfigured`` where the address is none."""
    notes, messages = Notes(config.state), Messages(load())
    known = notes.memory(config.seed)
    if known is not None and _now() - known.known_until > timedelta(days=config.history_days):
        known = None  # its history would not reach today
    origin = known.origin if known is not None else first_quarter(_now(), config.history_days)
    city = City(load(), config.seed, origin)
    until, since = _now() - _NEAR, None
    if known is not None and known.parent == os.getppid():  # only we were restarted: the story goes on
        since, first = known.live_since, first_start(known.live_since)
        until = min(until, max(first, first + timedelta(seconds=CYCLE_S * _number(first, _now()))))
    await _backfill(config, city, messages, until, known.known_until if known is not None else None)
    since = since or _now()
    live = Live(config, city, messages, notes, Memory(config.seed, origin, city.now, since, os.getppid()))
    await live.run()


async def _backfill(
    config: Config, city: City, messages: Messages, until: datetime, known: datetime | None
) -> None:
    """Brings the city to ``until`` and sends what is not known yet, in order, a few requests ahead."""
    batches = history(city, messages, until, known)
    sent = 0

    async def feed(connection: Connection) -> None:
        nonlocal sent
        for batch in batches:
            await deliver(connection, batch)
            sent += 1
        await connection.close()

    started = asyncio.get_running_loop().time()
    await asyncio.gather(*(feed(Connection(config.url, config.token)) for _ in range(_IN_FLIGHT)))
    log.info("history: %d batches in %.1f s", sent, asyncio.get_running_loop().time() - started)


class Live:
    """All devices from now on, each at its own interval."""

    def __init__(self, config: Config, city: City, messages: Messages, notes: Notes, memory: Memory) -> None:
        self._config, self._city, self._messages, self._notes = config, city, messages, notes
        self._memory, self._kept = memory, memory.known_until
        self._chance = Random(f"{config.seed}/live")  # noqa: S311 - a simulation, not a secret
        self._outbox = Outbox(Connection(config.url, config.token))
        self._mqtt: dict[str, MqttDevice] = {}

    async def run(self) -> None:
        """Until cancelled."""
        if self._config.mqtt is not None:
            host, port = self._config.mqtt
            self._mqtt = {
                device.id: MqttDevice(device.id, self._config.devices[device.id], host, port)
                for device in self._city.places.devices
                if device.by == "mqtt" and device.id in self._config.devices
            }
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._outbox.run())
                tasks.create_task(self._tend())
                tasks.create_task(self._report())
        finally:
            for device in self._mqtt.values():
                device.close()

    async def _tend(self) -> None:
        while True:
            for device in self._mqtt.values():
                device.tend()
                # connecting blocks for a moment each: let readings pass in between
                await asyncio.sleep(0)
            await asyncio.sleep(1.0)

    async def _report(self) -> None:
        """Wakes for whichever device is due, moves the city on to now, sends what the device reads."""
        if self._config.story:
            # after a restart in the middle of a story the city stands at its beginning: what has happened has
            self._tell(_now())
            self._city.live(_now())
        start = asyncio.get_running_loop().time()
        due: list[tuple[float, int, Device]] = []
        for number, device in enumerate(self._city.places.devices):
            due.append((start + self._chance.uniform(0.0, device.every_s), number, device))
        heapq.heapify(due)
        while True:
            when, number, device = due[0]
            await asyncio.sleep(max(0.0, when - asyncio.get_running_loop().time()))
            now = _now()
            self._move(now)
            values = self._city.read(device)
            if values is not None and self._chance.randrange(_LOST_IN):
                self._send(device, self._messages.encode(device, values, now))
            again = when + device.every_s * self._chance.uniform(0.96, 1.04)
            # after a stop of the whole machine devices do not catch up on readings they never made
            again = max(again, asyncio.get_running_loop().time())
            heapq.heapreplace(due, (again, number, device))

    def _send(self, device: Device, message: bytes) -> None:
        broker = self._mqtt.get(device.id)
        if broker is not None:
            broker.publish(message)
        else:
            self._outbox.put(message)

    def _move(self, now: datetime) -> None:
        """Moves the city to now and remembers from time to time that it has reported so far."""
        if now - self._city.now > _ASLEEP:
            self._city.leap(now)
        if self._config.story:
            self._tell(now)
        self._city.live(now)
        if now - self._kept > _KEEP_EVERY:
            self._kept = now
            self._notes.keep(msgspec.structs.replace(self._memory, known_until=now))

    def _tell(self, now: datetime) -> None:
        """Begins the story whose time it is, if another one is running."""
        first = first_start(self._memory.live_since)
        number = _number(first, now)
        if self._city.story is not None and self._city.story.number == number:
            return
        story = Story(self._config.seed, number, first + timedelta(seconds=CYCLE_S * number))
        self._city.tell(story)
        acts = [TourAct(act.at, act.title, act.words, act.press, act.boards) for act in story.acts()]
        self._notes.tell(Tour(self._config.seed, story.title, acts, self._memory.live_since))
        log.info("story %d: %s", number, story.title)


def _number(first: datetime, now: datetime) -> int:
    """Which story's time it is."""
    return max(0, int((now - first).total_seconds() // CYCLE_S))


def _now() -> datetime:
    return datetime.now(UTC)
