"""Tokens for programs: scoped, shown once, revocable."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas import NewToken, Page, TokenItem, TokenMade
from tocsin.identity.organisations import FIRST_ROOM
from tocsin.identity.policy import Permission
from tocsin.identity.tokens import ApiToken
from tocsin.kernel.errors import NotFound

endpoints = Endpoints("tokens")


@endpoints.get("/tokens", Permission.ADMINISTER)
async def list_tokens(ask: Ask) -> Page[TokenItem]:
    return Page([_item(token) for token in await ask.identity.tokens.all()])


@endpoints.post("/tokens", Permission.ADMINISTER, status=201)
async def create_token(ask: Ask, caller: Caller, given: Annotated[NewToken, body(NewToken)]) -> TokenMade:
    """It sees and does what its organisation may, within its scopes. Shown this once."""
    organisation = given.organisation or caller.organisation or FIRST_ROOM
    secret, token = await ask.identity.tokens.create(
        given.name, given.scopes, by=caller.name, organisation=organisation
    )
    return TokenMade(_item(token), secret)


@endpoints.delete("/tokens/{id}", Permission.ADMINISTER)
async def revoke_token(
    ask: Ask, caller: Caller, token_id: Annotated[str, Path(alias="id", max_length=64)]
) -> None:
    if not await ask.identity.tokens.revoke(token_id, by=caller.name):
        raise NotFound("no such token", field="id", value=token_id, cure="GET /api/v1/tokens lists them")


def _item(token: ApiToken) -> TokenItem:
    return TokenItem(
        id=token.id,
        name=token.name,
        scopes=list(token.scopes),
        created_by=token.created_by,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        organisation=token.organisation,
    )
