"""The public page from the running configuration, and the one figure in it that is published with noise."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

import structlog

from tocsin.api.commands.privacy import recipients
from tocsin.api.privacy import Privacy
from tocsin.api.public import Made, Mapped
from tocsin.api.services import Services
from tocsin.audit import repository as audit_rows
from tocsin.context.census import Kind
from tocsin.db import Connection
from tocsin.identity.recording import record
from tocsin.kernel.clock import EPOCH
from tocsin.kernel.errors import TocsinError
from tocsin.normalise.models import COMMON, Model, read_models
from tocsin.privacy import counts, looks
from tocsin.privacy.classes import ENTITY_ID, Classes
from tocsin.privacy.records import Release
from tocsin.privacy.register import Processing, Register, fill, processing
from tocsin.reports.public.facts import Looks, PersonalRule, PublicFacts, SensorClass
from tocsin.reports.public.page import page

log = structlog.get_logger(__name__)

NoLooks = Literal["", "no month is over", "not published here"]


async def public_page(ask: Services, lang: str) -> Made:
    async def make() -> str:
        return page(await facts(ask), lang)

    return await ask.public.page(lang, make)


async def facts(ask: Services) -> PublicFacts:
    """All that the page says, as of now."""
    kinds = await ask.context.census()
    register = await _register(ask)
    mapped = await asyncio.to_thread(ask.public.mapped)
    found, no_looks = await _looks(ask)
    status, engine = ask.board.status(), ask.privacy
    who = register.controller if register else None
    return PublicFacts(
        city=status.city,
        realm=ask.realm,
        on=ask.clock.now().date(),
        controller=who.name if who else "",
        contact=who.contact if who else "",
        officer=who.officer if who else "",
        complaints=ask.public.complaints,
        authority=ask.public.authority,
        classes=await asyncio.to_thread(_classes, kinds, mapped, engine),
        rules=tuple(_rule(one) for one in register.processing if one.class_ != "none") if register else (),
        ways=tuple((s.title, s.words) for s in register.sources if not s.fault) if register else (),
        registered=register is not None,
        audit_days=engine.facts.audit_days if engine else 0,
        looks=found,
        no_looks=no_looks,
        feed=ask.issuer is not None and ask.issuer.live,
        languages=ask.public.languages,
    )


async def _register(ask: Services) -> Register | None:
    if ask.privacy is None:
        return None
    rooms = recipients(await ask.identity.organisations.all())
    return await asyncio.to_thread(fill, ask.privacy.facts, rooms, ask.clock.now())


# --- sensor classes --------------------------------------------------------------------------------------


def _classes(
    kinds: Sequence[Kind], mapped: Sequence[Mapped], engine: Privacy | None
) -> tuple[SensorClass, ...]:
    """By entity type: what reports now, and what a mapping connects though it is silent."""
    models, seen = read_models(), {kind.type: kind for kind in kinds}
    words = {one.type: one.words for one in mapped if one.words}
    tools = engine.facts.tools().tools if engine else []
    made = []
    for type_name in sorted({*seen, *(one.type for one in mapped)}):
        kind = seen.get(type_name) or Kind(type_name, 0, (), ())
        model = models.get(type_name)
        made.append(
            SensorClass(
                type=type_name,
                words=(model.words if model else "") or words.get(type_name, ""),
                sensors=kind.entities,
                used_by=tuple(
                    (tool.manifest.title, tool.manifest.claim)
                    for tool in tools
                    if any(consumed.type == type_name for consumed in tool.manifest.consumes)
                ),
                personal=_personal(kind, engine.facts.classes, models) if engine else (),
                history_days=engine.facts.kept_days(type_name) if engine else 0,
                reference=model.reference if model else "",
            )
        )
    return tuple(made)


def _personal(kind: Kind, classes: Classes, models: dict[str, Model]) -> tuple[PersonalRule, ...]:
    """Rules that what it reports falls under; a text that no model knows falls under the default."""
    known = {name for of in (kind.type, COMMON) if of in models for name in models[of].spelled()}
    found = {
        rule.id: rule
        for name in (ENTITY_ID, *kind.attributes)
        if (rule := classes.named(kind.type, name)) is not None
    }
    if set(kind.texts) - known - {n for n in kind.texts if classes.named(kind.type, n)}:
        found[classes.default.id] = classes.default
    return tuple(_rule(processing(one)) for one in found.values() if one.rule.class_ != "none")


def _rule(one: Processing) -> PersonalRule:
    return PersonalRule(
        one.words, one.becomes, one.purpose, one.basis, one.terms.context_days, one.terms.lake_days
    )


# --- who looked ------------------------------------------------------------------------------------------


async def _looks(ask: Services) -> tuple[Looks | None, NoLooks]:
    """The last whole month's figure: published once, by whoever asks first after its end."""
    if ask.privacy is None:
        return None, "not published here"
    now, limits = ask.clock.now(), ask.privacy.limits
    month = looks.last_month(now)
    there = await ask.ops.read(lambda conn: looks.known(conn, month))
    if there is None:
        start, end = looks.span(month)
        before = await ask.ops.read(lambda conn: next(audit_rows.between(conn, EPOCH, start), None))
        if before is None:  # the record began later: no whole month is in it
            return None, "no month is over"
        try:
            noise = await asyncio.to_thread(looks.noise_of, limits)
        except TocsinError as error:  # no OpenDP here: a figure without noise is no figure to publish
            log.info("looks_not_published", reason=str(error))
            return None, "not published here"
        exact = await ask.ops.read(lambda conn: looks.bounded(audit_rows.between(conn, start, end)))
        drawn = looks.draw(month, exact, noise, now)
        there = await ask.ops.write(lambda conn: _settled(conn, drawn, limits))
    return Looks(there.period, there.counts[0].count, there.error95, there.epsilon), ""


def _settled(conn: Connection, drawn: Release, limits: counts.Limits) -> Release:
    made, fresh = counts.publish(conn, drawn, limits)
    if fresh:
        record(
            conn,
            "public page",
            "counts.publish",
            kind="counts",
            object_id=made.id,
            purpose="publication",
            detail={"type": made.type, "day": made.period, "measure": made.measure, "epsilon": made.epsilon},
        )
    return made
