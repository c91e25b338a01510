"""What correlation proposes, why, and what people say to it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import proposals as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.paging import Limit
from tocsin.api.schemas import Body, Page, Words
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.kernel.proposals import Proposal, ProposalEvent

endpoints = Endpoints("proposals")

ProposalId = Annotated[str, Path(alias="id", max_length=64)]


class AcceptProposal(Body, frozen=True):
    """``title``: of the new incident, where another than the proposed one is wanted."""

    version: int | None = None
    title: Annotated[str, Meta(min_length=1, max_length=300)] | None = None


class DeclineProposal(Body, frozen=True):
    reason: Words
    version: int | None = None


@endpoints.get("/proposals", Permission.SEE)
async def list_proposals(
    ask: Ask,
    caller: Caller,
    state: Literal["open", "accepted", "declined", "withdrawn", "all"] = "open",
    limit: Limit = 100,
    after: str | None = None,
) -> Page[Proposal]:
    """Which alerts may belong together, and why; newest first."""
    return await commands.find(ask, caller, state=state, limit=limit, after=after)


@endpoints.get("/proposals/{id}", Permission.SEE)
async def get_proposal(ask: Ask, caller: Caller, proposal: ProposalId) -> Annotated[Response, Proposal]:
    found = await commands.get(ask, caller, proposal)
    return answer(found, headers=etag(found.version))


@endpoints.get("/proposals/{id}/events", Permission.SEE)
async def list_proposal_events(ask: Ask, caller: Caller, proposal: ProposalId) -> Page[ProposalEvent]:
    """Every step of its life, oldest first."""
    return await commands.events(ask, caller, proposal)


@endpoints.post("/proposals/{id}/accept", Permission.ACT)
async def accept_proposal(
    request: Request,
    ask: Ask,
    caller: Caller,
    proposal: ProposalId,
    given: Annotated[AcceptProposal, body(AcceptProposal)],
) -> Annotated[Response, Proposal]:
    """Open the incident, or add the alerts to it; `became` names it."""
    version = expected(request, given.version)
    return _changed(await commands.accept(ask, caller, proposal, version, given.title))


@endpoints.post("/proposals/{id}/decline", Permission.ACT)
async def decline_proposal(
    request: Request,
    ask: Ask,
    caller: Caller,
    proposal: ProposalId,
    given: Annotated[DeclineProposal, body(DeclineProposal)],
) -> Annotated[Response, Proposal]:
    """They do not belong together. It does not come back unless something new joins it."""
    version = expected(request, given.version)
    return _changed(await commands.decline(ask, caller, proposal, given.reason, version))


def _changed(proposal: Proposal) -> Response:
    return answer(proposal, headers=etag(proposal.version))
