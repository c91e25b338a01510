"""The days before: the same city moved on by quarter hours, with the gaps and faults of real devices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from tocsin.simulate.city import City
from tocsin.simulate.faults import Fault, Kind
from tocsin.simulate.messages import Messages

QUARTER = timedelta(minutes=15)
#: one reading in so many never arrives
_LOST_IN = 350
#: most items of one request
BATCH = 500


def first_quarter(now: datetime, days: int) -> datetime:
    """The quarter hour that the history of so many days begins with."""
    start = now.astimezone(UTC) - timedelta(days=days)
    return start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)


def past_faults(city: City, start: datetime, until: datetime) -> tuple[Fault, ...]:
    """Faults that were repaired before the last day: nobody's whole week is spoilt by them."""
    rng = Random(f"past/{city.seed}")  # noqa: S311 - a simulation, not a secret
    days = (until - start).days - 2
    if days < 1:
        return ()
    kinds: tuple[tuple[Kind, tuple[str, ...], float], ...] = (
        ("stuck", ("N-03", "N-06", "A-02"), 7.0),
        ("spiking", ("A-03", "A-06", "N-04"), 3.0),
        ("silent", ("T-05", "T-08", "L-03"), 16.0),
        ("silent", ("P-04", "W-01", "A-05"), 9.0),
        ("silent", ("SQ-B2", "K-02", "N-05"), 5.0),
    )
    faults = []
    for kind, devices, hours in kinds:
        begin = start + timedelta(hours=rng.uniform(0.0, 24.0 * days))
        faults.append(
            Fault(rng.choice(devices), kind, begin, begin + timedelta(hours=hours * rng.uniform(0.6, 1.4)))
        )
    return tuple(faults)


def history(
    city: City, messages: Messages, until: datetime, known: datetime | None = None
) -> Iterator[bytes]:
    """Moves ``city`` on to ``until`` and yields what its devices sent: JSON lists up to ``BATCH``, in order.

    Cameras are left out: they measure nothing. The city is left as it is at ``until``, to live on from there.
    Quarter hours up to ``known`` are passed through in silence: they have been reported before.
    """
    chance = Random(f"lost/{city.seed}/{city.now.isoformat()}")  # noqa: S311 - a simulation, not a secret
    devices = [device for device in city.places.devices if device.type != "Camera"]
    city.failing.faults += past_faults(city, city.now, until)
    waiting: list[bytes] = []
    at = city.now
    while at < until:
        city.leap(at)
        for device in devices if known is None or at > known else ():
            values = city.read(device)
            if values is not None and chance.randrange(_LOST_IN):
                waiting.append(messages.encode(device, values, at))
                if len(waiting) == BATCH:
                    yield b"[" + b",".join(waiting) + b"]"
                    waiting.clear()
        at += QUARTER
    if waiting:
        yield b"[" + b",".join(waiting) + b"]"
    city.leap(until)
    city.failing.forget(until)
