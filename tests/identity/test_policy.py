"""The whole matrix role or scope x permission, written by hand, not derived from the module."""

import pytest

from tocsin.identity import policy
from tocsin.identity.policy import Permission, Reach
from tocsin.kernel.errors import Forbidden, Invalid, Unauthenticated

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
#            public self see ingest act administer oversee
MATRIX = {
    "stranger": "y------",
    "operator": "yyyyy--",
    "supervisor": "yyyyy--",
    "analyst": "yyy----",
    "cyber": "yyy-y--",
    "planner": "yyy----",
    "CBRN": "yyy-y--",
    "decision maker": "yyy-y--",
    "ethics officer": "yyy---y",
    "field responder": "yy-----",
    "administrator": "yyy--y-",
    "first account": "yyyyyy-",
    "unknown role": "yy-----",
    "read": "yyy----",
    "ingest": "yy-y---",
    "act": "yy--y--",
    "read act": "yyy-y--",
}
COLUMNS = (
    Permission.PUBLIC,
    Permission.SELF,
    Permission.SEE,
    Permission.INGEST,
    Permission.ACT,
    Permission.ADMINISTER,
    Permission.OVERSEE,
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


def test_reach_closes_what_is_owned_by_another() -> None:
    ann = WHO["operator"]
    assert policy.allows(ann, Permission.SEE, Reach(owner="ann"))
    assert policy.allows(ann, Permission.SEE, Reach(owner="bo", shared_with=frozenset({"ann"})))
    assert not policy.allows(ann, Permission.SEE, Reach(owner="bo"))


def test_live_audience() -> None:
    assert policy.receives(policy.audience(WHO["read"]))
    assert not policy.receives(policy.audience(WHO["ingest"]))
    assert not policy.receives(policy.audience(policy.STRANGER))
    assert not policy.receives(policy.audience(WHO["read"]), Reach(owner="somebody"))


@pytest.mark.parametrize("scopes", [[], ["read", "all"], ["READ"]])
def test_unknown_scopes_are_refused(scopes: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        policy.check_scopes(scopes)
    assert refused.value.field == "scopes"
    assert "read, ingest, act" in (refused.value.cure or "")
