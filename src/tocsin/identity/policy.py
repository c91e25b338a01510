"""Who may do what: pure, no store and no clock. Every endpoint, query and live event passes here.

Two questions, both answered here: may this role do such a thing at all (``Permission``), and what is the
caller's room to this one thing (``Relation``). Callers pass the thing's ``Sharing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache

from tocsin.kernel.errors import Forbidden, Invalid, Unauthenticated
from tocsin.kernel.sharing import Level, Sharing


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
    #: ask the lake: SQL over all history, series, saved queries
    ANALYSE = "analyse"
    #: draw public spaces, keep plans for them
    PLAN = "plan"


SCOPES: dict[str, frozenset[Permission]] = {
    "read": frozenset({Permission.SEE, Permission.ANALYSE}),
    "ingest": frozenset({Permission.INGEST}),
    "act": frozenset({Permission.ACT, Permission.PLAN}),
}

_DECIDES = frozenset({Permission.SEE, Permission.ACT})
_LOOKS = frozenset({Permission.SEE})
#: In an organisation. A field responder sees their own tasks and not the picture.
ROLES: dict[str, frozenset[Permission]] = {
    "operator": _DECIDES | {Permission.INGEST},
    "supervisor": _DECIDES | {Permission.INGEST, Permission.PLAN},
    "analyst": _LOOKS | {Permission.ANALYSE},
    "cyber": _DECIDES | {Permission.ANALYSE},
    "planner": _LOOKS | {Permission.ANALYSE, Permission.PLAN},
    "CBRN": _DECIDES,
    "decision maker": _DECIDES,
    "ethics officer": _LOOKS | {Permission.OVERSEE, Permission.ANALYSE},
    "field responder": frozenset(),
    "administrator": _LOOKS | {Permission.ADMINISTER},
}

_EVERYONE = frozenset({Permission.PUBLIC})
_SIGNED_IN = frozenset({Permission.PUBLIC, Permission.SELF})


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody sits: an organisation; ``partner``: one of the city that is not a control room."""

    organisation: str = ""
    partner: bool = False


NOWHERE = Seat()


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks. ``name`` goes into every mark and log; a token acts under ``token:<name>``."""

    name: str
    permissions: frozenset[Permission]
    #: a person (cookie session) or a token; None for a stranger
    person: str | None = None
    token: str | None = None
    #: where the person sits now, or the token belongs; roles hold there and nowhere else
    seat: Seat = NOWHERE
    #: a person's roles there, for the record; what they may do stands in ``permissions``
    roles: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return self.person is not None or self.token is not None

    @property
    def organisation(self) -> str | None:
        return self.seat.organisation or None


STRANGER = Subject(name="", permissions=_EVERYONE)


def person(name: str, roles: Iterable[str], seat: Seat = NOWHERE) -> Subject:
    """A signed-in person at their seat. An unknown role gives nothing."""
    held = tuple(roles)
    granted = _SIGNED_IN.union(*(ROLES.get(role, frozenset()) for role in held))
    return Subject(name=name, permissions=granted, person=name, seat=seat, roles=held)


def token(token_id: str, name: str, scopes: Iterable[str], seat: Seat = NOWHERE) -> Subject:
    """A program with a token: its scopes and nothing else."""
    return Subject(name=f"token:{name}", permissions=_of_scopes(tuple(scopes)), token=token_id, seat=seat)


@lru_cache(1024)  # asked at every call
def _of_scopes(scopes: tuple[str, ...]) -> frozenset[Permission]:
    return _SIGNED_IN.union(*(SCOPES.get(scope, frozenset()) for scope in scopes))


class Relation(IntEnum):
    """What a seat is to a thing, each including the ones before."""

    NONE = 0
    #: may look at it
    SEES = 1
    #: may act on it: decide, note, do its tasks
    WORKS = 2
    #: may share it, hand it over, end it
    OWNS = 3


def relation(seat: Seat, sharing: Sharing) -> Relation:
    """By room and distribution level alone; what a role may do there is a permission."""
    here = seat.organisation
    if not here:
        return Relation.NONE
    if here == sharing.room:
        return Relation.OWNS
    if sharing.level is not Level.OWN and here in sharing.rooms:
        return Relation.WORKS
    offered = sharing.offer is not None and sharing.offer.to == here
    if seat.partner:
        return Relation.SEES if sharing.level is Level.CITY or offered else Relation.NONE
    if sharing.level in (Level.ALL, Level.CITY):
        return Relation.OWNS if not sharing.room else Relation.SEES
    return Relation.SEES if offered else Relation.NONE


def allows(
    subject: Subject,
    permission: Permission,
    sharing: Sharing | None = None,
    needs: Relation = Relation.SEES,
) -> bool:
    """``sharing`` None: the endpoint as such, or a thing that has no room (a reading, a tool)."""
    if permission not in subject.permissions:
        return False
    return sharing is None or relation(subject.seat, sharing) >= needs


def require(subject: Subject, permission: Permission) -> None:
    """Raises ``Unauthenticated`` for a stranger, ``Forbidden`` for someone known who may not."""
    if allows(subject, permission):
        return
    if not subject.known:
        raise Unauthenticated("nobody is signed in", cure="sign in, or send a bearer token")
    raise Forbidden(
        f"{subject.name} may not do this",
        field="permission",
        value=permission.value,
        cure="ask an administrator for it, or use a token with that scope",
    )


def require_reach(seat: Seat, sharing: Sharing, needs: Relation, thing: str) -> None:
    """``thing`` is named, never shown: that it exists is no secret, its content is. Raises ``Forbidden``."""
    if relation(seat, sharing) >= needs:
        return
    owner = sharing.room or "nobody yet"
    if relation(seat, sharing) is Relation.NONE:
        raise Forbidden(
            f"{thing} is closed to your room", field="id", value=thing, cure=f"request access from {owner}"
        )
    raise Forbidden(
        f"your room may look at {thing}, not do this", field="id", value=thing, cure=f"ask {owner}"
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


@dataclass(frozen=True, slots=True)
class Audience:
    """What a live stream may carry: streams with equal audiences are encoded once."""

    sees: bool
    seat: Seat


def audience(subject: Subject) -> Audience:
    """The part of a subject that decides what its live stream shows."""
    return Audience(Permission.SEE in subject.permissions, subject.seat)


def receives(to: Audience, sharing: Sharing | None = None) -> bool:
    """May a live event about a thing shared so go to this audience?"""
    return to.sees and (sharing is None or relation(to.seat, sharing) >= Relation.SEES)
