"""Whose task it is: the rule as a table, written by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tocsin.identity import policy
from tocsin.identity.duties import require_duty
from tocsin.identity.policy import Seat
from tocsin.kernel.decisions import Incident, Task, TaskRole, TaskState
from tocsin.kernel.errors import Forbidden
from tocsin.kernel.sharing import OPEN_TO_ALL, Level, Sharing

AT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
POLICE, IT, TRAMS = Seat("police"), Seat("it"), Seat("trams", partner=True)
OURS = Sharing("police", Level.ALL)
WITH_IT = Sharing("police", Level.NAMED, ("it",))
ALONE = Sharing("police", Level.OWN)


def incident(role: TaskRole, sharing: Sharing, of_task: Sharing | None = None) -> Incident:
    task = Task("surge.look", "surge", "Look", "Look.", role, TaskState.OPEN, 1, sharing=of_task)
    return Incident(
        "INC-001", 1, "open", "incident", "Surge", "high", "ann", (), None, AT, AT, (), tasks=(task,),
        sharing=sharing,
    )  # fmt: skip


#  roles at the seat, seat, role of the task, sharing of the incident, of the task, may
TABLE = [
    (["operator"], POLICE, "operator", OURS, None, True),
    (["operator"], POLICE, "supervisor", OURS, None, False),
    (["operator"], POLICE, "cyber", OURS, None, False),
    (["supervisor"], POLICE, "cyber", OURS, None, True),
    (["supervisor"], POLICE, "field responder", OURS, None, True),
    (["planner"], POLICE, "planner", OURS, None, True),
    (["planner"], POLICE, "operator", OURS, None, False),
    (["operator", "cyber"], POLICE, "cyber", OURS, None, True),
    (["administrator"], POLICE, "operator", OURS, None, False),
    ([], POLICE, "operator", OURS, None, False),
    # another room looks at what is open to all, and works where it is named
    (["cyber"], IT, "cyber", OURS, None, False),
    (["supervisor"], IT, "cyber", OURS, None, False),
    (["cyber"], IT, "cyber", WITH_IT, None, True),
    (["supervisor"], IT, "cyber", WITH_IT, None, True),
    (["operator"], IT, "cyber", WITH_IT, None, False),
    (["cyber"], IT, "cyber", ALONE, None, False),
    # a task may be shared otherwise than its incident
    (["cyber"], IT, "cyber", OURS, WITH_IT, True),
    (["cyber"], IT, "cyber", WITH_IT, ALONE, False),
    # nobody has taken it yet: every control room works on it, a partner does not
    (["operator"], IT, "operator", OPEN_TO_ALL, None, True),
    (["operator"], TRAMS, "operator", OPEN_TO_ALL, None, False),
    (["operator"], TRAMS, "operator", Sharing("police", Level.CITY), None, False),
    (["operator"], TRAMS, "operator", Sharing("police", Level.CITY, ("trams",)), None, True),
]


@pytest.mark.parametrize(("roles", "seat", "role", "sharing", "of_task", "may"), TABLE)
def test_who_may_move_a_task(
    roles: list[str], seat: Seat, role: TaskRole, sharing: Sharing, of_task: Sharing | None, may: bool
) -> None:
    asks = policy.person("ann", roles, seat)
    found = incident(role, sharing, of_task)
    if may:
        require_duty(asks, found, "surge.look")
        return
    with pytest.raises(Forbidden) as refused:
        require_duty(asks, found, "surge.look")
    if refused.value.field == "role":
        assert refused.value.value == role
        assert role in (refused.value.cure or "")
    else:
        assert refused.value.value == "INC-001"


def test_a_program_holds_no_role() -> None:
    program = policy.token("t1", "ticker", ["read", "act"], POLICE)
    with pytest.raises(Forbidden, match="role operator"):
        require_duty(program, incident("operator", OURS), "surge.look")


def test_an_unknown_task_is_told_elsewhere() -> None:
    require_duty(policy.person("ann", [], POLICE), incident("operator", OURS), "surge.nothing")
