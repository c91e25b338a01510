"""The whole matrix role or scope x permission, written by hand, not derived from the module."""

from datetime import UTC, datetime

import pytest

from tocsin.identity import policy
from tocsin.identity.policy import Permission, Relation, Seat
from tocsin.kernel.errors import Forbidden, Invalid, Unauthenticated
from tocsin.kernel.sharing import Level, Offer, Sharing

WHO = {
    "stranger": policy.STRANGER,
    "operator": policy.person("ann", ["operator"]),
    "supervisor": policy.person("di", ["supervisor"]),
    "analyst": policy.person("eva", ["analyst"]),
    "cyber": policy.person("finn", ["cyber"]),
    "planner": policy.person("gro", ["planner"]),
    "CBRN": policy.person("hal", ["CBRN"]),
    "decision maker": policy.person("ida", ["decision maker"]),
    "ethics officer": policy.person("jon", ["ethics officer"]),
    "field responder": policy.person("kim", ["field responder"]),
    "administrator": policy.person("bo", ["administrator"]),
    "first account": policy.person("operator", ["operator", "administrator"]),
    "unknown role": policy.person("cy", ["emperor"]),
    "read": policy.token("1", "t", ["read"]),
    "ingest": policy.token("2", "t", ["ingest"]),
    "act": policy.token("3", "t", ["act"]),
    "read act": policy.token("4", "t", ["read", "act"]),
}
#            public self see ingest act administer oversee analyse plan
MATRIX = {
    "stranger": "y--------",
    "operator": "yyyyy----",
    "supervisor": "yyyyy---y",
    "analyst": "yyy----y-",
    "cyber": "yyy-y--y-",
    "planner": "yyy----yy",
    "CBRN": "yyy-y----",
    "decision maker": "yyy-y----",
    "ethics officer": "yyy---yy-",
    "field responder": "yy-------",
    "administrator": "yyy--y---",
    "first account": "yyyyyy---",
    "unknown role": "yy-------",
    "read": "yyy----y-",
    "ingest": "yy-y-----",
    "act": "yy--y---y",
    "read act": "yyy-y--yy",
}
COLUMNS = (
    Permission.PUBLIC,
    Permission.SELF,
    Permission.SEE,
    Permission.INGEST,
    Permission.ACT,
    Permission.ADMINISTER,
    Permission.OVERSEE,
    Permission.ANALYSE,
    Permission.PLAN,
)
CELLS = [
    (who, needs, cell == "y") for who, row in MATRIX.items() for needs, cell in zip(COLUMNS, row, strict=True)
]


def test_matrix_covers_all() -> None:
    assert set(COLUMNS) == set(Permission)
    assert set(MATRIX) == set(WHO)
    assert set(policy.ROLES) <= set(WHO)


@pytest.mark.parametrize(("who", "needs", "may"), CELLS)
def test_cell(who: str, needs: Permission, may: bool) -> None:
    assert policy.allows(WHO[who], needs) is may
    if may:
        policy.require(WHO[who], needs)
    else:
        with pytest.raises(Unauthenticated if who == "stranger" else Forbidden):
            policy.require(WHO[who], needs)


# What a seat is to a thing: rows are sharings, columns are seats, written by hand.
#   N nothing, S sees, W works on it, O owns it
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
POLICE, IT, FIRE = Seat("police"), Seat("it"), Seat("fire")
HOSPITAL, NOWHERE = Seat("hospital", partner=True), Seat()
SEATS = (POLICE, IT, FIRE, HOSPITAL, NOWHERE)
RELATIONS = {
    # nobody owns it: every control room may take it
    Sharing(): "OOONN",
    Sharing("", Level.CITY): "OOOSN",
    Sharing("", Level.NAMED, ("it",)): "NWNNN",
    # the police own it
    Sharing("police", Level.OWN): "ONNNN",
    Sharing("police", Level.NAMED, ("it",)): "OWNNN",
    Sharing("police", Level.NAMED, ("hospital",)): "ONNWN",
    Sharing("police", Level.ALL): "OSSNN",
    Sharing("police", Level.ALL, ("it",)): "OWSNN",
    Sharing("police", Level.CITY): "OSSSN",
    Sharing("police", Level.CITY, ("hospital",)): "OSSWN",
    # names that an own-room thing should not have count for nothing
    Sharing("police", Level.OWN, ("it",)): "ONNNN",
    # whoever it is offered to may look before taking it
    Sharing("police", Level.OWN, (), Offer("it", "ann", NOW, "yours")): "OSNNN",
    Sharing("police", Level.NAMED, ("it",), Offer("fire", "ann", NOW, "yours")): "OWSNN",
    Sharing("police", Level.OWN, (), Offer("hospital", "ann", NOW, "yours")): "ONNSN",
}


@pytest.mark.parametrize(("sharing", "row"), RELATIONS.items(), ids=str)
def test_relation(sharing: Sharing, row: str) -> None:
    letters = {Relation.NONE: "N", Relation.SEES: "S", Relation.WORKS: "W", Relation.OWNS: "O"}
    assert "".join(letters[policy.relation(seat, sharing)] for seat in SEATS) == row


def test_a_role_without_the_permission_sees_nothing_of_its_own_room() -> None:
    mine = Sharing("police", Level.OWN)
    assert policy.allows(policy.person("ann", ["operator"], POLICE), Permission.SEE, mine)
    assert not policy.allows(policy.person("kim", ["field responder"], POLICE), Permission.SEE, mine)
    assert not policy.allows(policy.person("ann", ["operator"], IT), Permission.SEE, mine)


def test_what_is_closed_is_named_and_not_shown() -> None:
    with pytest.raises(Forbidden) as refused:
        policy.require_reach(IT, Sharing("police", Level.OWN), Relation.SEES, "INC-014")
    assert (refused.value.value, refused.value.cure) == ("INC-014", "request access from police")
    with pytest.raises(Forbidden) as refused:
        policy.require_reach(IT, Sharing("police", Level.ALL), Relation.WORKS, "INC-014")
    assert refused.value.cure == "ask police"


def test_live_audience() -> None:
    reader = policy.audience(policy.token("1", "t", ["read"], IT))
    assert policy.receives(reader)
    assert policy.receives(reader, Sharing())
    assert not policy.receives(reader, Sharing("police", Level.OWN))
    assert not policy.receives(policy.audience(WHO["ingest"]))
    assert not policy.receives(policy.audience(policy.STRANGER))


@pytest.mark.parametrize("scopes", [[], ["read", "all"], ["READ"]])
def test_unknown_scopes_are_refused(scopes: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        policy.check_scopes(scopes)
    assert refused.value.field == "scopes"
    assert "read, ingest, act" in (refused.value.cure or "")
