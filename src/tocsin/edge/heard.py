"""What edges last said of themselves, and when."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from tocsin.bus.codec import decode
from tocsin.edge.parcel import EdgeState
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Invalid
from tocsin.kernel.ports import Bus
from tocsin.kernel.subjects import EDGE_STATE
from tocsin.kernel.text import clean

#: an edge speaks once a second
SILENT_S = 5.0
_MOST = 20

log = structlog.get_logger(__name__)


class EdgeSeen(msgspec.Struct, frozen=True):
    """An edge as the centre knows it. ``heard_at`` None: not since the centre's last start."""

    id: str
    connected: bool
    heard_at: datetime | None = None
    state: EdgeState | None = None


@dataclass(slots=True)
class _Said:
    state: EdgeState
    at: datetime
    monotonic: float


class Heard:
    """``known``: names of the edges that may connect now."""

    def __init__(self, clock: Clock, known: Callable[[], Collection[str]]) -> None:
        self._clock, self._known = clock, known
        self._said: dict[str, _Said] = {}

    async def listen(self, bus: Bus) -> None:
        async with bus.listen(EDGE_STATE) as messages:
            async for message in messages:
                self.take(message.subject.split(".")[1], message.data)

    def take(self, edge: str, data: bytes) -> None:
        try:
            state = decode(data, EdgeState)
        except Invalid as error:
            log.warning("edge_state_unreadable", edge=edge, reason=str(error))
            return
        self._said[edge] = _Said(_tidy(state), self._clock.now(), time.monotonic())

    def seen(self) -> list[EdgeSeen]:
        """All that may connect, in order of name."""
        latest = time.monotonic() - SILENT_S
        return [
            EdgeSeen(name, said.monotonic >= latest, said.at, said.state)
            if (said := self._said.get(name))
            else EdgeSeen(name, False)
            for name in sorted(self._known())
        ]

    def told(self) -> list[object]:
        return [msgspec.to_builtins(edge) for edge in self.seen()]

    def words(self) -> str:
        seen = self.seen()
        away = [edge.id for edge in seen if not edge.connected]
        if not seen:
            return ""
        return f"{len(seen) - len(away)} of {len(seen)} edges connected" + (
            f"; away: {', '.join(away[:_MOST])}" if away else ""
        )


def _tidy(state: EdgeState) -> EdgeState:
    """A stranger's words, bounded."""
    return EdgeState(
        version=clean(state.version, 32),
        waiting={clean(k, 32): max(0, v) for k, v in list(state.waiting.items())[:8]},
        oldest=None if state.oldest is None else clean(state.oldest, 40),
        store_share=min(1.0, max(0.0, state.store_share)),
        started_at=clean(state.started_at, 40),
        tools=tuple(clean(tool, 64) for tool in state.tools[:_MOST]),
        ill=tuple(clean(words, 200) for words in state.ill[:_MOST]),
        memory_mb=max(0.0, state.memory_mb),
    )
