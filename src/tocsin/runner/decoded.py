"""Messages decoded once for all tools of this process: they read the same log at about the same pace."""

from __future__ import annotations

from tocsin.bus.codec import decode
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.ports import Message


class Decoded:
    """The last ``most`` envelopes, by sequence."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._kept: dict[int, ObservationBatch] = {}

    def get(self, message: Message) -> ObservationBatch:
        """Raises ``Invalid`` for bytes that are no envelope of this version."""
        batch = self._kept.get(message.seq)
        if batch is None:
            batch = decode(message.data, ObservationBatch)
            self._kept[message.seq] = batch
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return batch
