"""Who a subject of the provider is here, made at the first sign-in; its roles follow the claims at each.

One transaction: account, binding and grants stand together or not at all. A name that somebody has here is
never taken over: it is the binding of issuer and subject that tells people apart, not the name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import structlog

from tocsin.db import Connection, Database
from tocsin.db.times import micros
from tocsin.identity import repository as identity
from tocsin.identity.oidc import repository
from tocsin.identity.oidc.provider import Provider
from tocsin.identity.oidc.roles import Right
from tocsin.identity.organisations import grant, withdraw
from tocsin.identity.recording import record
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Conflict, Forbidden, TocsinError

_log = structlog.get_logger(__name__)
_NAME_CHARS = 64
_UNFIT = re.compile(r"[^A-Za-z0-9._@-]+")
#: there is no password: no text has this hash
_NO_PASSWORD = ""


class Accounts:
    """``clock`` is the wall, in every realm."""

    def __init__(self, db: Database, clock: Clock, provider: Provider) -> None:
        self._db = db
        self._clock = clock
        self._provider = provider

    async def admit(self, claims: Mapping[str, Any]) -> str:
        """The person of these claims, whose roles from the provider are now what the claims give.

        Raises ``Forbidden``: they give none (and the person has no other), or the person is shut out;
        ``Conflict``: no name is free. Roles that are lost are lost also where this refuses.
        """
        wanted = self._provider.roles.given(claims, self._provider.roles_claim)
        at = micros(self._clock.now())

        def save(conn: Connection) -> str | TocsinError:
            standing = {row["id"] for row in identity.standing_organisations(conn)}
            rights = {right for right in wanted if right[0] in standing}
            name = repository.person_of(conn, self._provider.issuer, claims["sub"])
            if name is None:
                if not rights:
                    return self._no_role()
                name = self._make(conn, claims, at)
            account = identity.person(conn, name)
            if account is None or account["disabled_at"] is not None:
                return Forbidden("this account is shut out", cure="ask an administrator")
            self._follow(conn, name, rights, at)
            if not identity.memberships_of(conn, name):
                identity.drop_sessions_of(conn, name)
                return self._no_role()
            return name

        # what is refused is answered, not raised: the transaction that took roles away must be kept
        admitted = await self._db.write(save)
        if isinstance(admitted, TocsinError):
            raise admitted
        return admitted

    def _make(self, conn: Connection, claims: Mapping[str, Any], at: int) -> str:
        name = self._free_name(conn, claims)
        row = {"name": name, "password": _NO_PASSWORD, "created_at": at, "disabled_at": None}
        identity.save_person(conn, row)
        issuer, subject = self._provider.issuer, claims["sub"]
        bound = {"issuer": issuer, "subject": subject, "person": name, "created_at": at}
        repository.bind(conn, bound)
        record(
            conn,
            self._provider.by,
            "person.create",
            kind="person",
            object_id=name,
            detail={"issuer": issuer},
        )
        _log.info("account_made_at_sign_in", person=name, provider=self._provider.host)
        return name

    def _free_name(self, conn: Connection, claims: Mapping[str, Any]) -> str:
        wished = readable_name(claims, self._provider.name_claim)
        beside = f"@{self._provider.host}"
        for name in (wished, wished.partition("@")[0][: _NAME_CHARS - len(beside)] + beside):
            if len(name) <= _NAME_CHARS and not repository.name_taken(conn, name):
                return name
        raise Conflict(
            "this name is somebody else's here",
            field="name",
            value=wished,
            cure="ask an administrator to see who has it; accounts are never put together by name",
        )

    def _follow(self, conn: Connection, person: str, rights: set[Right], at: int) -> None:
        """Give what is wanted; take what the provider gave and no longer says. Others' gifts stay."""
        held = {(m["organisation"], m["role"]) for m in identity.memberships_of(conn, person)}
        for organisation, role in sorted(rights - held):
            grant(conn, person, organisation, role, self._provider.by, at)
        given_by: dict[Right, str] = {}
        for line in identity.grants_of(conn, person):
            if line["act"] == "granted":
                given_by[line["organisation"], line["role"]] = line["by"]
        for right in sorted(held - rights):
            if given_by.get(right) == self._provider.by:
                withdraw(conn, person, *right, self._provider.by, at)

    def _no_role(self) -> Forbidden:
        return Forbidden(
            f"{self._provider.title} gives you no role here",
            field=self._provider.roles_claim,
            cure="ask an administrator which group at the provider lets people in here",
        )


def readable_name(claims: Mapping[str, Any], claim: str) -> str:
    """A name to sign in with, from ``claim``, else from e-mail or subject; only what names may hold."""
    for key in (claim, "email", "sub"):
        said = claims.get(key)
        name = _UNFIT.sub("-", said)[:_NAME_CHARS].lstrip("._@-") if isinstance(said, str) else ""
        if name:
            return name
    return "person"
