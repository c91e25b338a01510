"""Quiet hours: over midnight, over changes of the clock. Expected moments are from the calendar.

Oslo: the clock goes from 02:00 to 03:00 on 29 March 2026 (01:00 UTC), from 03:00 back to 02:00 on 25 October
2026 (01:00 UTC).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernel.errors import Invalid
from tocsin.notify.delivery.model import QuietHours
from tocsin.notify.delivery.quiet import check, quiet_until

OSLO = ZoneInfo("Europe/Oslo")
NIGHT = QuietHours("22:00", "07:00", "Europe/Oslo")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (utc(2026, 11, 21, 20, 59, 59), None),
        (utc(2026, 11, 21, 21, 0), utc(2026, 11, 22, 6, 0)),
        (utc(2026, 11, 21, 23, 30), utc(2026, 11, 22, 6, 0)),
        (utc(2026, 11, 22, 5, 59), utc(2026, 11, 22, 6, 0)),
        (utc(2026, 11, 22, 6, 0), None),
        # the night of the leap is an hour shorter
        (utc(2026, 3, 28, 21, 0), utc(2026, 3, 29, 5, 0)),
        # and that of the step back an hour longer
        (utc(2026, 10, 24, 20, 0), utc(2026, 10, 25, 6, 0)),
    ],
)
def test_a_night_over_midnight(moment: datetime, until: datetime | None) -> None:
    assert quiet_until(moment, NIGHT) == until


def test_hours_within_a_day() -> None:
    siesta = QuietHours("13:00", "15:30", "Europe/Rome")
    assert quiet_until(utc(2026, 7, 1, 11, 0), siesta) == utc(2026, 7, 1, 13, 30)
    assert quiet_until(utc(2026, 7, 1, 13, 30), siesta) is None
    assert quiet_until(utc(2026, 7, 1, 10, 59), siesta) is None


def test_an_end_that_the_clock_leaps_over() -> None:
    # 02:30 is not on the clock that night: read by the clock before, it is 01:30 UTC, shown as 03:30
    short = QuietHours("23:00", "02:30", "Europe/Oslo")
    assert quiet_until(utc(2026, 3, 29, 0, 30), short) == utc(2026, 3, 29, 1, 30)
    assert quiet_until(utc(2026, 3, 29, 1, 30), short) is None


def test_an_end_that_the_clock_shows_twice() -> None:
    # 02:30 is at 00:30 UTC and again at 01:30 UTC: the second one ends it
    short = QuietHours("23:00", "02:30", "Europe/Oslo")
    assert quiet_until(utc(2026, 10, 25, 0, 45), short) == utc(2026, 10, 25, 1, 30)
    assert quiet_until(utc(2026, 10, 25, 1, 30), short) is None


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - Hypothesis wants them naive
    st.integers(0, 1439),
    st.integers(1, 1439),
    st.sampled_from(["Europe/Oslo", "Europe/Lisbon", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
@settings(max_examples=150, deadline=None)
def test_it_ends_after_now_at_the_end_and_agrees_with_the_clock(
    naive: datetime, start: int, length: int, zone: str
) -> None:
    def clock(minutes: int) -> str:
        return f"{minutes % 1440 // 60:02}:{minutes % 60:02}"

    quiet = QuietHours(clock(start), clock(start + length), zone)
    moment = naive.replace(tzinfo=UTC)
    until = quiet_until(moment, quiet)
    shown = moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    within = (
        quiet.start <= shown < quiet.end
        if quiet.start < quiet.end
        else shown >= quiet.start or shown < quiet.end
    )
    if until is not None:
        assert moment < until <= moment + timedelta(hours=25)
    offsets = {(moment + timedelta(hours=h)).astimezone(ZoneInfo(zone)).utcoffset() for h in range(-26, 27)}
    if len(offsets) == 1:  # no change of the clock near: it is what the wall says
        assert (until is not None) == within
        if until is not None:
            assert until.astimezone(ZoneInfo(zone)).strftime("%H:%M") == quiet.end


@pytest.mark.parametrize(
    ("start", "end", "zone", "field"),
    [
        ("24:00", "07:00", "UTC", "quiet.start"),
        ("22:00", "7:00", "UTC", "quiet.end"),
        ("22:00", "22:00", "UTC", "quiet.end"),
        ("22:00", "07:00", "Europe/Nowhere", "quiet.zone"),
        ("22:00", "07:00", "../../etc/passwd", "quiet.zone"),
        ("22:00", "07:00", "", "quiet.zone"),
    ],
)
def test_what_is_no_time_is_refused(start: str, end: str, zone: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(QuietHours(start, end, zone))
    assert refused.value.field == field
