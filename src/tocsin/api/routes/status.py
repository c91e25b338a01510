"""What the house says of itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from tocsin.api.endpoint import Ask, Endpoints
from tocsin.api.schemas import Page, Status
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import NotFound
from tocsin.sdk.status import ToolStatus

endpoints = Endpoints("status")


@endpoints.get("/status", Permission.SEE)
async def get_status(ask: Ask) -> Status:
    """Stages, tools, processes, streams and their lags, as they are now."""
    return ask.board.status()


@endpoints.get("/tools", Permission.SEE)
async def list_tools(ask: Ask) -> Page[ToolStatus]:
    """Every tool with its parameters, panels and guide."""
    return Page(ask.board.tools())


@endpoints.get("/tools/{id}", Permission.SEE)
async def get_tool(ask: Ask, tool: Annotated[str, Path(alias="id", max_length=64)]) -> ToolStatus:
    for found in ask.board.tools():
        if found.id == tool:
            return found
    raise NotFound("no such tool", field="id", value=tool, cure="GET /api/v1/tools lists them")
