"""Who may do what: pure, no store and no clock. Every endpoint, query and live event passes here.

Callers pass what they know of the object (its owner, whom it is shared with); today there is one control
room, so ``Reach`` holds no owners yet. Organisations widen ``Subject`` and ``Reach``, not the callers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tocsin.kernel.errors import Forbidden, Invalid, Unauthenticated


class Permission(StrEnum):
    """What an endpoint asks for. ``PUBLIC`` is stated, never assumed."""

    PUBLIC = "public"
    #: any signed-in person or token, about themselves
    SELF = "self"
    #: the picture: entities, history, alerts, incidents, tools, status, quarantine, live
    SEE = "see"
    #: send readings and the mappings that explain them
    INGEST = "ingest"
    #: decide about alerts, incidents and quarantined items
    ACT = "act"
    #: accounts, tokens and devices
    ADMINISTER = "administer"
    #: the record: who did and looked at what, and why
    OVERSEE = "oversee"


SCOPES: dict[str, frozenset[Permission]] = {
    "read": frozenset({Permission.SEE}),
    "ingest": frozenset({Permission.INGEST}),
    "act": frozenset({Permission.ACT}),
}

_DECIDES = frozenset({Permission.SEE, Permission.ACT})
_LOOKS = frozenset({Permission.SEE})
#: In an organisation. A field responder sees their own tasks and not the picture.
ROLES: dict[str, frozenset[Permission]] = {
    "operator": _DECIDES | {Permission.INGEST},
    "supervisor": _DECIDES | {Permission.INGEST},
    "analyst": _LOOKS,
    "cyber": _DECIDES,
    "planner": _LOOKS,
    "CBRN": _DECIDES,
    "decision maker": _DECIDES,
    "ethics officer": _LOOKS | {Permission.OVERSEE},
    "field responder": frozenset(),
    "administrator": _LOOKS | {Permission.ADMINISTER},
}

_EVERYONE = frozenset({Permission.PUBLIC})
_SIGNED_IN = frozenset({Permission.PUBLIC, Permission.SELF})


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks. ``name`` goes into every mark and log; a token acts under ``token:<name>``."""

    name: str
    permissions: frozenset[Permission]
    #: a person (cookie session) or a token; None for a stranger
    person: str | None = None
    token: str | None = None
    #: where the person sits now; roles hold there and nowhere else
    organisation: str | None = None
    #: a person's roles there, for the record; what they may do stands in ``permissions``
    roles: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return self.person is not None or self.token is not None


STRANGER = Subject(name="", permissions=_EVERYONE)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an object is open to. Empty: everybody who may see its kind (one control room)."""

    owner: str | None = None
    shared_with: frozenset[str] = frozenset()


OPEN = Reach()


def person(name: str, roles: Iterable[str], organisation: str | None = None) -> Subject:
    """A signed-in person at their seat. An unknown role gives nothing."""
    held = tuple(roles)
    granted = _SIGNED_IN.union(*(ROLES.get(role, frozenset()) for role in held))
    return Subject(name=name, permissions=granted, person=name, organisation=organisation, roles=held)


def token(token_id: str, name: str, scopes: Iterable[str]) -> Subject:
    """A program with a token: its scopes and nothing else."""
    granted = _SIGNED_IN.union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
    return Subject(name=f"token:{name}", permissions=granted, token=token_id)


def allows(subject: Subject, permission: Permission, reach: Reach = OPEN) -> bool:
    if permission not in subject.permissions:
        return False
    return reach.owner is None or subject.name == reach.owner or subject.name in reach.shared_with


def require(subject: Subject, permission: Permission, reach: Reach = OPEN) -> None:
    """Raises ``Unauthenticated`` for a stranger, ``Forbidden`` for someone known who may not."""
    if allows(subject, permission, reach):
        return
    if not subject.known:
        raise Unauthenticated("nobody is signed in", cure="sign in, or send a bearer token")
    raise Forbidden(
        f"{subject.name} may not do this",
        field="permission",
        value=permission.value,
        cure="ask an administrator for it, or use a token with that scope",
    )


def check_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once. Raises ``Invalid`` for an unknown one or none at all."""
    wanted = tuple(sorted(set(scopes)))
    known = ", ".join(SCOPES)
    if not wanted:
        raise Invalid("a token needs at least one scope", field="scopes", cure=f"choose from {known}")
    for scope in wanted:
        if scope not in SCOPES:
            raise Invalid("no such scope", field="scopes", value=scope, cure=f"choose from {known}")
    return wanted


#: What a live stream may carry: streams with equal audiences are encoded once.
Audience = frozenset[Permission]


def audience(subject: Subject) -> Audience:
    """The part of a subject's permissions that decides what its live stream shows."""
    return frozenset(subject.permissions & {Permission.SEE})


def receives(to: Audience, reach: Reach = OPEN) -> bool:
    """May a live event about an object of this reach go to this audience?"""
    return Permission.SEE in to and reach.owner is None
