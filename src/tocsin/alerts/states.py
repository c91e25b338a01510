"""Our alert in the words of OPC UA Part 9 (IEC 62541-9) and ISA-18.2 (IEC 62682), and what may follow what.

======================  =====================================================================================
Part 9                  here
======================  =====================================================================================
ActiveState             ``active``: the finding has not ended
AckedState              ``state`` is not ``new``: somebody has seen it
ConfirmedState          ``state`` is ``confirmed``, ``rejected`` or ``closed``: somebody has answered it
ShelvingState           ``shelved``: TimedShelved, or OneShotShelved where ``once``; else Unshelved
UnshelveTime            ``shelved.until``, one-shot too (MaxTimeShelved: ``alerts.longest_shelf_h``)
SuppressedState         ``suppressed``: held back by a rule of a flood (suppressed by design)
OutOfServiceState       ``out_of_service``: under a maintenance window
SuppressedOrShelved     any of the three: the alert stands in "set aside", never in the queue
Retain                  ``state`` is not ``closed``
======================  =====================================================================================

Two things differ from Part 9, on purpose. It knows one answer, Confirm; an alert here is confirmed (real) or
rejected (not real, with a reason), since that grades the tool. And a condition there lives for ever, while an
alert is closed once it is done with: a later finding is a new alert, so that a closed one swallows nothing.
An alert confirmed as real that ends and starts again is the same trouble and need not be confirmed again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

from tocsin.kernel.decisions import Alert, AlertAct, AlertState

NEW, ACKNOWLEDGED, CONFIRMED, REJECTED, CLOSED = AlertState
_OPEN = (NEW, ACKNOWLEDGED, CONFIRMED, REJECTED)


class Shelving(StrEnum):
    """States of the ShelvedStateMachineType."""

    UNSHELVED = "Unshelved"
    TIMED = "TimedShelved"
    ONE_SHOT = "OneShotShelved"


class Condition(NamedTuple):
    """An alert as an AlarmConditionType of OPC UA Part 9."""

    active: bool
    acked: bool
    confirmed: bool
    shelving: Shelving
    suppressed: bool
    out_of_service: bool
    retain: bool

    @property
    def suppressed_or_shelved(self) -> bool:
        return self.suppressed or self.out_of_service or self.shelving is not Shelving.UNSHELVED


def condition(alert: Alert) -> Condition:
    """What a Part 9 client would be told of this alert."""
    shelf = alert.shelved
    return Condition(
        active=alert.active,
        acked=alert.state is not NEW,
        confirmed=alert.state in (CONFIRMED, REJECTED, CLOSED),
        shelving=Shelving.UNSHELVED if shelf is None else Shelving.ONE_SHOT if shelf.once else Shelving.TIMED,
        suppressed=alert.suppressed is not None,
        out_of_service=alert.out_of_service is not None,
        retain=alert.state is not CLOSED,
    )


#: states of an alarm in ISA-18.2-2016, clause 5.6 (alarm state transition diagram), by their letters there
IsaState = Literal[
    "A normal",
    "B unacknowledged",
    "C acknowledged",
    "D returned to normal, unacknowledged",
    "F shelved",
    "G suppressed by design",
    "H out of service",
]


def isa_state(alert: Alert) -> IsaState:
    """Where it stands in the diagram. D ended before anybody saw it, and stays in the queue."""
    now = condition(alert)
    if not now.retain:
        return "A normal"
    if now.out_of_service:
        return "H out of service"
    if now.suppressed:
        return "G suppressed by design"
    if now.shelving is not Shelving.UNSHELVED:
        return "F shelved"
    if now.active:
        return "C acknowledged" if now.acked else "B unacknowledged"
    return "A normal" if now.acked else "D returned to normal, unacknowledged"


class Transition(NamedTuple):
    """``act`` is the event; ``by`` who may cause it; ``of`` the states in which it may come; ``when``
    what else must hold; ``part9`` what it is there.
    """

    act: AlertAct
    by: Literal["person", "finding", "rule", "time", "window"]
    of: tuple[AlertState, ...]
    when: str
    then: str
    part9: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition("raised", "finding", (), "nothing open has its key", "new, active", "Active, not Acked"),
    Transition("updated", "finding", _OPEN, "starts again, or says more", "active; new where acknowledged"
               " had ended, or where acknowledged or rejected is graver now", "Active, not Acked"),
    Transition("ended", "finding", tuple(AlertState), "its last episode ends", "not active; a one-shot shelf"
               " is over", "Inactive; OneShotShelved to Unshelved"),
    Transition("acknowledged", "person", (NEW,), "", "acknowledged; not suppressed", "Acknowledge"),
    Transition("unacknowledged", "person", (ACKNOWLEDGED,), "", "new", "(undo)"),
    Transition("confirmed", "person", (NEW, ACKNOWLEDGED), "", "confirmed, set aside by nothing",
               "Acknowledge, Confirm, Unshelve, Unsuppress, PlaceInService"),
    Transition("rejected", "person", (NEW, ACKNOWLEDGED), "with a reason", "rejected, set aside by nothing",
               "Acknowledge, Confirm, Unshelve, Unsuppress, PlaceInService"),
    Transition("reopened", "person", (CONFIRMED, REJECTED, CLOSED), "", "acknowledged", "(undo)"),
    Transition("shelved", "person", _OPEN, "with a reason; not on a shelf of that kind; one-shot: active",
               "on the shelf", "TimedShelve, OneShotShelve"),
    Transition("unshelved", "person", _OPEN, "on the shelf", "back", "Unshelve"),
    Transition("closed", "person", (ACKNOWLEDGED, CONFIRMED, REJECTED), "with a reason while active",
               "closed, set aside by nothing", "Confirm; Retain false"),
    Transition("returned", "time", _OPEN, "shelf or window is over", "back as it stands",
               "TimedShelved to Unshelved; PlaceInService"),
    Transition("suppressed", "rule", _OPEN, "new in a flood; never critical", "held back", "Suppress"),
    Transition("released", "rule", _OPEN, "the flood is over, or it is graver than the rule holds", "back",
               "Unsuppress"),
    Transition("out of service", "window", (NEW, ACKNOWLEDGED), "a window covers it; in no incident",
               "set aside", "RemoveFromService"),
    Transition("joined", "person", tuple(AlertState), "in no incident", "part of it; in service", "(none)"),
    Transition("left", "person", tuple(AlertState), "part of it", "in no incident", "(none)"),
)  # fmt: skip
