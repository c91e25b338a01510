"""How long evidence stays. A class is chosen when it is added; after its time the key is destroyed.

``short``: 72 hours, beyond which keeping camera pictures needs a stated reason (EDPB Guidelines 3/2019 on
video devices, 121). ``incident``: 30 days, for what is being dealt with. ``investigation``: 180 days, for
what goes to a prosecutor. What must stay longer is held, with a reason, by a person (GDPR Article 5(1)(e)).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.evidence.exhibit import Retention

KEPT: dict[Retention, timedelta] = {
    "short": timedelta(hours=72),
    "incident": timedelta(days=30),
    "investigation": timedelta(days=180),
}


def expiry(retention: Retention, added_at: datetime) -> datetime:
    return added_at + KEPT[retention]
