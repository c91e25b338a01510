"""What the API says to whoever administers: open sessions of everybody, and what an organisation leaves."""

from __future__ import annotations

from datetime import datetime

import msgspec


class OpenSession(msgspec.Struct, frozen=True):
    """Somebody is signed in: where they sit, from which address and browser, since when."""

    id: str
    person: str
    organisation: str
    roles: list[str]
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    agent: str
    #: the session that asks
    current: bool


class OrganisationRemains(msgspec.Struct, frozen=True):
    """What removing an organisation would touch. ``incidents`` and ``alerts``: open ones that it owns; they
    need a successor. ``people`` have their only roles there; ``tokens`` see with its eyes and would end."""

    incidents: list[str]
    alerts: list[str]
    people: list[str]
    tokens: list[str]


class OrganisationClosed(msgspec.Struct, frozen=True):
    """``incidents`` and ``alerts``: taken over by ``successor``."""

    successor: str | None
    incidents: list[str]
    alerts: list[str]
