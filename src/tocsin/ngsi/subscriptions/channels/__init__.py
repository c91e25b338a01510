"""Ways by which notifications leave; what goes wrong out there is a ``Failed``, not raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tocsin.ngsi.subscriptions.address import Where
from tocsin.notify.delivery.channels import Failed, Sent

Outcome = Sent | Failed


class Way(Protocol):
    """``headers``: of HTTP, or metadata of an MQTT message; ``told``: ``notifierInfo`` of the endpoint."""

    async def send(
        self,
        where: Where,
        headers: Mapping[str, str],
        body: bytes,
        told: Mapping[str, str],
        timeout_s: float,
    ) -> Outcome: ...

    def sweep(self) -> None:
        """End connections that were idle for too long, or that the other side ended."""
        ...

    async def close(self) -> None: ...
