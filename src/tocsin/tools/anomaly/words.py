"""Plain words and figures for an operator."""

from __future__ import annotations

from math import floor, log10


def number(x: float) -> str:
    """A figure as people say it: three digits that matter, no exponent.

    >>> number(87.96), number(0.0412), number(12345.6), number(66.04)
    ('88', '0.041', '12,346', '66')
    """
    if x != x or x in (float("inf"), float("-inf")):
        return "no number"
    if x == 0 or abs(x) < 1e-9:
        return "0"
    size = floor(log10(abs(x)))
    digits = 0 if size >= 1 else min(1 - size, 6)
    text = f"{x:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def duration(seconds: float) -> str:
    """A length of time, short.

    >>> duration(50), duration(600), duration(9000), duration(400000)
    ('50 s', '10 min', '2.5 h', '4.6 days')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.1f} h".replace(".0 h", " h")
    return f"{seconds / 86400:.1f} days".replace(".0 days", " days")


def how_often(per_sensor_day: float) -> str:
    """A rate of false alarms in words.

    >>> how_often(0.01), how_often(1e-9)
    ('about once in 100 days of this sensor', 'less than once in 10,000 days of this sensor')
    """
    if per_sensor_day < 1e-4:
        return "less than once in 10,000 days of this sensor"
    if per_sensor_day >= 1.0:
        return "daily at this sensor"
    return f"about once in {number(round(1.0 / per_sensor_day))} days of this sensor"
