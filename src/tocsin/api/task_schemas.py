"""What the API says and hears about procedures and tasks. These classes are OpenAPI components too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.api.schemas import Body
from tocsin.incidents.procedures.library import RefusedFile
from tocsin.incidents.procedures.model import Procedure

Reason = Annotated[str, Meta(max_length=10_000)]


class ProcedureList(msgspec.Struct, frozen=True):
    """Newest versions, by id. ``refused``: the city's own files that are wrong, and what to mend."""

    items: list[Procedure]
    refused: list[RefusedFile]


class StartProcedure(Body, frozen=True):
    """``version``: of the incident, as seen (409 if it moved on). ``procedure_version``: else the newest."""

    procedure: Annotated[str, Meta(min_length=1, max_length=64)]
    procedure_version: int | None = None
    version: int | None = None


class TaskCommand(Body, frozen=True):
    """``version``: of the incident, as seen. ``reason`` where the act asks for one."""

    version: int | None = None
    reason: Reason | None = None


class UndoTask(TaskCommand, frozen=True):
    """``done_at``: when the act that is taken back was done, as seen (409 if another came after)."""

    done_at: Annotated[datetime, Meta(tz=True)] | None = None


class TickTask(Body, frozen=True):
    """``item``: line of the checklist, from 0. ``ticked`` false takes the tick back."""

    item: int
    ticked: bool = True
    version: int | None = None


class AnswerTask(Body, frozen=True):
    """``answer``: one of the names that the task's question gives."""

    answer: Annotated[str, Meta(min_length=1, max_length=200)]
    version: int | None = None
    reason: Reason | None = None
