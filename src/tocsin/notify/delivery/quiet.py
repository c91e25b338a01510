"""Quiet hours on the clock of a zone, over midnight and over changes of the clock. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.kernel.errors import Invalid
from tocsin.notify.delivery.model import QuietHours

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def check(quiet: QuietHours) -> None:
    """Raises ``Invalid``."""
    for field, value in (("quiet.start", quiet.start), ("quiet.end", quiet.end)):
        if not _CLOCK.fullmatch(value):
            raise Invalid("not a time of day", field=field, value=value, cure="as in 22:00")
    if quiet.start == quiet.end:
        raise Invalid("quiet hours need a length", field="quiet.end", value=quiet.end, cure="another time")
    try:
        ZoneInfo(quiet.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            "no such time zone", field="quiet.zone", value=quiet.zone, cure="as in Europe/Oslo"
        ) from error


def quiet_until(moment: datetime, quiet: QuietHours) -> datetime | None:
    """When the quiet that ``moment`` lies in ends; None where it lies in none.

    A time that the clock shows twice counts whole: quiet begins at the first and ends at the second. A time
    that the clock leaps over is read by the clock before the leap (RFC 5545, 3.3.5).
    """
    zone = ZoneInfo(quiet.zone)
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    today = moment.astimezone(zone).date()
    ends = []
    for day in (today - timedelta(days=1), today):
        begins = _utc(day, start, zone, last=False)
        over = _utc(day if start < end else day + timedelta(days=1), end, zone, last=True)
        if begins <= moment < over:
            ends.append(over)
    return max(ends, default=None)


def _utc(day: date, clock: time, zone: ZoneInfo, *, last: bool) -> datetime:
    first = datetime.combine(day, clock, zone).astimezone(UTC)
    second = datetime.combine(day, clock.replace(fold=1), zone).astimezone(UTC)
    # in a leap the second reading is the earlier moment: it is not taken
    return max(first, second) if last else first
