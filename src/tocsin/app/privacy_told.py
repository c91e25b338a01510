"""What the command line says of privacy, of a state folder whose city may be running."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tocsin.api.commands.privacy import programs, recipients, systems
from tocsin.app.databases import context_db, opened
from tocsin.app.hosting import Place
from tocsin.app.privacy import facts
from tocsin.app.protecting import pseudonym_keys
from tocsin.db import migrate
from tocsin.identity.identity import Identity
from tocsin.kernel.clock import WallClock
from tocsin.ngsi.subscriptions import repository as subscribed
from tocsin.ngsi.subscriptions.model import Subscription
from tocsin.notify.delivery import webhooks
from tocsin.privacy import repository
from tocsin.privacy.register import fill, page


def register_of(state: Path, *, html: bool) -> str:
    """The register as a page or as JSON. Raises ``Misconfigured`` where no city is kept."""
    with opened(state) as (place, ops):
        rooms = Identity(ops).organisations.all_now()
        now = WallClock().now()
        told = [*recipients(rooms), *systems(ops.read_now(webhooks.all_of), rooms)]
        made = fill(facts(place), [*told, *programs(_subscriptions(place), now)], now)
    return page(made) if html else msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"


def deletions_of(state: Path, *, store: str | None, limit: int) -> list[str]:
    """A line each, newest first: when, where, rule, how many, older than what."""
    with opened(state) as (_, ops):
        found = ops.read_now(lambda c: repository.find(c, store=store, rule=None, limit=limit, after=None))
    return [
        "\t".join(
            (
                f"{one.begun_at:%Y-%m-%d %H:%M}Z",
                one.store,
                one.rule,
                str(one.deleted) if one.finished_at else "under way",
                f"older than {one.before:%Y-%m-%d %H:%M}Z",
                one.words,
            )
        )
        for one in found
    ]


def keys_of(state: Path) -> list[str]:
    """A line each: purpose, period, when it is destroyed."""
    with opened(state) as (place, _):
        return [
            f"{key.purpose}\t{key.period}\tuntil {key.ends:%Y-%m-%d}\tdestroyed {key.destroyed_at:%Y-%m-%d}"
            for key in pseudonym_keys(place).all()
        ]


def _subscriptions(place: Place) -> list[Subscription]:
    context = context_db(place)
    try:
        migrate.upgrade(context)
        return context.read_now(subscribed.every)
    finally:
        context.close()
