"""What open incidents have to ask: steps that were reached, rules that they meet, plans that stand no longer.

Looks at those that changed since the last look; what was asked stands in the store under its key, so any
number of restarts asks it once.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import structlog

from tocsin.db import Connection, Database
from tocsin.incidents import repository as incidents
from tocsin.incidents.advice import repository, service
from tocsin.incidents.advice.city import City, Near
from tocsin.incidents.advice.machine import Ask
from tocsin.incidents.advice.replan import CHECK_S, Standing, changed, standing, turned
from tocsin.incidents.advice.rules import WIND, AdviceRules
from tocsin.incidents.machine import incident_id
from tocsin.incidents.overdue.repository import open_versions, those
from tocsin.kernel.advice import Consultation, SurroundingsAsked, ThreatsAsked
from tocsin.kernel.clock import Clock
from tocsin.kernel.decisions import Alert, Incident, Task, TaskState
from tocsin.kernel.errors import Invalid, NotFound, TocsinError
from tocsin.kernel.geo import Point

log = structlog.get_logger(__name__)

#: a step asks about the known space nearest to its incident, within
TASK_WITHIN_M = 300.0
_REACHED = (TaskState.OPEN, TaskState.IN_PROGRESS)


class _Wish(Ask, frozen=True):
    """``trouble``: why it cannot be asked."""

    trouble: str = ""


class Asking:
    """``tools``: the advisors that are installed; what wants another one waits for a person. None: any."""

    def __init__(
        self, db: Database, clock: Clock, city: City, rules: AdviceRules, tools: Collection[str] | None = None
    ) -> None:
        self._db, self._clock, self._city, self._rules = db, clock, city, rules
        self._tools = tools
        self._seen: dict[int, int] = {}
        self._checked = float("-inf")
        self.figures = {"asked": 0, "replanned": 0}

    async def tick(self) -> None:
        versions = await self._db.read(open_versions)
        news = [number for number, version in versions.items() if self._seen.get(number) != version]
        for number in news:
            try:
                await self._look_at(number)
            except (NotFound, Invalid) as error:  # one that cannot be read holds up no other
                log.error("incident_not_looked_at", incident=incident_id(number), reason=str(error))
        self._seen = dict(versions)
        if await self._db.read(repository.left_behind):
            await self._db.write(self._withdraw)
        if time.monotonic() - self._checked >= CHECK_S:
            self._checked = time.monotonic()
            await self._replan()

    def _withdraw(self, conn: Connection) -> None:
        """What closed incidents still ask: nobody waits for it any more."""
        for name in repository.left_behind(conn):
            service.withdraw(conn, name, service.BY, self._clock.now())

    async def _look_at(self, number: int) -> None:
        for wish in await self._db.read(lambda conn: self._wishes(conn, number)):
            await self._ask(incident_id(number), wish)

    def _wishes(self, conn: Connection, number: int) -> list[_Wish]:
        incident = those(conn, [number]).get(number)
        if incident is None or incident.merged_into is not None:
            return []
        alerts = self._city.alerts(conn, incident.alerts)
        wishes = [*self._steps(conn, incident), *self._met(conn, incident, alerts)]
        here = [wish for wish in wishes if self._tools is None or wish.tool in self._tools]
        return [wish for wish in here if not repository.known(conn, incident.id, wish.key)]

    def _steps(self, conn: Connection, incident: Incident) -> list[_Wish]:
        """Of steps that were reached and want advice."""
        reached = [t for t in incident.tasks if t.advice and t.state in _REACHED and t.advised is None]
        return [self._step(task, self._nearest(conn, incident)) for task in reached]

    def _step(self, task: Task, near: Near | None) -> _Wish:
        assert task.advice is not None
        trouble = "" if near else f"no known space within {TASK_WITHIN_M:g} m of the incident: draw it first"
        return _Wish(
            key=f"task:{task.id}",
            tool=task.advice.tool,
            request={"space": near.id} if near else {},
            why="procedure",
            reason=f"{task.title}: {task.advice.request}",
            space=near.id if near else None,
            task=task.id,
            trouble=trouble,
        )

    def _met(self, conn: Connection, incident: Incident, alerts: Sequence[Alert]) -> list[_Wish]:
        """Of rules that the incident meets, for each space near enough."""
        wishes = []
        for name, rule, alert in self._rules.asking(alerts, incident.severity):
            assert alert.place is not None
            here = Point(alert.place.lon, alert.place.lat)
            for near in self._city.near(conn, here, rule.within_m + alert.place.radius_m)[:1]:
                where = f"in {near.name}" if near.away_m == 0 else f"{near.away_m:.0f} m from {near.name}"
                wishes.append(
                    _Wish(
                        key=f"rule:{rule.tool}:{near.id}",
                        tool=rule.tool,
                        request={"space": near.id},
                        why="rule",
                        reason=f"{name}: {rule.words} ({alert.id}, {where})",
                        space=near.id,
                    )
                )
        return wishes

    def _nearest(self, conn: Connection, incident: Incident) -> Near | None:
        if incident.place is None:
            return None
        here = Point(incident.place.lon, incident.place.lat)
        return next(iter(self._city.near(conn, here, TASK_WITHIN_M)), None)

    async def _ask(self, incident: str, wish: _Wish) -> Consultation | None:
        """None where it cannot be asked now: closed meanwhile, or asked already."""
        trouble = wish.trouble
        ask = Ask(**{name: getattr(wish, name) for name in Ask.__struct_fields__})
        if not trouble:
            try:
                asked = ThreatsAsked(incident, wish.tool, wish.request)
                ask = ask.filled_with(await self.threats(asked) if ask.open_to_threats else [])
            except TocsinError as error:
                trouble = str(error)
        now = self._clock.now()

        def write(conn: Connection) -> Consultation:
            if trouble:
                return service.refused(conn, incident, ask, trouble, now)
            return service.ask(conn, incident, ask, service.BY, now)

        try:
            made = await self._db.write(write)
        except TocsinError as error:
            log.info("advice_not_asked", incident=incident, key=wish.key, reason=str(error))
            return None
        self.figures["asked"] += 1
        return made

    async def threats(self, asked: ThreatsAsked) -> list[dict[str, Any]]:
        """What the incident's alerts mean for who leaves, by the rules, with the wind as it blows now.

        Raises ``NotFound``.
        """
        wind = SurroundingsAsked(asked.tool, asked.request, (WIND,), incident=asked.incident)
        around = await self._city.surroundings(wind)
        alerts = await self._db.read(lambda conn: self._alerts(conn, asked.incident))
        return self._rules.threats(alerts, around)

    def _alerts(self, conn: Connection, incident: str) -> Sequence[Alert]:
        return self._city.alerts(conn, incidents.one(conn, incident).alerts)

    # --- plans that stand no longer ------------------------------------------------------------------------

    async def _replan(self) -> None:
        now = self._clock.now()
        for plan in await self._db.read(lambda conn: standing(conn, now)):
            base = plan.base
            try:
                around = await self._city.surroundings(_looked_at(plan))
                threats = await self.threats(ThreatsAsked(base.incident, base.tool, base.request))
            except TocsinError as error:
                log.info("plan_not_checked", id=plan.base.id, reason=str(error))
                continue
            why = [*changed(plan.footing, around, settled=plan.settled), *plan.over(now)]
            if "threats" in base.filled:
                why += turned(base.request["threats"], threats)
            if why:
                await self._ask(base.incident, _anew(plan, why, now))
                self.figures["replanned"] += 1


def _looked_at(plan: Standing) -> SurroundingsAsked:
    types = {f.id.split(":")[2] for f in plan.footing if f.kind == "entity" and f.id.count(":") >= 3}
    base = plan.base
    return SurroundingsAsked(base.tool, base.request, tuple(sorted(types)), incident=base.incident)


def _anew(plan: Standing, why: Sequence[str], now: datetime) -> _Wish:
    base = plan.base
    kept = {name: value for name, value in base.request.items() if name not in base.filled}
    return _Wish(
        key=f"change:{now.isoformat()}:{base.id}",
        tool=base.tool,
        request=kept,
        why="change",
        reason="; ".join(why),
        space=base.space,
        task=base.task,
        beside=plan.beside.id,
    )
