"""What the API says of boxes at the edge, and what a new one is given."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.api.schemas import EdgeStatus


class NewEdge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, Meta(description="1-32 small letters, digits and -, a letter first")]


class EdgeItem(msgspec.Struct, frozen=True):
    """``status`` None: the stage that hears edges has not told of it yet."""

    id: str
    created_at: datetime
    created_by: str
    status: EdgeStatus | None


class EdgeMade(msgspec.Struct, frozen=True):
    """``invitation``: what ``tocsin edge join`` takes at the box. Shown this once and kept nowhere."""

    id: str
    invitation: dict[str, str | int]
