"""The life of a proposal. Pure: a proposal in, an event or a refusal out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tocsin.incidents.correlation.candidates import Draft
from tocsin.kernel.decisions import Mark
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.proposals import Proposal, ProposalAct, ProposalEvent
from tocsin.kernel.text import clean

REASON_CHARS = 1000
BY = "correlation"


def proposal_id(number: int) -> str:
    return f"PR-{number:04d}"


def begin(number: int, draft: Draft, at: datetime) -> ProposalEvent:
    made = Proposal(
        id=proposal_id(number),
        version=1,
        state="open",
        rule=draft.rule,
        incident=draft.incident,
        alerts=draft.alerts,
        reasons=draft.reasons,
        title=draft.title,
        severity=draft.severity,
        proposed_at=at,
        updated_at=at,
    )
    return ProposalEvent("proposed", BY, at, made)


def follow(
    pending: Sequence[Proposal], drafts: Iterable[Draft], number: int, at: datetime
) -> list[ProposalEvent]:
    """What takes the open proposals to what is to be proposed now; ``number``: of the next new one.

    A draft goes on under the number of the proposal with which it shares most alerts, so that people see one
    proposal grow. What is no longer proposed is withdrawn.
    """
    left = {p.id: p for p in pending}
    events, fresh = [], []
    for draft in drafts:
        known = _same(draft, left.values())
        if known is None:
            fresh.append(draft)
            continue
        del left[known.id]
        if (known.rule.id, known.alerts) != (draft.rule.id, draft.alerts):
            changed = {f: getattr(draft, f) for f in ("rule", "alerts", "reasons", "title", "severity")}
            events.append(_step(known, "revised", BY, at, **changed))
    events += [_step(gone, "withdrawn", BY, at, state="withdrawn") for gone in left.values()]
    events += [begin(number + i, draft, at) for i, draft in enumerate(fresh)]
    return events


def accept(proposal: Proposal, incident: str, by: str, at: datetime) -> ProposalEvent:
    """A person says yes; ``incident``: what it became part of. Raises ``Conflict``."""
    require_open(proposal)
    return _step(proposal, "accepted", by, at, state="accepted", decided=Mark(by, at), became=incident)


def decline(proposal: Proposal, reason: str, by: str, at: datetime) -> ProposalEvent:
    """A person says no, and why. Raises ``Invalid``, ``Conflict``."""
    require_open(proposal)
    said = clean(reason, REASON_CHARS)
    if not said:
        raise Invalid(
            "a reason is needed", field="reason", value=reason, cure="say why they do not belong together"
        )
    return _step(proposal, "declined", by, at, state="declined", decided=Mark(by, at, said))


def require_open(proposal: Proposal) -> None:
    """Raises ``Conflict`` where somebody decided, or what it rested on has gone."""
    if proposal.state != "open":
        who = f" by {proposal.decided.by}" if proposal.decided else ""
        raise Conflict(
            f"{proposal.id} is {proposal.state}{who}",
            field="state",
            value=proposal.state,
            cure="look at the proposals again",
        )


def _step(proposal: Proposal, act: ProposalAct, by: str, at: datetime, **fields: Any) -> ProposalEvent:
    at = max(at, proposal.updated_at)
    after = replace(proposal, version=proposal.version + 1, updated_at=at, **fields)
    return ProposalEvent(act, by, at, after)


def _same(draft: Draft, pending: Iterable[Proposal]) -> Proposal | None:
    wanted = set(draft.alerts)
    shared = [(-len(wanted & set(p.alerts)), p.id, p) for p in pending if p.incident == draft.incident]
    best = min(shared, key=lambda s: s[:2], default=None)
    return best[2] if best is not None and best[0] < 0 else None
