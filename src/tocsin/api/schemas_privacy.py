"""What the API takes about privacy."""

from __future__ import annotations

from datetime import date

import msgspec

from tocsin.privacy.records import Measure


class NewCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Counts of one entity type by hour of ``day`` (UTC), in ``box`` (west, south, east, north) or
    everywhere.
    """

    type: str
    day: date
    measure: Measure = "entities"
    box: tuple[float, float, float, float] | None = None


class RawPayload(msgspec.Struct, frozen=True):
    """Raw bytes that were not understood, as text, at most 64 kB."""

    id: str
    payload: str
