"""What the command line says of privacy, of a state folder whose city may be running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tocsin.api.commands.privacy import recipients, systems
from tocsin.app.databases import ops_db
from tocsin.app.hosting import Place
from tocsin.app.privacy import facts, pseudonym_keys
from tocsin.db import Database, migrate
from tocsin.identity.identity import Identity
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Misconfigured
from tocsin.notify.delivery import webhooks
from tocsin.privacy import repository
from tocsin.privacy.register import fill, page
from tocsin.settings import load


def register_of(state: Path, *, html: bool) -> str:
    """The register as a page or as JSON. Raises ``Misconfigured`` where no city is kept."""
    with _city(state) as (place, ops):
        rooms = Identity(ops).organisations.all_now()
        told = [*recipients(rooms), *systems(ops.read_now(webhooks.all_of), rooms)]
        made = fill(facts(place), told, WallClock().now())
    return page(made) if html else msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"


def deletions_of(state: Path, *, store: str | None, limit: int) -> list[str]:
    """A line each, newest first: when, where, rule, how many, older than what."""
    with _city(state) as (_, ops):
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
    with _city(state) as (place, _):
        return [
            f"{key.purpose}\t{key.period}\tuntil {key.ends:%Y-%m-%d}\tdestroyed {key.destroyed_at:%Y-%m-%d}"
            for key in pseudonym_keys(place).all()
        ]


@contextmanager
def _city(state: Path) -> Iterator[tuple[Place, Database]]:
    if not (state / "ops.db").exists():
        raise Misconfigured(
            "no city is kept in this folder",
            field="state",
            value=state,
            cure="give --state, or tocsin up first",
        )
    place = Place(state.resolve(), "live", load(state))
    ops = ops_db(place)
    try:
        migrate.upgrade(ops)
        yield place, ops
    finally:
        ops.close()
