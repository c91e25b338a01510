"""The stage that sends: one lane a server, side by side, each in the order in which it was planned.

At least once, with the same idempotency key: a message is marked as being sent before it leaves and as sent
after. Whoever is killed between finds it marked, and sends it once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from tocsin.db import Connection, Database
from tocsin.kernel.clock import Clock, iso
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health
from tocsin.notify.delivery import ledger, repository, words
from tocsin.notify.delivery.channels import Channel, Failed, Outcome, Parcel
from tocsin.notify.delivery.desk import titles
from tocsin.notify.delivery.model import Delivery, Lane
from tocsin.notify.delivery.steps import Desk, Taken

log = structlog.get_logger(__name__)

_TICK_S = 1.0
_TIDY_S = 3600.0
_RETRY_S = 0.5
#: a lane comes back after so many, so that one with thousands keeps no connection for itself
_AT_ONCE = 50


class Delivering:
    """``channels``: by name; a message for one that is not set up is given up. ``base_url``: of links."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        channels: Mapping[str, Channel],
        desk: Desk,
        *,
        base_url: str,
        keep: timedelta = timedelta(days=90),
        tick_s: float = _TICK_S,
    ) -> None:
        self.name = "delivery"
        self._db, self._clock, self._channels, self._desk = db, clock, channels, desk
        self._base_url, self._keep, self._tick_s = base_url, keep, tick_s
        self._woken = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._fault: str | None = None
        self._lanes: list[Lane] = []
        self._waiting: dict[str, int] = {}
        self._titles: dict[str, str] = {}
        self._figures = {"sent": 0, "failed": 0}
        self._tidied = float("-inf")

    def wake(self) -> None:
        """Look for messages now."""
        self._woken.set()

    async def run(self) -> None:
        resumed = False
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._woken.clear()
                try:
                    if not resumed:
                        await self.resume()
                        resumed = True
                    for lane in await self._due():
                        if lane not in self._busy:
                            self._busy[lane] = tasks.create_task(self._lane(lane))
                    await self._tidy()
                    self._fault = None
                except TocsinError as error:
                    self._fault = str(error)
                    log.warning("delivery_waits", reason=str(error))
                # Not wait_for: before Python 3.12 it can swallow a cancellation that meets the wake-up.
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._tick_s):
                        await self._woken.wait()

    async def tick(self) -> None:
        """All lanes that are due now, to their end or their first failure."""
        await asyncio.gather(*(self._drain(lane) for lane in await self._due()))
        await self._due()

    async def resume(self) -> int:
        """Messages whose sending was cut off are sent again, under the same key."""

        def apply(conn: Connection) -> int:
            now, cut = self._clock.now(), repository.in_state(conn, "sending")
            repository.save(conn, [ledger.interrupted(one, now) for one in cut])
            return len(cut)

        return await self._db.write(apply)

    def health(self) -> Health:
        down = [said for lane in self._lanes if (said := self._ill(lane))]
        waiting = sum(self._waiting.values())
        first = self._fault or "; ".join(down[:2]) + (f"; {len(down) - 2} more" if len(down) > 2 else "")
        return Health(
            name=self.name,
            state="degraded" if first else "working",
            words=first or ("sends messages" if self._channels else "no channel is set up"),
            figures={"waiting": float(waiting), **{n: float(v) for n, v in self._figures.items()}},
        )

    def _ill(self, lane: Lane) -> str:
        """One browser that is off is nobody's trouble; a server is."""
        if lane.since is None or lane.lane.startswith("push:"):
            return ""
        target = lane.lane.partition(":")[2]
        what = "mail server" if lane.lane == "email" else f"webhook {self._titles.get(target, target)}"
        return f"{what} down since {lane.since:%Y-%m-%d %H:%M} UTC, {self._waiting.get(lane.lane, 0)} wait"

    async def _due(self) -> list[str]:
        def look(conn: Connection) -> list[str]:
            self._lanes, self._waiting = repository.all_lanes(conn), repository.waiting(conn)
            self._titles = titles(conn)
            return repository.due_lanes(conn, self._clock.now())

        due = await self._db.read(look)
        for lane in [lane for lane in due if lane.partition(":")[0] not in self._channels]:
            await self._refuse(lane)
            due.remove(lane)
        return due

    async def _refuse(self, lane: str) -> None:
        """Planned while its channel was set up."""
        now, words = self._clock.now(), "this channel is not set up"
        await self._db.write(lambda conn: self._desk.refuse(conn, lane, now, words))

    async def _lane(self, lane: str) -> None:
        try:
            await self._drain(lane)
        except TocsinError as error:
            log.warning("lane_waits", lane=lane, reason=str(error))
        finally:
            del self._busy[lane]

    async def _drain(self, lane: str) -> None:
        channel = self._channels[lane.partition(":")[0]]
        for _ in range(_AT_ONCE):
            taken = await self._db.write(lambda conn: self._desk.take(conn, lane, self._clock.now()))
            if taken is None:
                return
            outcome = await self._send(channel, taken)
            if not await self._mark(taken.delivery, outcome):
                return
        self.wake()

    async def _send(self, channel: Channel, taken: Taken) -> Outcome:
        try:
            return await channel.send(self._parcel(taken))
        except Exception as error:  # a message that breaks us must stop neither alerts nor other messages
            log.error("channel_broken", key=taken.delivery.key, exc_info=error)
            return Failed(f"a fault of our own ({type(error).__name__}), see the log", answered=True)

    async def _mark(self, one: Delivery, outcome: Outcome) -> bool:
        self._figures["failed" if isinstance(outcome, Failed) else "sent"] += 1
        now = self._clock.now()
        while True:  # it has left: it must be written down, however long the disk takes
            try:
                return await self._db.write(lambda conn: self._desk.mark(conn, one, outcome, now))
            except TocsinError as error:
                self._fault = str(error)
                log.warning("outcome_waits", key=one.key, reason=str(error))
                await asyncio.sleep(_RETRY_S)

    def _parcel(self, taken: Taken) -> Parcel:
        one = taken.delivery
        message, notice = words.compose(one, self._base_url), one.notice
        facts: dict[str, object] = {
            "id": one.key,
            "kind": notice.kind,
            "act": notice.act,
            "object": notice.object,
            "version": notice.version,
            "severity": notice.severity,
            "headline": notice.headline,
            "at": iso(notice.at),
            "link": message.link,
        }
        return Parcel(one.key, taken.to, message, facts, notice.severity, one.planned_at, self._clock.now())

    async def _tidy(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._tidied < _TIDY_S:
            return
        self._tidied = now
        before = self._clock.now() - self._keep
        if gone := await self._db.write(lambda conn: repository.forget_before(conn, before)):
            log.info("ledger_trimmed", messages=gone)
