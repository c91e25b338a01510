"""Alerts shared in many ways, each with a canary: a word that nobody can guess and few may read.

They are begun by the product's own rules and written by its own repository and outbox into the running
instance, in a transaction of their own each: from there on everything is the instance's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from seats import ROOMS
from tocsin.alerts import repository
from tocsin.alerts.episodes import begin
from tocsin.alerts.rules import read_rules
from tocsin.bus.accounts import connect
from tocsin.db import Connection, Database
from tocsin.db.outbox import Outbox
from tocsin.kernel.decisions import Alert, AlertEvent
from tocsin.kernel.events import SEVERITIES, Finding, Phase, Place
from tocsin.kernel.ids import random_id
from tocsin.kernel.sharing import Level, Sharing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(slots=True)
class Planted:
    """One alert (or a later state of one): its canary, to whom it is open, when that was committed."""

    canary: str
    alert: str
    sharing: Sharing
    committed: float
    #: when it was closed to all but its room; the bytes of this canary may not travel on after that
    narrowed: float | None = None
    #: when that was asked for: screens may be told before the answer is back
    asked: float | None = None
    #: the same alert, later
    later: bool = False


def canary(random: Random) -> str:
    return f"cny{random.getrandbits(48):012x}"


def sharings(random: Random) -> Iterator[Sharing]:
    """Without end: own room of each room, one or two named ones, all rooms, city group, in equal parts."""
    rooms = list(ROOMS)
    turn = 0
    while True:
        room, level = rooms[turn % len(rooms)], tuple(Level)[(turn // len(rooms)) % len(Level)]
        others = [other for other in rooms if other != room]
        named = tuple(sorted(random.sample(others, random.choice((1, 2))))) if level is Level.NAMED else ()
        yield Sharing(room, level, named)
        turn += 1


class Planter:
    """Writes alerts as the alerts stage does. Swap ``plant`` to inject them another way."""

    def __init__(self, ops: Database, seed: int) -> None:
        self._ops = ops
        self._random = Random(seed)
        self._rules = read_rules()

    async def plant(self, sharing: Sharing) -> Planted:
        word = canary(self._random)
        finding = self._finding(word)

        def write(conn: Connection) -> str:
            number = repository.next_number(conn)
            change = begin(number, finding, self._rules.decide(finding), datetime.now(UTC))
            alert = msgspec.structs.replace(change.alert, sharing=sharing)
            row = repository.Row(number, alert, change.memory)
            assert change.event is not None
            repository.save(conn, [row], [msgspec.structs.replace(change.event, alert=alert)])
            repository.save_findings(conn, {finding.id: (number, 1)})
            return alert.id

        alert = await self._ops.write(write)
        return Planted(word, alert, sharing, monotonic())

    async def reword(self, planted: Planted) -> Planted:
        """The alert goes on, with a word that only those may read who still see it."""
        word = canary(self._random)
        changed = await self._change(
            planted.alert, lambda a: msgspec.structs.replace(a, headline=f"Rehearsed alarm {word}")
        )
        return Planted(word, planted.alert, changed.sharing, monotonic(), later=True)

    async def _change(self, alert: str, change: object) -> Alert:
        assert callable(change)

        def write(conn: Connection) -> Alert:
            row = repository.one(conn, alert)
            now = datetime.now(UTC)
            after: Alert = msgspec.structs.replace(
                change(row.alert), version=row.alert.version + 1, updated_at=now
            )
            row.alert, row.pending = after, None
            repository.save(conn, [row], [AlertEvent("updated", "benchmark", now, after)])
            return after

        return await self._ops.write(write)

    def _finding(self, word: str) -> Finding:
        now, random = datetime.now(UTC), self._random
        return Finding(
            id=f"rehearsed-{random_id()}",
            version=1,
            tool="crowd",
            tool_version="1",
            kind=f"crowd.rehearsed-{random.randrange(8)}",
            phase=Phase.STARTED,
            entities=(f"urn:ngsi-ld:CrowdFlowObserved:{word}",),
            onset=now,
            observed_at=now,
            headline=f"Rehearsed alarm {word}",
            words=f"More people than there is room for, says {word}.",
            score=0.9,
            score_means="share of the limit",
            severity=random.choice(SEVERITIES),
            fault_probability=0.05,
            evidence=(),
            # spread over the city, so that correlation has its usual work and not one heap of hundreds
            place=Place(24.8 + random.random() / 4, 60.1 + random.random() / 8, 30.0, f"corner {word}"),
        )


@asynccontextmanager
async def planter(state: Path, seed: int) -> AsyncIterator[Planter]:
    """On a running instance: its store, its bus, an outbox of this process's own."""
    import asyncio

    ops = Database(state / "ops.db", durable=True, name="ops")
    bus = await connect(state, "stages")
    relay = asyncio.create_task(Outbox(ops, bus, "benchmark").run())
    try:
        yield Planter(ops, seed)
    finally:
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
        await bus.close()
        ops.close()
