"""The register from what runs, and counts that leave with noise alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urlsplit

from tocsin.api.privacy import Privacy
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.organisations import Organisation
from tocsin.identity.policy import ROLES, Permission, Subject
from tocsin.identity.recording import record
from tocsin.kernel.errors import Unavailable
from tocsin.lake.records import HourAsked
from tocsin.ngsi.store.names import short
from tocsin.ngsi.subscriptions.model import Subscription
from tocsin.notify.delivery import webhooks
from tocsin.notify.delivery.model import Webhook
from tocsin.privacy import counts, repository
from tocsin.privacy.counts import BOUNDS, Box
from tocsin.privacy.records import Budget, Measure, Release
from tocsin.privacy.register import Recipient, Register, fill


async def register(ask: Services) -> Register:
    engine = engine_of(ask)
    rooms = await ask.identity.organisations.all()
    # where nothing is sent nobody is told, whatever stands in the table
    hooks = await ask.ops.read(webhooks.all_of) if ask.notify is not None else []
    told = [*recipients(rooms), *systems(hooks, rooms)]
    if ask.ngsi is not None and ask.notify is not None:
        told += programs(await ask.ngsi.subscriptions.all(), ask.clock.now())
    return await asyncio.to_thread(fill, engine.facts, told, ask.clock.now())


def recipients(rooms: Sequence[Organisation]) -> list[Recipient]:
    """Every organisation, with the roles that open the picture to somebody there."""
    seeing = tuple(sorted(role for role, granted in ROLES.items() if Permission.SEE in granted))
    return [
        Recipient(room.id, room.title, "partner" if room.partner else "control room", seeing)
        for room in rooms
    ]


def systems(hooks: Sequence[Webhook], rooms: Sequence[Organisation]) -> list[Recipient]:
    """Systems that webhooks tell, with the organisation whose they are."""
    titles = {room.id: room.title for room in rooms}
    return [
        Recipient(
            hook.id,
            f"{hook.title} ({urlsplit(hook.url).hostname})",
            "webhook",
            purpose=f"A system of {titles.get(hook.organisation, hook.organisation)}, told of "
            f"{', '.join(hook.kinds)} from {hook.severity} on: which one, how grave, headline, link.",
        )
        for hook in hooks
        if hook.off is None
    ]


def programs(found: Sequence[Subscription], now: datetime) -> list[Recipient]:
    """Programs that subscribed through NGSI-LD and are told now."""
    return [
        Recipient(
            one.id,
            f"{one.body.get('subscriptionName', one.id)} ({urlsplit(one.endpoint['uri']).hostname})",
            "webhook",
            purpose=f"A program, subscribed by {one.by}, told of {_watched(one)}: what changed, as who may "
            "see the picture sees it.",
        )
        for one in found
        if one.status(now) == "active"
    ]


def _watched(one: Subscription) -> str:
    types = [short(each["type"]) for each in one.body.get("entities", [])]
    return f"entities of type {', '.join(types)}" if types else "entities of all types"


async def publish(
    ask: Services, caller: Subject, *, measure: Measure, type_name: str, day: date, box: Box | None
) -> Release:
    """The answer published before to this question, else a new one, charged to the day and recorded.

    Raises ``Forbidden``, ``Invalid``, ``Conflict`` (the budget is spent), ``Unavailable`` (no lake, no
    OpenDP).
    """
    policy.require(caller, Permission.OVERSEE)
    engine, now = engine_of(ask), ask.clock.now()
    asked = counts.question(measure, type_name, day, box, now)
    there = await ask.ops.read(lambda conn: counts.known(conn, asked))
    if there is not None:
        return there
    bound = BOUNDS[measure][0]
    exact = await engine.counts.hours(HourAsked(measure, asked.type, asked.day, bound, asked.box))
    drawn = await asyncio.to_thread(counts.draw, asked, exact, engine.limits, caller.name, now)

    def settle(conn: Connection) -> Release:
        made, fresh = counts.publish(conn, drawn, engine.limits)
        if fresh:
            record(
                conn,
                caller,
                "counts.publish",
                kind="counts",
                object_id=made.id,
                purpose="publication",
                detail={"type": made.type, "day": made.period, "measure": measure, "epsilon": made.epsilon},
            )
        return made

    return await ask.ops.write(settle)


async def budgets(ask: Services) -> list[Budget]:
    of = engine_of(ask).limits.day
    rows = await ask.ops.read(repository.budgets)
    return [Budget(dataset, period, spent, of, releases) for dataset, period, spent, releases in rows]


def engine_of(ask: Services) -> Privacy:
    """Raises ``Unavailable`` where this process has none."""
    if ask.privacy is None:
        raise Unavailable("the privacy engine is not part of this process", cure="ask the door of the city")
    return ask.privacy
