"""``/info/sourceIdentity``: who answers, for those who ask through others (clauses 5.15, 5.2.40, 6.33)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, urlsplit

from starlette.responses import Response

from tocsin.api.ngsi.call import Call
from tocsin.ngsi.model.checks import told


async def source_identity(call: Call) -> Response:
    """Clause 5.15.1. The alias is the name under which we are reached, as a Via header has it."""
    await call.terms()
    now, alias = call.broker.clock.now(), urlsplit(call.base_url).netloc
    return await call.answer(
        {
            "id": f"urn:ngsi-ld:ContextSourceIdentity:{quote(alias)}",
            "type": "ContextSourceIdentity",
            "contextSourceAlias": alias,
            "contextSourceUptime": _duration(now - call.broker.started),
            "contextSourceTimeAt": told(now),
        }
    )


def _duration(of: timedelta) -> str:
    """ISO 8601, to the second.

    >>> _duration(timedelta(days=2, seconds=3725))
    'P2DT1H2M5S'
    """
    minutes, seconds = divmod(of.seconds, 60)
    return f"P{of.days}DT{minutes // 60}H{minutes % 60}M{seconds}S"
