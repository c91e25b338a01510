"""One SenML pack into resolved records. Hosted by ingest: only there is it known when the pack came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from .resolve import resolve


class Cut:
    """Remembers nothing."""

    changed = False

    def cut(self, topic: tuple[str, ...], payload: bytes, at: datetime) -> Sequence[bytes]:
        """Raises ``Refused``."""
        device = topic[1] if len(topic) > 1 else ""
        return [msgspec.json.encode({**record, "device": device}) for record in resolve(payload, at)]

    def requests(self) -> Sequence[tuple[tuple[str, ...], bytes]]:
        return ()

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        del state
