"""Moments in a table: whole microseconds since 1970 (UTC), the same in every dialect and sortable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(us: int) -> datetime:
    """The aware UTC moment of ``us`` microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=us)
