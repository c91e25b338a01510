"""What correlation proposes and people decide: *these alerts belong together, and this is why*."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tocsin.kernel.decisions import Mark, Rule
from tocsin.kernel.events import Severity

#: proposals travel on ``incident.proposal.<id>``, beside ``incident.<id>`` of the incidents themselves
PROPOSAL_SUBJECT = "incident.proposal."


class Pairing(msgspec.Struct, frozen=True):
    """Why ``alert`` was put beside another: all that its rule asks for holds between the two.

    ``apart_s``: seconds between their onsets. ``distance_m``: great circle, None where one has no place.
    ``entities``: those that both name.
    """

    alert: str
    beside: str
    apart_s: float
    distance_m: float | None
    entities: tuple[str, ...]
    words: str


class Proposal(msgspec.Struct, frozen=True):
    """A new incident of ``alerts`` (``incident`` None), or ``alerts`` to be added to an open incident.

    ``id`` counts up (``PR-0001``). ``withdrawn``: what it rested on no longer holds. ``became``: the incident
    that an accepted one led to.
    """

    id: str
    version: int
    state: Literal["open", "accepted", "declined", "withdrawn"]
    rule: Rule
    incident: str | None
    alerts: tuple[str, ...]
    reasons: tuple[Pairing, ...]
    title: str
    severity: Severity
    proposed_at: datetime
    updated_at: datetime
    decided: Mark | None = None
    became: str | None = None


ProposalAct = Literal["proposed", "revised", "withdrawn", "accepted", "declined"]


class ProposalEvent(msgspec.Struct, frozen=True):
    """One step of a proposal; ``proposal`` is how it stood after."""

    act: ProposalAct
    by: str
    at: datetime
    proposal: Proposal
