"""Boxes at the edge: who may connect, and how each is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import Path

from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas import Page
from tocsin.api.schemas_edges import EdgeItem, EdgeMade, NewEdge
from tocsin.edge.register import Register
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import NotFound

endpoints = Endpoints("edges")


@endpoints.get("/edges", Permission.SEE)
async def list_edges(ask: Ask) -> Page[EdgeItem]:
    """Every box that may connect, with its state, what waits there and since when."""
    if ask.edges is None:
        return Page([])
    status = {edge.id: edge for edge in ask.board.edges()}
    return Page(
        [
            EdgeItem(edge.id, datetime.fromisoformat(edge.at), edge.by, status.get(edge.id))
            for edge in ask.edges.all()
        ]
    )


@endpoints.post("/edges", Permission.ADMINISTER, status=201)
async def create_edge(ask: Ask, caller: Caller, given: Annotated[NewEdge, body(NewEdge)]) -> EdgeMade:
    """Let a box in. What it joins with is shown this once."""
    invitation = await _register(ask.edges).add(given.id, by=caller)
    return EdgeMade(invitation.edge, msgspec.to_builtins(invitation))


@endpoints.delete("/edges/{id}", Permission.ADMINISTER)
async def revoke_edge(
    ask: Ask, caller: Caller, edge: Annotated[str, Path(alias="id", max_length=32)]
) -> None:
    """Shut it out; its link has ended when this answers. What it sent stays."""
    await _register(ask.edges).revoke(edge, by=caller)


def _register(register: Register | None) -> Register:
    if register is None:
        raise NotFound("this realm has no edges", field="realm", cure="edges send into the live realm")
    return register
