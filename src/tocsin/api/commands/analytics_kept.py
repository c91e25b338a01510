"""Results that are kept: a row that says what is asked, and an entity that holds what was answered.

The entity is written as any NGSI-LD write is: one transaction of the context, state and log together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import structlog

from tocsin.api.commands.analytics import computed
from tocsin.api.commands.unit import decide
from tocsin.api.kept_entity import entity_of
from tocsin.api.schemas import Page
from tocsin.api.schemas_analytics import NewAnalysis, NewKept
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.errors import Invalid, TocsinError, Unavailable
from tocsin.lake.analysis.records import Analysed
from tocsin.lake.kept import repository, service
from tocsin.lake.kept.records import USUAL_DAYS, Asked, Kept
from tocsin.ngsi.broker import Broker
from tocsin.ngsi.jsonld.core import CORE
from tocsin.ngsi.model import change
from tocsin.ngsi.model.read import Reader
from tocsin.ngsi.store.writer import Desk

log = structlog.get_logger(__name__)
T = TypeVar("T")
#: buckets of a forecast that an entity carries: it is one message of the log
_MOST_AHEAD = 336


async def listed(ask: Services, caller: Subject) -> Page[Kept]:
    policy.require(caller, Permission.ANALYSE)
    return Page(await ask.ops.read(lambda conn: service.listed(conn, caller)))


async def keep(ask: Services, caller: Subject, given: NewKept) -> Kept:
    """Computed, written as an entity, and put on schedule where that is asked for.

    Raises ``Invalid``, ``Conflict``, ``Forbidden`` and what an analysis raises; then nothing is kept.
    """
    policy.require(caller, Permission.ANALYSE)
    draft = service.drafted(caller, given.name, _asked(given.analysis), given.every_s, ask.clock.now())
    await ask.ops.read(lambda conn: service.require_room(conn, draft))
    result = await _result(ask, draft)
    kept = await _decide(
        ask, caller, lambda conn, at: service.keep(conn, draft, at), "lake.keep_analysis", draft
    )
    await _write(_broker(ask), kept, result)
    done = service.after(kept, ask.clock.now())
    await ask.ops.write(lambda conn: repository.tried(conn, done))
    await _unless_dropped(ask, kept)
    return done


async def drop(ask: Services, caller: Subject, kept_id: str) -> None:
    """The row and the entity. Raises ``NotFound``, ``Forbidden``."""

    def gone(conn: Connection, _at: datetime) -> Kept:
        kept = service.own(conn, caller, kept_id)
        repository.drop(conn, kept_id)
        return kept

    kept = await _decide(ask, caller, gone, "lake.drop_analysis")

    await _forget(ask, kept)


async def make_anew(ask: Services, kept: Kept) -> Kept:
    """One that is due; what goes wrong is written down beside it and tried again at its next time."""
    trouble = ""
    try:
        await _write(_broker(ask), kept, await _result(ask, kept))
    except TocsinError as error:
        trouble = str(error)
        log.warning("kept_not_made", kept=kept.id, reason=trouble)
    tried = service.after(kept, ask.clock.now(), trouble)
    await ask.ops.write(lambda conn: repository.tried(conn, tried))
    await _unless_dropped(ask, kept)
    return tried


async def _unless_dropped(ask: Services, kept: Kept) -> None:
    """Who put it away while it was being made took the row first: the entity must not come back."""
    if await ask.ops.read(lambda conn: repository.found(conn, kept.id)) is None:
        await _forget(ask, kept)


async def _forget(ask: Services, kept: Kept) -> None:
    def work(desk: Desk) -> None:
        if desk.get(kept.entity) is not None:
            desk.drop(kept.entity)

    await _broker(ask).writer.apply([kept.entity], work)


async def _result(ask: Services, kept: Kept) -> Analysed:
    asked = kept.asked
    end = ask.clock.now()
    given = NewAnalysis(
        kind=asked.kind,
        series=asked.series,
        start=end - timedelta(days=asked.days),
        end=end,
        step_s=asked.step_s,
        hold_s=asked.hold_s,
        least_coverage=asked.least_coverage,
        horizon=asked.horizon,
        longest=asked.longest,
        way=asked.way,
        most_lag=asked.most_lag,
        holidays=asked.holidays,
    )
    found, _ = await computed(ask, given, "json")
    return msgspec.json.decode(found.data, type=Analysed)


async def _write(broker: Broker, kept: Kept, result: Analysed) -> None:
    given = Reader(CORE).entity(entity_of(kept, result))

    def work(desk: Desk) -> None:
        old = desk.get(kept.entity)
        desk.put(change.created(given, desk.now) if old is None else change.replaced(old, given, desk.now))

    await broker.writer.apply([kept.entity], work)


def _asked(given: NewAnalysis) -> Asked:
    if given.horizon is not None and given.horizon > _MOST_AHEAD:
        raise Invalid(
            "too far ahead for an entity", field="horizon", value=given.horizon, cure=f"{_MOST_AHEAD} at most"
        )
    if given.reason or given.as_of:
        raise Invalid(
            "a kept result holds no personal data, and ends when it is made",
            field="reason" if given.reason else "as_of",
            value=given.reason or given.as_of,
            cure="leave it out",
        )
    days = USUAL_DAYS
    if given.start is not None:
        end = given.end or datetime.now(given.start.tzinfo)
        days = (end - given.start) / timedelta(days=1)
    same = {name: getattr(given, name) for name in Asked.__struct_fields__ if hasattr(given, name)}
    return Asked(**same | {"days": days})


def _broker(ask: Services) -> Broker:
    if ask.ngsi is None:
        raise Unavailable("entities cannot be written here", cure="ask the door of the city")
    return ask.ngsi


async def _decide(
    ask: Services,
    caller: Subject,
    command: Callable[[Connection, datetime], T],
    action: str,
    draft: Kept | None = None,
) -> T:
    return await decide(
        ask,
        caller,
        lambda conn, _by, at: command(conn, at),
        action=action,
        kind="kept analysis",
        detail={"analysis": draft.asked.kind, "entity": draft.entity} if draft else {},
        permission=Permission.ANALYSE,
    )
