"""What an advisor may see of this city, gathered where the stores are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from tocsin.alerts import service as alerts
from tocsin.context import ContextReader
from tocsin.db import Connection, Database
from tocsin.identity import policy
from tocsin.identity.policy import Relation, Seat
from tocsin.incidents import service as incidents
from tocsin.incidents.advice.city import Near
from tocsin.kernel.advice import NearbyAlert, Surroundings, SurroundingsAsked
from tocsin.kernel.clock import Clock
from tocsin.kernel.decisions import Alert
from tocsin.kernel.events import Attribute, Observation
from tocsin.kernel.geo import Box, Point
from tocsin.kernel.sharing import Level
from tocsin.kernel.state import EntityState
from tocsin.sdk.discover import discover
from tocsin.spaces import service as spaces
from tocsin.spaces.model import KeptSpace, box_of

#: what lies farther from a space than that does not matter to who leaves it; the wind does, from anywhere
MARGIN_M = 500.0
#: entities of one type that are told; of a type with none nearby, the nearest of the city
_MOST, _MOST_FAR = 1000, 20
_MOST_ALERTS = 200


def advisors(tools_dir: str) -> frozenset[str]:
    """Ids of the tools here that advise, by their manifests."""
    found = discover([Path(tools_dir)] if tools_dir else []).tools
    return frozenset(tool.id for tool in found if tool.manifest.advice is not None)


class City:
    """``incidents.advice.city.City`` of one installation."""

    def __init__(self, ops: Database, context: ContextReader, clock: Clock) -> None:
        self._ops, self._context, self._clock = ops, context, clock

    async def surroundings(self, asked: SurroundingsAsked) -> Surroundings:
        """Raises ``NotFound`` for a space that is named and not known."""
        kept, told = await self._ops.read(lambda conn: self._decided(conn, asked))
        box = spaces.around(box_of(kept.space), MARGIN_M) if kept else None
        entities: list[Observation] = []
        for name in asked.types:
            entities += await self._entities(name, box)
        return Surroundings(
            now=self._clock.now(),
            entities=tuple(entities),
            alerts=tuple(told),
            spaces={kept.id: msgspec.to_builtins(kept.space)} if kept else {},
            versions={kept.id: kept.version} if kept else {},
        )

    def near(self, conn: Connection, place: Point, within_m: float) -> Sequence[Near]:
        return [Near(c.id, c.name, c.version, m) for m, c in spaces.near(conn, place, within_m)]

    def alerts(self, conn: Connection, ids: Sequence[str]) -> Sequence[Alert]:
        return [alerts.get(conn, name) for name in ids]

    def _decided(
        self, conn: Connection, asked: SurroundingsAsked
    ) -> tuple[KeptSpace | None, list[NearbyAlert]]:
        named = asked.request.get("space")
        kept = spaces.get(conn, named) if isinstance(named, str) else None
        members: tuple[str, ...] = ()
        if asked.incident is not None:
            members = incidents.get(conn, asked.incident).alerts
        found, _ = alerts.find(conn, seat=None, state="open", limit=_MOST_ALERTS)
        known = {alert.id: alert for alert in found}
        known |= {name: alerts.get(conn, name) for name in members if name not in known}
        box = spaces.around(box_of(kept.space), MARGIN_M) if kept else None
        return kept, [
            told
            for alert in known.values()
            if _may_know(alert, asked, members) and (told := _nearby(alert)) is not None
            if alert.id in members or box is None or box.holds(Point(told.place.lon, told.place.lat))
        ]

    async def _entities(self, name: str, box: Box | None) -> list[Observation]:
        found, _ = await self._context.query(type=name, box=box, limit=_MOST)
        if not found and box is not None:
            whole, _ = await self._context.query(type=name, limit=_MOST)
            middle = Point((box.west + box.east) / 2, (box.south + box.north) / 2)
            found = sorted(whole, key=lambda e: _away(e, middle))[:_MOST_FAR]
        return [_observation(entity) for entity in found]


def _may_know(alert: Alert, asked: SurroundingsAsked, members: Sequence[str]) -> bool:
    """All who see an incident see its advice, which must not tell them of alerts that are closed to them."""
    if asked.incident is not None:
        return alert.id in members or alert.sharing.level in (Level.ALL, Level.CITY)
    return policy.relation(Seat(asked.organisation), alert.sharing) >= Relation.SEES


def _nearby(alert: Alert) -> NearbyAlert | None:
    if alert.place is None:
        return None
    return NearbyAlert(
        id=alert.id,
        kind=alert.kind,
        category=alert.category,
        severity=alert.severity,
        place=alert.place,
        onset=alert.onset,
        active=alert.active,
        entities=alert.entities,
    )


def _away(entity: EntityState, middle: Point) -> float:
    if entity.lon is None or entity.lat is None:
        return float("inf")
    return spaces.away_m((middle.lon, middle.lat, middle.lon, middle.lat), Point(entity.lon, entity.lat))


def _observation(entity: EntityState) -> Observation:
    """The newest known value of every attribute, as one observation."""
    return Observation(
        id=entity.id,
        entity=entity.id,
        type=entity.type,
        observed_at=entity.observed_at,
        attributes=tuple(
            Attribute(name, held.value, held.unit) for name, held in sorted(entity.attributes.items())
        ),
        lon=entity.lon,
        lat=entity.lat,
        source=entity.source,
        quality=entity.quality,
    )
