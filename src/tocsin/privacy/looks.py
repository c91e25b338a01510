"""How often somebody looked at personal data in a month, published under differential privacy.

What is protected is one person on one day: nobody learns from the figure whether somebody was at work. Of one
person's day at most ``MOST`` looks count, so that one day of one person changes the sum by no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from tocsin.audit.figures import is_look
from tocsin.audit.record import Entry
from tocsin.db import Connection
from tocsin.kernel.ids import content_id
from tocsin.privacy import repository
from tocsin.privacy.counts import MECHANISM, Limits, Noise
from tocsin.privacy.records import HourCount, Release

DATASET = "looks"
#: looks of one person on one day (UTC) that are counted
MOST = 10
_BOUND = f"one person counts with at most {MOST} looks of a day; more are left out"
#: the last rows of a month are in by then
_SETTLED = timedelta(hours=2)


def last_month(now: datetime) -> date:
    """First day of the newest month (UTC) that is over."""
    first = (now.astimezone(UTC) - _SETTLED).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def span(month: date) -> tuple[datetime, datetime]:
    """[start, end) of the month in UTC."""
    start = datetime.combine(month, time(), UTC)
    return start, (start + timedelta(days=32)).replace(day=1)


def known(conn: Connection, month: date) -> Release | None:
    """What was published of this month; it is published once."""
    return repository.release(conn, _id(month))


def bounded(entries: Iterable[Entry]) -> int:
    """Looks, each person and day with at most ``MOST``."""
    seen = Counter((e.person, e.at.astimezone(UTC).date()) for e in entries if is_look(e))
    return sum(min(count, MOST) for count in seen.values())


def noise_of(limits: Limits) -> Noise:
    """Blocks (the first time for seconds). Raises ``Unavailable`` where OpenDP is not installed."""
    return Noise(MOST, limits.release)


def draw(month: date, exact: int, noise: Noise, at: datetime) -> Release:
    """A release with fresh noise, not published yet."""
    start, _ = span(month)
    return Release(
        id=_id(month),
        dataset=DATASET,
        period=f"{month:%Y-%m}",
        measure="looks",
        type=DATASET,
        box=None,
        counts=(HourCount(start, max(0, noise.added([exact])[0])),),
        epsilon=noise.loss,
        bound=MOST,
        assumed=False,
        bound_words=_BOUND,
        mechanism=MECHANISM,
        scale=noise.scale,
        error95=noise.error95,
        released_at=at,
        released_by="public page",
    )


def _id(month: date) -> str:
    return content_id("privacy.release", DATASET, month.isoformat())
