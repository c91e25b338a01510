"""A query under a name, as it is kept and as it is told."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

#: how its answer was last looked at
View = Literal["table", "chart"]
NAME_CHARS = 80
#: of one owner in one room
MOST = 200


class QueryText(msgspec.Struct, frozen=True):
    """What is asked, and how the answer is shown."""

    sql: str
    view: View = "table"


class SavedQuery(msgspec.Struct, frozen=True):
    """``shared``: all of the room who may ask the lake see it. ``mine``: whoever asks may change it.

    ``version`` counts its changes from 1.
    """

    id: str
    name: str
    sql: str
    view: View
    shared: bool
    owner: str
    mine: bool
    version: int
    made_at: datetime
    changed_at: datetime
