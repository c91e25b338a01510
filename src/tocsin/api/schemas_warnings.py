"""What the API says of warnings beyond the stage's own structs."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.notify.warnings.fitness import Flaw
from tocsin.notify.warnings.model import Kind, WarningContent


class WarningTemplate(msgspec.Struct, frozen=True):
    """``content``: filled from the incident as far as it is known; what stands in braces is not.

    ``fits``: it is written for what the incident is about. ``radius_m``: of a circle around its place.
    """

    id: str
    title: str
    fits: bool
    radius_m: float
    content: WarningContent


class WarningDesk(msgspec.Struct, frozen=True):
    """What an author needs. ``exercise``: nothing that is issued here reaches the public.

    ``approvers``: people of this room who may approve, but for whoever asks.
    """

    exercise: bool
    sender: str
    languages: list[str]
    approvers: list[str]
    templates: list[WarningTemplate]
    feed: str


class WarningCheck(msgspec.Struct, frozen=True):
    """``flaws`` empty: it can be submitted. ``cap``: the document as it would be, unsigned."""

    flaws: list[Flaw]
    cap: str


class InForce(msgspec.Struct, frozen=True):
    """A warning as the public has it. ``address`` of its CAP document."""

    id: str
    kind: Kind
    identifier: str
    content: WarningContent
    sent_at: datetime
    expires_at: datetime
    expiring: bool
    address: str
