"""What is done to a state folder outside its running processes: shape, first account, tokens, devices."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.app.databases import context_db, existing, ops_db
from tocsin.app.gate import Gate
from tocsin.app.hosting import Place
from tocsin.app.rooms import furnish
from tocsin.app.searching import fill
from tocsin.app.signing_in import provider_of
from tocsin.app.squares import lay_out
from tocsin.app.warning import first_warning_key
from tocsin.audit.keys import first_key
from tocsin.audit.service import checked_keeping
from tocsin.db import migrate
from tocsin.identity.identity import Identity
from tocsin.identity.people import FIRST
from tocsin.kernel.errors import NotFound
from tocsin.kernel.geo import stated_place
from tocsin.lake.ledger import ledger_database
from tocsin.ngsi.tenant import stated_tenant
from tocsin.settings import load

#: made at each start for whoever started us, and revoked at the next
_STARTER = "starting command"


@contextmanager
def _identity(state: Path, realm: str = "live", *, demo: bool = False) -> Iterator[Identity]:
    ops = ops_db(Place(state.resolve(), realm, load(state)))
    try:
        migrate.upgrade(ops)
        fill(ops)
        if demo:
            lay_out(ops)
        yield Identity(ops, state=state.resolve())
    finally:
        ops.close()


@contextmanager
def identity(state: Path) -> Iterator[Identity]:
    """Who may do what in a city that exists. Raises ``Misconfigured`` where there is none."""
    with _identity(existing(state)) as known:
        yield known


def prepare_state(
    state: Path,
    realm: str,
    *,
    fresh_password: bool,
    devices: dict[str, str],
    demo: bool = False,
    first: str = FIRST,
) -> str:
    """Bring all databases to this version's shape. JSON: ``user``, ``password`` (or None), and more.

    ``devices`` (id -> title) are put on the register if they are not. ``demo``: with its control rooms and
    its square.
    ``first``: how the first account is called, where nobody has one.
    Raises ``Misconfigured`` for a state folder of a newer version.
    """
    settings = load(state)
    checked_keeping(settings.audit.keep_days)
    provider_of(state, settings)
    stated_place(settings.city.place)
    stated_tenant(settings.city.tenant)
    context = context_db(Place(state.resolve(), realm, load(state)))
    try:
        migrate.upgrade(context)
    finally:
        context.close()
    ledger_database(state.resolve()).close()
    first_key(state)
    first_warning_key(state)
    with _identity(state, realm, demo=demo) as known:
        made = known.people.first_account(first)
        user, password = made or (known.people.eldest() or FIRST, None)
        if password is None and fresh_password:
            password = known.people.set_password_now(user, by=_STARTER)
        rooms = furnish(state, known) if demo else []
        token = asyncio.run(_admit(known, devices))
    return json.dumps({"user": user, "password": password, "token": token, "rooms": rooms})


async def _admit(identity: Identity, devices: dict[str, str]) -> str:
    """The starting command's token, in place of the one of the last start; devices onto the register."""
    for old in await identity.tokens.all():
        if old.name == _STARTER:
            await identity.tokens.revoke(old.id, by=_STARTER)
    token, _ = await identity.tokens.create(_STARTER, ("read", "ingest"), by=_STARTER)
    known = {device.id for device in await identity.devices.all()}
    for device, title in devices.items():
        if device not in known:
            await identity.devices.register(device, title, by=_STARTER)
    return token


def _gate(state: Path) -> Gate:
    return Gate(Place(state.resolve(), "live", load(state)))


def let_in(state: Path, device: str, title: str) -> str:
    """Add a device to the register and to the bus; its password, shown once. Raises ``Conflict``."""

    gate = _gate(state)

    async def add() -> str:
        with identity(state) as known:
            await known.devices.register(device, title, by="command line")
        return await gate.add(device)

    return asyncio.run(add())


def devices(state: Path) -> list[str]:
    """A line for each device that may send."""

    async def read() -> list[str]:
        with identity(state) as known:
            return [f"{d.id}\t{d.title}\tsince {d.created_at:%Y-%m-%d}" for d in await known.devices.all()]

    return asyncio.run(read())


def shut_out(state: Path, device: str) -> None:
    """The device is cut off at once. Raises ``NotFound``."""

    gate = _gate(state)

    async def remove() -> None:
        with identity(state) as known:
            if not await known.devices.revoke(device, by="command line"):
                raise NotFound("no such device", field="id", value=device, cure="tocsin device list")
        await gate.remove(device)

    asyncio.run(remove())
