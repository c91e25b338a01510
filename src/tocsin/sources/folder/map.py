"""A reading of a file is the JSON reading of HTTP and MQTT. Pure."""

from __future__ import annotations

from tocsin.sdk.reading import Reading, from_json


def read(payload: bytes) -> Reading:
    """Raises ``Refused``."""
    return from_json(payload)
