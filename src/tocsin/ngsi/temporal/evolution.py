"""Finding entities by their evolution: a page of ids from the lake, then the instances of that page.

Which entity, ``type`` and ``idPattern`` say by ids alone; ``q``, ``geoQ`` and ``scopeQ`` look at all
instances within the time (clause 5.7.4.4), so those are fetched, some entities at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from tocsin.kernel.errors import Exhausted
from tocsin.kernel.ports import Bus
from tocsin.lake.temporal.desk import TemporalLake
from tocsin.lake.temporal.records import (
    Aggregate,
    AggregatesAsked,
    DropAsked,
    EntitiesAsked,
    EntitySeen,
    Instances,
    InstancesAsked,
    Window,
)
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, Entity
from tocsin.ngsi.problems import OperationNotSupported, TooComplexQuery, TooManyResults
from tocsin.ngsi.query import Hints
from tocsin.ngsi.store.names import short
from tocsin.ngsi.temporal.build import entities, types_of
from tocsin.ngsi.temporal.params import TemporalQuery, of_entities

#: instances in one answer
MOST = 10_000
_CHUNK, _HEAVY = 1_000, 100
_HEAVY_ROWS = 20_000
_SECONDS = 30.0
_EVER = 2**62


class Asked(Protocol):
    """What entities are looked for (``query.Query``)."""

    @property
    def hints(self) -> Hints: ...

    def matches(self, entity: Entity) -> bool: ...


@dataclass(slots=True)
class Page:
    """``total`` where it was asked for; ``more``: whether there are entities beyond it."""

    ids: list[str] = field(default_factory=list)
    total: int | None = None
    more: bool = False


@dataclass(slots=True)
class Told:
    """``least``, ``latest``: times of the first and the last instance, None where there is none. ``cut``: not
    all fitted; ``kinds``: of attributes (IRIs) of which none did.
    """

    entities: dict[str, Entity]
    least: int | None = None
    latest: int | None = None
    cut: bool = False
    kinds: dict[str, str] = field(default_factory=dict)


class Evolution:
    """``relayed`` returns once what this process has committed is on the bus: callers find what they wrote.

    ``most``: instances in one answer.
    """

    def __init__(
        self, lake: TemporalLake, bus: Bus, relayed: Callable[[], Awaitable[None]], *, most: int = MOST
    ) -> None:
        self._lake, self._bus, self._relayed, self.most = lake, bus, relayed, most

    async def upto(self) -> int:
        """The message of OBS that an answer must know of."""
        await self._relayed()
        return (await self._bus.info("OBS")).last

    async def page(
        self,
        light: Asked,
        whole: Asked | None,
        window: Window,
        *,
        offset: int,
        limit: int,
        count: bool,
        backwards: bool = False,
        now: Callable[[str], Awaitable[Entity | None]] | None = None,
    ) -> Page:
        """Entities by id, ``backwards``: the last first. ``light`` asks for ids and types alone; ``whole``:
        all that is asked, None where that is all; ``now``: what an entity is now, where its scope is asked
        for. Raises ``TooComplexQuery``.
        """
        if backwards:  # the lake counts ids upwards
            every = await self.page(light, whole, window, offset=0, limit=_EVER, count=True, now=now)
            last, beyond = every.ids[::-1], offset + limit
            return Page(last[offset:beyond], every.total if count else None, len(last) > beyond)
        ids, types = light.hints.ids, light.hints.types
        window = of_entities(
            window,
            ids=sorted(ids) if ids is not None else None,
            types=sorted({short(one) for one in types}) if types is not None else None,
        )
        page, seen, after = Page(), 0, ""
        end = monotonic() + _SECONDS
        size = _HEAVY if whole is not None else _CHUNK
        while True:
            _in_time(end)
            found = await self._entities(EntitiesAsked(window, after, size))
            chosen = [one.entity for one in found if light.matches(_light(one))]
            if whole is not None and chosen:
                chosen = await self._matching(whole, window, chosen, now, end)
            for entity in chosen:
                if seen >= offset and len(page.ids) < limit:
                    page.ids.append(entity)
                elif seen >= offset:
                    page.more = True
                seen += 1
            if len(found) < size:
                break
            if page.more and not count:
                break
            after = found[-1].entity
        page.total = seen if count else None
        return page

    async def told(
        self, query: TemporalQuery, window: Window, ids: Collection[str], names: Collection[str] | None
    ) -> Told:
        """The instances of these entities, as many as one answer holds; an attribute of which none fitted is
        empty. ``names``: IRIs of attributes.
        """
        if not ids:
            return Told({})
        window = of_entities(window, ids=sorted(ids), types=None, names=named(names))
        rows = await self._instances(InstancesAsked(window, query.last_n, self.most))
        made = entities(rows.rows)
        kinds: dict[str, str] = {}
        if rows.cut:
            newest = await self._instances(InstancesAsked(window, 1, self.most))
            for entity in entities(newest.rows).values():
                shown = made.setdefault(entity["id"], {})
                for name, held in entity.items():
                    if name in ENTITY_PLAIN:
                        shown.setdefault(name, held)
                    elif not shown.setdefault(name, []):
                        kinds[name] = held[0]["type"]
        times = [row.observed if window.column == "observed" else row.accepted for row in rows.rows]
        return Told(
            made,
            min(times, default=None),
            max(times, default=None),
            rows.cut,
            kinds,
        )

    async def aggregates(
        self, query: TemporalQuery, window: Window, ids: Collection[str], names: Collection[str] | None
    ) -> Sequence[Aggregate]:
        """Raises ``TooManyResults`` where there are more periods than one answer holds."""
        if not ids:
            return []
        asked = AggregatesAsked(
            of_entities(window, ids=sorted(ids), types=None, names=named(names)),
            query.step_us,
            query.months,
            self.most,
            query.start if query.relation in ("after", "between") else None,
        )
        try:
            return await self._lake.aggregates(asked)
        except Exhausted as error:
            raise _refusal(error) from error

    async def known(self, entity: str, upto: int) -> bool:
        """Whether there is any history of it."""
        return bool(await self._entities(EntitiesAsked(Window(ids=[entity], upto=upto), "", 1)))

    async def instances(self, window: Window) -> Instances:
        return await self._instances(InstancesAsked(window, most=self.most))

    async def drop(self, asked: DropAsked) -> None:
        """Raises ``NotFound`` where there is nothing of it, ``OperationNotSupported`` where it is too much
        to be written anew.
        """
        try:
            await self._lake.drop(asked)
        except Exhausted as error:
            raise OperationNotSupported(
                error.message, field=error.field, value=error.value, cure=error.cure
            ) from error

    async def _matching(
        self,
        whole: Asked,
        window: Window,
        ids: Sequence[str],
        now: Callable[[str], Awaitable[Entity | None]] | None,
        end: float,
    ) -> list[str]:
        """Those whose instances meet the conditions."""
        _in_time(end)
        asked = InstancesAsked(of_entities(window, ids=list(ids), types=None, names=None), most=_HEAVY_ROWS)
        found = await self._instances(asked)
        if found.cut and len(ids) == 1:
            raise TooComplexQuery(
                f"{ids[0]} alone has more than {_HEAVY_ROWS} instances to look through",
                field="timerel",
                cure="ask for a shorter time",
            )
        if found.cut:
            half = len(ids) // 2
            first = await self._matching(whole, window, ids[:half], now, end)
            return first + await self._matching(whole, window, ids[half:], now, end)
        made = entities(found.rows)
        if now is not None:  # what readings say of an entity names no scope
            for entity in await asyncio.gather(*(now(one) for one in made)):
                if entity is not None and "scope" in entity:
                    made[entity["id"]]["scope"] = entity["scope"]
        return [entity for entity in ids if entity in made and whole.matches(made[entity])]

    async def _entities(self, asked: EntitiesAsked) -> list[EntitySeen]:
        try:
            return await self._lake.entities(asked)
        except Exhausted as error:
            raise _refusal(error) from error

    async def _instances(self, asked: InstancesAsked) -> Instances:
        try:
            return await self._lake.instances(asked)
        except Exhausted as error:
            raise _refusal(error) from error


def _in_time(end: float) -> None:
    if monotonic() > end:
        raise TooComplexQuery(
            f"it takes longer than {_SECONDS:g} s", field="timerel", cure="ask for less: type, id, a time"
        )


def named(iris: Collection[str] | None) -> list[str] | None:
    """What attributes may be called in readings."""
    return None if iris is None else sorted({name for iri in iris for name in (short(iri), iri)})


def _light(seen: EntitySeen) -> Entity:
    return {"id": seen.entity, "type": types_of(seen.type, seen.detail)}


def _refusal(error: Exhausted) -> TooComplexQuery | TooManyResults:
    kind = TooManyResults if error.field in ("aggrPeriodDuration", "attrs") else TooComplexQuery
    return kind(error.message, field=error.field, value=error.value, cure=error.cure)
