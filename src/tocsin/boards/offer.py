"""What may be added to a board: our kinds, and every panel of the tools that run here. No tool is named."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tocsin.boards.kinds import KINDS, TOOL_NEEDS, TOOL_SIZE, TOOL_SIZES, Kind, Setting, is_open
from tocsin.identity.policy import Subject, allows
from tocsin.sdk.panels import Panel
from tocsin.sdk.status import ToolStatus


class PanelOffer(msgspec.Struct, frozen=True):
    """``tool`` null: our own kind, which the console names. Sizes in columns and rows."""

    shows: str
    tool: str | None
    panel: Panel | None
    columns: int
    rows: int
    least_columns: int
    least_rows: int
    settings: tuple[Setting, ...]


def offered(subject: Subject, tools: Sequence[ToolStatus]) -> list[PanelOffer]:
    """Those that ``subject`` may read: our kinds first, then tools by title."""
    own = [_kind(kind) for kind in KINDS.values() if is_open(subject, kind.id)]
    if not allows(subject, TOOL_NEEDS):
        return own
    return own + [
        _panel(tool, panel) for tool in sorted(tools, key=lambda t: t.title) for panel in tool.panels
    ]


def _kind(kind: Kind) -> PanelOffer:
    return PanelOffer(kind.id, None, None, kind.columns, kind.rows, *kind.least, kind.settings)


def _panel(tool: ToolStatus, panel: Panel) -> PanelOffer:
    columns, rows = TOOL_SIZES.get(panel.renderer, TOOL_SIZE)
    return PanelOffer(
        f"{tool.id}/{panel.id}", tool.title, panel, columns, rows, min(2, columns), min(3, rows), ()
    )
