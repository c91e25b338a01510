"""A piece of evidence as people speak of it: what it is, whose it is, how long it stays, its custody."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tocsin.evidence.sniff import Kind, Media
from tocsin.kernel.decisions import Mark
from tocsin.kernel.events import Place
from tocsin.kernel.sharing import Sharing

Retention = Literal["short", "incident", "investigation"]
CustodyAct = Literal["added", "shared", "held", "released", "erased", "expired", "handed over"]


class Custody(msgspec.Struct, frozen=True):
    """A link of the chain of custody (ISO/IEC 27037, 6.1): what was done to it. Who looked: the record."""

    act: CustodyAct
    by: str
    at: datetime
    words: str = ""


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` is said on the radio (``EV-0007``). ``name`` is its sender's word for it, and only that.

    ``sha256``: of the bytes as they were sent, hex. Pictures are kept drawn anew, without metadata, so that
    ``size`` (bytes) and pixels are those of what is kept. ``held``: kept past ``expires_at`` while it stands.
    ``erased``: nothing but this entry is left of it.
    """

    id: str
    version: int
    kind: Kind
    media: Media
    size: int
    sha256: str
    name: str
    alert: str | None
    incident: str | None
    place: Place | None
    taken_at: datetime
    added_at: datetime
    added_by: str
    source: Literal["person", "tool"]
    sharing: Sharing
    retention: Retention
    expires_at: datetime
    custody: tuple[Custody, ...]
    width: int | None = None
    height: int | None = None
    held: Mark | None = None
    erased: Mark | None = None

    @property
    def readable(self) -> bool:
        return self.erased is None
