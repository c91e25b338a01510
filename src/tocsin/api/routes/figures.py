"""Figures about alarms and tools: ISA-18.2 of a room, and each tool's record. Never about a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from tocsin.alerts.figures import AlarmFigures
from tocsin.alerts.figures.report import Period
from tocsin.alerts.record import ToolRecord
from tocsin.api.commands import figures as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints
from tocsin.identity.policy import Permission

endpoints = Endpoints("figures")


@endpoints.get("/alerts/figures", Permission.SEE)
async def get_alarm_figures(
    ask: Ask,
    caller: Caller,
    room: Annotated[str | None, Query(max_length=64, description="a room's id; your own if left out")] = None,
    period: Period = "24h",
) -> AlarmFigures:
    """Alarm load of a room beside the targets of ISA-18.2, IEC 62682 and EEMUA 191."""
    return await commands.of_room(ask, caller, room, period)


@endpoints.get("/tools/{id}/record", Permission.SEE)
async def get_tool_record(ask: Ask, tool: Annotated[str, Path(alias="id", max_length=64)]) -> ToolRecord:
    """How often what the tool said was confirmed, by kind and month, over twelve months."""
    return await commands.of_tool(ask, tool)
