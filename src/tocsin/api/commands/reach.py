"""What the caller's room may see and do of one thing, asked in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.alerts import service as alerts
from tocsin.alerts.maintenance import service as maintenance
from tocsin.db import Connection
from tocsin.evidence import service as evidence
from tocsin.identity import policy
from tocsin.identity.policy import Relation, Subject
from tocsin.identity.repository import partners
from tocsin.incidents import service as incidents
from tocsin.incidents.advice import service as advice
from tocsin.incidents.advice.repository import plan as plan_of
from tocsin.incidents.correlation import service as correlation
from tocsin.incidents.seen import seen_by, task_relation
from tocsin.kernel.advice import Consultation
from tocsin.kernel.decisions import Alert, Incident, Task, sharing_of
from tocsin.kernel.errors import Forbidden, NotFound
from tocsin.kernel.proposals import Proposal
from tocsin.kernel.sharing import Sharing, narrowest
from tocsin.notify.warnings import service as warnings
from tocsin.spaces import service as spaces


def room_of(caller: Subject) -> str:
    """Who owns what the caller begins."""
    return caller.seat.organisation


def begins(conn: Connection, caller: Subject, members: Sequence[Alert]) -> Sharing:
    """How an incident of these alerts is shared at first."""
    return narrowest((alert.sharing for alert in members), room_of(caller), partners(conn))


def require_reach(conn: Connection, caller: Subject, kind: str, thing: str, needs: Relation) -> None:
    """``kind``: alert, incident, proposal, evidence, warning, maintenance, advice, space, plan or task
    (``INC-001/<task>``).

    Raises ``Forbidden``, ``NotFound``.
    """
    match kind:
        case "alert":
            policy.require_reach(caller.seat, alerts.get(conn, thing).sharing, needs, thing)
        case "incident":
            policy.require_reach(caller.seat, incidents.get(conn, thing).sharing, needs, thing)
        case "task":
            _require_task(conn, caller, thing, needs)
        case "proposal":
            open_proposal(conn, caller, thing, needs)
        case "evidence":
            policy.require_reach(caller.seat, evidence.get(conn, thing).sharing, needs, thing)
        case "warning":
            policy.require_reach(caller.seat, warnings.get(conn, thing).sharing, needs, thing)
        case "advice":
            open_advice(conn, caller, thing, needs)
        case "space":
            # everybody sees the spaces; whose room drew one changes it
            _own_room(caller, spaces.get(conn, thing).room, needs, thing)
        case "plan":
            _own_room(caller, plan_of(conn, thing)[0].room, needs, thing)
        case "maintenance":
            # everybody sees the windows; what is planned by a room is its own
            _own_room(caller, maintenance.get(conn, thing).room, needs, thing)
        case _:
            raise AssertionError(f"nothing of kind {kind!r} is shared")


def _own_room(caller: Subject, owner: str, needs: Relation, thing: str) -> None:
    if needs > Relation.SEES and owner not in ("", caller.seat.organisation):
        raise Forbidden(f"{thing} is another room's", field="id", value=thing, cure=f"ask {owner}")


def open_advice(
    conn: Connection, caller: Subject, consultation: str, needs: Relation = Relation.SEES
) -> Consultation:
    """Open as its incident is, and as the task that wanted it. Raises ``NotFound``, ``Forbidden``."""
    found = advice.get(conn, consultation)
    require_reach(conn, caller, "incident", found.incident, needs)
    if found.task is not None:
        require_reach(conn, caller, "task", f"{found.incident}/{found.task}", needs)
    return found


def open_alert(conn: Connection, caller: Subject, alert: str) -> Alert:
    """The alert, if it is open to the caller's room. Raises ``NotFound``, ``Forbidden``."""
    found = alerts.get(conn, alert)
    policy.require_reach(caller.seat, found.sharing, Relation.SEES, alert)
    return found


def open_incident(conn: Connection, caller: Subject, incident: str) -> Incident:
    """The incident, without tasks closed to the caller's room. Raises ``NotFound``, ``Forbidden``."""
    found = incidents.get(conn, incident)
    policy.require_reach(caller.seat, found.sharing, Relation.SEES, incident)
    return seen_by(caller.seat, found)


def open_proposal(
    conn: Connection, caller: Subject, proposal: str, needs: Relation = Relation.SEES
) -> Proposal:
    """A proposal says what its alerts say: it is open where all of them, and its incident, are.

    Raises ``NotFound``, ``Forbidden``.
    """
    found = correlation.get(conn, proposal)
    for sharing in _parts(conn, found):
        policy.require_reach(caller.seat, sharing, needs, proposal)
    return found


def proposal_is_open(conn: Connection, caller: Subject, proposal: Proposal) -> bool:
    return all(policy.relation(caller.seat, sharing) for sharing in _parts(conn, proposal))


def _parts(conn: Connection, proposal: Proposal) -> Sequence[Sharing]:
    parts = [alerts.get(conn, alert).sharing for alert in proposal.alerts]
    if proposal.incident is not None:
        parts.append(incidents.get(conn, proposal.incident).sharing)
    return parts


def task_of(incident: Incident, task: str) -> Task:
    """Raises ``NotFound``."""
    for found in incident.tasks:
        if found.id == task:
            return found
    raise NotFound(
        f"{incident.id} has no task {task[:80]!r}", field="task", value=task, cure="look at its tasks"
    )


def _require_task(conn: Connection, caller: Subject, thing: str, needs: Relation) -> None:
    incident, _, task = thing.partition("/")
    found = incidents.get(conn, incident)
    policy.require_reach(caller.seat, found.sharing, Relation.SEES, incident)
    if task_relation(caller.seat, found, one := task_of(found, task)) < needs:
        policy.require_reach(caller.seat, sharing_of(found, one), needs, task)
