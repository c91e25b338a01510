"""Boxes at the edge as the status wall shows them."""

from __future__ import annotations

import msgspec
import structlog

from tocsin.api.schemas import EdgeStatus, StageState
from tocsin.edge.heard import EdgeSeen
from tocsin.kernel.ports import Health

#: the stage that hears them
EDGES = "edges"
#: from here on a person should look before nothing more fits
FULL = 0.9

log = structlog.get_logger(__name__)


def edges_of(health: Health) -> list[EdgeStatus]:
    """What stage ``edges`` told; nothing, said aloud, where it cannot be read."""
    try:
        seen = msgspec.convert(health.detail.get("edges", []), list[EdgeSeen], strict=False)
    except msgspec.ValidationError as error:
        log.warning("edges_unreadable", reason=str(error))
        return []
    return [shown(edge) for edge in seen]


def shown(edge: EdgeSeen) -> EdgeStatus:
    if edge.state is None:
        return EdgeStatus(edge.id, "silent", "not heard of yet")
    told, state, words = edge.state, *_state(edge)
    return EdgeStatus(
        edge.id,
        state,
        words,
        heard_at=edge.heard_at,
        waiting=sum(told.waiting.values()),
        oldest=told.oldest,
        store_share=told.store_share,
        memory_mb=told.memory_mb,
        version=told.version,
        tools=list(told.tools),
    )


def _state(edge: EdgeSeen) -> tuple[StageState, str]:
    assert edge.state is not None
    if not edge.connected:
        at = f"{edge.heard_at:%H:%M:%S} UTC" if edge.heard_at else "the last start"
        return "silent", f"cut off, not heard since {at}; what it takes in waits there"
    if edge.state.store_share >= FULL:
        return "degraded", f"its disk space for messages is {edge.state.store_share:.0%} full"
    if edge.state.ill:
        return "degraded", "; ".join(edge.state.ill)
    if sum(edge.state.waiting.values()) > CATCHING_UP:
        return "working", "catching up"
    return "working", ""


#: fewer are on their way
CATCHING_UP = 50
