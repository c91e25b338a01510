"""Rows of messages that have come in and are in no file yet."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from tocsin.kernel.ports import Message
from tocsin.lake.judge import unpack
from tocsin.lake.rows import Rows, micros
from tocsin.lake.temporal.records import Window

#: of ``rows.schema()``: those that ``select._FRESH`` names, in its order
_TAKEN = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 17)
_KIND, _SOURCE = 14, 11


class Incoming(Protocol):
    """``lake.stage.Lake``."""

    def uncommitted(self) -> list[Message]: ...

    async def heard(self, seq: int, timeout_s: float) -> bool: ...

    async def committed(self, seq: int, timeout_s: float) -> bool: ...


class Fresh:
    """Each message is read once, however often it is asked for."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self._read: dict[int, list[tuple[Any, ...]]] = {}

    def rows(self) -> list[tuple[int, list[tuple[Any, ...]]]]:
        """By message: its sequence, its rows as of ``rows.schema()``. To be taken before the table is
        looked at: what goes into a file in between is in both, and counted once.
        """
        messages = self._incoming.uncommitted()
        known = {}
        for message in messages:
            rows = self._read.get(message.seq)
            known[message.seq] = _rows(message) if rows is None else rows
        self._read = known
        return list(known.items())


def within(
    rows: list[tuple[int, list[tuple[Any, ...]]]], committed: int, window: Window, after: str
) -> list[list[Any]]:
    """What of it a question may be about, as columns of ``select._FRESH``."""
    ids: Collection[str] | None = None if window.ids is None else set(window.ids)
    time = 7 if window.column == "observed" else 8
    first = -(2**62) if window.first is None else window.first
    last = 2**62 if window.last is None else window.last
    names: Collection[str] | None = None if window.names is None else set(window.names)
    types: Collection[str] | None = None if window.types is None else set(window.types)

    one = window.observation

    def fits(row: tuple[Any, ...]) -> bool:
        return (
            (ids is None or row[1] in ids)
            and row[1] > after
            and first <= row[time] < last
            and row[_KIND] == "update"
            and (one is None or row[15] == one or (row[17] is not None and f'"@id":"{one}"' in row[17]))
            and row[_SOURCE] != "ngsi-ld.restated"
            and (types is None or row[2] in types or (row[17] is not None and '"@types":' in row[17]))
            and (
                names is None
                or "location" in names
                or (row[3] is not None and row[3].partition("<")[0] in names)
            )
        )

    return [[row[at] for at in _TAKEN] for seq, some in rows if seq > committed for row in some if fits(row)]


def _rows(message: Message) -> list[tuple[Any, ...]]:
    ((seq, batch),) = unpack([message])
    rows, accepted = Rows(), micros(batch.accepted_at)
    for observation in batch.observations:
        rows.add(observation, micros(observation.observed_at), accepted, batch.source, seq)
    return rows.rows()
