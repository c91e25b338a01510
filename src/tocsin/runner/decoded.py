"""Messages decoded once for all tools of this process: they read the same log at about the same pace."""

from __future__ import annotations

from tocsin.bus.codec import decode
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.ports import Message


class Decoded:
    """The envelopes decoded last, by sequence: as many as hold ``most`` observations (about 1 KB each)."""

    def __init__(self, most: int = 16_000) -> None:
        self._most = most
        self._kept: dict[int, ObservationBatch] = {}
        self._observations = 0

    def get(self, message: Message) -> ObservationBatch:
        """Raises ``Invalid`` for bytes that are no envelope of this version."""
        batch = self._kept.get(message.seq)
        if batch is None:
            batch = decode(message.data, ObservationBatch)
            self._kept[message.seq] = batch
            self._observations += len(batch.observations)
            while self._observations > self._most:
                self._observations -= len(self._kept.pop(next(iter(self._kept))).observations)
        return batch
