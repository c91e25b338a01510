"""The catalogue from the running configuration: types that report, their models, who answers for them."""

from __future__ import annotations

import asyncio
from datetime import date

import msgspec

from tocsin.api.catalogue import Described, Known, catalogue
from tocsin.api.public import Made
from tocsin.api.services import Services
from tocsin.context.census import Kind
from tocsin.kernel.errors import TocsinError
from tocsin.lake.sql.records import SqlAsked
from tocsin.normalise.models import COMMON, Model, read_models
from tocsin.privacy.classes import ENTITY_ID, Classes

_SPAN = "SELECT min(day), max(day) FROM observations"
_UNKNOWN = "Readings of a type that no standard model of ours describes"


async def city_catalogue(ask: Services, base: str) -> Made:
    """Made once for all who ask within some minutes; ``base``: where the public reaches this door."""

    async def make() -> str:
        return msgspec.json.format(msgspec.json.encode(catalogue(await known(ask, base))), indent=2).decode()

    return await ask.public.page(f"catalogue {base}", make)


async def known(ask: Services, base: str) -> Known:
    kinds = await ask.context.census()
    models = await asyncio.to_thread(read_models)
    first, last = await _span(ask)
    facts = ask.privacy.facts if ask.privacy else None
    return Known(
        base=base,
        city=(facts.city if facts else "") or "City",
        languages=ask.public.languages,
        controller=facts.controller.name if facts else "",
        contact=facts.controller.contact if facts else "",
        now=ask.clock.now(),
        first=first,
        last=last,
        keep_days=facts.lake_days if facts else 0,
        types=[_described(kind, models, facts.classes if facts else None) for kind in kinds],
    )


def _described(kind: Kind, models: dict[str, Model], classes: Classes | None) -> Described:
    model, common = models.get(kind.type), models[COMMON].spelled()
    spelled = (model.spelled() if model else {}) | common
    named = [(name, spelled[name].words if name in spelled else "") for name in kind.attributes]
    names = (ENTITY_ID, *kind.attributes)
    return Described(
        type=kind.type,
        words=model.words if model else _UNKNOWN,
        reference=model.reference if model else "",
        attributes=named,
        entities=kind.entities,
        personal=classes is not None
        and any(
            rule.rule.class_ not in ("none", "sensitive")
            for name in names
            if (rule := classes.named(kind.type, name)) is not None
        ),
    )


async def _span(ask: Services) -> tuple[date | None, date | None]:
    """Days of the oldest and the newest reading; nothing where the lake does not answer now."""
    if ask.tables is None:
        return None, None
    try:
        found = await ask.tables.asked.sql(SqlAsked(_SPAN))
    except TocsinError:
        return None, None
    ((first, last),) = msgspec.json.decode(found.data, type=list[tuple[date | None, date | None]])
    return first, last
