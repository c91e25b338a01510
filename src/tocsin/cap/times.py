"""Times as clause 3.3.2 writes them: whole seconds, a numeric offset, UTC as ``-00:00``, never ``Z``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from tocsin.cap.faults import NotCap

_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([+-])(\d\d):(\d\d)", re.ASCII)
CURE = "write it as 2026-11-22T10:15:00+01:00, UTC as 2026-11-22T09:15:00-00:00"


def read_time(text: str, field: str) -> datetime:
    """Aware, in the offset written. Raises ``NotCap``."""
    found = _FORM.fullmatch(text)
    if found is None:
        letter = text[-1:].isalpha()
        words = "a letter is no time zone here" if letter else "not a time in the form of the standard"
        raise NotCap(words, clause="3.3.2", field=field, value=text, cure=CURE)
    plain, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or offset > timedelta(hours=14):
        raise NotCap("no such offset from UTC", clause="3.3.2", field=field, value=text, cure=CURE)
    try:
        moment = datetime.fromisoformat(plain)
        zone = timezone(-offset if sign == "-" else offset) if offset else UTC
        moment.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotCap("no such day or hour", clause="3.3.2", field=field, value=text, cure=CURE) from error
    return moment.replace(tzinfo=zone)


def write_time(moment: datetime) -> str:
    """Whole seconds, in the moment's own offset. Raises ``ValueError`` for a naive one."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a time without a zone")
    minutes = round(offset / timedelta(minutes=1))
    plain = moment.replace(tzinfo=None, microsecond=0).isoformat()
    sign = "+" if minutes > 0 else "-"
    return f"{plain}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
