"""One stream of changes to many screens.

Each client holds a mark into one shared, bounded ring. Who keeps up gets each tick as it was made, once for
all; who falls behind gets the newest value of each thing that changed meanwhile; who falls out of the ring
gets ``gap`` and a snapshot. So a slow client costs a number, not a queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from tocsin.api import frames
from tocsin.api.picture import Changes, Key, Reach
from tocsin.api.ring import Ring
from tocsin.api.schemas import LiveFigures
from tocsin.identity import policy
from tocsin.identity.policy import Audience
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Forbidden, Unavailable
from tocsin.kernel.ids import content_id, random_id

_MOST_CLIENTS = 1_000


@dataclass(slots=True)
class Figures:
    clients: int = 0
    gaps: int = 0
    missed: int = 0
    coalesced: int = 0


class Broadcast:
    """``snapshot(event_id, sees)`` makes the whole picture's event, as it stands after the last ``publish``.

    ``reach`` answers to whom a thing is open; the policy is asked for every thing and audience.
    """

    def __init__(
        self,
        clock: Clock,
        snapshot: Callable[[str, frames.Sees], bytes],
        reach: Callable[[Key], Reach],
        ring: Ring | None = None,
    ) -> None:
        self._clock = clock
        self._snapshot = snapshot
        self._reach = reach
        self._ring = ring or Ring()
        #: ids of another life of this process mean nothing here
        self._epoch = random_id()
        self._started = clock.now()
        self._beats = 0
        self._beat = b""
        self._news: asyncio.Future[None] | None = None
        #: what was encoded since the last tick, by audience and starting mark (-1: a snapshot)
        self._made: dict[tuple[Audience, int], tuple[bytes, int]] = {}
        self._made_at = -1
        self.figures = Figures()

    def live_figures(self) -> LiveFigures:
        f = self.figures
        return LiveFigures(clients=f.clients, gaps=f.gaps, missed=f.missed, coalesced=f.coalesced)

    def publish(self, changes: Changes) -> None:
        """One tick: these changes, each thing once."""
        if changes:
            self._ring.add(changes, self._clock.now())
            self._tell()

    def beat(self) -> None:
        """Every client hears that the stream lives."""
        self._beats += 1
        self._beat = frames.beat(self._clock.now())
        self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, None
        if news is not None:
            news.set_result(None)

    async def stream(self, last_id: str | None, audience: Audience) -> AsyncGenerator[bytes]:
        """Events for one client, from where it left off. Raises ``Forbidden`` and ``Unavailable``."""
        if not policy.receives(audience):
            raise Forbidden("this caller may not see the live picture")
        if self.figures.clients >= _MOST_CLIENTS:
            raise Unavailable("too many screens are connected", cure="close some, or add a door process")
        self.figures.clients += 1
        try:
            n = self._resume(last_id, audience)
            if n is None:
                n = self._ring.n
                if last_id:
                    yield self._gap(self._missed(last_id), n)
                yield self._whole(audience)
            yield frames.beat(self._clock.now())
            async for frame in self._onwards(n, audience):
                yield frame
        finally:
            self.figures.clients -= 1

    async def _onwards(self, n: int, audience: Audience) -> AsyncGenerator[bytes]:
        ring, beats = self._ring, self._beats
        while True:
            if n < ring.n:
                start, n = n, ring.n
                if ring.holds(start):
                    frame, passed_over = self._since(start, audience)
                    self.figures.coalesced += passed_over
                    if frame:
                        yield frame
                else:
                    yield self._gap(n - start, start) + self._whole(audience)
            elif beats != self._beats:
                beats = self._beats
                yield self._beat
            else:
                if self._news is None:
                    self._news = asyncio.get_running_loop().create_future()
                # shielded: one client that leaves must not cancel what the others wait for
                await asyncio.shield(self._news)

    def _resume(self, last_id: str | None, audience: Audience) -> int | None:
        """Where a client left off, if the ring still reaches back to it and its eyes are the same."""
        n = self._number(last_id or "")
        same = (last_id or "").endswith(f"-{_mark(audience)}")
        return n if n is not None and same and self._ring.holds(n) else None

    def _number(self, last_id: str) -> int | None:
        epoch, number, *_ = (*last_id.split("-"), "")
        if epoch != self._epoch or not (number.isascii() and number.isdigit()) or len(number) > 18:
            return None
        return int(number)

    def _missed(self, last_id: str) -> int | None:
        """None: of another life of this process, nobody knows."""
        n = self._number(last_id)
        return self._ring.n - n if n is not None and n <= self._ring.n else None

    def _gap(self, missed: int | None, mark: int) -> bytes:
        self.figures.gaps += 1
        self.figures.missed += missed or 0
        return frames.gap(missed, self._ring.reached(mark) or self._started)

    def _since(self, n: int, audience: Audience) -> tuple[bytes, int]:
        """The frame of all after ``n`` and how much it passed over: made once for all who stand at ``n``."""
        key = (audience, n)
        if (made := self._fresh().get(key)) is None:
            changes, passed_over = self._ring.since(n)
            shown = _shown(changes, audience)
            made = self._made[key] = (
                frames.changes(shown, self._id(audience), self._clock.now()),
                passed_over,
            )
        return made

    def _whole(self, audience: Audience) -> bytes:
        key = (audience, -1)
        if (made := self._fresh().get(key)) is None:
            made = self._made[key] = (self._snapshot(self._id(audience), self._eyes(audience)), 0)
        return made[0]

    def _eyes(self, audience: Audience) -> frames.Sees:
        return lambda key: _sees(audience, self._reach(key))

    def _fresh(self) -> dict[tuple[Audience, int], tuple[bytes, int]]:
        if self._made_at != self._ring.n:
            self._made.clear()
            self._made_at = self._ring.n
        return self._made

    def _id(self, audience: Audience) -> str:
        return f"{self._epoch}-{self._ring.n}-{_mark(audience)}"


def _mark(audience: Audience) -> str:
    """Ends every event's id: who comes back with other eyes starts from a snapshot."""
    return content_id(audience.seat.organisation, audience.seat.partner, audience.sees)[:8]


def _sees(audience: Audience, reach: Reach) -> bool:
    return policy.receives(audience) and all(policy.receives(audience, sharing) for sharing in reach)


def _shown(changes: Changes, audience: Audience) -> dict[Key, bytes | None]:
    """What this audience is sent. What it lost sight of is gone; of what it never saw, not one byte."""
    shown: dict[Key, bytes | None] = {}
    for key, change in changes.items():
        if _sees(audience, change.reach):
            shown[key] = change.raw
        elif any(_sees(audience, reach) for reach in change.lost):
            shown[key] = None
    return shown
