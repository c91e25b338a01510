"""Control rooms, the people in them and their roles."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated

from fastapi import Path

from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas import NewOrganisation, NewPerson, Page, PersonItem, PersonMade, Seat
from tocsin.api.services import Services
from tocsin.identity.organisations import Grant, Membership, Organisation
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import NotFound

endpoints = Endpoints("organisations")

Id = Annotated[str, Path(alias="id", max_length=40)]
Name = Annotated[str, Path(max_length=64)]
Role = Annotated[str, Path(max_length=40)]


@endpoints.get("/organisations", Permission.SELF)
async def list_organisations(ask: Ask) -> Page[Organisation]:
    """The control rooms of this installation, by id."""
    return Page(await ask.identity.organisations.all())


@endpoints.post("/organisations", Permission.ADMINISTER, status=201)
async def add_organisation(
    ask: Ask, caller: Caller, given: Annotated[NewOrganisation, body(NewOrganisation)]
) -> Organisation:
    return await ask.identity.organisations.add(given.id, given.title, by=caller.name, partner=given.partner)


@endpoints.get("/people", Permission.ADMINISTER)
async def list_people(ask: Ask) -> Page[PersonItem]:
    """Everybody with an account, by name, those who are shut out too."""
    titles = await _titles(ask)
    held = await ask.identity.organisations.memberships()
    return Page(
        [
            PersonItem(
                p.name, p.created_at, p.disabled_at, seats([m for m in held if m.person == p.name], titles)
            )
            for p in await ask.identity.people.all()
        ]
    )


@endpoints.post("/people", Permission.ADMINISTER, status=201)
async def add_person(ask: Ask, caller: Caller, given: Annotated[NewPerson, body(NewPerson)]) -> PersonMade:
    """A new account with one role; its password is shown this once."""
    password = await asyncio.to_thread(
        ask.identity.people.add_now, given.name, given.organisation, given.role, by=caller.name
    )
    return PersonMade(given.name, password)


@endpoints.post("/people/{name}/password", Permission.ADMINISTER)
async def reset_password(ask: Ask, caller: Caller, name: Name) -> PersonMade:
    """A new generated password, shown this once; the person is signed out everywhere."""
    password = await asyncio.to_thread(ask.identity.people.set_password_now, name, by=caller.name)
    changed(ask)
    return PersonMade(name, password)


@endpoints.post("/people/{name}/disable", Permission.ADMINISTER)
async def disable_person(ask: Ask, caller: Caller, name: Name) -> None:
    """Shut somebody out, now and everywhere."""
    await asyncio.to_thread(ask.identity.people.disable_now, name, by=caller.name)
    changed(ask)


@endpoints.post("/people/{name}/enable", Permission.ADMINISTER)
async def enable_person(ask: Ask, caller: Caller, name: Name) -> None:
    """Let somebody in again, with the roles they had."""
    await asyncio.to_thread(ask.identity.people.enable_now, name, by=caller.name)


@endpoints.get("/people/{name}/grants", Permission.ADMINISTER)
async def list_grants(ask: Ask, name: Name) -> Page[Grant]:
    """Every role that this person was ever given or lost, oldest first."""
    return Page(await ask.identity.organisations.grants(name))


@endpoints.put("/people/{name}/roles/{id}/{role}", Permission.ADMINISTER)
async def grant_role(ask: Ask, caller: Caller, name: Name, organisation: Id, role: Role) -> None:
    await ask.identity.organisations.grant(name, organisation, role, by=caller.name)
    changed(ask)


@endpoints.delete("/people/{name}/roles/{id}/{role}", Permission.ADMINISTER)
async def revoke_role(ask: Ask, caller: Caller, name: Name, organisation: Id, role: Role) -> None:
    if not await ask.identity.organisations.revoke(name, organisation, role, by=caller.name):
        raise NotFound("this person has no such role there", field="role", value=role)
    changed(ask)


def seats(held: Iterable[Membership], titles: dict[str, str]) -> list[Seat]:
    """One for each organisation in which there is a role."""
    roles: dict[str, list[str]] = {}
    for membership in held:
        roles.setdefault(membership.organisation, []).append(membership.role)
    return [Seat(organisation, titles[organisation], names) for organisation, names in roles.items()]


async def seats_of(ask: Services, person: str) -> list[Seat]:
    return seats(await ask.identity.organisations.memberships(person), await _titles(ask))


async def _titles(ask: Services) -> dict[str, str]:
    return {organisation.id: organisation.title for organisation in await ask.identity.organisations.all()}


def changed(ask: Services) -> None:
    """What sessions give is asked anew, in this process at once, in others within two seconds."""
    ask.identity.sessions.forget()
