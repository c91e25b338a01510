"""``tocsin user | org | role | token``: who may do what, from the machine that holds the city."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

T = TypeVar("T")
State = Annotated[Path, typer.Option(help="Folder that holds all of a city's data.")]
CITY = Path("state") / "city"
#: how the record names who works at this machine
BY = "command line"

user = typer.Typer(help="People with an account.", no_args_is_help=True)
org = typer.Typer(help="Organisations: the control rooms of this city.", no_args_is_help=True)
role = typer.Typer(help="Roles of people in an organisation.", no_args_is_help=True)
token = typer.Typer(help="Tokens: keys of programs.", no_args_is_help=True)


def _do(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@user.command("add")
def user_add(
    name: str,
    organisation: Annotated[str, typer.Option("--org", help="Where they sit.")] = "control-room",
    as_: Annotated[str, typer.Option("--role", help="What they do there.")] = "operator",
    state: State = CITY,
) -> None:
    """A new account; prints its password once."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        print(known.people.add_now(name, organisation, as_, by=BY))


@user.command("list")
def user_list(state: State = CITY) -> None:
    """Accounts, with their roles."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        held = _do(known.organisations.memberships())
        second = _do(known.second_factor.everybody())
        for person in _do(known.people.all()):
            roles = ", ".join(f"{m.role} in {m.organisation}" for m in held if m.person == person.name)
            notes = [
                "second factor" if person.name in second else "",
                f"shut out since {person.disabled_at:%Y-%m-%d}" if person.disabled_at else "",
            ]
            print(f"{person.name}\t{roles or 'no role'}\t{', '.join(filter(None, notes))}".rstrip())


@user.command("password")
def user_password(name: str, state: State = CITY) -> None:
    """Give a person a new generated password, shown once, and end their sessions."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        print(known.people.set_password_now(name))


@user.command("reset-second-factor")
def user_reset_second_factor(name: str, state: State = CITY) -> None:
    """For somebody who lost their app and recovery codes: the password alone lets them in again."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        _do(known.second_factor.reset(name, by=BY))
    print(f"{name} signs in with the password alone")


@user.command("disable")
def user_disable(name: str, state: State = CITY) -> None:
    """Shut somebody out, now and everywhere."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        known.people.disable_now(name)
    print(f"{name} is shut out")


@user.command("enable")
def user_enable(name: str, state: State = CITY) -> None:
    """Let somebody in again, with the roles they had."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        known.people.enable_now(name)
    print(f"{name} may sign in")


@org.command("add")
def org_add(
    organisation: str,
    title: Annotated[str, typer.Option(help="What people call it.")] = "",
    partner: Annotated[
        bool, typer.Option(help="Of the city, yet not a control room: sees what the city group sees.")
    ] = False,
    state: State = CITY,
) -> None:
    """A new control room, or a partner."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        made = _do(known.organisations.add(organisation, title or organisation, by=BY, partner=partner))
    print(f"{made.id}: {made.title}{' (partner)' if made.partner else ''}")


@org.command("list")
def org_list(state: State = CITY) -> None:
    """Control rooms, with how many people sit in each."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        held = _do(known.organisations.memberships())
        for room in _do(known.organisations.all()):
            count = len({m.person for m in held if m.organisation == room.id})
            what = "partner" if room.partner else "control room"
            print(f"{room.id}\t{room.title}\t{what}\t{count} people")


@org.command("remove")
def org_remove(
    organisation: str,
    successor: Annotated[
        str, typer.Option(help="The room that takes over what is open there; refused without one.")
    ] = "",
    state: State = CITY,
) -> None:
    """From now on it gives nobody anything; what its people did stays in the record."""
    from tocsin.app.closing import close_organisation

    done = close_organisation(state, organisation, successor or None, by=BY)
    taken = f"; {done.in_words()} now of {successor}" if done.any else ""
    print(f"{organisation} is removed{taken}")


@role.command("grant")
def role_grant(name: str, organisation: str, role_name: str, state: State = CITY) -> None:
    """Give a person a role: tocsin role grant ann police supervisor."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        _do(known.organisations.grant(name, organisation, role_name, by=BY))
    print(f"{name} is {role_name} in {organisation}")


@role.command("revoke")
def role_revoke(name: str, organisation: str, role_name: str, state: State = CITY) -> None:
    """Take a role from a person."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        had = _do(known.organisations.revoke(name, organisation, role_name, by=BY))
    print(f"{name} is no longer {role_name} in {organisation}" if had else "had no such role")


@role.command("list")
def role_list() -> None:
    """Every role, and what it may do."""
    from tocsin.identity.policy import ROLES

    for name, may in ROLES.items():
        print(f"{name}\t{', '.join(sorted(may)) or 'their own tasks'}")


@token.command("add")
def token_add(
    name: str,
    scope: Annotated[list[str], typer.Option(help="read, ingest or act; may be given more than once.")],
    organisation: Annotated[str, typer.Option("--org", help="With whose eyes it sees.")] = "control-room",
    state: State = CITY,
) -> None:
    """A new token; prints it once."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        print(known.tokens.create_now(name, scope, by=BY, organisation=organisation)[0])


@token.command("list")
def token_list(state: State = CITY) -> None:
    """Tokens: id, name, scopes, organisation, when it was last used."""
    from tocsin.app.preparing import identity

    with identity(state) as known:
        for one in _do(known.tokens.all()):
            used = f"used {one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never used"
            print(f"{one.id}\t{one.name}\t{' '.join(one.scopes)}\t{one.organisation}\t{used}")


@token.command("revoke")
def token_revoke(token_id: str, state: State = CITY) -> None:
    """End a token, by its id."""
    from tocsin.app.preparing import identity
    from tocsin.kernel.errors import NotFound

    with identity(state) as known:
        if not _do(known.tokens.revoke(token_id, by=BY)):
            raise NotFound("no such token", field="id", value=token_id, cure="tocsin token list")
    print("ended")
