"""What a board says: a grid of columns and rows, and the panels on it. The same in a file and in the store.

Unknown fields are refused: a misspelt one is a panel that stands elsewhere than somebody put it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tocsin.sdk.panels import Panel

#: of the file; a file of a higher one was written by a newer Tocsin
FORMAT = 1
COLUMNS = 12
MOST_PANELS = 40
MOST_CHARS = 4000

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48)]
Shows = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)?$", max_length=100)]
Value = bool | int | float | Annotated[str, Meta(max_length=MOST_CHARS)]
Settings = Annotated[dict[Annotated[str, Meta(max_length=40)], Value], Meta(max_length=20)]
Source = Literal["own", "room", "shipped"]


class Spot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Place and size in cells; the first column and the first row are 1."""

    column: Annotated[int, Meta(ge=1, le=COLUMNS)]
    row: Annotated[int, Meta(ge=1, le=400)]
    columns: Annotated[int, Meta(ge=1, le=COLUMNS)]
    rows: Annotated[int, Meta(ge=1, le=40)]


class BoardPanel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``shows``: one of our kinds (``queue``), or a tool's panel (``crowd/density``)."""

    id: Id
    shows: Shows
    at: Spot
    #: over the panel instead of its own name
    title: Annotated[str, Meta(max_length=80)] | None = None
    settings: Settings = {}


class Board(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``id``: of the role that it is for, as in ``library.ROLE_OF``."""

    format: int
    id: Id
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    panels: Annotated[tuple[BoardPanel, ...], Meta(max_length=MOST_PANELS)]
    words: Annotated[str, Meta(max_length=400)] = ""


class Missing(msgspec.Struct, frozen=True):
    """What a board names and this installation has not. The panel stays on the board as it is."""

    what: Literal["kind", "tool", "panel"]
    name: str
    why: str
    cure: str


class ShownPanel(msgspec.Struct, frozen=True):
    """``panel``: what a tool's panel says of itself. ``missing``: shown as a placeholder."""

    id: str
    shows: str
    at: Spot
    title: str | None
    settings: dict[str, Value]
    panel: Panel | None
    missing: Missing | None


class ClosedPanel(msgspec.Struct, frozen=True):
    """A panel that the reader may not read: its name, and what it needs. Kept, and kept from them."""

    id: str
    shows: str
    needs: str


class BoardInForce(msgspec.Struct, frozen=True):
    """The board as one person at one seat gets it.

    ``version``: of the person's copies, 0 before the first; ``room_version`` likewise of the room's default.
    ``by`` and ``changed_at``: who put what is in force there; null for one that ships.
    """

    id: str
    role: str
    title: str
    words: str
    source: Source
    version: int
    room_version: int
    room_default: bool
    may_set_default: bool
    by: str | None
    changed_at: datetime | None
    columns: int
    panels: tuple[ShownPanel, ...]
    closed: tuple[ClosedPanel, ...]


class BoardCard(msgspec.Struct, frozen=True):
    """One line of the list. ``mine``: the reader has its role at this seat."""

    id: str
    role: str
    title: str
    words: str
    source: Source
    mine: bool
