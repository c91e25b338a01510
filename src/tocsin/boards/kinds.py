"""What may stand on a board, our own kinds: the permission each needs, its sizes and its settings.

``reads`` names the endpoints that feed it (``live``: the stream). They refuse on their own whoever lacks the
permission; a board only spares people a panel that would stay empty.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tocsin.boards.model import Value
from tocsin.identity.policy import Permission, Subject, allows


class Setting(msgspec.Struct, frozen=True):
    """``low`` and ``high``: of a number, or of the length of a text."""

    name: str
    type: Literal["text", "number", "choice", "flag"]
    default: Value
    low: float = 0
    high: float = 80
    choices: tuple[str, ...] = ()


class Kind(msgspec.Struct, frozen=True):
    """``columns`` and ``rows``: how large one is added; ``least``: no smaller than that."""

    id: str
    needs: Permission
    reads: tuple[str, ...]
    columns: int
    rows: int
    least: tuple[int, int] = (2, 2)
    settings: tuple[Setting, ...] = ()


def _limit(default: int) -> Setting:
    return Setting("limit", "number", default, 1, 200)


_ENTITIES = (
    Setting("type", "text", "CrowdFlowObserved", 1, 64),
    Setting("attribute", "text", "peopleCount", 1, 128),
    Setting("per", "text", "", 0, 128),
    Setting("unit", "text", "", 0, 16),
)
_LAYERS = tuple(Setting(name, "flag", True) for name in ("density", "cameras", "sensors", "exits"))
_SEE, _LIVE = Permission.SEE, ("live",)

KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind("queue", _SEE, _LIVE, 4, 10, (3, 3), (_limit(50),)),
        Kind("map", _SEE, _LIVE, 6, 10, (3, 4), _LAYERS),
        Kind(
            "time-series",
            _SEE,
            ("live", "get_series"),
            6,
            6,
            (3, 4),
            (*_ENTITIES, Setting("minutes", "number", 30, 1, 1440), Setting("limit", "number", 4, 1, 6)),
        ),
        Kind("table", _SEE, _LIVE, 4, 7, (2, 3), (*_ENTITIES, _limit(50))),
        Kind("bars", _SEE, _LIVE, 4, 6, (2, 3), (*_ENTITIES, _limit(20))),
        Kind(
            "number",
            _SEE,
            _LIVE,
            2,
            3,
            (1, 2),
            (*_ENTITIES, Setting("of", "choice", "sum", choices=("sum", "most", "mean", "count"))),
        ),
        Kind("graph", _SEE, _LIVE, 6, 9, (3, 4), (_limit(40),)),
        Kind("incidents", _SEE, _LIVE, 4, 6, (3, 3), (_limit(50),)),
        Kind(
            "form",
            Permission.ACT,
            ("open_incident", "note_on_incident"),
            4,
            5,
            (3, 4),
            (Setting("form", "choice", "incident", choices=("incident", "note")),),
        ),
        Kind("text", Permission.SELF, (), 3, 4, (1, 2), (Setting("words", "text", "", 0, 4000),)),
        Kind("image-boxes", _SEE, ("list_alert_evidence", "get_evidence_picture"), 4, 8, (3, 5)),
        Kind("status-wall", _SEE, _LIVE, 8, 7, (3, 3)),
        Kind("checklist", _SEE, _LIVE, 4, 8, (3, 4)),
        Kind("load", _SEE, ("live", "get_alarm_figures", "list_organisations"), 8, 7, (5, 3)),
        Kind("alarm-figures", _SEE, ("get_alarm_figures",), 4, 8, (3, 5)),
        Kind("response", _SEE, ("get_response_figures",), 4, 5, (3, 4)),
        Kind("records", _SEE, ("live", "get_tool_record"), 4, 7, (3, 4)),
        Kind("shares", _SEE, ("live", "list_organisations"), 8, 5, (4, 3)),
        Kind("processing", _SEE, ("get_register",), 6, 6, (3, 3)),
        Kind("deletions", _SEE, ("list_deletions",), 4, 6, (3, 3), (_limit(50),)),
        Kind("reads", Permission.OVERSEE, ("get_audit_figures",), 4, 5, (3, 4)),
    )
}

#: a tool's panel, by its renderer: how large it is added, and no smaller than
TOOL_SIZES: dict[str, tuple[int, int]] = {
    "map-points": (6, 9),
    "map-cells": (6, 9),
    "time-series": (6, 6),
    "graph": (6, 9),
    "image-boxes": (4, 8),
    "number": (2, 3),
    "text": (4, 4),
}
TOOL_SIZE = (4, 6)
#: what a tool shows are entities, findings and history: the picture
TOOL_NEEDS = Permission.SEE


def needs_of(shows: str) -> Permission:
    """A kind that nobody knows needs what the picture needs: what it would show cannot be told."""
    kind = KINDS.get(shows)
    return TOOL_NEEDS if kind is None else kind.needs


def is_open(subject: Subject, shows: str) -> bool:
    return allows(subject, needs_of(shows))
